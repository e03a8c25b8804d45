"""The compiled learners as scikit-learn estimators: its own checks, its probabilities, clear refusals."""

import pickle

import numpy as np
import pandas as pd
import pytest
from naive.linear import ridge_discriminant
from sklearn import discriminant_analysis, gaussian_process, linear_model, neighbors
from sklearn.base import clone, is_classifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from afmfast import estimators
from afmfast.errors import DataError, SettingsError
from afmfast.estimators import (
    CorrelationFilter,
    GaussianProcessClassifier,
    ImportanceSelector,
    KNeighborsClassifier,
    LinearDiscriminantAnalysis,
    LogisticRegression,
)
from afmfast.kernels.learners.parts import one_part
from afmfast.selection.table import Selector

#: Settings for the checks, where those of a study would take minutes.
QUICK = {
    "ExtraTreesClassifier": {"n_estimators": 20, "random_state": 0},
    "GradientBoostingClassifier": {"n_estimators": 20, "random_state": 0},
    "ImportanceSelector": {"rank": "gini_single"},
    "RandomForestClassifier": {"n_estimators": 20, "random_state": 0},
}
ALL = [getattr(estimators, name)(**QUICK.get(name, {})) for name in estimators.__all__]
CLASSIFYING = [one for one in ALL if is_classifier(one)]


def table(n=60, q=6, n_classes=3, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % n_classes)
    return rng.normal(size=(n, q)) + 0.8 * rng.normal(size=(n_classes, q))[y], y


@pytest.mark.parametrize("estimator", ALL, ids=lambda one: type(one).__name__)
def test_estimator__passes_every_check_of_scikit_learn(estimator):
    outcomes = check_estimator(estimator, on_skip=None)
    assert {one["check_name"] for one in outcomes if one["status"] != "passed"} <= {"check_array_api_input"}


@pytest.mark.parametrize("estimator", CLASSIFYING, ids=lambda one: type(one).__name__)
def test_estimator__survives_pickle_clone_and_words_for_labels(estimator):
    X, y = table()
    names = np.array(["tumour", "benign", "normal"])[y]
    frame = pd.DataFrame(X, columns=[f"height:S{k}" for k in range(6)])
    fitted = clone(estimator).fit(frame, names)
    probability = fitted.predict_proba(frame)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).predict_proba(frame), probability)
    assert fitted.classes_.tolist() == ["benign", "normal", "tumour"]
    assert fitted.feature_names_in_.tolist() == list(frame.columns)
    np.testing.assert_array_equal(fitted.predict(frame), fitted.classes_[probability.argmax(axis=1)])
    np.testing.assert_allclose(probability.sum(axis=1), 1.0)
    assert (fitted.predict(frame) == names).mean() > 0.5
    np.testing.assert_array_equal(clone(fitted).fit(frame, names).predict_proba(frame), probability)


@pytest.mark.parametrize("estimator", CLASSIFYING, ids=lambda one: type(one).__name__)
def test_estimator__one_class_is_refused(estimator):
    with pytest.raises(DataError, match="got one class only, 7; give rows of two or more classes"):
        estimator.fit(np.eye(3), [7, 7, 7])


PAIRS = [
    (LogisticRegression(C=0.3), linear_model.LogisticRegression(C=0.3, tol=1e-9, max_iter=10_000)),
    (
        LogisticRegression(class_weight="balanced"),
        linear_model.LogisticRegression(class_weight="balanced", tol=1e-9, max_iter=10_000),
    ),
    (
        LogisticRegression(class_weight={0: 2.0, 1: 0.5}),
        linear_model.LogisticRegression(class_weight={0: 2.0, 1: 0.5}, tol=1e-9, max_iter=10_000),
    ),
    (LinearDiscriminantAnalysis(), ridge_discriminant()),
    (LinearDiscriminantAnalysis(1e-12), discriminant_analysis.LinearDiscriminantAnalysis("lsqr")),
    (KNeighborsClassifier(7), neighbors.KNeighborsClassifier(7)),
    (GaussianProcessClassifier(2.0, 3.0, optimizer=None), None),
]


