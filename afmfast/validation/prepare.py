"""Missing and constant columns, imputation and scaling, all learnt from training rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: A column that lacks more than this share of the training rows is dropped in that repeat.
COLUMN_MISSING = 0.2
#: Values that differ by less than this share of their size are one value plus rounding of the measuring step.
_ROUNDING = 1e-12

#: What became of a column in a repeat; stored by number.
FATES = ("kept", "ranked low", "correlated", "constant", "missing")
KEPT, RANKED_LOW, CORRELATED, CONSTANT, MISSING = range(5)


@dataclass(frozen=True, eq=False)
class Preparation:
    """What training rows say about each of p columns.

    `fate` (p,) is MISSING, CONSTANT, or RANKED_LOW for those that go on to selection; `medians`, `centre`, `scale`
    (p,) training median, mean and standard deviation after imputation, NaN for columns that do not go on.
    """

    fate: np.ndarray
    medians: np.ndarray
    centre: np.ndarray
    scale: np.ndarray

    @property
    def usable(self) -> np.ndarray:
        """Indices of the columns that go on."""
        return np.flatnonzero(self.fate == RANKED_LOW)

    def apply(self, X: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The given usable columns of any rows X (n, p), imputed and standardised: (n, k) without NaN."""
        part = X[:, columns]
        filled = np.where(np.isnan(part), self.medians[columns], part)
        return np.asarray((filled - self.centre[columns]) / self.scale[columns])


def prepare(X: np.ndarray) -> Preparation:
    """Learn imputation and scaling from training rows X (n, p).

    Columns are standardised before they are ranked too: trees work in float32, where volumes in cubic metres and
    squared energies in joule would all be zero.
    """
    p = X.shape[1]
    gaps = np.isnan(X)
    fate = np.where(gaps.mean(axis=0) > COLUMN_MISSING, MISSING, RANKED_LOW).astype(np.int8)
    medians, centre, scale = (np.full(p, np.nan) for _ in range(3))
    there = np.flatnonzero(fate == RANKED_LOW)
    part = X[:, there]
    medians[there] = np.nanmedian(part, axis=0) if gaps[:, there].any() else np.median(part, axis=0)
    filled = np.where(gaps[:, there], medians[there], part)
    low, high = filled.min(axis=0), filled.max(axis=0)
    flat = high - low <= _ROUNDING * np.maximum(np.abs(low), np.abs(high))
    fate[there[flat]] = CONSTANT
    medians[there[flat]] = np.nan
    goes_on, filled = there[~flat], filled[:, ~flat]
    centre[goes_on] = filled.mean(axis=0)
    # Deviations are scaled before they are squared, so that 1e-200 and 1e+200 have a standard deviation too.
    deviation = filled - centre[goes_on]
    span = np.abs(deviation).max(axis=0)
    scale[goes_on] = span * np.sqrt(np.mean((deviation / span) ** 2, axis=0))
    return Preparation(fate, medians, centre, scale)
