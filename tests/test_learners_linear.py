"""Compiled logistic regression, discriminant analysis and neighbours agree with scikit-learn in every probability."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import linear as naive
from naive.linear import ridge_discriminant
from sklearn import linear_model
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import KNeighborsClassifier

from afmfast.kernels.learners.discriminant import linear_discriminant
from afmfast.kernels.learners.logistic import fit_logistic, logistic_regression
from afmfast.kernels.learners.nearest import nearest_neighbours
from afmfast.validation.scores import class_score

seeds = st.integers(0, 2**32 - 1)
LEARNERS = {
    "logistic_regression": (logistic_regression, 1.0),
    "lda": (linear_discriminant, 1e-3),
    "k_nearest": (nearest_neighbours, 5),
}


def columns(X):
    return np.ascontiguousarray(X.T, dtype=float)


def learnt(name, X, y, unseen, class_weight=None, option=None):
    learner, usual = LEARNERS[name]
    weight = np.ones(int(y.max()) + 1) if class_weight is None else np.array(class_weight, float)
    probability = np.empty((len(unseen), len(weight)))
    learner(columns(X), y, weight, usual if option is None else option, columns(unseen), probability)
    return probability


def table(seed, n, q, n_classes, shift=1.0):
    """Standardised columns (n, q), codes of every class, and rows to predict."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % n_classes)
    X = rng.normal(size=(n, q)) @ rng.normal(size=(q, q)) + shift * rng.normal(size=(n_classes, q))[y]
    X -= X.mean(axis=0)
    X /= X.std(axis=0)
    return X, y, rng.normal(size=(17, q))


def logistic(**settings):
    return linear_model.LogisticRegression(solver="newton-cg", tol=1e-10, max_iter=10_000, **settings)


tables = st.tuples(seeds, st.integers(12, 60), st.integers(1, 15), st.integers(2, 5), st.sampled_from([0.0, 1.0, 9.0]))


@given(tables)
@settings(max_examples=40, deadline=None)
def test_logistic_regression__agrees_with_scikit_learn(given):
    X, y, unseen = table(*given)
    expected = logistic().fit(X, y).predict_proba(unseen)
    np.testing.assert_allclose(learnt("logistic_regression", X, y, unseen), expected, atol=1e-6)


# Where rounding ends its search scikit-learn says so; what it found is compared all the same.
@pytest.mark.filterwarnings("ignore:The line search algorithm did not converge", "ignore:Line Search failed")
@given(tables, st.lists(st.floats(0.1, 10.0), min_size=5, max_size=5), st.sampled_from([1e-3, 1.0, 1e3]))
@settings(max_examples=25, deadline=None)
def test_logistic_regression__weighs_classes_and_bears_any_penalty(given, weights, C):
    X, y, unseen = table(*given)
    weights = weights[: y.max() + 1]
    expected = logistic(C=C, class_weight=dict(enumerate(weights))).fit(X, y).predict_proba(unseen)
    # With hardly a penalty scikit-learn's own solvers differ by 5e-6.
    atol = 1e-6 if C <= 1 else 3e-5
    np.testing.assert_allclose(learnt("logistic_regression", X, y, unseen, weights, C), expected, rtol=0, atol=atol)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_logistic_regression__at_its_minimum_every_slope_is_nothing(n_classes):
    X, y, _ = table(1, 50, 4, n_classes)
    coef, intercept = np.empty((n_classes, 4)), np.empty(n_classes)
    assert fit_logistic(columns(X), y, np.ones(n_classes), 1.0, coef, intercept) < 12
    score = X @ coef.T + intercept
    p = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    wrong = p - np.eye(n_classes)[y]
    # Of two classes one row of coefficients is penalised, which is the difference of both.
    penalty = (coef[1] - coef[0]) * [[-1], [1]] if n_classes == 2 else coef
    np.testing.assert_allclose(wrong.T @ X + penalty, 0, atol=1e-7)
    np.testing.assert_allclose(wrong.sum(axis=0), 0, atol=1e-7)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("C", [1.0, 1e8])
def test_logistic_regression__bears_a_column_that_is_the_class(n_classes, C):
    y = np.arange(24) % n_classes
    found = learnt("logistic_regression", 1e3 * y[:, None], y, 1e3 * np.arange(n_classes)[:, None], option=C)
    assert (np.diag(found) > 0.9).all()


@given(tables)
@settings(max_examples=40, deadline=None)
def test_linear_discriminant__is_the_row_of_the_table(given):
    X, y, unseen = table(*given)
    expected = ridge_discriminant().fit(X, y).predict_proba(unseen)
    np.testing.assert_allclose(learnt("lda", X, y, unseen), expected, atol=1e-6)


