"""How well repeated measurements agree: intraclass correlations, shares of variance, smallest real difference.

Arrays (p,) hold one number a column; NaN = not defined, as where nothing was repeated or nothing differs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import fdtri

from ..kernels.anova import OneWay, TwoWay

#: Above this |ICC - 1| is rounding: a sum of squares that should be 0 is never more than this share of the other.
_ROUNDING = 1e-13
_NORMAL_95 = 1.959963984540054

#: With fewer samples a crossed design has no interval.
FEWEST_SAMPLES = 3
#: From so few levels on the interval of ICC(2,1) holds about what it promises: docs/repeatability.md.
FEWEST_LEVELS = 5

#: Words for an ICC from so much on. Reference: Koo & Li 2016, J. Chiropr. Med. 15:155.
WORDS = ((0.9, "excellent"), (0.75, "good"), (0.5, "moderate"), (-np.inf, "poor"))


class Icc(NamedTuple):
    """An intraclass correlation and its confidence interval, each (p,)."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def without_interval(self) -> Icc:
        """The value alone."""
        nowhere = np.full_like(self.value, np.nan)
        return Icc(self.value, nowhere, nowhere)


class Components(NamedTuple):
    """Variances of samples, of a factor's levels and of what is left, each (p,); estimates below 0 count as 0."""

    sample: np.ndarray
    factor: np.ndarray
    residual: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """Variance of a single measurement of one sample, whatever the level: the standard error SEM squared."""
        return self.factor + self.residual

    def shares(self) -> Components:
        """The same as shares that add up to 1."""
        with np.errstate(invalid="ignore"):
            return Components(*(one / (self.sample + self.error) for one in self))


class Agreement(NamedTuple):
    """Bland-Altman: mean of second minus first, estimated 95 % limits of single pairs, number of pairs, each (p,)."""

    bias: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray


def icc_1(table: OneWay, confidence: float = 0.95) -> Icc:
    """ICC(1,1): the share of variance that is the samples', where every repeat is like any other.

    The interval is exact with equal numbers of repeats and rests on unweighted means otherwise.
    References: Shrout & Fleiss 1979, Psychol. Bull. 86:420; McGraw & Wong 1996, Psychol. Methods 1:30, table 7;
    Thomas & Hultquist 1978, Ann. Stat. 6:582.
    """
    value = _share(table.between, table.within, table.k0)
    low, high = _from_ratio(table.of_means, table.within, table.df_between, table.df_within, table.k_means, confidence)
    return Icc(value, low, high)


def icc_3(table: TwoWay, confidence: float = 0.95) -> Icc:
    """ICC(3,1), consistency: as ICC(1,1), with a level's constant offset taken out.

    No interval for fewer than three samples. References: Shrout & Fleiss 1979; McGraw & Wong 1996, ICC(C,1).
    """
    df_residual = (table.n - 1) * (table.k - 1)
    value = _share(table.subjects, table.residual, table.k)
    ends = _from_ratio(table.subjects, table.residual, table.df_subjects, df_residual, table.k, confidence)
    return Icc(value, *(np.where(table.n >= FEWEST_SAMPLES, end, np.nan) for end in ends))


def icc_2(table: TwoWay, confidence: float = 0.95) -> Icc:
    """ICC(2,1), agreement: levels are a sample of all there could be, and their offsets count as error.

    Value and ends are clipped to -1 / (k - 1) and 1. No interval for fewer than three samples, nor where the
    approximation fails: without degrees of freedom, or with ends that do not hold the value. It covers less than it
    promises with fewer than `FEWEST_LEVELS` levels. References: Shrout & Fleiss 1979; McGraw & Wong 1996, ICC(A,1),
    interval with Satterthwaite's degrees of freedom.
    """
    R, C, E, n, k = table.subjects, table.factor, table.residual, table.n, table.k
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = k * C + (k * n - k - n) * E
        value = _tidy(n * (R - E) / (n * R + rest), R, np.maximum(C, E))
        ratio = k * value / (n * (1 - value))
        of_factor, of_rest = ratio * C, (1 + ratio * (n - 1)) * E
        df = (of_factor + of_rest) ** 2 / (of_factor**2 / (k - 1) + of_rest**2 / ((n - 1) * (k - 1)))
        F = fdtri(table.df_subjects, df, (1 + confidence) / 2)
        low = n * (R - F * E) / (F * rest + n * R)
        F = fdtri(df, table.df_subjects, (1 + confidence) / 2)
        high = n * (F * R - E) / (rest + n * F * R)
    exact = value == 1
    value, low, high = (
        np.clip(end, -1 / (k - 1), 1.0) for end in (value, np.where(exact, 1.0, low), np.where(exact, 1.0, high))
    )
    holds = (n >= FEWEST_SAMPLES) & (exact | (df > 0)) & (low <= value) & (value <= high)
    return Icc(value, np.where(holds, low, np.nan), np.where(holds, high, np.nan))


