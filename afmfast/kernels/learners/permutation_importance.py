"""What a forest loses on rows it has not seen when a column is shuffled."""

from __future__ import annotations

import numpy as np

from .._jit import exact
from .forest import DEEPEST, forest
from .random import shuffle, stream_of

#: Each third of the rows is asked about by a forest of so many trees grown on the others, so often a column.
FOLDS, TREES, SHUFFLES = 3, 34, 5


@exact
def permutation_importance(
    seen: np.ndarray, order: np.ndarray, y: np.ndarray, class_weight: np.ndarray, seed: int, loss: np.ndarray
) -> None:
    """Mean loss of the probability of the true class when a column of seen (q, n) is shuffled, into loss (q,).

    order (q, n) int32: the rows of each column in ascending order; y (n,) class codes. May be negative.
    """
    q, n = seen.shape
    state = np.empty(1, np.uint64)
    state[0] = stream_of(seed, 0)
    fold = _folds(y, class_weight.size, state)
    loss[:] = 0.0
    for k in range(FOLDS):
        grown, held = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        if len(grown) == 0 or len(held) == 0:
            continue
        asked = _shuffled_copies(seen, held, state)
        found, shares = np.empty((asked.shape[1], class_weight.size)), np.empty(q)
        forest(
            _columns_of(seen, grown), _order_of(order, fold != k), y[grown], class_weight, TREES,
            max(1, int(np.sqrt(q))), False, 1, DEEPEST, stream_of(seed, 1 + k), asked, found, shares,
        )  # fmt: skip
        for i in range(len(held)):
            code = y[held[i]]
            for column in range(q):
                lost = 0.0
                for copy in range(SHUFFLES):
                    lost += found[i, code] - found[len(held) * (1 + column * SHUFFLES + copy) + i, code]
                loss[column] += lost / SHUFFLES
    loss /= n


@exact
def _folds(y: np.ndarray, n_classes: int, state: np.ndarray) -> np.ndarray:
    """A fold a row; the rows of each class are dealt out evenly, each class starting where the last one stopped."""
    fold = np.empty(len(y), np.int64)
    dealt = 0
    for code in range(n_classes):
        members = np.flatnonzero(y == code)
        shuffle(state, members)
        for row in members:
            fold[row] = dealt % FOLDS
            dealt += 1
    return fold


@exact
def _columns_of(seen: np.ndarray, rows: np.ndarray) -> np.ndarray:
    part = np.empty((len(seen), len(rows)))
    for column in range(len(seen)):
        for i in range(len(rows)):
            part[column, i] = seen[column, rows[i]]
    return part


@exact
def _order_of(order: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The order of the rows that are inside (n,) bool, by their places among those."""
    place = np.cumsum(inside) - 1
    part = np.empty((len(order), inside.sum()), np.int32)
    for column in range(len(order)):
        k = 0
        for row in order[column]:
            if inside[row]:
                part[column, k] = place[row]
                k += 1
    return part


@exact
def _shuffled_copies(seen: np.ndarray, held: np.ndarray, state: np.ndarray) -> np.ndarray:
    """The held rows (q, k) as they are, then for each column and shuffle a copy with that column in another order."""
    q, m = len(seen), len(held)
    copies = np.empty((q, m * (1 + q * SHUFFLES)))
    plain = _columns_of(seen, held)
    for number in range(1 + q * SHUFFLES):
        copies[:, number * m : (number + 1) * m] = plain
    for column in range(q):
        for copy in range(SHUFFLES):
            start = m * (1 + column * SHUFFLES + copy)
            shuffle(state, copies[column, start : start + m])
    return copies