@pytest.mark.parametrize(("own", "other"), PAIRS, ids=lambda one: str(one)[:60])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_estimator__agrees_with_the_one_of_scikit_learn(own, other, n_classes):
    X, y = table(n_classes=n_classes)
    y = np.where((y == 0) & (np.arange(len(y)) % 3 == 0), 1, y)  # unequal classes
    if other is None:
        kernel = gaussian_process.kernels.ConstantKernel(2.0) * gaussian_process.kernels.RBF(3.0)
        other = gaussian_process.GaussianProcessClassifier(kernel, optimizer=None)
    unseen = np.random.default_rng(1).normal(size=(20, 6))
    expected = other.fit(X, y).predict_proba(unseen)
    np.testing.assert_allclose(own.fit(X, y).predict_proba(unseen), expected, atol=1e-6)
    for name in ("coef_", "intercept_", "log_marginal_likelihood_value_"):
        if hasattr(own, name) and hasattr(other, name):
            np.testing.assert_allclose(getattr(own, name), getattr(other, name), atol=1e-4)
    if hasattr(own, "decision_function"):
        np.testing.assert_allclose(own.decision_function(unseen), other.decision_function(unseen), atol=1e-4)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_gaussian_process__says_which_kernel_it_found(n_classes):
    X, y = table(n_classes=n_classes)
    found = GaussianProcessClassifier().fit(X, y)
    assert found.amplitude_.shape == found.length_.shape == ((1,) if n_classes == 2 else (3,))
    fixed = GaussianProcessClassifier(optimizer=None).fit(X, y)
    assert found.log_marginal_likelihood_value_ > fixed.log_marginal_likelihood_value_
    np.testing.assert_array_equal(fixed.length_, 1.0)


@pytest.mark.parametrize(
    ("estimator", "sentence"),
    [
        (LogisticRegression(C=0.0), "C = 0.0; give a number above 0"),
        (LogisticRegression(class_weight={0: -1.0}), "class_weight = .*; give a number above 0 for each class"),
        (LinearDiscriminantAnalysis(ridge="some"), "ridge = 'some'; give a number above 0"),
        (KNeighborsClassifier(2.5), "n_neighbors = 2.5; give a whole number of 1 or more"),
        (GaussianProcessClassifier(length=-1), "length = -1; give a number above 0"),
        (GaussianProcessClassifier(optimizer="adam"), "optimizer = 'adam'; give 'fmin_l_bfgs_b', or None"),
        (CorrelationFilter(1.5), "threshold = 1.5; give a limit above 0 and up to 1"),
        (CorrelationFilter(method="kendall"), "no correlation method is called 'kendall'"),
        (ImportanceSelector(0), "keep = 0; give a whole number of 1 or more"),
        (ImportanceSelector(rank="gni"), "no ranking is called 'gni'; did you mean 'gini'"),
    ],
    ids=str,
)
def test_estimator__a_wrong_setting_is_refused(estimator, sentence):
    with pytest.raises(SettingsError, match=sentence):
        estimator.fit(*table())


def test_linear_discriminant__a_ridge_that_is_nothing_is_refused():
    with pytest.raises(DataError, match="standardise the columns first, or give a larger ridge"):
        LinearDiscriminantAnalysis().fit(1e12 * np.repeat(table()[0][:, :1], 3, axis=1), table()[1])


def test_selection__in_a_pipeline_is_that_of_a_study():
    X, y = table(q=8)
    X[:, 5] = X[:, 1] + 1e-3 * X[:, 2]
    chosen = Selector(0.9, rank="gini_single")(*one_part(X, y), np.zeros(1, np.uint64))
    twins = CorrelationFilter(0.9).fit(X)
    np.testing.assert_array_equal(twins.twin_, chosen.twins.twin[0])
    best = ImportanceSelector(3, rank="gini_single").fit(twins.transform(X), y)
    kept = np.arange(8)[twins.get_support()][best.get_support()]
    assert sorted(chosen.ranked[0, :3]) == kept.tolist()
    np.testing.assert_allclose(best.importances_, chosen.importances[0, twins.get_support()])


def test_selection__with_a_seed_repeats_itself():
    X, y = table()
    one, two = (ImportanceSelector(2, random_state=3).fit(X, y).importances_ for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_pipeline__of_all_steps_runs_in_cross_validation():
    X, y = table(n=90)
    steps = CorrelationFilter(), StandardScaler(), ImportanceSelector(4, rank="gini_single"), LogisticRegression()
    assert cross_val_score(make_pipeline(*steps), X, y, cv=3).mean() > 0.5
