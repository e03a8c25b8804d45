"""The best of many lines is believed no more often than it says."""

import csv
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from naive import significance as naive
from scipy import stats

from afmfast.significance.multiple import corrected, holm
from afmfast.significance.permutation import permutation_p

REFERENCE = Path(__file__).parent / "reference" / "statistics.csv"
#: Fifteen comparisons of a trial on myocardial infarction: Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57:289, 4.1.
TRIAL = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
         1.0]  # fmt: skip
GIVEN = {"benjamini-hochberg-1995": TRIAL, "ties": [0.005, 0.005, 0.04, 0.04, 0.5, 0.03], "one": [0.2]}


def reference(quantity: str) -> list[dict[str, str]]:
    with REFERENCE.open(encoding="utf-8") as file:
        return [line for line in csv.DictReader(file) if line["quantity"] == quantity]


def adjusted(quantity: str, p: list[float]) -> np.ndarray:
    return holm(np.array(p)) if quantity == "holm" else stats.false_discovery_control(p)


@pytest.mark.parametrize("quantity", ["holm", "benjamini_hochberg"])
def test_adjusted__are_those_of_other_programs(quantity):
    lines = reference(quantity)
    assert {line["program"] for line in lines} == {"R p.adjust", "statsmodels"}
    for line in lines:
        assert adjusted(quantity, GIVEN[line["of"]])[int(line["place"])] == pytest.approx(float(line["value"]))


def test_trial__has_the_published_number_of_findings():
    # As published: three by controlling the chance of any false finding, four by controlling their share.
    assert (holm(np.array(TRIAL)) <= 0.05).sum() == 3
    assert (stats.false_discovery_control(TRIAL) <= 0.05).sum() == 4


def labellings(seed: int, K: int, N: int) -> np.ndarray:
    """Statistics (K, N) of correlated lines with very unequal noise; all labellings are alike, the first is true."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=N) + rng.normal(size=(K, N))) * (10.0 ** -np.arange(K))[:, None]


def found(T: np.ndarray, **options):
    return corrected(T[:, 0], T[:, 1:], **options)


@pytest.mark.parametrize("digits", [1, 8], ids=["ties", "no ties"])
def test_min_p__counts_as_the_slow_twin(digits):
    for seed in range(5):
        T = np.round(labellings(seed, 4, 30), digits)
        T[1, 3] = T[2, 0] = np.nan
        for least in (1 / 30, 0.1):
            assert found(T, smallest=least).min_p == pytest.approx(naive.min_p(T.tolist(), least))


def test_min_p__of_one_line_is_its_permutation_p():
    T = labellings(3, 1, 50)
    for exact, smallest in ((False, None), (True, 0.04)):
        one = permutation_p(float(T[0, 0]), T[0, 1:], exact, smallest=smallest)
        many = found(T, exact=exact, smallest=smallest)
        assert many.min_p == many.holm == many.p == one.p
        assert (many.n, many.smallest) == (one.n, one.smallest)


def test_min_p__of_the_same_line_again_costs_nothing():
    T = np.repeat(labellings(4, 1, 40), 5, axis=0)
    many = found(T)
    assert many.min_p == pytest.approx(many.p)
    assert (many.holm >= many.min_p).all()


def test_min_p__is_not_ruled_by_the_noisiest_line():
    T = labellings(5, 2, 100)
    T[1, 0] = T[1].max() * 1.01  # best by a hair in the quiet line, nothing in the noisy one
    T[0, 0] = np.median(T[0])
    assert found(T).min_p[1] <= 0.02
    assert (T.max(axis=0) >= T[:, 0].max()).mean() > 0.3


def test_min_p__is_never_below_the_least_it_can_be():
    T = labellings(6, 3, 20)
    T[:, 0] = 100.0
    assert (found(T).min_p == 1 / 20).all()
    for smallest in (0.05, 0.1):
        many = found(T, exact=True, smallest=smallest)
        assert (many.min_p == smallest).all()
        assert (many.p == smallest).all()


def test_min_p__never_exceeds_one_nor_falls_below_p():
    for seed in range(20):
        many = found(np.round(labellings(seed, 5, 20), 1))
        for one in (many.min_p, many.holm, many.benjamini_hochberg):
            assert (one >= many.p - 1e-12).all()
            assert (one <= 1).all()


def test_min_p__an_undefined_line_is_no_finding():
    T = labellings(7, 3, 20)
    T[0] = np.nan
    assert found(T).min_p[0] == found(T).p[0] == 1.0


def test_min_p__without_labellings_there_is_none():
    many = corrected(np.array([0.9, 0.8]), np.empty((2, 0)))
    assert np.isnan(many.min_p).all()
    assert np.isnan(many.holm).all()


N_SETS = 2000


def rejected(signal: np.ndarray, N: int = 100, decimals: int = 8) -> np.ndarray:
    """Which lines (N_SETS, K) min-p finds at .05, where the true labelling is that much better."""
    every = []
    for seed in range(N_SETS):
        T = labellings(seed, len(signal), N)
        T[:, 0] += signal * (10.0 ** -np.arange(len(signal)))
        every.append(found(np.round(T, decimals)).min_p <= 0.05)
    return np.array(every)


def test_min_p__finds_anything_in_noise_as_often_as_it_says():
    any_found = int(rejected(np.zeros(4)).any(axis=1).sum())
    # With 100 labellings and ties between lines it may be a little below .05, and never above.
    assert any_found <= stats.binom.ppf(0.999, N_SETS, 0.05)
    assert any_found >= stats.binom.ppf(0.001, N_SETS, 0.03)


def test_min_p__ties_make_it_no_bolder():
    assert rejected(np.zeros(2), decimals=1).any(axis=1).sum() <= stats.binom.ppf(0.999, N_SETS, 0.05)


def test_min_p__real_differences_make_it_no_bolder_about_the_others():
    signal = np.array([9.0, 9.0, 0.0, 0.0])
    found_in = rejected(signal)
    assert found_in[:, :2].mean() > 0.99
    assert found_in[:, 2:].any(axis=1).sum() <= stats.binom.ppf(0.999, N_SETS, 0.05)


def test_min_p__goes_through_all_labellings_of_few_groups():
    x = np.random.default_rng(9).normal(size=(3, 8)) + np.repeat([0.0, 1.0], 4)
    T = np.array([[line[list(c)].mean() for c in combinations(range(8), 4)] for line in x])
    true = list(combinations(range(8), 4)).index((4, 5, 6, 7))
    many = corrected(T[:, true], np.delete(T, true, axis=1), exact=True)
    assert many.n == 70
    assert many.p == pytest.approx((T[:, [true]] - 1e-9 <= T).mean(axis=1))
    assert (many.min_p >= many.p).all()
