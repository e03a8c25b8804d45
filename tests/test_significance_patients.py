"""One decision a patient, nothing learnt from the patient it is about."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from afmfast.significance.patients import Decisions, decide, group_numbers, share_right
from afmfast.significance.predictions import Predictions

REFERENCE = Path(__file__).parent / "reference" / "statistics.csv"


def rows(positive: dict[str, list[float]], diseased: str = "ab") -> Predictions:
    """Rows by patient with their probability of the positive class; patients named in `diseased` have it."""
    groups = np.array([name for name, values in positive.items() for _ in values])
    one = np.array([value for values in positive.values() for value in values])
    y = np.array([int(name[0] in diseased) for name in groups])
    return Predictions(y, np.stack([1 - one, one], axis=1), groups, 1)


PATIENTS = {"a": [0.9, 0.9, 0.1], "b": [0.45, 0.45, 0.45], "c": [0.6, 0.6, 0.1], "d": [0.2]}


@pytest.mark.parametrize(("how", "called"), [("mean", [1, 0, 0, 0]), ("median", [1, 0, 1, 0]), ("vote", [1, 0, 1, 0])])
def test_decide__takes_the_larger_number(how, called):
    found = decide(rows(PATIENTS), how)
    assert found.groups.tolist() == list("abcd")
    assert found.y.tolist() == [1, 1, 0, 0]
    assert found.n_rows.tolist() == [3, 3, 3, 1]
    assert found.called.tolist() == called


def test_decide__breaks_ties_by_the_mean_probability_and_not_by_the_alphabet():
    tied = rows({"a": [0.95, 0.45], "b": [0.9, 0.1, 0.4, 0.95], "c": [0.55, 0.05], "d": [0.6, 0.2]})
    assert decide(tied, "vote").called.tolist() == [1, 1, 0, 0]
    three = np.array([[0.1, 0.5, 0.4], [0.1, 0.2, 0.7]])
    assert decide(Predictions(np.array([2, 2]), three, np.array([5, 5])), "vote").called.tolist() == [2]


def test_decide__calls_one_of_three_classes():
    probability = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.2, 0.2, 0.6], [0.3, 0.3, 0.4]])
    found = decide(Predictions(np.array([0, 0, 2, 2]), probability, np.array([5, 5, 7, 7])))
    assert found.called.tolist() == [1, 2]
    assert share_right(found).right == 1
    assert share_right(found, 2).value == 1.0


def test_decide__leaves_out_mixed_groups_and_untested_rows():
    p = rows({"a1": [0.9], "b1": [0.8, np.nan], "c1": [0.1], "d1": [np.nan]})
    assert decide(p).groups.tolist() == ["a1", "b1", "c1"]
    assert decide(p).n_rows.tolist() == [1, 1, 1]
    mixed = replace(p, groups=np.array(["x", "b1", "b1", "x", "d1"]))
    assert decide(mixed).groups.tolist() == ["b1"]
    assert len(decide(mixed.only(np.array([4]))).called) == 0


def test_group_numbers__are_the_mean_median_and_share_of_votes():
    p = rows(PATIENTS)
    assert group_numbers(p, "mean")[:, 1] == pytest.approx([1.9 / 3, 0.45, 1.3 / 3, 0.2])
    assert group_numbers(p, "median")[:, 1] == pytest.approx([0.9, 0.45, 0.6, 0.2])
    assert group_numbers(p, "vote")[:, 1] == pytest.approx([2 / 3, 0, 2 / 3, 0])


def of(right: int, n: int) -> Decisions:
    y = np.ones(n, dtype=int)
    return Decisions(np.arange(n), y, y, np.where(np.arange(n) < right, 1, 0))


def test_share_right__has_the_exact_interval_of_other_programs():
    with REFERENCE.open(encoding="utf-8") as file:
        lines = [line for line in csv.DictReader(file) if line["quantity"] == "clopper_pearson"]
    assert {line["program"] for line in lines} == {"R binom.test", "statsmodels"}
    for line in lines:
        right, n = map(int, line["of"].split("/"))
        found = share_right(of(right, n), 1)
        end = found.high if line["place"] == "1" else found.low
        assert end == pytest.approx(float(line["value"]), abs=1e-9), line
        assert (found.right, found.n, found.value) == (right, n, right / n)


def test_share_right__of_no_group_is_undefined():
    assert np.isnan([share_right(of(3, 4), 0).value, share_right(of(3, 4), 0).low]).all()
