"""Principal components in place of columns: those of scikit-learn, of the training part alone."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import afmfast
from afmfast.errors import SettingsError
from afmfast.selection.table import Selector
from afmfast.study.lines import lines_of_settings
from afmfast.study.settings import Settings
from afmfast.study.tripwire import chooses_columns
from afmfast.validation.plan import Line, Plan, Table, key
from afmfast.validation.repeat import FATES, KEPT, repeats_of

PLAN = Plan("lda", n_repeats=6, n_permutations=0)
PCA_OF_3 = Selector(correlation=None, keep=3, rank="gini_single", reduce="pca")


def archive(*, n: int = 60, p: int = 9, seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) @ rng.normal(size=(p, p))
    X[n // 2 :] += 1.5
    return Table.of(X, np.repeat([0, 1], n // 2))


def made(table: Table, selector: Selector, classifier="lda"):
    numbers = np.arange(6)
    line = Line(replace(PLAN, classifier=classifier), selector)
    return repeats_of(table, [line], np.tile(table.y, (6, 1)), numbers)[0]


def test_components__are_those_of_a_pipeline_of_scikit_learn():
    table = archive()
    pipeline = make_pipeline(PCA(3), LogisticRegression(tol=1e-10))
    theirs = made(table, Selector(correlation=None, keep=9, rank="gini_single"), pipeline)
    ours = made(table, PCA_OF_3, LogisticRegression(tol=1e-10))
    np.testing.assert_allclose(ours.probability, theirs.probability, rtol=0, atol=1e-6)


@pytest.mark.parametrize("classifier", ["random_forest", "gaussian_process", "svm", "k_nearest"])
def test_components__every_kind_of_classifier_learns_from_them(classifier):
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1], 30)
    X = rng.normal(size=(60, 9)) + 3 * y[:, None]  # the classes lie along the first axis
    assert made(Table.of(X, y), replace(PCA_OF_3, keep=1), classifier).auc.mean() > 0.95


def test_components__no_more_than_the_columns_span():
    table = archive()
    doubled = Table.of(np.column_stack([table.X[:, :2], 3 * table.X[:, :2]]), table.y)
    two = made(doubled, replace(PCA_OF_3, keep=2))
    np.testing.assert_allclose(made(doubled, replace(PCA_OF_3, keep=4)).probability, two.probability, atol=1e-6)


class AboveZero(ClassifierMixin, BaseEstimator):
    """Calls a row by the sign of its component, whatever it was fitted to."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        above = X[:, 0] > 0
        return np.column_stack([~above, above]).astype(float)


def test_components__of_two_columns_have_one_direction_whatever_the_rounding():
    """Both entries of the axes of two standardised columns are as large; their last digits hang on the rows."""
    rng = np.random.default_rng(4)
    y = np.repeat([0, 1], 30)
    X = rng.normal(size=(60, 2)) + 3 * y[:, None]
    X[:, 1] *= -1
    aucs = made(Table.of(X, y), replace(PCA_OF_3, keep=1), AboveZero()).auc[:, 1]
    assert (aucs < 0.1).all() or (aucs > 0.9).all()


@pytest.mark.parametrize("classifier", ["lda", "svm"])
def test_components__of_no_columns_tell_nothing(classifier):
    table = archive()
    np.testing.assert_array_equal(made(Table.of(np.ones((60, 3)), table.y), PCA_OF_3, classifier).auc, 0.5)


def test_components__are_of_all_columns_that_the_filter_leaves():
    table = archive()
    twins = Table.of(np.column_stack([table.X, 2 * table.X[:, 0]]), table.y)
    fate = made(twins, replace(PCA_OF_3, correlation=0.999)).fate
    np.testing.assert_array_equal(fate[:, :-1], KEPT)
    np.testing.assert_array_equal(fate[:, -1], FATES.index("correlated"))


def test_components__stored_repeats_are_others():
    table = archive()
    assert key(table, PLAN, PCA_OF_3) != key(table, PLAN, replace(PCA_OF_3, reduce="rank"))


def test_reduce__an_unknown_one_is_refused():
    with pytest.raises(SettingsError, match="no reduction is called 'pcaa'; did you mean 'pca'"):
        Selector(reduce="pcaa")


def test_reduce__may_be_a_list_and_only_ranked_columns_can_leak():
    chosen, ranked, components = lines_of_settings(Settings(reduce=["rank", "pca"]))
    assert (ranked.words, components.words) == ("by importance", "principal components")
    assert [chooses_columns(line) for line in (chosen, ranked, components)] == [False, True, False]


def test_reduce__the_report_says_what_the_classifier_saw(tmp_path):
    table = archive()
    result = afmfast.classify(
        table.X, table.y, classifier="lda", keep=3, reduce="pca", rank="gini_single", n_repeats=10, n_permutations=19,
        splits_per_permutation=2, scheduler="serial",
    )  # fmt: skip
    page = result.report(tmp_path / "r.html").read_text("utf-8")
    assert "the rest was replaced by its first 3 principal components" in page
    assert "The classifier saw the first 3 principal components of all columns" in page
