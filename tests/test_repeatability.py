"""Repeatability is arithmetic on mean squares: outside programs agree, and intervals cover what they promise."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from afmfast.kernels.anova import by_subject, one_way, two_way
from afmfast.significance import repeatability as rp

REFERENCE = Path(__file__).parent / "reference"
N = 4000
#: With 4000 intervals an exact 95 % one covers fewer or more than this once in a thousand times.
FEWEST, MOST = stats.binom.ppf([0.0005, 0.9995], N, 0.95) / N


def _read(name):
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LINES = _read("repeatability.csv")
ICCS = [line for line in LINES if line["quantity"].startswith("ICC")]
SQUARES = [line for line in LINES if not line["quantity"].startswith("ICC")]


def measurements(name):
    """Values (N, 1), subjects (N,), levels (N,), class of each subject (a,)."""
    lines = [line for line in _read("repeatability_data.csv") if line["set"] == name]
    subject, level = (np.array([int(line[key]) for line in lines]) for key in ("subject", "level"))
    classes = np.array([next(o["class"] for o in lines if int(o["subject"]) == i) for i in range(subject.max() + 1)])
    return np.array([[float(line["value"])] for line in lines]), subject, level, classes


def one_way_of(values, subject, stratum=None):
    return one_way(by_subject(values, subject, int(subject.max()) + 1), stratum)


def drawn(rho, counts, *, seed=0, columns=N):
    """Columns of variance 1 whose subjects have the share `rho`: values (N, columns), subjects (N,)."""
    rng, subject = np.random.default_rng(seed), np.repeat(np.arange(len(counts)), counts)
    between = np.sqrt(rho) * rng.standard_normal((len(counts), columns))
    return between[subject] + np.sqrt(1 - rho) * rng.standard_normal((len(subject), columns)), subject


def covered(found, truth):
    return np.mean((found.low <= truth) & (truth <= found.high))


# Outside programs


@pytest.mark.parametrize("line", ICCS, ids=lambda o: f"{o['set']} {o['quantity']} {o['pedigree']}")
def test_icc__agrees_with_outside(line):
    values, subject, _, _ = measurements(line["set"])
    table = two_way(values.reshape(subject.max() + 1, -1, 1))
    found = {"ICC(1,1)": lambda: rp.icc_1(one_way_of(values, subject)), "ICC(2,1)": lambda: rp.icc_2(table),
             "ICC(3,1)": lambda: rp.icc_3(table)}[line["quantity"]]()  # fmt: skip
    for end in ("value", "low", "high"):
        if line[end]:
            possible = max(float(line[end]), -1 / (table.k - 1))  # the others do not clip
            assert getattr(found, end)[0] == pytest.approx(possible, abs=float(line["tolerance"]))


@pytest.mark.parametrize("line", SQUARES, ids=lambda o: f"{o['set']} {o['quantity']}")
def test_mean_square__agrees_with_outside(line):
    values, subject, _, classes = measurements(line["set"])
    table = one_way_of(values, subject, classes if "class" in line["quantity"] else None)
    found = table.within if line["quantity"] == "within" else table.between
    assert found[0] == pytest.approx(float(line["value"]), rel=float(line["tolerance"]))


# Promises


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.95])
@pytest.mark.parametrize("counts", [[2] * 10, [3] * 6, [1] * 8 + [2] * 8, [1, 1, 2, 2, 2, 3, 4, 6]])
def test_icc_1__interval_covers(rho, counts):
    share = covered(rp.icc_1(one_way_of(*drawn(rho, counts))), rho)
    exact = len(set(counts)) == 1
    assert (FEWEST if exact else 0.925) <= share <= (MOST if exact else 0.965)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.95])
def test_icc_1__interval_within_classes_covers(rho):
    values, subject = drawn(rho, [2] * 5 + [3, 1, 2, 2, 4])
    classes = np.array([0] * 4 + [1] * 6)
    share = covered(rp.icc_1(one_way_of(values + 3 * classes[subject][:, None], subject, classes)), rho)
    assert 0.925 <= share <= 0.965


@pytest.mark.parametrize(("n", "k"), [(8, 2), (12, 3), (12, 5)])
@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_icc_2_and_3__intervals_cover(n, k, rho):
    rng, left = np.random.default_rng(3), (1 - rho) / 2
    cells = np.sqrt(rho) * rng.standard_normal((n, 1, N)) + np.sqrt(left) * rng.standard_normal((n, k, N))
    cells += np.sqrt(left) * rng.standard_normal((1, k, N))
    assert FEWEST <= covered(rp.icc_3(two_way(cells)), rho / (rho + left)) <= MOST
    # Satterthwaite's degrees of freedom are an approximation
    assert 0.90 <= covered(rp.icc_2(two_way(cells)), rho) <= 0.99


def test_icc_2__of_noise_has_an_interval_that_holds_its_value_or_none():
    found = rp.icc_2(two_way(np.random.default_rng(4).standard_normal((3, 2, N))))
    assert (np.abs(found.value) <= 1).all()
    known = np.isfinite(found.low)
    np.testing.assert_array_equal(known, np.isfinite(found.high))
    assert 0.5 < known.mean() < 1
    low, value, high = (one[known] for one in (found.low, found.value, found.high))
    assert ((low >= -1) & (low <= value) & (value <= high) & (high <= 1)).all()


def test_crossed__of_two_samples_has_no_interval():
    table = two_way(np.random.default_rng(4).standard_normal((2, 3, 9)))
    for found in (rp.icc_2(table), rp.icc_3(table)):
        assert np.isfinite(found.value).all()
        assert np.isnan([found.low, found.high]).all()


def test_components__are_unbiased_with_unequal_numbers_and_classes():
    values, subject = drawn(0.6, [1, 1, 1, 2, 2, 3, 5, 2, 4])
    table = one_way_of(values, subject, np.array([0, 0, 0, 0, 1, 1, 1, 1, 1]))
    estimate = (table.between - table.within) / table.k0  # what is below 0 counts here
    assert estimate.mean() == pytest.approx(0.6, abs=4 * estimate.std() / np.sqrt(N))


def test_components__tell_factor_and_rest_apart():
    rng = np.random.default_rng(5)
    cells = (
        2 * rng.standard_normal((40, 1, 300)) + rng.standard_normal((1, 40, 300)) + rng.standard_normal((40, 40, 300))
    )
    shares = rp.components_2(two_way(cells)).shares()
    np.testing.assert_allclose([one.mean() for one in shares], [4 / 6, 1 / 6, 1 / 6], atol=0.02)


def test_smallest_difference__holds_95_percent_of_pairs():
    values, subject = drawn(0.8, [2] * 30)
    limit = rp.smallest_difference(rp.components_1(one_way_of(values, subject)).error)
    assert np.mean(np.abs(values[::2] - values[1::2]) < limit) == pytest.approx(0.95, abs=0.01)


# Units, gaps, edges


def test_icc__is_the_same_in_any_unit():
    values, subject = drawn(0.7, [2, 2, 3, 2, 4], columns=3)
    one, other = (rp.icc_1(one_way_of(scale * values, subject)) for scale in (1.0, 2.0**-60))
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_icc__does_not_see_an_offset():
    values, subject = drawn(0.7, [2, 2, 3, 2, 4], columns=3)
    one, other = (rp.icc_1(one_way_of(values + offset, subject)) for offset in (0.0, 100.0))
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_smallest_difference_and_cv__follow_the_unit():
    values, subject = drawn(0.7, [2] * 6, columns=3)
    values = values + 10
    error = rp.components_1(one_way_of(values, subject)).error
    scaled = rp.components_1(one_way_of(1e-9 * values, subject)).error
    np.testing.assert_allclose(rp.smallest_difference(scaled), 1e-9 * rp.smallest_difference(error), rtol=1e-9)
    np.testing.assert_allclose(rp.within_cv(scaled, 1e-9 * values), rp.within_cv(error, values), rtol=1e-9)


def test_columns__are_judged_by_what_was_measured():
    values, subject = drawn(0.7, [2, 3, 2, 4, 2], columns=3)
    values[[0, 4, 5], 1] = np.nan
    there = np.isfinite(values[:, 1])
    whole, part = one_way_of(values, subject), one_way_of(values[there][:, [1]], subject[there])
    for one, other in zip(rp.icc_1(whole), rp.icc_1(part), strict=True):
        assert one[1] == other[0]


def test_crossed__a_subject_with_a_gap_does_not_count():
    cells = np.random.default_rng(2).standard_normal((6, 3, 2)) + np.arange(6)[:, None, None]
    cells[2, 1, 0] = np.nan
    np.testing.assert_allclose(
        [ends[0] for ends in rp.icc_2(two_way(cells))],
        [ends[0] for ends in rp.icc_2(two_way(cells[[0, 1, 3, 4, 5]]))],
    )


def test_crossed__classes_do_not_count_as_samples():
    cells = np.random.default_rng(2).standard_normal((8, 2, 1)) + np.arange(8)[:, None, None] % 3
    classes = np.array([0, 1] * 4)
    far = cells + 50 * classes[:, None, None]
    np.testing.assert_allclose(rp.icc_3(two_way(far, classes)), rp.icc_3(two_way(cells, classes)), rtol=1e-6)


def test_icc__of_equal_repeats_is_1_and_of_a_constant_undefined():
    values, subject = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]]).repeat(2, axis=0), np.array([0, 0, 1, 1, 2, 2])
    for found in (rp.icc_1(one_way_of(values, subject)), rp.icc_2(two_way(values.reshape(3, 2, 2)))):
        np.testing.assert_array_equal(np.array(found), [[1.0, np.nan]] * 3)


@pytest.mark.parametrize("subject", [[0, 1, 2, 3], [0, 0, 0, 0]], ids=["nothing repeated", "one sample"])
def test_icc__without_repeats_or_samples_is_undefined(subject):
    found = rp.icc_1(one_way_of(np.arange(4.0)[:, None], np.array(subject)))
    assert np.isnan(found.value).all()


def test_within_cv__of_both_signs_is_undefined():
    values = np.array([[1.0, -1.0], [1.2, 1.2]])
    np.testing.assert_allclose(rp.within_cv(np.array([0.04, 0.04]), values), [0.2 / 1.1, np.nan])


def test_bland_altman__by_hand():
    first, second = np.array([[1.0], [2.0], [3.0], [np.nan]]), np.array([[2.0], [2.0], [5.0], [1.0]])
    found = rp.bland_altman(first, second)
    np.testing.assert_allclose([o[0] for o in found], [1.0, 1 - 1.95996398, 1 + 1.95996398, 3])


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(0.91, 0.99, "excellent"), (0.6, 0.95, "moderate to excellent"), (-0.3, 0.2, "poor"), (np.nan, np.nan, "")],
)
def test_verdict__is_said_of_the_interval(low, high, word):
    assert rp.verdict(low, high) == word
