"""Compiled trees: those of the slow twin bit for bit, scikit-learn's where nothing is random, and its statistics."""

import numpy as np
import pytest
from naive import trees as naive
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.tree import DecisionTreeClassifier

from afmfast.kernels._jit import lowest_bit
from afmfast.kernels.learners.boosting import boosting
from afmfast.kernels.learners.forest import forest, one_tree
from afmfast.kernels.learners.permutation_importance import permutation_importance
from afmfast.kernels.learners.single_split import gini_single

NO_LIMIT = 2**31 - 1
SEED = 20_251


def table(n: int, q: int, n_classes: int, *, ties: bool = False, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """X (n, q) exact in float32, and codes y (n,) that hang on its first columns."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n)
    X = rng.normal(size=(n, q))
    X[:, : max(1, q // 3)] += 0.6 * y[:, None]
    if ties:
        X = np.round(2 * X) / 2
    return X.astype(np.float32).astype(float), y


def columns(X: np.ndarray, kind: str = "stable") -> tuple[np.ndarray, np.ndarray]:
    seen = np.ascontiguousarray(X.T)
    return seen, np.argsort(seen, axis=1, kind=kind).astype(np.int32)


def grown(X, y, weight, n_try, is_extra, min_leaf=1, min_share=0.0, max_depth=NO_LIMIT, seed=SEED, t=0):
    """Feature, threshold, child and share of one kept tree, and the decreases of its columns."""
    n, q = X.shape
    size, n_classes = 2 * n, len(weight)
    feature, threshold = np.empty(size, np.int32), np.empty(size)
    child, share, decreases = np.empty((size, 2), np.uint32), np.empty((size, n_classes)), np.empty(q)
    rule = (n_try, is_extra, min_leaf, min_share, max_depth)
    tree = (feature, threshold, child, share)
    n_nodes = one_tree(*columns(X), y, weight, *rule, np.uint64(seed), t, *tree, decreases)
    return *(array[:n_nodes] for array in tree), decreases


def predicted(X, y, weight, n_trees, n_try, is_extra, unseen, min_leaf=1, max_depth=NO_LIMIT, seed=SEED):
    probability, importances = np.empty((len(unseen), len(weight))), np.empty(X.shape[1])
    rule = (n_try, is_extra, min_leaf, max_depth)
    rows = np.ascontiguousarray(unseen.T)
    forest(*columns(X), y, weight, n_trees, *rule, np.uint64(seed), rows, probability, importances)
    return probability, importances


CASES = {
    "two classes": {},
    "three classes": {"n_classes": 3},
    "ties": {"ties": True},
    "three classes and ties": {"n_classes": 3, "ties": True},
    "leaves of at least three": {"min_leaf": 3},
    "leaves of a sixteenth of the weight": {"min_share": 0.0625, "weight": (0.5, 2.0)},
    "leaves of a sixteenth of the weight, three classes": {"min_share": 0.0625, "n_classes": 3},
    "two levels": {"max_depth": 2},
    "class weights": {"weight": (0.5, 2.0)},
    "class weights of three": {"n_classes": 3, "weight": (0.5, 2.0, 1.0)},
    "a class that is absent": {"n_classes": 3, "absent": True},
    "constant columns": {"constant": True, "ties": True},
    "one column": {"q": 1, "n_try": 1},
    "more rows than a word has bits": {"n": 150},
}


@pytest.mark.parametrize("is_extra", [False, True], ids=["bootstrap", "extra"])
@pytest.mark.parametrize("case", CASES)
def test_tree__is_that_of_the_twin_bit_for_bit(case, is_extra):
    given = {"n": 60, "q": 6, "n_classes": 2, "n_try": 2, "min_leaf": 1, "min_share": 0.0, "max_depth": NO_LIMIT}
    given |= CASES[case]
    X, y = table(given["n"], given["q"], given["n_classes"], ties=given.get("ties", False))
    y = np.minimum(y, 1) if given.get("absent") else y
    if given.get("constant"):
        X[:, 1:4] = 1.0
    weight = np.array(given.get("weight", (1.0,) * given["n_classes"]))
    rule = (given["n_try"], is_extra, given["min_leaf"], given["min_share"], given["max_depth"])
    for t in range(2):
        feature, threshold, child, share, decreases = grown(X, y, weight, *rule, t=t)
        twin = naive.NaiveTree(X, y, weight, *rule, naive.SplitMix(SEED, t))
        assert feature.tolist() == [node[0] for node in twin.nodes]
        inner = feature >= 0
        assert threshold[inner].tolist() == [node[1] for node in twin.nodes if node[0] >= 0]
        assert child[inner].tolist() == [[node[2], node[3]] for node in twin.nodes if node[0] >= 0]
        assert share[~inner].tolist() == [node[4] for node in twin.nodes if node[0] < 0]
        assert decreases == pytest.approx(twin.decreases, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("is_extra", [False, True], ids=["bootstrap", "extra"])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_forest__is_that_of_the_twin(n_classes, is_extra):
    X, y = table(80, 9, n_classes)
    seen, unseen = X[:50], X[50:]
    weight = np.ones(n_classes)
    probability, importances = predicted(seen, y[:50], weight, 8, 3, is_extra, unseen)
    twin, twin_importances = naive.forest(seen, y[:50], weight, 8, 3, is_extra, SEED, unseen)
    assert probability.tolist() == twin.tolist()
    assert importances == pytest.approx(twin_importances, rel=1e-12)


def test_forest__does_not_hang_on_the_order_of_equal_values():
    X, y = table(100, 5, 2, ties=True)
    seen, order = columns(X)
    backwards = (99 - np.argsort(seen[:, ::-1], axis=1, kind="stable")).astype(np.int32)
    assert (np.take_along_axis(seen, order, 1) == np.take_along_axis(seen, backwards, 1)).all()
    assert (order != backwards).any()
    results = []
    for one in (order, backwards):
        probability, importances = np.empty((100, 2)), np.empty(5)
        rule = (20, 2, False, 1, NO_LIMIT, np.uint64(SEED))
        forest(seen, one, y, np.ones(2), *rule, seen, probability, importances)
        results.append((probability.tolist(), importances.tolist()))
    assert results[0] == results[1]


def test_forest__does_not_hang_on_units():
    # Heights in metres are of the order of 1e-9; scikit-learn takes values closer than 1e-7 for equal.
    X, y = table(100, 5, 2)
    here = predicted(X, y, np.ones(2), 20, 2, False, X)
    scaled = predicted(X * 2.0**-40, y, np.ones(2), 20, 2, False, X * 2.0**-40)
    assert here[0].tolist() == scaled[0].tolist()


@pytest.mark.parametrize("n_classes", [2, 4])
def test_tree__with_all_columns_tried_is_scikit_learns(n_classes):
    # Near the root equally good cuts are rare, and nothing but the drawn rows is random.
    X, y = table(400, 6, n_classes)
    feature, threshold, child, share, decreases = grown(X, y, np.ones(n_classes), 6, False, 5, 0.0, 4)
    drawn = naive.bootstrap(naive.SplitMix(SEED, 0), 400)
    theirs = DecisionTreeClassifier(max_depth=4, min_samples_leaf=5, random_state=0).fit(X, y, sample_weight=drawn)
    assert feature.tolist() == [max(f, -1) for f in theirs.tree_.feature]
    inner = feature >= 0
    assert threshold[inner].tolist() == theirs.tree_.threshold[inner].tolist()
    assert child[inner, 0].tolist() == theirs.tree_.children_left[inner].tolist()
    assert share[~inner] == pytest.approx(theirs.tree_.value[~inner, 0], rel=1e-12)
    assert decreases / decreases.sum() == pytest.approx(theirs.feature_importances_, rel=1e-9)


def test_forest__of_32_classes_and_many_rows_learns():
    X, y = table(3000, 8, 32, seed=4)
    X[:, :4] += 3.0 * y[:, None] * np.array([1.0, -1.0, 0.5, 0.2])
    probability, importances = predicted(X[:2000], y[:2000], np.ones(32), 10, 2, False, X[2000:])
    assert probability.sum(axis=1) == pytest.approx(1.0)
    assert (probability.argmax(axis=1) == y[2000:]).mean() > 0.7
    assert importances[:4].sum() > 0.7


def test_forest__of_one_class_is_sure_of_it():
    X, _ = table(30, 3, 2)
    probability, importances = predicted(X, np.ones(30, int), np.ones(2), 5, 1, False, X)
    assert probability.tolist() == [[0.0, 1.0]] * 30
    assert importances.tolist() == [0.0, 0.0, 0.0]


def test_lowest_bit__plain_is_that_of_the_processor():
    words = np.array([1, 2, 3, 8, 2**40, 2**63, 2**64 - 1], np.uint64)
    assert [lowest_bit(word) for word in words] == [0, 1, 0, 3, 40, 63, 0]


@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
@pytest.mark.parametrize("n_classes", [2, 3, 32])
def test_gini_single__is_that_of_the_slow_twin(n_classes, ties):
    X, y = table(150, 12, n_classes, ties=ties)
    X[:, 5] = 2.0
    importances = np.empty(12)
    gini_single(*columns(X), y, np.ones(n_classes), importances)
    assert importances == pytest.approx(naive.single_split(X, y), rel=1e-12, abs=1e-15)
    assert importances[5] == 0.0


def test_gini_single__of_weighted_classes_is_that_of_repeated_rows():
    X, y = table(60, 4, 2)
    weighted, repeated = np.empty(4), np.empty(4)
    gini_single(*columns(X), y, np.array([1.0, 3.0]), weighted)
    again = np.repeat(np.arange(60), np.where(y == 1, 3, 1))
    gini_single(*columns(X[again]), y[again], np.ones(2), repeated)
    assert weighted == pytest.approx(repeated, rel=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_permutation_importance__is_that_of_the_twin(n_classes):
    X, y = table(40, 5, n_classes)
    loss = np.empty(5)
    permutation_importance(*columns(X), y, np.ones(n_classes), np.uint64(SEED), loss)
    assert loss == pytest.approx(naive.permutation_importance(X, y, n_classes, SEED), abs=1e-12)


def test_permutation_importance__agrees_with_scikit_learns_forests():
    X, y = table(90, 6, 2)
    X[:, 5] = 1.0
    ours, theirs = np.empty((40, 6)), np.array([naive.forest_permutation(X, y, seed) for seed in range(20)])
    for seed in range(40):
        permutation_importance(*columns(X), y, np.ones(2), np.uint64(seed), ours[seed])
    error = np.sqrt(ours.var(axis=0, ddof=1) / 40 + theirs.var(axis=0, ddof=1) / 20)
    assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0))[:5] < 4 * error[:5]).all()
    assert (ours[:, 5] == 0.0).all()
    assert ours.mean(axis=0)[:2].min() > 3 * np.abs(ours.mean(axis=0)[2:]).max()


def boosted(X, y, weight, unseen, n_rounds=10, learning_rate=0.1, max_depth=3, seed=SEED):
    probability, importances = np.empty((len(unseen), len(weight))), np.empty(X.shape[1])
    rows = np.ascontiguousarray(unseen.T)
    pace = (n_rounds, learning_rate, max_depth, np.uint64(seed))
    boosting(*columns(X), y, weight, *pace, rows, probability, importances)
    return probability, importances


@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_boosting__is_that_of_the_twin(n_classes, ties):
    X, y = table(50, 4, n_classes, ties=ties)
    weight = np.array([1.0, 2.0, 0.5][:n_classes])
    probability, _ = boosted(X[:40], y[:40], weight, X[40:], n_rounds=3, max_depth=2)
    twin = naive.boosted(X[:40], y[:40], n_classes, 3, 0.1, 2, SEED, X[40:], weight)
    assert probability == pytest.approx(twin, abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True], ids=["equal", "weighted"])
@pytest.mark.parametrize(("n_classes", "max_depth"), [(2, 2), (3, 1)])
def test_boosting__is_scikit_learns(n_classes, max_depth, weighted):
    # Few levels of 300 rows: cuts are hardly ever equally good, so nothing is random.
    X, y = table(400, 6, n_classes)
    weight = np.array([1.0, 2.0, 0.5][:n_classes]) if weighted else np.ones(n_classes)
    probability, importances = boosted(X[:300], y[:300], weight, X[300:], n_rounds=30, max_depth=max_depth)
    theirs = GradientBoostingClassifier(n_estimators=30, max_depth=max_depth, random_state=0)
    theirs.fit(X[:300], y[:300], sample_weight=weight[y[:300]])
    assert probability == pytest.approx(theirs.predict_proba(X[300:]), abs=1e-9)
    assert importances == pytest.approx(theirs.feature_importances_, abs=1e-9)


def test_boosting__of_one_class_is_sure_of_it():
    X, _ = table(30, 3, 2)
    probability, importances = boosted(X, np.ones(30, int), np.ones(2), X)
    assert probability[:, 1].min() > 1 - 1e-9
    assert importances.tolist() == [0.0, 0.0, 0.0]


def test_boosting__far_too_fast_still_gives_probabilities():
    X, y = table(60, 3, 3)
    probability, _ = boosted(X, y, np.ones(3), X, n_rounds=200, learning_rate=50.0, max_depth=NO_LIMIT)
    assert np.isfinite(probability).all()
    assert probability.sum(axis=1) == pytest.approx(1.0)
