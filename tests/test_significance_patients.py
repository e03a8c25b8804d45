"""One decision a patient, nothing learnt from the patient it is about."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from afmfast.errors import DataError, SettingsError
from afmfast.significance.patients import Decisions, Rule, decide, group_numbers, learn, share_right
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


def test_decide__by_m_of_n_counts_the_rows_above_the_threshold():
    two_of_three = Rule("vote", 2 / 3, threshold=0.4)
    assert decide(rows(PATIENTS), two_of_three).called.tolist() == [1, 1, 1, 0]
    assert decide(rows(PATIENTS), Rule("vote", 1.0, threshold=0.4)).called.tolist() == [0, 1, 0, 0]
    assert decide(rows(PATIENTS), Rule("mean", 0.44)).called.tolist() == [1, 1, 0, 0]


def test_decide__calls_one_of_three_classes():
    probability = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.2, 0.2, 0.6], [0.3, 0.3, 0.4]])
    found = decide(Predictions(np.array([0, 0, 2, 2]), probability, np.array([5, 5, 7, 7])))
    assert found.called.tolist() == [1, 2]
    assert share_right(found).right == 1
    assert share_right(found, 2).value == 1.0
    with pytest.raises(SettingsError, match="a cut is between two classes, one of them positive, and there are 3"):
        decide(Predictions(np.array([0]), probability[:1], np.array([5])), Rule("mean", 0.5))


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
    assert group_numbers(p, "vote", 0.4)[:, 1] == pytest.approx([2 / 3, 1, 2 / 3, 0])


def test_learn__finds_the_cut_between_the_inner_groups():
    inner = rows({"a1": [0.4, 0.4], "a2": [0.35, 0.37], "c1": [0.1, 0.2], "c2": [0.3, 0.3]})
    rule = learn(inner)
    assert rule == Rule("mean", pytest.approx(0.33), 0.5)
    assert decide(inner, rule).called.tolist() == [1, 1, 0, 0]


def test_learn__finds_m_of_n():
    inner = rows({"a1": [0.9, 0.9, 0.1, 0.1], "a2": [0.9, 0.1, 0.8, 0.1], "c1": [0.9, 0.1, 0.1, 0.1]})
    assert learn(inner, "vote") == Rule("vote", 0.5, 0.5)
    assert learn(rows({"a1": [0.1, 0.9, 0.1], "c1": [0.1, 0.1, 0.1]}), "vote").cut == pytest.approx(1 / 3)


def test_learn__of_equal_cuts_takes_the_one_nearest_to_a_half():
    assert learn(rows({"a1": [0.95], "a2": [0.9], "c1": [0.1], "c2": [0.05]})).cut == 0.5


def test_learn__works_for_a_positive_class_that_is_the_first():
    p = rows({"a1": [0.4], "c1": [0.2]})
    swapped = Predictions(1 - p.y, p.probability[:, ::-1], p.groups, 0)
    assert learn(swapped) == learn(p)
    assert decide(swapped, learn(swapped)).called.tolist() == [0, 1]


def test_learn__needs_groups_of_both_classes():
    with pytest.raises(DataError, match="a cut is learnt from groups of both classes, and one class is missing"):
        learn(rows({"a1": [0.4], "b1": [0.2]}))


def test_learn__on_the_tested_patients_would_be_too_good():
    # Noise: the cut learnt on other patients is right for half of them, learnt on the tested ones for more.
    own, other = [], []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        y, groups = np.repeat(np.arange(12) % 2, 3), np.repeat(np.arange(12), 3)
        tested, inner = (
            Predictions(y, np.stack([1 - p, p], axis=1), groups, 1) for p in (rng.random(36), rng.random(36))
        )
        own.append(share_right(decide(tested, learn(tested))).value)
        other.append(share_right(decide(tested, learn(inner))).value)
    assert np.mean(own) > 0.6
    assert abs(np.mean(other) - 0.5) < 0.06  # four standard errors


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
