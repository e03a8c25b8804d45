"""The selection of columns of a study, as transformers."""

from __future__ import annotations

from numbers import Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import SettingsError
from ..kernels.learners.parts import USABLE, one_part
from ..selection.correlation import twins
from ..selection.table import RANKINGS
from ._base import whole


class _Selector(SelectorMixin, BaseEstimator):
    """Keeps the columns where `_stays` is true."""

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self)
        return self._stays


class CorrelationFilter(_Selector):
    """Drops each column whose |r| with an earlier kept one reaches `threshold`; `method` is pearson or spearman.

    After `fit`: `twin_` (q,), the kept column each was dropped for, -1 = it stays; `twin_correlation_` (q,), their r,
    NaN where it stays.
    """

    def __init__(self, threshold: float = 0.9, *, method: str = "pearson") -> None:
        self.threshold = threshold
        self.method = method

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn which columns of X (n, q), finite, are twins; y is not used."""
        X = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        if not isinstance(self.threshold, Real) or not 0 < float(self.threshold) <= 1:
            raise SettingsError(f"threshold = {self.threshold!r}; give a limit above 0 and up to 1")
        found = twins(*one_part(X, np.zeros(len(X))), float(self.threshold), self.method)
        self.twin_, self.twin_correlation_ = found.twin[0], found.correlation[0]
        self._stays = self.twin_ < 0
        return self


class ImportanceSelector(_Selector):
    """Keeps the `keep` columns that a ranking puts first, in the order of the table.

    `rank`: gini, gini_single or permutation, as in a study; equal importances keep the first. `random_state`: None, a
    whole number or a generator. After `fit`: `importances_` (q,), 0 if constant.
    """

    def __init__(self, keep: int = 10, *, rank: str = "gini", random_state: Any = None) -> None:
        self.keep = keep
        self.rank = rank
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Rank the columns of X (n, q), finite, by how they tell the classes y (n,) apart."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        keep, ranking = whole("keep", self.keep), RANKINGS[self.rank]
        codes = np.unique(y, return_inverse=True)[1]
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        part = one_part(X, codes)
        usable = part[2].state == USABLE
        found = ranking.rank(*part, usable, np.array([seed], np.uint64))
        self.importances_ = np.where(usable, found, 0.0)[0]
        self._stays = np.zeros(X.shape[1], dtype=bool)
        self._stays[np.argsort(-self.importances_, kind="stable")[:keep]] = True
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags
