"""One averaged out-of-fold prediction a row, and its scores under weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

#: Scores of averaged predictions, by the names of the statistics.
SCORES = ("auc", "accuracy", "balanced_accuracy", "sensitivity", "specificity")


@dataclass(frozen=True, eq=False)
class Predictions:
    """What was said of n rows that were not trained on.

    `y` (n,) class codes; `probability` (n, classes) the mean over the repeats that tested the row, NaN = never
    tested; `groups` (n,) anything that tells groups apart; `positive` the class that sensitivity and specificity are
    of, None = mean over classes, each against the rest.
    """

    y: np.ndarray
    probability: np.ndarray
    groups: np.ndarray
    positive: int | None = None

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return int(self.probability.shape[1])

    @property
    def tested(self) -> np.ndarray:
        """Which rows have a prediction: (n,) bool."""
        return ~np.isnan(self.probability).any(axis=1)

    @property
    def called(self) -> np.ndarray:
        """The most probable class of each row, the first of equals: (n,)."""
        return np.asarray(self.probability.argmax(axis=1))

    def only(self, rows: np.ndarray) -> Predictions:
        """The same of some rows, by number or (n,) bool."""
        return Predictions(self.y[rows], self.probability[rows], self.groups[rows], self.positive)

    @cached_property
    def strata(self) -> tuple[np.ndarray, np.ndarray]:
        """Group number of each row (n,), and the class most rows of each group have (groups,)."""
        names, member = np.unique(self.groups, return_inverse=True)
        counts = np.zeros((len(names), self.n_classes), dtype=np.int64)
        np.add.at(counts, (member, self.y), 1)
        return member, counts.argmax(axis=1)

    def n_groups(self, score: str) -> int:
        """Groups that a score rests on: of the class or classes concerned, the smallest."""
        of_class = [len(np.unique(self.groups[self.y == code])) for code in range(self.n_classes)]
        if self.positive is None or score not in ("sensitivity", "specificity"):
            return min(of_class)
        others = len(np.unique(self.groups[self.y != self.positive]))
        return of_class[self.positive] if score == "sensitivity" else others


def scores(predictions: Predictions, weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Each of `SCORES` under R weightings of the rows (R, n), by default one of ones: (R,), NaN where undefined."""
    y, called = predictions.y, predictions.called
    W = np.ones((1, len(y))) if weights is None else weights
    codes = np.arange(predictions.n_classes)
    member, taken = y[:, None] == codes, called[:, None] == codes
    recall = _ratio(W @ (member & taken), W @ member)
    rejected = _ratio(W @ (~member & ~taken), W @ ~member)
    positive = predictions.positive
    chosen = codes if positive is None else codes[[positive]]
    of_two = codes[1:] if len(codes) == 2 else chosen  # what one class of two loses the other wins
    return {
        "auc": _mean(np.stack([_auc(predictions.probability, member[:, code], code, W) for code in of_two], axis=1)),
        "accuracy": _ratio(W @ (y == called), W.sum(axis=1)),
        "balanced_accuracy": _mean(recall),
        "sensitivity": _mean(recall[:, chosen]),
        "specificity": _mean(rejected[:, chosen]),
    }


def _auc(probability: np.ndarray, member: np.ndarray, code: int, W: np.ndarray) -> np.ndarray:
    """Weighted area under the ROC curve of a class against the rest, ties count half: (R,)."""
    # Near 1 single-precision probabilities are equal where those of the other classes still differ.
    score = 2 * probability[:, code] - probability.sum(axis=1)
    distinct, place = np.unique(score, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(distinct)))
    inside = np.add.reduceat((W * member)[:, order], starts, axis=1)
    outside = np.add.reduceat((W * ~member)[:, order], starts, axis=1)
    below = np.cumsum(outside, axis=1) - outside / 2
    return _ratio((inside * below).sum(axis=1), inside.sum(axis=1) * outside.sum(axis=1))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)


def _mean(by_class: np.ndarray) -> np.ndarray:
    """Mean over the classes where a score is defined: (R,)."""
    defined = ~np.isnan(by_class)
    return _ratio(np.where(defined, by_class, 0.0).sum(axis=1), defined.sum(axis=1))
