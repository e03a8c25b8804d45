"""The compiled Gaussian process classifier agrees with scikit-learn and its definition, and ties where it is flat."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import laplace as naive
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF, ConstantKernel

from afmfast.kernels import _jit, _lapack
from afmfast.kernels.learners import dense
from afmfast.kernels.learners.ascent import slopes
from afmfast.kernels.learners.exponential import exponentials
from afmfast.kernels.learners.gaussian_process import _square_distances, gaussian_process
from afmfast.kernels.learners.laplace import evidence, process_of

seeds = st.integers(0, 2**32 - 1)
logarithms = st.tuples(st.floats(-4, 8), st.floats(-1, 4))


def columns(X):
    return np.ascontiguousarray(X.T, dtype=float)


def table(seed=0, n=40, q=3, n_classes=2, shift=1.0):
    """Standardised columns (n, q), codes of every class, and rows to predict."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % n_classes)
    X = rng.normal(size=(n, q)) + shift * rng.normal(size=(n_classes, q))[y]
    return (X - X.mean(axis=0)) / X.std(axis=0), y, rng.normal(size=(17, q))


def process(X, y, weight=None):
    return process_of(_square_distances(columns(X)), y.astype(float), np.ones(len(y)) if weight is None else weight)


class Fitted:
    """What the kernel found, and its probabilities of rows `unseen`."""

    def __init__(self, X, y, theta=(0.0, 0.0), *, unseen=None, optimise=False, class_weight=None):
        self.weight = np.ones(int(y.max()) + 1) if class_weight is None else np.array(class_weight, float)
        self.X, self.y, self.theta = X, y, np.tile(np.array(theta), (len(self.weight), 1))
        self.modes, self.likelihood = np.zeros((len(self.weight), len(y))), np.empty(len(self.weight))
        self.probability = self.run(X[:0] if unseen is None else unseen, optimise)

    def run(self, unseen, optimise=False):
        probability = np.empty((len(unseen), len(self.weight)))
        gaussian_process(
            columns(self.X), self.y, self.weight, optimise, self.theta, self.modes, self.likelihood, columns(unseen),
            probability,
        )  # fmt: skip
        return probability


def predicted(X, y, unseen, theta=(0.0, 0.0), **options):
    return Fitted(X, y, theta, unseen=unseen, **options).probability


def scikit_learn(theta):
    return GaussianProcessClassifier(ConstantKernel(math.exp(theta[0])) * RBF(math.exp(theta[1])), optimizer=None)


@given(seed=seeds, n=st.integers(4, 60), q=st.integers(1, 12), theta=logarithms)
@settings(max_examples=40, deadline=None)
def test_evidence_and_slopes__are_those_of_scikit_learn(seed, n, q, theta):
    X, y, _ = table(seed, n, q)
    theta, gradient = np.array(theta), np.empty(2)
    one = process(X, y)
    value = evidence(one, theta)
    slopes(one, theta, gradient, np.empty((2, n)))
    expected = scikit_learn((0, 0)).fit(X, y).log_marginal_likelihood(theta, eval_gradient=True)
    assert value == pytest.approx(expected[0], abs=1e-6)
    np.testing.assert_allclose(gradient, expected[1], atol=1e-6)


@pytest.mark.parametrize("theta", [(0.0, 0.0), (2.5, 1.0), (-2.0, 0.5), (5.0, 2.0)])
def test_evidence__is_its_definition(theta):
    X, y, _ = table(1, n=25)
    weight = np.where(y == 1, 2.5, 1.0)
    value, mode = naive.laplace(X, 2.0 * y - 1.0, weight, np.array(theta))
    one = process(X, y, weight)
    assert evidence(one, np.array(theta)) == pytest.approx(value, abs=1e-6)
    np.testing.assert_allclose(one.mode, mode, atol=1e-5)


@given(seed=seeds, n=st.integers(4, 40), theta=logarithms, weight=st.floats(0.2, 5.0))
@settings(max_examples=40, deadline=None)
def test_slopes__are_finite_differences_of_evidence_and_mode(seed, n, theta, weight):
    X, y, _ = table(seed, n)
    weight, theta = np.where(y == 1, weight, 1.0), np.array(theta)
    one, gradient, moves = process(X, y, weight), np.empty(2), np.empty((2, n))
    evidence(one, theta)
    slopes(one, theta, gradient, moves)
    for k in range(2):
        shift = 1e-4 * np.eye(2)[k]
        above, below = process(X, y, weight), process(X, y, weight)
        difference = evidence(above, theta + shift) - evidence(below, theta - shift)
        assert gradient[k] == pytest.approx(difference / 2e-4, abs=1e-5, rel=1e-5)
        np.testing.assert_allclose(moves[k], (above.mode - below.mode) / 2e-4, atol=1e-5, rtol=1e-4)


