"""Columns that say the same as an earlier one, found without looking at the labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from ..kernels.learners.parts import Columns, Prepared, Splits
from ..kernels.learners.selecting import twins_of_parts
from ..registry import Registry

#: Identical columns can come out at |r| = 1 - 1e-16 in one BLAS and at 1 in the next.
_DECIMALS = 12


@dataclass(frozen=True)
class Method:
    """A kind of correlation: Pearson's, of the values or `of_ranks`."""

    name: str
    title: str
    of_ranks: bool


METHODS: Registry[Method] = Registry(
    "correlation method",
    (
        Method("pearson", "Pearson's r", of_ranks=False),
        Method("spearman", "Spearman's rank correlation, ties at mid-rank", of_ranks=True),
    ),
)


class Twins(NamedTuple):
    """Which columns say the same as an earlier one, in m training parts of p columns.

    `twin` (m, p) the kept column it was dropped for (-1 = it stays; of several the one with the largest |r|, the
    first of equals); `correlation` (m, p) with it, NaN where it stays.
    """

    twin: np.ndarray
    correlation: np.ndarray


def correlation_matrix(X: np.ndarray, method: str = "pearson") -> np.ndarray:
    """Correlation of every pair of columns of X (n, p) without NaN: (p, p), NaN where a column is constant."""
    compared = rankdata(X, axis=0) if METHODS[method].of_ranks else X
    centred = compared - compared.mean(axis=0)
    # Heights in metres squared lie near 1e-18; scaled by their largest value no sum under- or overflows.
    span = np.abs(centred).max(axis=0, initial=0.0)
    constant = span == 0
    centred = centred / np.where(constant, 1.0, span)
    length = np.sqrt(np.sum(centred * centred, axis=0))
    centred /= np.where(constant, 1.0, length)
    r = np.clip(np.round(centred.T @ centred, _DECIMALS), -1.0, 1.0)
    r[constant, :] = r[:, constant] = np.nan
    return np.asarray(r)


def twins(columns: Columns, splits: Splits, prepared: Prepared, threshold: float | None, method: str) -> Twins:
    """Greedy filter in table order, in each of m training parts of p columns.

    A column goes if |r| with an earlier kept one reaches `threshold` (None = none goes); constant columns stay.
    """
    shape = prepared.state.shape
    found = Twins(np.full(shape, -1), np.full(shape, np.nan))
    if threshold is not None:
        twins_of_parts(columns, splits, prepared, threshold, METHODS[method].of_ranks, *found)
    return found
