"""Columns that say the same as an earlier one, and the mid-ranks Spearman's correlation is made of."""

from __future__ import annotations

import math

import numpy as np

from .._jit import exact, maker

#: Identical columns can come out at |r| = 1 - 1e-16; correlations are rounded to this many parts of one.
PARTS = 1e12


@exact
def drop_twins(seen: np.ndarray, threshold: float, twin: np.ndarray, pair: np.ndarray) -> None:
    """Greedy filter in table order: a column goes if |r| with an earlier kept one reaches the threshold.

    seen (p, n), columns contiguous; out: twin (p,) int64, the kept column it was dropped for (of several the one
    with the largest |r|, the first of equals), -1 = it stays; pair (p,), the correlation with it, NaN where it
    stays. Constant columns stay. Only correlations with kept columns are computed, with all of them at once:
    `kept` holds rows of the table, so that each sum runs in row order however wide the processor is.
    """
    p, n = seen.shape
    kept, columns = np.empty((n, p)), np.empty(p, np.int64)
    unit, r = np.empty(n), np.empty(p)
    n_kept = 0
    for column in range(p):
        twin[column], pair[column] = -1, np.nan
        if not _to_unit_length(seen[column], unit):
            continue
        _products(kept, unit, r[:n_kept])
        best, largest = -1, 0.0
        for k in range(n_kept):
            size = abs(np.rint(r[k] * PARTS) / PARTS)
            if size >= threshold and size > largest:
                best, largest = k, size
        if best < 0:
            for i in range(n):
                kept[i, n_kept] = unit[i]
            columns[n_kept] = column
            n_kept += 1
        else:
            twin[column] = columns[best]
            pair[column] = min(max(np.rint(r[best] * PARTS) / PARTS, -1.0), 1.0)


@maker
def _products(kept: np.ndarray, unit: np.ndarray, r: np.ndarray) -> None:
    """Scalar products of unit (n,) with the first columns of kept (n, p), into r."""
    r[:] = 0.0
    whole = unit.size // 4 * 4
    for i in range(0, whole, 4):  # four rows at a time load and store each sum once
        one, two, three, four = kept[i], kept[i + 1], kept[i + 2], kept[i + 3]
        a, b, c, d = unit[i], unit[i + 1], unit[i + 2], unit[i + 3]
        for k in range(r.size):
            r[k] = (((r[k] + one[k] * a) + two[k] * b) + three[k] * c) + four[k] * d
    for i in range(whole, unit.size):
        for k in range(r.size):
            r[k] += kept[i, k] * unit[i]


@maker
def _to_unit_length(values: np.ndarray, unit: np.ndarray) -> bool:
    """Values (n,) mean-free and of length 1, into unit (n,); False where they are all equal."""
    n = values.size
    lowest = highest = values[0]
    total = 0.0
    for i in range(n):
        lowest, highest = min(lowest, values[i]), max(highest, values[i])
        total += values[i]
    if not highest > lowest:
        return False
    mean = total / n
    # Scaled by their largest value no square under- or overflows, whatever the unit.
    span = max(highest - mean, mean - lowest)
    square = 0.0
    for i in range(n):
        unit[i] = (values[i] - mean) / span
        square += unit[i] * unit[i]
    length = math.sqrt(square)
    for i in range(n):
        unit[i] /= length
    return True


@exact
def midranks(seen: np.ndarray, order: np.ndarray, ranks: np.ndarray) -> None:
    """Ranks 1 ... n of each column of seen (p, n), equal values sharing their mean, into ranks (p, n) float64.

    order (p, n) int32: the rows of each column in ascending order.
    """
    p, n = seen.shape
    for column in range(p):
        values, rows = seen[column], order[column]
        first = 0
        while first < n:
            end = first + 1
            while end < n and values[rows[end]] == values[rows[first]]:
                end += 1
            for k in range(first, end):
                ranks[column, rows[k]] = 0.5 * (first + 1 + end)
            first = end