def test_linear_discriminant__orders_rows_that_lie_hundreds_apart():
    """Two collinear columns: log-odds of a thousand, where exp and float32 know 0 and 1 alone."""
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    first = rng.normal(size=40) + 3 * y
    X = np.column_stack([first, first + 1e-3 * (rng.normal(size=40) + 40 * y)])
    unseen = np.linspace(-1, 1, 9)[:, None] * [0.0, 1.0] + X.mean(axis=0)
    probability = learnt("lda", X, y, unseen, option=1e-6).astype(np.float32)
    theirs = LinearDiscriminantAnalysis("lsqr", shrinkage=1e-6).fit(X, y).decision_function(unseen)
    assert np.abs(theirs).max() > 1000
    scores = class_score(probability, 1)
    np.testing.assert_array_equal(np.argsort(scores), np.argsort(theirs))
    assert len(set(scores)) == len(scores)


def test_linear_discriminant__weights_of_classes_are_priors():
    X, y, unseen = table(3, 40, 5, 3)
    X, y = X[5:], y[5:]
    weights = np.array([1.0, 4.0, 0.5])
    priors = weights * np.bincount(y) / (weights * np.bincount(y)).sum()
    plain = LinearDiscriminantAnalysis("lsqr", priors=priors).fit(X, y).predict_proba(unseen)
    np.testing.assert_allclose(learnt("lda", X, y, unseen, weights, 0.0), plain, atol=1e-9)


@given(seed=seeds, n=st.integers(2, 30), q=st.integers(1, 4), n_classes=st.integers(2, 5), k=st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_nearest_neighbours__is_the_vote_one_would_take(seed, n, q, n_classes, k):
    rng = np.random.default_rng(seed)
    X, unseen = rng.integers(-2, 3, (n, q)), rng.integers(-2, 3, (9, q))  # many are equally far
    y = rng.integers(0, n_classes, n)
    expected = naive.votes(X, y, int(y.max()) + 1, k, unseen)
    np.testing.assert_array_equal(learnt("k_nearest", X, y, unseen, option=k), expected)


@given(seed=seeds, n=st.integers(5, 60), q=st.integers(1, 20), n_classes=st.integers(2, 5))
@settings(max_examples=25, deadline=None)
def test_nearest_neighbours__agrees_with_scikit_learn(seed, n, q, n_classes):
    X, y, unseen = table(seed, max(n, n_classes), q, n_classes)
    expected = KNeighborsClassifier(5, algorithm="brute").fit(X, y).predict_proba(unseen)
    np.testing.assert_allclose(learnt("k_nearest", X, y, unseen), expected, atol=1e-15)


def test_nearest_neighbours__votes_count_the_weight_of_their_class():
    X, y = np.array([[0.0], [1.0], [2.0], [9.0]]), np.array([0, 1, 1, 0])
    assert learnt("k_nearest", X, y, np.zeros((1, 1)), [3.0, 1.0], 3).tolist() == [[0.6, 0.4]]
    assert learnt("k_nearest", X, y, np.zeros((1, 1)), [0.0, 0.0], 3).tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize("name", LEARNERS)
def test_learners__give_a_class_without_rows_no_probability(name):
    X, y, unseen = table(0, 30, 3, 3)
    missing = np.array([0, 2, 3])[y]  # code 1 has no rows, code 4 neither
    found = learnt(name, X, missing, unseen, np.ones(5))
    np.testing.assert_array_equal(found[:, [1, 4]], 0.0)
    np.testing.assert_allclose(found[:, [0, 2, 3]], learnt(name, X, y, unseen), atol=1e-12)


@pytest.mark.parametrize("name", LEARNERS)
def test_learners__give_all_to_a_class_that_is_alone(name):
    X, _, unseen = table(0, 30, 3, 2)
    assert learnt(name, X, np.ones(30, np.int64), unseen).tolist() == [[0.0, 1.0]] * 17


@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_learners__bear_constant_twin_and_more_columns_than_rows(name, n_classes):
    X, y, unseen = table(2, 12, 30, n_classes)
    X[:, 3], X[:, 4], unseen[:, 3] = 0.0, X[:, 5], 0.0
    found = learnt(name, X, y, unseen)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    without = [column for column in range(30) if column != 3]
    np.testing.assert_allclose(found, learnt(name, X[:, without], y, unseen[:, without]), atol=1e-6)
