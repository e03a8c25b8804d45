"""Linear classifiers."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted, validate_data

from ..kernels.learners.linear import linear_probability
from ..kernels.learners.logistic import fit_logistic
from ._base import CompiledClassifier, positive


class _LinearClassifier(CompiledClassifier):
    """Learns `coef_` and `intercept_`: one row for two classes, else one a class."""

    def _keep(self, coef: np.ndarray, intercept: np.ndarray) -> None:
        two = len(intercept) == 2
        self.coef_ = coef[1:] - coef[:1] if two else coef
        self.intercept_ = intercept[1:] - intercept[:1] if two else intercept

    def decision_function(self, X: Any) -> np.ndarray:
        """Linear scores of rows X (m, q): (m, K), for two classes (m,), above 0 for the second."""
        check_is_fitted(self)
        scores = validate_data(self, X, dtype=np.float64, reset=False) @ self.coef_.T + self.intercept_
        return scores[:, 0] if len(self.classes_) == 2 else scores

    def _fill(self, unseen: np.ndarray, probability: np.ndarray) -> None:
        coef, intercept = self.coef_, self.intercept_
        if len(intercept) == 1:
            coef, intercept = np.concatenate([0.0 * coef, coef]), np.concatenate([[0.0], intercept])
        linear_probability(unseen, coef, intercept, probability)


class LogisticRegression(_LinearClassifier):
    """Logistic regression with an L2 penalty, multinomial for more than two classes.

    The objective is scikit-learn's, the minimum exact to about 1e-8 in the probabilities; columns are not
    standardised. `C`: inverse strength of the penalty; `class_weight`: None, "balanced" or a weight a class.

    After `fit`: `classes_` (K,), `coef_` (1 or K, q), `intercept_`, `n_iter_`, the number of Newton steps.
    """

    def __init__(self, C: float = 1.0, *, class_weight: Any = None) -> None:
        self.C = C
        self.class_weight = class_weight

    def _learn(self, seen: np.ndarray, codes: np.ndarray, class_weight: np.ndarray) -> None:
        coef, intercept = np.empty((class_weight.size, len(seen))), np.empty(class_weight.size)
        self.n_iter_ = fit_logistic(seen, codes, class_weight, positive("C", self.C), coef, intercept)
        self._keep(coef, intercept)
