"""What plain scikit-learn does for one split: filter, ranking, scaling, classifier, all learnt inside of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import SelectFromModel
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit, cross_validate, permutation_test_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

CLASSIFIERS: dict[str, Any] = {
    "random_forest": RandomForestClassifier(100),
    "extra_trees": ExtraTreesClassifier(100),
    "gradient_boosting": GradientBoostingClassifier(n_estimators=100, max_depth=3),
    "logistic_regression": LogisticRegression(max_iter=1000),
    "gaussian_process": GaussianProcessClassifier(1.0 * RBF(1.0)),
}


class DropTwins(TransformerMixin, BaseEstimator):
    """Drops a column that correlates with an earlier kept one, greedily, by `numpy.corrcoef`."""

    def fit(self, X: np.ndarray, y: Any = None) -> DropTwins:
        alike = np.abs(np.corrcoef(X, rowvar=False)) >= 0.9
        kept: list[int] = []
        for column in range(X.shape[1]):
            if not alike[column, kept].any():
                kept.append(column)
        self.kept_ = kept
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        return X[:, self.kept_]


def pipeline(classifier: str) -> Pipeline:
    """Correlation filter at 0.9, the ten most important columns of a forest of 100 trees, scaling, classifier."""
    ranking = SelectFromModel(RandomForestClassifier(100), max_features=10, threshold=-np.inf)
    return make_pipeline(DropTwins(), ranking, StandardScaler(), CLASSIFIERS[classifier])


def repeats(classifier: str, X: np.ndarray, y: np.ndarray, n: int, *, n_jobs: int, seed: int = 0) -> np.ndarray:
    """AUC of n splits."""
    splits = StratifiedShuffleSplit(n, test_size=0.3, random_state=seed)
    scoring = ("roc_auc", "accuracy")
    found = cross_validate(pipeline(classifier), X, y, cv=splits, scoring=scoring, n_jobs=n_jobs)
    return np.asarray(found["test_roc_auc"])


def permutations(classifier: str, X: np.ndarray, y: np.ndarray, n: int, *, n_jobs: int, seed: int = 0) -> np.ndarray:
    """Mean AUC of n labellings, one split each, and one of the true labels."""
    splits = StratifiedShuffleSplit(1, test_size=0.3, random_state=seed)
    _, found, _ = permutation_test_score(
        pipeline(classifier), X, y, cv=splits, scoring="roc_auc", n_permutations=n, n_jobs=n_jobs, random_state=seed
    )
    return np.asarray(found)
