"""With a split held fixed, nothing of the test rows reaches what is learnt, bit for bit."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer

from afmfast.selection.table import Selector
from afmfast.validation.calm import calm
from afmfast.validation.fit import Fitted
from afmfast.validation.plan import Plan, Table
from afmfast.validation.repeat import fit_split
from afmfast.validation.split import Split, draw_split
from afmfast.validation.table import CLASSIFIERS

FAST = Selector(rank="gini_single", keep=5)
SELECTORS = [
    Selector(correlation, method, keep, rank)
    for rank in ("gini", "gini_single", "permutation")
    for correlation, method, keep in ((0.9, "pearson", 4), (0.8, "spearman", 4), (None, "pearson", 100))
]
CLASSIFIERS_AND_MORE = [
    *CLASSIFIERS.names(), make_pipeline(QuantileTransformer(n_quantiles=10), LogisticRegression())
]  # fmt: skip


def archive(n_classes: int) -> Table:
    """30 rows in 15 groups with twins, gaps, a column that is mostly missing, one that is constant."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(30, 12)) * 10.0 ** rng.integers(-19, 3, size=12)
    X[:, 3] = 2 * X[:, 0] + 0.01 * X[:, 0].std() * rng.normal(size=30)
    X[rng.random(X.shape) < 0.03] = np.nan
    X[::2, 7] = np.nan
    X[:, 8] = 4.0
    groups = np.arange(30) // 2
    return Table.of(X, groups % n_classes, groups)


def with_other_test_rows(table: Table, split: Split) -> Table:
    """The same training rows; in the test rows noise, gaps and other labels."""
    rng = np.random.default_rng(99)
    X, y = table.X.copy(), table.y.copy()
    X[split.test] = 1e6 * rng.normal(size=X[split.test].shape)
    X[split.test[:2]] = np.nan
    y[split.test] = (y[split.test] + 1) % table.n_classes
    return replace(table, X=X, y=y)


def everything(fitted: Fitted, table: Table) -> dict[str, bytes]:
    probe = np.nanmedian(table.X, axis=0) + np.nanstd(table.X, axis=0) * np.random.default_rng(1).normal(size=(50, 12))
    ready, model = fitted.preparation, fitted.model
    seen = ready.apply(probe, fitted.kept)
    raw = model.predict_proba(seen) if hasattr(model, "predict_proba") else model.decision_function(seen)
    learnt = {
        "kept": fitted.kept, "fate": fitted.fate, "importances": fitted.importances, "twin": fitted.twin,
        "twin_correlation": fitted.twin_correlation, "medians": ready.medians, "centre": ready.centre,
        "scale": ready.scale, "model on a probe": raw, "probabilities": fitted.predict_proba(probe),
    }  # fmt: skip
    return {name: np.ascontiguousarray(value).tobytes() for name, value in learnt.items()}


def learnt_before_and_after(table: Table, plan: Plan, selector: Selector) -> tuple[dict, dict]:
    split = draw_split(table.y, table.groups, table.n_classes, test_size=0.3, seed=0, repeat=0)
    other = with_other_test_rows(table, split)
    assert not np.array_equal(other.X, table.X, equal_nan=True)
    with calm():
        return tuple(everything(fit_split(t, t.y, split, plan, selector, 0), table) for t in (table, other))


@pytest.mark.parametrize("classifier", CLASSIFIERS_AND_MORE, ids=lambda c: c if isinstance(c, str) else "pipeline")
def test_no_leak__into_any_classifier(classifier):
    before, after = learnt_before_and_after(archive(2), Plan(classifier), FAST)
    assert before == after


@pytest.mark.parametrize("classifier", ["random_forest", "gaussian_process", "svm", "lda", "mlp"])
def test_no_leak__with_three_classes(classifier):
    before, after = learnt_before_and_after(archive(3), Plan(classifier), FAST)
    assert before == after


@pytest.mark.parametrize("selector", SELECTORS, ids=lambda s: f"{s.rank}-{s.correlation}-{s.method}")
def test_no_leak__into_any_selection(selector):
    before, after = learnt_before_and_after(archive(2), Plan("lda"), selector)
    assert before == after


def test_no_leak__the_comparison_would_see_a_single_training_row():
    table = archive(2)
    split = draw_split(table.y, table.groups, 2, test_size=0.3, seed=0, repeat=0)
    one = np.arange(30) == split.train[0]
    other_values = replace(table, X=np.where(one[:, None], 1.01 * table.X, table.X))
    other_label = replace(table, y=np.where(one, 1 - table.y, table.y))
    model = "model on a probe"
    learnt = [
        everything(fit_split(t, t.y, split, Plan("lda"), FAST, 0), table) for t in (table, other_values, other_label)
    ]
    assert learnt[0][model] != learnt[1][model]
    assert learnt[0][model] != learnt[2][model]
