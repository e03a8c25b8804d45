"""A correlation filter that never sees labels, and rankings that find what was planted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from afmfast.errors import SettingsError
from afmfast.kernels.learners.parts import USABLE, one_part
from afmfast.selection.correlation import METHODS, correlation_matrix, twins
from afmfast.selection.table import RANKINGS, Chosen, Selector


def drop_twins(X: np.ndarray, threshold: float, method: str = "pearson") -> tuple[np.ndarray, np.ndarray]:
    found = twins(*one_part(X, np.zeros(len(X))), threshold, method)
    return found.twin[0], found.correlation[0]


def rank(name: str, X: np.ndarray, y: np.ndarray, seed: int = 0) -> np.ndarray:
    columns, splits, prepared = one_part(X, y)
    return RANKINGS[name].rank(columns, splits, prepared, prepared.state == USABLE, np.array([seed], np.uint64))[0]


def choose(selector: Selector, X: np.ndarray, y: np.ndarray, seed: int = 0) -> Chosen:
    return selector(*one_part(X, y), np.array([seed], np.uint64))


@pytest.fixture
def planted() -> tuple[np.ndarray, np.ndarray]:
    """40 rows, 8 columns; column 5 tells the classes apart, the others are noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 8))
    y = np.arange(40) % 2
    X[:, 5] += 3 * y
    return X, y


def naive_twins(X: np.ndarray, threshold: float) -> list[int]:
    kept: list[int] = []
    twins = []
    for column in range(X.shape[1]):
        r = [round(abs(np.corrcoef(X[:, column], X[:, other])[0, 1]), 12) for other in kept]
        best = int(np.argmax(r)) if r else -1
        twins.append(kept[best] if r and r[best] >= threshold else -1)
        if twins[-1] < 0:
            kept.append(column)
    return twins


@given(seed=st.integers(0, 10_000), threshold=st.floats(0.2, 0.99))
@settings(max_examples=25, deadline=None)
def test_drop_twins__agrees_with_the_loop_one_would_write(seed, threshold):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(12, 3)) @ rng.normal(size=(3, 9)) + 0.5 * rng.normal(size=(12, 9))
    assert drop_twins(X, threshold)[0].tolist() == naive_twins(X, threshold)


def test_drop_twins__the_first_in_table_order_stays_and_is_named():
    a, b = np.random.default_rng(1).normal(size=(2, 30))
    twin, r = drop_twins(np.stack([a, b, -a, a + 0.001 * b], axis=1), 0.9)
    assert twin.tolist() == [-1, -1, 0, 0]
    assert r[2] == -1.0
    assert r[3] == pytest.approx(1.0, abs=1e-5)
    assert np.isnan(r[:2]).all()


def test_drop_twins__a_dropped_column_drops_no_other():
    rng = np.random.default_rng(2)
    a = rng.normal(size=5000)
    b = a + 0.6 * rng.normal(size=5000)
    c = b + 0.7 * rng.normal(size=5000)
    assert drop_twins(np.stack([a, b, c], axis=1), 0.8)[0].tolist() == [-1, 0, -1]


def test_drop_twins__copies_go_even_at_a_limit_of_one():
    a, b = np.random.default_rng(3).normal(size=(2, 17))
    assert drop_twins(np.stack([a, b, 3 * a + 1], axis=1), 1.0)[0].tolist() == [-1, -1, 0]


@pytest.mark.parametrize("scale", [1e-190, 1e-19, 1e11, 1e190])
def test_correlation_matrix__does_not_depend_on_the_unit(scale):
    X = np.random.default_rng(4).normal(size=(20, 4))
    np.testing.assert_allclose(correlation_matrix(scale * X), correlation_matrix(X), atol=1e-11)


def test_correlation_matrix__constant_columns_have_none():
    X = np.random.default_rng(5).normal(size=(20, 3))
    X[:, 1] = 7.0
    r = correlation_matrix(X)
    assert np.isnan(r[1]).all()
    assert np.isfinite(r[0, 2])
    assert drop_twins(X, 0.1)[0][1] == -1


