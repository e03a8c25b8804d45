"""Votes of the nearest training rows."""

from __future__ import annotations

import numpy as np

from .._jit import exact, maker


@exact
def nearest_neighbours(
    seen: np.ndarray,
    y: np.ndarray,
    class_weight: np.ndarray,
    n_neighbors: int,
    unseen: np.ndarray,
    probability: np.ndarray,
) -> None:
    """Shares of the classes y (n,) among the nearest rows of seen (q, n) to each of unseen (q, m), into (m, K).

    Euclidean distance; of rows equally far the first in order is nearer. Fewer training rows than n_neighbors vote
    all. A vote counts class_weight (K,) of its class; where all that vote weigh nothing, every class gets an equal
    share.
    """
    n_classes = class_weight.size
    k = min(n_neighbors, y.size)
    distance, rows = np.empty(y.size), np.empty(k, np.int64)
    for i in range(unseen.shape[1]):
        _square_distances(seen, unseen, i, distance)
        _nearest(distance, rows)
        votes = probability[i]
        votes[:] = 0.0
        for row in rows:
            votes[y[row]] += class_weight[y[row]]
        total = 0.0
        for code in range(n_classes):
            total += votes[code]
        for code in range(n_classes):
            votes[code] = votes[code] / total if total > 0.0 else 1.0 / n_classes


@exact
def _square_distances(seen: np.ndarray, unseen: np.ndarray, i: int, out: np.ndarray) -> None:
    """Squared distances of the rows of seen (q, n) from row i of unseen (q, m), column by column, into out (n,)."""
    out[:] = 0.0
    for column in range(seen.shape[0]):
        values, value = seen[column], unseen[column, i]
        for row in range(out.size):
            step = values[row] - value
            out[row] += step * step


@maker
def _nearest(distance: np.ndarray, rows: np.ndarray) -> None:
    """The rows of least distance (n,) in ascending order, into rows (k,), k <= n; of equals the first."""
    last = rows.size - 1
    for row in range(distance.size):
        if row > last and not distance[row] < distance[rows[last]]:
            continue
        place = min(row, last)
        while place > 0 and distance[rows[place - 1]] > distance[row]:
            rows[place] = rows[place - 1]
            place -= 1
        rows[place] = row
