"""The lists of choices of a validation: classifiers, splitting schemes, label models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from ..errors import SettingsError
from ..registry import Registry
from .labels import Labelling, LabelSpace
from .split import Rule, stratified

#: A new, unfitted estimator from a seed.
MakeClassifier = Callable[[int], Any]


@dataclass(frozen=True)
class Classifier:
    """A classifier by name: `make(seed)` gives a new scikit-learn estimator that runs on one thread."""

    name: str
    title: str
    make: MakeClassifier


def _random_forest(seed: int) -> RandomForestClassifier:
    return RandomForestClassifier(100, random_state=seed, n_jobs=1)


def _extra_trees(seed: int) -> ExtraTreesClassifier:
    return ExtraTreesClassifier(100, random_state=seed, n_jobs=1)


def _gradient_boosting(seed: int) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(n_estimators=100, max_depth=3, random_state=seed)


def _gaussian_process(seed: int) -> GaussianProcessClassifier:
    return GaussianProcessClassifier(1.0 * RBF(1.0), random_state=seed, n_jobs=1)


def _logistic_regression(seed: int) -> LogisticRegression:
    return LogisticRegression(max_iter=1000)


def _svm(seed: int) -> SVC:
    return SVC(decision_function_shape="ovr")


def _k_nearest(seed: int) -> KNeighborsClassifier:
    return KNeighborsClassifier(5, n_jobs=1)


class _RidgeCovariance(BaseEstimator):
    """Covariance of standardised columns (n, k) plus a thousandth on the diagonal.

    Plain LDA fails where the classes do not spread at all, as with a scan size that is the class.
    """

    def fit(self, X: np.ndarray) -> _RidgeCovariance:
        """Learn from one class's rows, also from a single one."""
        centred = X - X.mean(axis=0)
        self.covariance_ = centred.T @ centred / len(X) + 1e-3 * np.eye(X.shape[1])
        return self


def _lda(seed: int) -> LinearDiscriminantAnalysis:
    return LinearDiscriminantAnalysis(solver="lsqr", covariance_estimator=_RidgeCovariance())


def _mlp(seed: int) -> MLPClassifier:
    # L-BFGS converges on tables of this size where stochastic descent stops half way.
    return MLPClassifier((16,), solver="lbfgs", alpha=0.1, max_iter=200, random_state=seed)


CLASSIFIERS: Registry[Classifier] = Registry(
    "classifier",
    (
        Classifier("random_forest", "random forest of 100 trees", _random_forest),
        Classifier("extra_trees", "100 extremely randomized trees", _extra_trees),
        Classifier("gradient_boosting", "gradient boosting, 100 trees of depth 3", _gradient_boosting),
        Classifier("gaussian_process", "Gaussian process with an optimised RBF kernel", _gaussian_process),
        Classifier("logistic_regression", "logistic regression, L2 penalty, C = 1", _logistic_regression),
        Classifier("svm", "support vector machine, RBF kernel, C = 1; logistic function of its decision", _svm),
        Classifier("k_nearest", "5 nearest neighbours", _k_nearest),
        Classifier("lda", "linear discriminant analysis with a ridge of 0.001", _lda),
        Classifier("mlp", "neural network with one hidden layer of 16", _mlp),
    ),
)


def maker(classifier: Any) -> MakeClassifier:
    """How to make a fresh classifier: of the row of that name, or clones of a scikit-learn estimator.

    A clone gets the seed in each `random_state` it has, nested ones too, and runs on one thread.
    Raises `SettingsError` for an unknown name and for what is no classifier.
    """
    if isinstance(classifier, str):
        return CLASSIFIERS[classifier].make
    scores = any(hasattr(classifier, method) for method in ("predict_proba", "decision_function"))
    if isinstance(classifier, type) or not (
        hasattr(classifier, "fit") and hasattr(classifier, "get_params") and scores
    ):
        raise SettingsError(
            f"classifier = {classifier!r}; give one of {', '.join(CLASSIFIERS.names())}, or a scikit-learn estimator "
            "(an instance, with predict_proba or decision_function)"
        )
    return lambda seed: _seeded_clone(classifier, seed)


def _seeded_clone(estimator: Any, seed: int) -> Any:
    fresh = clone(estimator)
    given = fresh.get_params(deep=True)
    fixed = {name: seed for name in given if name.split("__")[-1] == "random_state"}
    # None means one as well, and some estimators warn about any other value.
    fixed |= {name: 1 for name, value in given.items() if name.split("__")[-1] == "n_jobs" and value is not None}
    return fresh.set_params(**fixed)


@dataclass(frozen=True)
class Scheme:
    """A rule of splitting; see `split.Rule`."""

    name: str
    title: str
    split: Rule


SCHEMES: Registry[Scheme] = Registry(
    "splitting scheme", (Scheme("stratified", "whole groups, stratified by class", stratified),)
)


@dataclass(frozen=True)
class LabelModel:
    """A way to randomize labels: `draw(space, seed, b)` gives labelling b, whatever else was drawn."""

    name: str
    title: str
    draw: Callable[[LabelSpace, int, int], Labelling]


LABEL_MODELS: Registry[LabelModel] = Registry(
    "label model",
    (
        LabelModel("permuted", "groups exchange labels; scans of mixed groups permute inside", LabelSpace.permuted),
        LabelModel("bernoulli", "each group draws a class uniformly", LabelSpace.bernoulli),
    ),
)
