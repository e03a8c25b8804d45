"""Mean squares of repeated measurements, column by column; NaN = not measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Subjects(NamedTuple):
    """Of `a` subjects in `p` columns, each (a, p): times measured, mean (0 where never), sum of squares about it."""

    n: np.ndarray
    mean: np.ndarray
    squares: np.ndarray


class OneWay(NamedTuple):
    """Between and within subjects, each (p,): mean squares and degrees of freedom, NaN where there are none.

    `k0` is how much of the subjects' variance is in `between`: with equal numbers of repeats that number.
    `of_means` and `k_means` are the same of unweighted subject means, for the interval.
    """

    between: np.ndarray
    within: np.ndarray
    df_between: np.ndarray
    df_within: np.ndarray
    k0: np.ndarray
    of_means: np.ndarray
    k_means: np.ndarray


class TwoWay(NamedTuple):
    """Subjects crossed with a factor of `k` levels, each (p,): mean squares, subjects `n`, degrees of freedom."""

    subjects: np.ndarray
    factor: np.ndarray
    residual: np.ndarray
    n: np.ndarray
    k: int
    df_subjects: np.ndarray


def by_subject(values: np.ndarray, subject: np.ndarray, n_subjects: int) -> Subjects:
    """Gather measurements (N, p) of subjects numbered from 0 (N,)."""
    there = np.isfinite(values)
    filled = np.where(there, values, 0.0)
    n, total, squares = (np.zeros((n_subjects, values.shape[1])) for _ in range(3))
    np.add.at(n, subject, there)
    np.add.at(total, subject, filled)
    mean = total / np.maximum(n, 1.0)
    np.add.at(squares, subject, np.where(there, filled - mean[subject], 0.0) ** 2)
    return Subjects(n, mean, squares)


def one_way(subjects: Subjects, stratum: np.ndarray | None = None) -> OneWay:
    """Analysis of variance with unequal numbers; between subjects of one stratum (a,) where that is given.

    References: Searle, Casella & McCulloch 1992, Variance Components, 3.6 (`k0`); Thomas & Hultquist 1978,
    Ann. Stat. 6:582 (unweighted means).
    """
    n, mean, squares = subjects
    there = n > 0
    code = _codes(stratum, len(n))
    size, alone = _sums(n, code), _sums(there, code)  # (strata, p): measurements, subjects
    df_between = there.sum(axis=0) - (alone > 0).sum(axis=0)
    df_within = n.sum(axis=0) - there.sum(axis=0)
    away = mean - _ratio(_sums(n * mean, code), size)[code]
    apart = np.where(there, mean - _ratio(_sums(there * mean, code), alone)[code], 0.0)
    once = _sums(_ratio(1.0, n), code)
    with np.errstate(divide="ignore", invalid="ignore"):
        k_means = df_between / ((1.0 - _ratio(1.0, alone)) * once).sum(axis=0)
        return OneWay(
            between=(n * away**2).sum(axis=0) / df_between,
            within=squares.sum(axis=0) / df_within,
            df_between=df_between.astype(float),
            df_within=df_within,
            k0=(size.sum(axis=0) - _ratio(_sums(n**2, code), size).sum(axis=0)) / df_between,
            of_means=k_means * (apart**2).sum(axis=0) / df_between,
            k_means=k_means,
        )


def two_way(cells: np.ndarray, stratum: np.ndarray | None = None) -> TwoWay:
    """Analysis of variance of cells (n, k, p), one measurement each; a subject that lacks one does not count there.

    With `stratum` (n,) subjects are compared with those of their own stratum.
    """
    n_subjects, k, _ = cells.shape
    there = np.isfinite(cells).all(axis=1)
    z = np.where(there[:, None], cells, 0.0)
    n, code = there.sum(axis=0), _codes(stratum, n_subjects)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_subject, of_level = z.mean(axis=1), z.sum(axis=0) / n
        whole = of_level.mean(axis=0)
        alone = _sums(there, code)
        apart = of_subject - _ratio(_sums(of_subject, code), alone)[code]
        rest = z - of_subject[:, None] - of_level + whole
        df = n - (alone > 0).sum(axis=0)
        return TwoWay(
            subjects=k * (np.where(there, apart, 0.0) ** 2).sum(axis=0) / df,
            factor=n * ((of_level - whole) ** 2).sum(axis=0) / (k - 1),
            residual=np.where(there[:, None], rest**2, 0.0).sum(axis=(0, 1)) / ((n - 1) * (k - 1)),
            n=n.astype(float),
            k=k,
            df_subjects=df.astype(float),
        )


def _codes(stratum: np.ndarray | None, n: int) -> np.ndarray:
    """Strata numbered from 0; one, where none are given."""
    return np.zeros(n, int) if stratum is None else np.unique(stratum, return_inverse=True)[1]


def _sums(values: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Sums over the subjects (a, p) of each stratum: (strata, p). Row by row, so the same in any company."""
    return np.stack([values[code == number].sum(axis=0) for number in range(code.max(initial=-1) + 1)])


def _ratio(over: np.ndarray | float, under: np.ndarray) -> np.ndarray:
    """The ratio, 0 where there is nothing to divide by."""
    return np.where(under > 0, over / np.where(under > 0, under, 1.0), 0.0)