def _share(between: np.ndarray, within: np.ndarray, k: np.ndarray | float) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return _tidy((between - within) / (between + (k - 1) * within), between, within)


def _tidy(value: np.ndarray, between: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Exactly 1 where all that differs within is rounding."""
    return np.where((between > 0) & (within <= _ROUNDING * between), 1.0, value)


def _from_ratio(
    between: np.ndarray,
    within: np.ndarray,
    df_between: np.ndarray,
    df_within: np.ndarray,
    k: np.ndarray | float,
    confidence: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The interval of an ICC from that of the ratio of two mean squares."""
    with np.errstate(divide="ignore", invalid="ignore"):
        F = between / within
        low = F / fdtri(df_between, df_within, (1 + confidence) / 2)
        high = F * fdtri(df_within, df_between, (1 + confidence) / 2)
        exact = (between > 0) & (within <= _ROUNDING * between)
        ends = ((end - 1) / (end + k - 1) for end in (low, high))
        low, high = (np.where(exact, 1.0, np.maximum(end, -1.0)) for end in ends)
    return low, high


def components_1(table: OneWay) -> Components:
    """Variances behind ICC(1,1)."""
    with np.errstate(invalid="ignore"):
        sample = np.maximum((table.between - table.within) / table.k0, 0.0)
    return Components(sample, np.zeros_like(sample), table.within)


def components_2(table: TwoWay) -> Components:
    """Variances behind ICC(2,1) and, without the factor's, ICC(3,1)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        sample = np.maximum((table.subjects - table.residual) / table.k, 0.0)
        factor = np.maximum((table.factor - table.residual) / table.n, 0.0)
    return Components(sample, factor, table.residual)


def smallest_difference(error: np.ndarray) -> np.ndarray:
    """The minimal detectable change 1.96 sqrt(2) SEM: an estimate of what 95 % of pairs of one sample differ by less.

    `error` (p,) is the variance of a single measurement, taken as if it were known.
    Reference: Weir 2005, J. Strength Cond. Res. 19:231.
    """
    return _NORMAL_95 * np.sqrt(2 * error)


def within_cv(error: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Within-subject coefficient of variation: SEM over the mean of all measurements (N, p).

    NaN where measurements are of both signs: there a ratio to the mean says nothing.
    Reference: Quan & Shih 1996, Biometrics 52:1195.
    """
    there = np.isfinite(values)
    both = (there & (values > 0)).any(axis=0) & (there & (values < 0)).any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(there, values, 0.0).sum(axis=0) / there.sum(axis=0)
        return np.where(both | (mean == 0), np.nan, np.sqrt(error) / np.abs(mean))


def bland_altman(first: np.ndarray, second: np.ndarray) -> Agreement:
    """Agreement of pairs (n, p); a pair that lacks a value does not count there. Limits need two pairs.

    Reference: Bland & Altman 1986, Lancet 327:307.
    """
    there = np.isfinite(first) & np.isfinite(second)
    n = there.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.where(there, second - first, 0.0)
        bias = difference.sum(axis=0) / n
        sd = np.sqrt((np.where(there, difference - bias, 0.0) ** 2).sum(axis=0) / (n - 1))
    sd = np.where(n > 1, sd, np.nan)
    return Agreement(bias, bias - _NORMAL_95 * sd, bias + _NORMAL_95 * sd, n)


def verdict(low: float, high: float) -> str:
    """`good`, or `moderate to excellent` where the interval reaches from one to the other; empty for NaN."""
    if not low <= high:
        return ""
    ends = [next(word for least, word in WORDS if end >= least) for end in (low, high)]
    return " to ".join(dict.fromkeys(ends))
