"""Compiled twins, ranks and scores: those of the slow way, to the last bit where it hangs on a comparison."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import linear as naive
from scipy.stats import rankdata

from afmfast.kernels.learners import scoring, twins
from afmfast.selection import correlation

seeds = st.integers(0, 2**32 - 1)


def drop_twins(X, threshold):
    twin, pair = np.empty(X.shape[1], np.int64), np.empty(X.shape[1])
    twins.drop_twins(np.ascontiguousarray(X.T), threshold, twin, pair)
    return twin, pair


def midranks(X):
    order = np.ascontiguousarray(np.argsort(X, axis=0, kind="stable").T.astype(np.int32))
    ranks = np.empty(X.T.shape)
    twins.midranks(np.ascontiguousarray(X.T), order, ranks)
    return ranks.T


def score(probability, y):
    areas, recall, specificity = np.empty((3, probability.shape[1]))
    return scoring.score(probability, y, areas, recall, specificity), areas, recall, specificity


@given(seed=seeds, threshold=st.floats(0.2, 0.99))
@settings(max_examples=25, deadline=None)
def test_drop_twins__agrees_with_the_loop_one_would_write(seed, threshold):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(12, 3)) @ rng.normal(size=(3, 9)) + 0.5 * rng.normal(size=(12, 9))
    X[:, rng.integers(9)] = 0.1
    X[:, rng.integers(9)] = -3 * X[:, rng.integers(9)] + 1
    twin, pair = naive.twins(X, threshold)
    found = drop_twins(X, threshold)
    assert found[0].tolist() == twin
    np.testing.assert_allclose(found[1], pair, atol=1e-12)


@given(seed=seeds, n=st.integers(2, 60), p=st.integers(1, 40), threshold=st.sampled_from([0.5, 0.9, 1.0]))
@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("method", correlation.METHODS.names())
def test_drop_twins__is_the_filter_by_the_whole_matrix(method, seed, n, p, threshold):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + np.round(2 * rng.normal(size=(n, 1)))
    X[:, :: 1 + p // 3] = np.round(X[:, :1])
    twin, pair = naive.filtered(X, correlation.correlation_matrix(X, method), threshold)
    found = drop_twins(midranks(X) if method == "spearman" else X, threshold)
    np.testing.assert_array_equal(found[0], twin)
    np.testing.assert_allclose(found[1], pair, atol=2e-12)


@pytest.mark.parametrize("scale", [1e-190, 1e-19, 1e11, 1e190])
def test_drop_twins__does_not_depend_on_the_unit(scale):
    X = np.random.default_rng(4).normal(size=(20, 6)) @ np.triu(np.ones((6, 6)))
    twin, pair = drop_twins(scale * X, 0.8)
    expected = drop_twins(X, 0.8)
    assert twin.max() >= 0
    np.testing.assert_array_equal(twin, expected[0])
    np.testing.assert_allclose(pair, expected[1], atol=1e-12)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30))
@settings(deadline=None)
def test_midranks__are_scipys(values):
    X = np.array(values, float)[:, None]
    np.testing.assert_array_equal(midranks(X)[:, 0], rankdata(values))


@given(seed=seeds, m=st.integers(1, 40), n_classes=st.integers(2, 5), digits=st.sampled_from([1, 2, 9]))
@settings(max_examples=60, deadline=None)
def test_score__is_that_of_the_slow_twin_to_the_last_bit(seed, m, n_classes, digits):
    rng = np.random.default_rng(seed)
    probability = np.round(rng.dirichlet(np.full(n_classes, 0.1), m), digits).astype(np.float32)
    y = rng.integers(0, n_classes, m)
    for found, expected in zip(score(probability, y), naive.scores(probability, y), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_score__orders_rows_that_float32_cannot_tell_apart():
    probability = np.array([[1e-12, 1.0], [1e-10, 1.0], [0.4, 0.6]], np.float32)
    assert score(probability, np.array([1, 0, 0]))[1].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("probability", [np.empty((0, 2)), np.array([[0.5, 0.5], [np.nan, 1.0]])])
def test_score__is_nan_without_rows_or_with_a_nan(probability):
    found = score(probability.astype(np.float32), np.zeros(len(probability), np.int64))
    assert np.isnan(np.concatenate([np.atleast_1d(part) for part in found])).all()


@given(seed=seeds, m=st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_area__is_the_share_of_pairs_in_order(seed, m):
    rng = np.random.default_rng(seed)
    values, y = np.round(rng.random(m), 1), rng.integers(0, 2, m)
    order, spare = np.empty((2, m), np.int64)
    scoring.sort_rows(values, order, spare)
    assert scoring.area(values, order, y, 1) == pytest.approx(naive.area(values, y == 1), nan_ok=True)


@pytest.mark.parametrize("m", [1, 2, 7, 8, 9, 16, 17, 100, 6000])
def test_sort_rows__keeps_equal_ones_as_they_were(m):
    values = np.random.default_rng(m).integers(0, 1 + m // 3, m).astype(float)
    order, spare = np.empty((2, m), np.int64)
    scoring.sort_rows(values, order, spare)
    np.testing.assert_array_equal(order, np.argsort(values, kind="stable"))


def test_score_parts__scores_each_part_alone():
    rng = np.random.default_rng(0)
    probability, y = rng.dirichlet(np.ones(3), 50).astype(np.float32), rng.integers(0, 3, 50)
    ends = np.array([20, 21, 50])
    accuracy, areas, recall, specificity = np.empty(3), *np.empty((3, 3, 3))
    scoring.score_parts(probability, y, ends, accuracy, areas, recall, specificity)
    for k, rows in enumerate([slice(0, 20), slice(20, 21), slice(21, 50)]):
        alone = score(probability[rows], y[rows])
        together = accuracy[k], areas[k], recall[k], specificity[k]
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one, other)
