"""What every compiled classifier shares as a scikit-learn estimator."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import DataError, SettingsError


class CompiledClassifier(ClassifierMixin, BaseEstimator, metaclass=ABCMeta):
    """A classifier around compiled kernels: it checks and encodes, a subclass learns and predicts.

    `_learn(seen, codes, class_weight)` keeps what it learns in attributes that end in `_`;
    `_fill(unseen, probability)` writes class probabilities (m, K) float64. Both get one row a column of the table,
    `seen` (q, n) and `unseen` (q, m) float64, contiguous.
    """

    class_weight: Any = None

    @abstractmethod
    def _learn(self, seen: np.ndarray, codes: np.ndarray, class_weight: np.ndarray) -> None: ...

    @abstractmethod
    def _fill(self, unseen: np.ndarray, probability: np.ndarray) -> None: ...

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from X (n, q), finite, and labels y (n,) of two or more classes."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(
                f"{type(self).__name__} got one class only, {self.classes_[0]!r}; give rows of two or more classes"
            )
        weight = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        self._learn(as_columns(X), codes.astype(np.int64), np.asarray(weight, np.float64))
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities of rows X (m, q): (m, K), classes in the order of `classes_`."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        probability = np.zeros((len(X), len(self.classes_)))
        self._fill(as_columns(X), probability)
        return probability

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of rows X (m, q), the first of equals: (m,)."""
        probability = self.predict_proba(X)
        return np.asarray(self.classes_[np.argmax(probability, axis=1)])


def as_columns(X: np.ndarray) -> np.ndarray:
    """A copy of X (n, q) with one row a column (q, n): contiguous and writable, as kernels are compiled for."""
    return np.array(X.T, dtype=np.float64, order="C")


def positive(name: str, value: Any) -> float:
    """A number above 0 as a float; raises `SettingsError` for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < np.inf:
        raise SettingsError(f"{name} = {value!r}; give a number above 0")
    return float(value)


def whole(name: str, value: Any) -> int:
    """A whole number of 1 or more; raises `SettingsError` for anything else."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise SettingsError(f"{name} = {value!r}; give a whole number of 1 or more")
    return int(value)