@given(seed=seeds, theta=logarithms)
@settings(max_examples=20, deadline=None)
def test_evidence__does_not_depend_on_the_mode_it_starts_from(seed, theta):
    X, y, _ = table(seed)
    one, theta = process(X, y), np.array(theta)
    cold = evidence(one, theta)
    one.mode[:] = np.random.default_rng(seed).normal(0, 3, len(y))
    assert evidence(one, theta) == pytest.approx(cold, abs=1e-8)


@given(seed=seeds, n=st.integers(10, 50), q=st.integers(1, 12), n_classes=st.integers(2, 5), theta=logarithms)
@settings(max_examples=30, deadline=None)
def test_probability__at_given_parameters_is_that_of_scikit_learn(seed, n, q, n_classes, theta):
    X, y, unseen = table(seed, n, q, n_classes)
    expected = scikit_learn(theta).fit(X, y).predict_proba(unseen)
    np.testing.assert_allclose(predicted(X, y, unseen, theta), expected, atol=1e-5)


def test_probability__is_the_mean_over_the_latent_value():
    X, y, unseen = table(2, n=30)
    theta = np.array([3.0, 0.5])
    expected = naive.averaged(X, 2.0 * y - 1.0, theta, unseen)
    np.testing.assert_allclose(predicted(X, y, unseen, theta)[:, 1], expected, atol=2e-4)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("n_classes", [2, 3])
def test_optimised__evidence_is_not_below_that_of_scikit_learn(seed, n_classes):
    X, y, unseen = table(seed, 60, 4, n_classes)
    reference = GaussianProcessClassifier(1.0 * RBF(1.0)).fit(X, y)
    ones = reference.base_estimator_.estimators_ if n_classes > 2 else [reference.base_estimator_]
    expected = np.array([one.log_marginal_likelihood_value_ for one in ones])
    own = Fitted(X, y, unseen=unseen, optimise=True)
    found = own.likelihood[-len(ones) :]
    assert (found > expected - 1e-4 * np.abs(expected)).all()
    again = [one.log_marginal_likelihood(theta) for one, theta in zip(ones, own.theta[-len(ones) :], strict=True)]
    np.testing.assert_allclose(found, again, atol=1e-6)
    if np.allclose(found, expected, rtol=1e-7):  # the same hill was climbed
        np.testing.assert_allclose(own.probability, reference.predict_proba(unseen), atol=1e-3)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_optimised__stays_inside_the_bounds_and_ends_where_no_slope_is_left(seed):
    X, y, _ = table(seed, shift=0.0)
    own = Fitted(X, y, optimise=True)
    theta, gradient = own.theta[1], np.empty(2)
    assert (np.abs(theta) <= math.log(1e5)).all()
    one = process(X, y)
    assert evidence(one, theta) == pytest.approx(own.likelihood[1], abs=1e-7)
    slopes(one, theta, gradient, np.empty((2, len(y))))
    inside = np.abs(theta) < math.log(1e5)
    assert (np.abs(gradient[inside]) < 0.02).all()


def test_optimised__predicts_the_same_from_what_was_found():
    X, y, unseen = table(8, n_classes=3)
    own = Fitted(X, y, unseen=unseen, optimise=True)
    np.testing.assert_allclose(own.run(unseen), own.probability, atol=1e-9)


def test_weight__of_two_is_a_row_twice():
    X, y, unseen = table(3)
    twice = np.concatenate([np.arange(len(y)), np.flatnonzero(y == 1)])
    expected = scikit_learn((1.0, 0.5)).fit(X[twice], y[twice])
    own = Fitted(X, y, (1.0, 0.5), unseen=unseen, class_weight=[1, 2])
    assert own.likelihood[1] == pytest.approx(expected.log_marginal_likelihood_value_, abs=1e-6)
    np.testing.assert_allclose(own.probability, expected.predict_proba(unseen), atol=1e-6)


def test_flat__a_length_beyond_the_table_gives_every_row_one_probability():
    X, y, unseen = table(4, n=41)
    found = predicted(X, y, unseen, (0.0, math.log(1e5)))
    assert np.ptp(found[:, 1]) == 0.0
    assert found[0, 1] == pytest.approx(np.mean(y), abs=0.01)


def test_flat__a_long_length_with_a_large_amplitude_is_a_plane_and_no_tie():
    X, y, unseen = table(4)
    assert np.ptp(predicted(X, y, unseen, (math.log(1e5), 7.0))[:, 1]) > 0.1


