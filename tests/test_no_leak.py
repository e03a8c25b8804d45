"""With a split held fixed, nothing of the test rows reaches what is learnt, bit for bit."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer

from afmfast.kernels.learners.parts import TEST, TRAIN, prepare
from afmfast.selection.table import Selector
from afmfast.validation.calm import calm
from afmfast.validation.plan import Line, Plan, Table
from afmfast.validation.predict import ALL
from afmfast.validation.repeat import fit_splits
from afmfast.validation.split import Drawn, draw_splits
from afmfast.validation.table import CLASSIFIERS

FAST = Selector(rank="gini_single", keep=5)
SELECTORS = [
    Selector(correlation, method, keep, rank)
    for rank in ("gini", "gini_single", "permutation")
    for correlation, method, keep in ((0.9, "pearson", 4), (0.8, "spearman", 4), (None, "pearson", 100))
]
SELECTORS.append(replace(FAST, reduce="pca"))
CLASSIFIERS_AND_MORE = [
    *CLASSIFIERS.names(), make_pipeline(QuantileTransformer(n_quantiles=10), LogisticRegression())
]  # fmt: skip


def archive(n_classes: int) -> Table:
    """36 rows in 18 groups with twins, gaps, a column that is mostly missing, one that is constant."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(36, 12)) * 10.0 ** rng.integers(-19, 3, size=12)
    X[:, 3] = 2 * X[:, 0] + 0.01 * X[:, 0].std() * rng.normal(size=36)
    X[rng.random(X.shape) < 0.03] = np.nan
    X[::2, 7] = np.nan
    X[:, 8] = 4.0
    groups = np.arange(36) // 2
    return Table.of(X, groups % n_classes, groups)


def one_split(table: Table) -> np.ndarray:
    """Which rows are tested."""
    repeat = np.zeros(1, int)
    drawn = draw_splits(table.y[None], table.groups, table.n_classes, test_size=0.4, seed=0, repeats=repeat)
    return drawn.side[0] == TEST


def probes(in_test: np.ndarray) -> np.ndarray:
    """A few rows of the test part that stay as they are: what is said of them tells what was learnt."""
    return np.flatnonzero(in_test)[:5]


def with_other_test_rows(table: Table, in_test: np.ndarray) -> Table:
    """The same training rows and probes; in the other test rows noise, gaps and other labels."""
    rng = np.random.default_rng(99)
    others = np.setdiff1d(np.flatnonzero(in_test), probes(in_test))
    X, y = table.X.copy(), table.y.copy()
    X[others] = 1e6 * rng.normal(size=X[others].shape)
    X[others[:2]] = np.nan
    y[others] = (y[others] + 1) % table.n_classes
    return replace(table, X=X, y=y)


def learnt(table: Table, in_test: np.ndarray, plan: Plan, selector: Selector) -> dict[str, bytes]:
    """Everything that comes out of the training part, and what is said of training rows and probes."""
    first, side = np.zeros(1, np.int32), np.where(in_test, TEST, TRAIN).astype(np.int8)[None]
    ready = prepare(table.sorted_columns, side)
    with calm():
        (made,) = fit_splits(table, [Line(plan, selector)], table.y[None], Drawn(side, first, first), first, ALL)
    known = np.union1d(np.flatnonzero(~in_test), probes(in_test))
    found = {name: getattr(made, name) for name in ("kept", "fate", "importances", "twin", "twin_correlation")}
    found |= ready._asdict() | {"probability": made.probability[0, known]}
    return {name: np.ascontiguousarray(value).tobytes() for name, value in found.items()}


def learnt_before_and_after(table: Table, plan: Plan, selector: Selector) -> tuple[dict, dict]:
    in_test = one_split(table)
    other = with_other_test_rows(table, in_test)
    assert not np.array_equal(other.X, table.X, equal_nan=True)
    return learnt(table, in_test, plan, selector), learnt(other, in_test, plan, selector)


@pytest.mark.parametrize("classifier", CLASSIFIERS_AND_MORE, ids=lambda c: c if isinstance(c, str) else "pipeline")
def test_no_leak__into_any_classifier(classifier):
    before, after = learnt_before_and_after(archive(2), Plan(classifier), FAST)
    assert before == after


@pytest.mark.parametrize("classifier", CLASSIFIERS.names())
def test_no_leak__with_three_classes(classifier):
    before, after = learnt_before_and_after(archive(3), Plan(classifier), FAST)
    assert before == after


@pytest.mark.parametrize("selector", SELECTORS, ids=lambda s: f"{s.rank}-{s.reduce}-{s.correlation}-{s.method}")
def test_no_leak__into_any_selection(selector):
    before, after = learnt_before_and_after(archive(2), Plan("lda"), selector)
    assert before == after


def test_no_leak__the_comparison_would_see_a_single_training_row():
    table = archive(2)
    in_test = one_split(table)
    one = np.arange(36) == np.flatnonzero(~in_test)[0]
    other_values = replace(table, X=np.where(one[:, None], 1.01 * table.X, table.X))
    other_label = replace(table, y=np.where(one, 1 - table.y, table.y))
    found = [learnt(t, in_test, Plan("lda"), FAST)["probability"] for t in (table, other_values, other_label)]
    assert found[0] != found[1]
    assert found[0] != found[2]
