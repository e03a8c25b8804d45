"""One decision a group (patient, specimen, culture) from the predictions of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binomtest

from ..errors import DataError, SettingsError
from .predictions import Predictions

#: How the rows of a group become one number a class: mean or median probability, or the share of rows called so.
How = Literal["mean", "median", "vote"]


@dataclass(frozen=True)
class Rule:
    """A group is called positive where its number for the positive class is at least `cut`.

    `how` mean, median or vote; with votes a row counts from probability `threshold` on, and `cut` is m / n.
    """

    how: How
    cut: float
    threshold: float = 0.5


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


def group_numbers(predictions: Predictions, how: How, threshold: float | None = None) -> np.ndarray:
    """A number a class for every group, in the order of their names: (groups, classes).

    `vote`: share of the group's rows whose most probable class it is or, with `threshold` (two classes), whose
    probability of the positive class reaches it. Rows that were never tested are left out before.
    """
    member, _ = predictions.strata
    values = predictions.probability if how != "vote" else _votes(predictions, threshold)
    combine = np.median if how == "median" else np.mean
    return np.stack([combine(values[member == g], axis=0) for g in range(member.max() + 1)])


def _votes(predictions: Predictions, threshold: float | None) -> np.ndarray:
    if threshold is None:
        return np.asarray(predictions.called[:, None] == np.arange(predictions.n_classes), dtype=float)
    positive = _positive(predictions)
    says_so = predictions.probability[:, positive] >= threshold
    return np.stack([says_so == (code == positive) for code in (0, 1)], axis=1).astype(float)


def decide(predictions: Predictions, how: How | Rule = "mean") -> Decisions:
    """Call every group of one class: by a learnt `Rule`, or the class with the largest mean, median or vote.

    Without a rule nothing is learnt, so nothing can leak. Groups with rows of several classes have no class that
    could be right and are left out, as are rows that were never tested.
    """
    seen = predictions.only(predictions.tested)
    seen = seen.only(_of_one_class(seen))
    if len(seen.y) == 0:
        nothing = np.empty(0, dtype=np.int64)
        return Decisions(np.empty(0, dtype=seen.groups.dtype), nothing, nothing, nothing)
    member, y = seen.strata
    if isinstance(how, Rule):
        positive = _positive(seen)
        number = group_numbers(seen, how.how, how.threshold)[:, positive]
        called = np.where(number >= how.cut - 1e-12, positive, 1 - positive)
    else:
        called = group_numbers(seen, how).argmax(axis=1)
    return Decisions(np.unique(seen.groups), y, np.bincount(member), called)


def learn(inner: Predictions, how: How = "mean", *, threshold: float = 0.5) -> Rule:
    """The cut between groups that has the best balanced accuracy on `inner`, nearest to one half among equals.

    `inner`: out-of-fold predictions made within the training groups. What is tested with the rule must not be among
    them: a cut learnt on the tested groups makes their scores too good. Raises `DataError` where a class is missing.
    """
    seen = inner.only(inner.tested)
    seen = seen.only(_of_one_class(seen))
    positive = _positive(seen)
    is_positive = seen.strata[1] == positive
    if len(seen.y) == 0 or is_positive.all() or not is_positive.any():
        raise DataError("a cut is learnt from groups of both classes, and one class is missing among the inner ones")
    number = group_numbers(seen, how, threshold)[:, positive]
    cuts = _cuts(number, how, seen)
    balanced = [((number >= c - 1e-12)[is_positive].mean() + (number < c - 1e-12)[~is_positive].mean()) for c in cuts]
    best = np.flatnonzero(np.isclose(balanced, max(balanced)))
    return Rule(how, float(cuts[best[np.argmin(np.abs(cuts[best] - 0.5))]]), threshold)


def _cuts(number: np.ndarray, how: How, seen: Predictions) -> np.ndarray:
    """Cuts to try: halfway between groups, or with votes every m of the most rows that a group has."""
    if how == "vote":
        n = int(np.bincount(seen.strata[0]).max())
        return np.arange(1, n + 1) / n
    values = np.unique(number)
    return np.concatenate([[0.5], (values[1:] + values[:-1]) / 2])


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


def _positive(predictions: Predictions) -> int:
    if predictions.positive is None or predictions.n_classes != 2:
        raise SettingsError(
            f"a cut is between two classes, one of them positive, and there are {predictions.n_classes}; decide by "
            "the largest mean, median or vote instead"
        )
    return predictions.positive
