"""Columns that say the same as an earlier one, found without looking at the labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from ..registry import Registry

#: Identical columns can come out at |r| = 1 - 1e-16 in one BLAS and at 1 in the next.
_DECIMALS = 12


@dataclass(frozen=True)
class Method:
    """A kind of correlation: `prepare` turns columns (n, p) into those whose Pearson correlation is meant."""

    name: str
    title: str
    prepare: Callable[[np.ndarray], np.ndarray]


def _as_they_are(X: np.ndarray) -> np.ndarray:
    return X


def _ranks(X: np.ndarray) -> np.ndarray:
    return np.asarray(rankdata(X, axis=0))


METHODS: Registry[Method] = Registry(
    "correlation method",
    (
        Method("pearson", "Pearson's r", _as_they_are),
        Method("spearman", "Spearman's rank correlation, ties at mid-rank", _ranks),
    ),
)


def correlation_matrix(X: np.ndarray, method: str = "pearson") -> np.ndarray:
    """Correlation of every pair of columns of X (n, p) without NaN: (p, p), NaN where a column is constant."""
    centred = METHODS[method].prepare(X)
    centred = centred - centred.mean(axis=0)
    # Heights in metres squared lie near 1e-18; scaled by their largest value no sum under- or overflows.
    span = np.abs(centred).max(axis=0, initial=0.0)
    constant = span == 0
    centred = centred / np.where(constant, 1.0, span)
    length = np.sqrt(np.sum(centred * centred, axis=0))
    centred /= np.where(constant, 1.0, length)
    r = np.clip(np.round(centred.T @ centred, _DECIMALS), -1.0, 1.0)
    r[constant, :] = r[:, constant] = np.nan
    return np.asarray(r)


def drop_twins(X: np.ndarray, threshold: float, method: str = "pearson") -> tuple[np.ndarray, np.ndarray]:
    """Greedy filter in table order: a column goes if |r| with an earlier kept one reaches `threshold`.

    Returns, per column of X (n, p), the kept column it was dropped for (-1 = it stays; of several the one with
    the largest |r|, the first of equals) and the correlation with it (NaN where it stays). Constant columns stay.
    """
    r = correlation_matrix(X, method)
    earlier = np.tril(np.nan_to_num(np.abs(r), nan=0.0), k=-1)  # (later column, earlier column)
    alike = earlier >= threshold
    stays = np.ones(X.shape[1], dtype=bool)
    for column in np.flatnonzero(alike.any(axis=1)):
        stays[column] = not (alike[column] & stays).any()
    twin, pair = np.full(X.shape[1], -1), np.full(X.shape[1], np.nan)
    dropped = np.flatnonzero(~stays)
    if len(dropped):
        twin[dropped] = np.argmax(np.where(stays, earlier[dropped], 0.0), axis=1)
        pair[dropped] = r[dropped, twin[dropped]]
    return twin, pair