def test_spearman__sees_what_is_monotonic_and_pearson_does_not():
    a = np.random.default_rng(6).normal(size=50)
    X = np.stack([a, np.exp(4 * a)], axis=1)
    assert drop_twins(X, 0.95, "spearman")[0].tolist() == [-1, 0]
    assert drop_twins(X, 0.95, "pearson")[0].tolist() == [-1, -1]


@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 4))
@settings(max_examples=25, deadline=None)
def test_single_split_gini__is_the_gain_of_a_tree_of_one_split(seed, n_classes):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 6, size=(24, 3)).astype(float)
    y = rng.integers(0, n_classes, size=24)
    y[:n_classes] = np.arange(n_classes)
    for column, found in enumerate(rank("gini_single", X, y)):
        if np.isnan(found):  # a constant column is not ranked
            continue
        stump = DecisionTreeClassifier(max_depth=1).fit(X[:, [column]], y).tree_
        share = stump.weighted_n_node_samples / len(y)
        left = (share[1:] * stump.impurity[1:]).sum() if stump.node_count == 3 else stump.impurity[0]
        assert found == pytest.approx(stump.impurity[0] - left, abs=1e-12)


@pytest.mark.parametrize("ranking", RANKINGS.names())
def test_rankings__the_planted_column_comes_first_and_the_seed_decides_the_rest(ranking, planted):
    first, again = (choose(Selector(rank=ranking, keep=3), *planted, seed=11) for _ in range(2))
    assert first.ranked.shape == (1, 8)
    assert first.ranked[0, 0] == 5
    np.testing.assert_array_equal(first.importances, again.importances)
    assert (np.diff(first.importances[0, first.ranked[0]]) <= 0).all()


def test_permutation_ranking__noise_is_worth_nothing(planted):
    X, y = planted
    importances = rank("permutation", X, y)
    assert importances[5] > 0.2
    assert np.abs(np.delete(importances, 5)).max() < 0.06


@pytest.mark.parametrize("ranking", RANKINGS.names())
def test_rankings__a_class_of_one_row_and_a_constant_column_are_no_obstacle(ranking):
    X = np.random.default_rng(7).normal(size=(5, 3))
    X[:, 1] = 2.0
    importances = rank(ranking, X, np.array([0, 0, 2, 0, 2]))
    assert np.isnan(importances).tolist() == [False, True, False]


def test_selector__equal_importances_keep_table_order():
    X = np.tile(np.arange(6.0)[:, None], (1, 4))
    assert choose(Selector(None, keep=3, rank="gini_single"), X, np.arange(6) // 3).ranked.tolist() == [[0, 1, 2, 3]]


def test_selector__says_what_became_of_every_column(planted):
    X, y = planted
    X = np.column_stack([X, X[:, 5]])
    chosen = choose(Selector(keep=2, rank="gini_single"), X, y)
    assert chosen.twins.twin.tolist() == [[-1] * 8 + [5]]
    assert np.isnan(chosen.importances[0, 8])
    assert chosen.twins.correlation[0, 8] == 1.0


def test_selector__ranks_all_that_stay_and_no_more(planted):
    X, y = planted
    ranked = choose(Selector(rank="gini_single"), np.column_stack([X, X[:, 5]]), y).ranked[0]
    assert sorted(ranked) == [-1, *range(8)]
    assert ranked[-1] == -1


def test_selector__its_settings_are_all_that_changes_a_choice():
    assert Selector().settings == {
        "correlation": 0.9, "method": "pearson", "keep": 10, "rank": "gini", "reduce": "rank"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"correlation": 0.0}, r"correlation = 0.0; give a limit above 0 and up to 1, or None"),
        ({"correlation": 1.2}, r"correlation = 1.2"),
        ({"keep": 0}, r"keep = 0; give the number of columns to keep, 1 or more"),
        ({"keep": 2.5}, r"keep = 2.5"),
        ({"rank": "gin"}, r"no ranking is called 'gin'; did you mean 'gini'\?"),
        ({"method": "kendall"}, r"no correlation method is called 'kendall'; allowed: pearson, spearman"),
    ],
)
def test_selector__refuses_what_is_not_allowed(wrong, sentence):
    with pytest.raises(SettingsError, match=sentence):
        Selector(**wrong)


def test_methods__every_one_is_named_in_the_selector():
    assert [Selector(method=name).method for name in METHODS.names()] == ["pearson", "spearman"]
