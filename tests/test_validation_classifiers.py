"""Every classifier tells classes apart, stays at chance on noise, repeats itself and keeps quiet."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import RidgeClassifier, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from test_validation_run import FAST, Centroids, archive, go

from afmfast.errors import SettingsError
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.validation.plan import Line, Plan, Table
from afmfast.validation.repeat import repeats_of
from afmfast.validation.run import run
from afmfast.validation.table import CLASSIFIERS, seeded_clone

# Nine permutations are enough to see whether a fit works.
pytestmark = pytest.mark.filterwarnings("ignore:The p-value cannot be expected:afmfast.errors.AfmfastWarning")


class ZeroByZero(Centroids):
    """Divides as scikit-learn's own do where nothing spreads."""

    def fit(self, X, y):
        self.ratio_ = np.zeros(2) / np.zeros(2)
        return super().fit(X, y)


@pytest.mark.parametrize("classifier", [*CLASSIFIERS.names(), RidgeClassifier(), SGDClassifier()], ids=str)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_classifiers__tell_classes_apart_and_repeat_themselves(classifier, n_classes):
    table = archive(n=45, n_classes=n_classes, shift=6.0)
    plan = Plan(classifier, n_repeats=1, n_permutations=0)
    scores = go(table, plan)
    assert scores.of("auc").min() > 0.95
    assert scores.of("balanced_accuracy").mean() > 0.8
    (again,) = repeats_of(table, [Line(plan, FAST)], table.y[None], np.zeros(1, int))
    tested = again.probability[again.in_test]
    np.testing.assert_array_equal(tested.ravel(), scores.repeats["probability"][0])
    np.testing.assert_allclose(tested.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("classifier", ["lda", "logistic_regression", "svm", "k_nearest", "gaussian_process"])
def test_classifiers__stay_at_chance_on_shuffled_labels(classifier):
    table = archive(n=60, shift=0.0, seed=11)
    plan = Plan(classifier, n_repeats=1, n_permutations=24, splits_per_permutation=1)
    areas = go(table, plan).permuted.of("auc", 1)
    assert abs(areas.mean() - 0.5) < 0.12  # four standard errors


@pytest.mark.parametrize("classifier", CLASSIFIERS.names())
def test_classifiers__bear_a_column_that_is_the_class_and_one_that_says_nothing(classifier):
    y = np.arange(24) % 2
    plan = Plan(classifier, n_repeats=1, n_permutations=0)
    assert go(Table.of(np.stack([y, 1 - y], axis=1), y), plan).of("auc").tolist() == [1.0]
    nothing = go(Table.of(np.repeat([0.0, 1.0], 12)[:, None], y), plan)
    assert np.isfinite(nothing.of("auc")).all()


@pytest.mark.parametrize("classifier", [*CLASSIFIERS.names(), LinearDiscriminantAnalysis(), ZeroByZero()], ids=str)
def test_classifiers__no_warning_leaves_a_thread_for_twins_or_a_class_without_spread(classifier):
    y = np.arange(24) % 2
    own = np.random.default_rng(0).normal(size=24) * y  # 0 in all of class 0
    X = np.stack([own, own, -own, y, 1.0 - y, np.ones(24)], axis=1)
    plan = Plan(classifier, n_repeats=4, n_permutations=9, splits_per_permutation=1)
    if classifier in {"random_forest", "extra_trees", "gradient_boosting"}:
        plan = replace(plan, n_permutations=0)  # a hundred trees take their time
    before = list(warnings.filters)
    with open_pool("threads", workers=2) as pool:
        scores = run(Table.of(X, y), plan, selector=Selector(None, rank="gini_single", keep=6), pool=pool)
    assert np.isfinite(scores.of("auc")).all()
    assert warnings.filters == before


def test_clones__every_step_is_seeded_and_runs_on_one_thread():
    given = make_pipeline(RandomForestClassifier(random_state=0, n_jobs=2))
    made = seeded_clone(given, 77)
    assert (made[0].random_state, made[0].n_jobs) == (77, 1)
    assert given[0].random_state == 0


def test_plan__a_machine_that_scores_pairs_of_classes_is_refused():
    with pytest.raises(SettingsError, match="svc__decision_function_shape = 'ovo' scores pairs.*give 'ovr'"):
        Plan(make_pipeline(SVC(decision_function_shape="ovo")))


@pytest.mark.parametrize("wrong", ["random_florest", KNeighborsClassifier, object()])
def test_plan__an_unknown_classifier_is_refused(wrong):
    with pytest.raises(SettingsError, match="random_forest"):
        Plan(wrong)
