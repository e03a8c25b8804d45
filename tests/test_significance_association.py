"""What goes with the class, and how many groups a p-value needs."""

import csv
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from afmfast.significance.association import association, cramers_v
from afmfast.significance.groups_needed import attainable, groups_needed
from afmfast.validation.data import Table
from afmfast.validation.labels import LabelSpace

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "tests" / "reference" / "statistics.csv"
TABLES = {"2x2": [[9, 1], [2, 8]], "2x3": [[4, 3, 0], [1, 2, 6]], "3x3": [[5, 1, 0], [0, 4, 2], [1, 1, 6]]}


def test_cramers_v__is_that_of_other_programs():
    with REFERENCE.open(encoding="utf-8") as file:
        lines = [line for line in csv.DictReader(file) if line["quantity"] == "cramers_v"]
    assert {line["program"] for line in lines} == {"R chisq.test", "SciPy"}
    for line in lines:
        assert cramers_v(np.array(TABLES[line["of"]]))[0] == pytest.approx(float(line["value"]))


def test_cramers_v__is_biased_by_luck_and_the_corrected_one_is_less_so():
    rng = np.random.default_rng(0)
    by_luck = [
        cramers_v(counts)
        for counts in (np.histogram2d(*rng.integers(0, [[3], [4]], (2, 24)), bins=(3, 4))[0] for _ in range(300))
        if counts.sum(axis=0).all() and counts.sum(axis=1).all()
    ]
    v, v_corrected = np.mean(by_luck, axis=0)
    assert v > 0.25
    assert v_corrected < v / 2


@pytest.mark.parametrize("counts", [[[3, 4]], [[3], [4]], [[1]]])
def test_cramers_v__of_one_level_is_undefined(counts):
    assert np.isnan(cramers_v(np.array(counts))).all()


@pytest.mark.parametrize(
    ("days", "verdict", "comparable"),
    [
        ("Mon Mon Mon Mon Mon Mon", "constant", [("a", "b", "c")]),
        ("Mon Mon Tue Tue Wed Wed", "confounded", [("a",), ("b",), ("c",)]),
        ("Mon Thu Tue Fri Wed Sat", "confounded", [("a",), ("b",), ("c",)]),
        ("Mon Mon Mon Mon Wed Wed", "partly", [("a", "b"), ("c",)]),
        ("Mon Tue Tue Wed Wed Mon", "apart", [("a", "b", "c")]),
        ("Mon Tue Tue Tue Tue Sat", "apart", [("a", "b", "c")]),
    ],
)
def test_association__says_which_classes_can_be_compared(days, verdict, comparable):
    found = association(list("aabbcc"), days.split(), range(6))
    assert (found.verdict, list(found.comparable)) == (verdict, comparable)


def test_association__two_pairs_that_share_no_day_cannot_all_be_compared():
    found = association(list("abcd"), ["Mon", "Mon", "Tue", "Tue"], range(4))
    assert (found.verdict, found.comparable) == ("partly", (("a", "b"), ("c", "d")))


def test_association__counts_groups_and_not_rows():
    labels, days, groups = ["a"] * 7 + ["b"] * 3, ["x"] * 6 + ["y"] * 4, [1] * 5 + [2, 3] + [4, 5, 5]
    found = association(labels, days, groups)
    assert found.counts.tolist() == [[2, 1], [0, 2]]
    assert found.n_groups == 5
    many = association(np.repeat(labels, 9), np.repeat(days, 9), np.repeat(groups, 9))
    assert (many.v, many.v_corrected) == (found.v, found.v_corrected)


def test_association__of_one_day_a_class_is_one():
    found = association(list("aabb"), list("xxyy"), range(4))
    assert found.v == pytest.approx(1)
    assert association(list("abab"), list("xxyy"), range(4)).v == pytest.approx(0)


@pytest.mark.parametrize(("counts", "distinct"), [([3, 3], 20), ([4, 4], 70), ([5, 5], 252), ([2, 3, 4], 1260)])
def test_attainable__is_what_the_space_of_labellings_says(counts, distinct):
    y = np.repeat(np.arange(len(counts)), counts)
    for sizes, smallest in ((np.full(len(y), 2), "smallest_alike"), (np.arange(len(y)) + 1, "smallest")):
        groups, labels = np.repeat(np.arange(len(y)), sizes), np.repeat(y, sizes)
        space = LabelSpace.of(Table.of(np.zeros((len(labels), 1)), labels, groups))
        assert attainable(counts).distinct == space.distinct == distinct
        assert getattr(attainable(counts), smallest) == pytest.approx(space.smallest_p(distinct))


def test_groups_needed__are_the_fewest_that_do():
    assert groups_needed(0.05) == 4
    assert groups_needed(0.01) == 5
    assert groups_needed(0.05, n_classes=3) == 3
    assert attainable([3, 3]).smallest_alike > 0.05 >= attainable([4, 4]).smallest_alike


def test_validity_page__has_the_table_of_its_script(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "validity")
    made = import_module("groups_table").text()
    assert made in (ROOT / "docs" / "validity.md").read_text("utf-8"), "run benchmarks/validity/groups_table.py"