def test_flat__rows_out_of_sight_of_all_training_rows_tie():
    X, y, unseen = table(5)
    assert np.unique(predicted(X, y, unseen, (0.0, math.log(1e-5)))).tolist() == [0.5]


@pytest.mark.parametrize("n_classes", [2, 4])
def test_gaussian_process__bears_a_class_that_is_a_column_and_constant_and_many_columns(n_classes):
    X, y, unseen = table(6, 24, 30, n_classes)
    X[:, 0], X[:, 1] = y, 0.0
    unseen[:, 1] = 0.0
    probability = predicted(X, y, unseen, optimise=True)
    assert np.isfinite(probability).all()
    np.testing.assert_allclose(probability.sum(axis=1), 1.0)


def test_gaussian_process__without_any_spread_says_the_same_of_every_row():
    _, y, unseen = table(0)
    assert np.ptp(predicted(np.zeros((40, 3)), y, unseen, optimise=True)[:, 1]) == 0.0


def test_gaussian_process__gives_a_class_without_rows_no_probability():
    X, y, unseen = table(7, n_classes=3)
    found = predicted(X, np.array([0, 2, 3])[y], unseen, class_weight=np.ones(5))
    np.testing.assert_array_equal(found[:, [1, 4]], 0.0)
    np.testing.assert_allclose(found[:, [0, 2, 3]], predicted(X, y, unseen), atol=1e-12)
    two = predicted(X, np.array([0, 2, 0])[y], unseen, class_weight=np.ones(3))
    np.testing.assert_allclose(two[:, [0, 2]], predicted(X, (y == 1).astype(int), unseen), atol=1e-12)
    assert predicted(X, np.ones(40, np.int64), unseen).tolist() == [[0.0, 1.0]] * 17


# what it is made of


def test_exponentials__are_numpys():
    values = np.concatenate([-np.logspace(-300, math.log10(708), 2000), np.linspace(-1, 700, 2000), [0.0, -0.0]])
    out = np.empty_like(values)
    exponentials(values, np.empty_like(values), out)
    np.testing.assert_allclose(out, np.exp(values), rtol=4e-16)


def test_exponentials__far_below_zero_end_at_the_least_number():
    out = np.empty(2)
    exponentials(np.array([-1e4, -np.inf]), np.empty(2), out)
    np.testing.assert_array_equal(out, [out[0], out[0]])
    assert 0 < out[0] < 1e-300


@_jit.kernel
def compiled_factorise(A):
    return _lapack.factorise(A)


@_jit.kernel
def compiled_solve_rows(L, rows):
    _lapack.solve_rows(L, rows)


@_jit.kernel
def compiled_invert(L):
    _lapack.invert(L)


def positive_definite(n):
    X = np.random.default_rng(n).normal(size=(n, n))
    return X @ X.T / n + np.eye(n)


@pytest.mark.parametrize("factorise", [_lapack.factorise, compiled_factorise, dense.factorise])
@pytest.mark.parametrize("n", [1, 5, 70])
def test_factorise__is_choleskys_and_reads_the_lower_half(factorise, n):
    A = positive_definite(n)
    given = np.tril(A)
    assert factorise(given)
    np.testing.assert_allclose(np.tril(given), np.linalg.cholesky(A), atol=1e-13)
    assert not factorise(-A)


@pytest.mark.parametrize("solve_rows", [_lapack.solve_rows, compiled_solve_rows])
@pytest.mark.parametrize("n", [1, 33])
def test_solve_rows__solves_each_row(solve_rows, n):
    L = np.linalg.cholesky(positive_definite(n))
    rows = np.random.default_rng(0).normal(size=(7, n))
    solved = rows.copy()
    solve_rows(L, solved)
    np.testing.assert_allclose(solved @ L.T, rows, atol=1e-13)


@pytest.mark.parametrize("invert", [_lapack.invert, compiled_invert])
@pytest.mark.parametrize("n", [1, 31, 32, 33, 64, 97, 200])
def test_invert__is_the_inverse_of_what_was_factorised(invert, n):
    A = positive_definite(n)
    L = np.linalg.cholesky(A)
    invert(L)
    np.testing.assert_allclose(np.tril(L), np.tril(np.linalg.inv(A)), atol=1e-12)


def test_solve__of_the_small_kernel_solves():
    A = positive_definite(9)
    b = np.arange(9.0)
    L = A.copy()
    assert dense.factorise(L)
    dense.solve(L, b)
    np.testing.assert_allclose(A @ b, np.arange(9.0), atol=1e-12)
