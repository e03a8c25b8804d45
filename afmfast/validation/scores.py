"""Scores of one test part, and what many of them add up to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..registry import Registry


@dataclass(frozen=True, eq=False)
class Parts:
    """What every statistic is made of, for any number of splits (...).

    `accuracy` (...); `auc`, `recall`, `specificity` (..., classes), each class against the rest, NaN = undefined.
    """

    accuracy: np.ndarray
    auc: np.ndarray
    recall: np.ndarray
    specificity: np.ndarray

    def first(self, n: int) -> Parts:
        """The first n splits."""
        return Parts(self.accuracy[:n], self.auc[:n], self.recall[:n], self.specificity[:n])


def calls(probability: np.ndarray) -> np.ndarray:
    """The most probable class of each row (..., classes), the first of equals."""
    return np.asarray(np.argmax(probability, axis=-1))


def class_score(probability: np.ndarray, code: int) -> np.ndarray:
    """One number a row that orders rows by the probability of a class: (n,).

    Probabilities are kept in float32, where all above 1 - 3e-8 are 1; near 1 the other classes' tell them apart.
    """
    own = probability[:, code].astype(float)
    rest = np.delete(probability, code, axis=1).astype(float).sum(axis=1)
    return np.where(own <= 0.5, own, 1.0 - rest)


def auc(score: np.ndarray, member: np.ndarray) -> float:
    """Area under the ROC curve, ties count half (mid-ranks); NaN without members or non-members, or with a NaN."""
    n_in = int(member.sum())
    n_out = len(member) - n_in
    if n_in == 0 or n_out == 0 or np.isnan(score).any():
        return float("nan")
    outside = np.sort(score[~member])
    below = np.searchsorted(outside, score[member], "left").sum()
    not_above = np.searchsorted(outside, score[member], "right").sum()
    return float((below + not_above) / (2 * n_in * n_out))


def score(probability: np.ndarray, y: np.ndarray) -> Parts:
    """Scores of test rows: `probability` (n, classes) float32, `y` (n,); all NaN where a probability is."""
    n_classes = probability.shape[1]
    nothing = np.full(n_classes, np.nan)
    if np.isnan(probability).any():
        return Parts(np.array(np.nan), nothing, nothing, nothing)
    called = calls(probability)
    if n_classes == 2:  # what one class loses the other wins, so both areas are the same number
        areas = np.full(2, auc(class_score(probability, 1), y == 1))
    else:
        areas = np.array([auc(class_score(probability, code), y == code) for code in range(n_classes)])
    table = np.zeros((n_classes, n_classes))
    np.add.at(table, (y, called), 1.0)
    members, hits = table.sum(axis=1), np.diag(table)
    others = len(y) - members
    rejected = others - (table.sum(axis=0) - hits)
    recall = np.divide(hits, members, out=nothing.copy(), where=members > 0)
    specificity = np.divide(rejected, others, out=nothing.copy(), where=others > 0)
    return Parts(np.array(hits.sum() / len(y)), areas, recall, specificity)


@dataclass(frozen=True)
class Statistic:
    """One number a split: `of(parts, positive)`, with `positive` None for more than two classes."""

    name: str
    title: str
    of: Callable[[Parts, int | None], np.ndarray]


def one_or_mean(by_class: np.ndarray, positive: int | None) -> np.ndarray:
    """A score by class (..., classes) of the positive class, or without one the mean of the defined: (...)."""
    if positive is not None:
        return by_class[..., positive]
    defined = ~np.isnan(by_class)
    n = defined.sum(axis=-1)
    total = np.where(defined, by_class, 0.0).sum(axis=-1)
    return np.asarray(np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0))


STATISTICS: Registry[Statistic] = Registry(
    "statistic",
    (
        Statistic("auc", "area under the ROC curve", lambda parts, positive: one_or_mean(parts.auc, positive)),
        Statistic("accuracy", "share of rows called right", lambda parts, positive: parts.accuracy),
        Statistic(
            "balanced_accuracy", "mean recall over classes", lambda parts, positive: one_or_mean(parts.recall, None)
        ),
        Statistic(
            "sensitivity", "recall of the positive class", lambda parts, positive: one_or_mean(parts.recall, positive)
        ),
        Statistic(
            "specificity", "recall of the rest", lambda parts, positive: one_or_mean(parts.specificity, positive)
        ),
    ),
)
