"""One decision a group (patient, specimen, culture) from the predictions of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binomtest

from .predictions import Predictions

#: How the rows of a group become one number a class: mean or median probability, or the share of rows called so.
How = Literal["mean", "median", "vote"]
#: Votes and medians of the same rows differ by this much at most; such classes are equals.
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Decisions:
    """One line a group: its name, class code, number of rows, and the class it was called; each (groups,)."""

    groups: np.ndarray
    y: np.ndarray
    n_rows: np.ndarray
    called: np.ndarray


@dataclass(frozen=True)
class Share:
    """`right` of `n` groups, and the exact (Clopper-Pearson) interval of that share at `level`; NaN without groups."""

    right: int
    n: int
    value: float
    low: float
    high: float
    level: float


def group_numbers(predictions: Predictions, how: How) -> np.ndarray:
    """A number a class for every group, in the order of their names: (groups, classes).

    `vote`: share of the group's rows whose most probable class it is. Rows that were never tested are left out before.
    """
    member, _ = predictions.strata
    votes = predictions.called[:, None] == np.arange(predictions.n_classes)
    values = votes if how == "vote" else predictions.probability
    combine = np.median if how == "median" else np.mean
    return np.stack([combine(values[member == g], axis=0) for g in range(member.max() + 1)])


def decide(predictions: Predictions, how: How = "mean") -> Decisions:
    """Call every group of the class with the largest mean, median or vote; of equals the one of larger mean.

    Nothing is learnt, so nothing can leak. Groups with rows of several classes have no class that could be right and
    are left out, as are rows that were never tested.
    """
    seen = predictions.only(predictions.tested)
    seen = seen.only(_of_one_class(seen))
    if len(seen.y) == 0:
        nothing = np.empty(0, dtype=np.int64)
        return Decisions(np.empty(0, dtype=seen.groups.dtype), nothing, nothing, nothing)
    member, y = seen.strata
    number = group_numbers(seen, how)
    is_largest = np.isclose(number, number.max(axis=1, keepdims=True), rtol=0, atol=_ROUNDING)
    called = np.where(is_largest, group_numbers(seen, "mean"), -np.inf).argmax(axis=1)
    return Decisions(np.unique(seen.groups), y, np.bincount(member), called)


def best_threshold(numbers: np.ndarray, is_positive: np.ndarray) -> float:
    """From which of the `numbers` (g,) on groups are called positive, so that most of both kinds are right.

    The middle between two neighbours that has the highest balanced accuracy, of equals the one nearest to one half;
    one half where all numbers are equal or all groups of one kind.
    """
    distinct = np.unique(numbers)
    if len(distinct) < 2 or is_positive.all() or not is_positive.any():
        return 0.5
    middles = (distinct[1:] + distinct[:-1]) / 2
    called = numbers >= middles[:, None]
    right = called[:, is_positive].mean(axis=1) + (~called[:, ~is_positive]).mean(axis=1)
    equals = middles[right >= right.max() - _ROUNDING]
    return float(equals[np.abs(equals - 0.5).argmin()])


def share_right(decisions: Decisions, code: int | None = None, *, level: float = 0.95) -> Share:
    """How many groups, of one class or of all, were called right; the interval takes groups as independent.

    Sensitivity is that of the positive class, specificity (of two classes) that of the other.
    Reference: Clopper & Pearson 1934, Biometrika 26:404.
    """
    chosen = np.ones(len(decisions.y), bool) if code is None else decisions.y == code
    right, n = int((decisions.called == decisions.y)[chosen].sum()), int(chosen.sum())
    if n == 0:
        return Share(0, 0, float("nan"), float("nan"), float("nan"), level)
    interval = binomtest(right, n).proportion_ci(level, method="exact")
    return Share(right, n, right / n, float(interval.low), float(interval.high), level)


def _of_one_class(predictions: Predictions) -> np.ndarray:
    """Which rows belong to a group whose rows all have one class: (n,) bool."""
    member, stratum = predictions.strata
    mixed = np.bincount(member, weights=predictions.y != stratum[member]) > 0
    return ~mixed[member]
