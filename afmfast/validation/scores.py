"""Scores of one test part, and what many of them add up to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..kernels.learners import scoring
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
    scores = np.empty(len(probability))
    scoring.class_score(probability, code, scores)
    return scores


def score_parts(probability: np.ndarray, labels: np.ndarray, inside: np.ndarray) -> Parts:
    """Scores of the rows `inside` (m, n) bool under labellings (m, n): NaN where one of their probabilities is.

    `probability` (m, n, classes) float32, which orders rows by `class_score`; ties count half in an area (mid-ranks).
    """
    m, K = len(labels), probability.shape[2]
    ends = np.cumsum(inside.sum(axis=1))
    parts = Parts(np.empty(m), np.empty((m, K)), np.empty((m, K)), np.empty((m, K)))
    scoring.score_parts(
        probability[inside], labels[inside], ends, parts.accuracy, parts.auc, parts.recall, parts.specificity
    )
    return parts


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
