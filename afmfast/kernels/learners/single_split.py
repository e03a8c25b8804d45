"""What a single threshold on one column does for the purity of the classes."""

from __future__ import annotations

import numpy as np

from .._jit import exact


@exact
def single_split(
    seen: np.ndarray, order: np.ndarray, y: np.ndarray, class_weight: np.ndarray, decrease: np.ndarray
) -> None:
    """Weighted Gini decrease of the best threshold on each column of seen (q, n), into decrease (q,); 0 for none.

    order (q, n) int32: the rows of each column in ascending order; y (n,) class codes; class_weight (K,).
    """
    total = np.zeros(class_weight.size)
    for code in y:
        total[code] += class_weight[code]
    for column in range(len(seen)):
        decrease[column] = _best_decrease(seen[column], order[column], y, class_weight, total)


@exact
def _best_decrease(
    values: np.ndarray, rows: np.ndarray, y: np.ndarray, class_weight: np.ndarray, total: np.ndarray
) -> float:
    """Sums of squares of both sides are kept up to date row by row; their weighted mean is the purity."""
    weight, before = total.sum(), (total * total).sum()
    left, left_weight, left_squares, right_squares = np.zeros(total.size), 0.0, 0.0, before
    best = 0.0
    for k in range(len(rows) - 1):
        code = y[rows[k]]
        step = class_weight[code]
        left_squares += step * (2.0 * left[code] + step)
        right_squares -= step * (2.0 * (total[code] - left[code]) - step)
        left[code] += step
        left_weight += step
        if values[rows[k + 1]] > values[rows[k]]:
            purity = left_squares / left_weight + right_squares / (weight - left_weight)
            best = max(best, purity - before / weight)
    return best / weight
