"""What all trees on one table share: its columns in ascending order, looked up both ways."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import lowest_bit, part

_ONE, _SIX, _LOW = np.uint64(1), np.uint64(6), np.uint64(63)


class Table(NamedTuple):
    """q columns of n rows: values (q, n), the same ascending, rows in that order, place of each row, equal values.

    `is_tied` (q,) says whether a column holds a value twice. y (n,) int64 are class codes, class_weight (n_classes,).
    """

    values: np.ndarray
    ascending: np.ndarray
    order: np.ndarray
    place: np.ndarray
    is_tied: np.ndarray
    y: np.ndarray
    class_weight: np.ndarray


@part
def table_of(seen: np.ndarray, order: np.ndarray, y: np.ndarray, class_weight: np.ndarray) -> Table:
    """The table of columns seen (q, n) whose rows in ascending order are order (q, n) int32."""
    q, n = seen.shape
    ascending, place = np.empty((q, n)), np.empty((q, n), np.uint32)
    is_tied = np.zeros(q, np.bool_)
    rows = order.view(np.uint32)
    for j in range(q):
        for k in range(n):
            row = rows[j, k]
            ascending[j, k] = seen[j, row]
            place[j, row] = k
        for k in range(1, n):
            is_tied[j] |= ascending[j, k] == ascending[j, k - 1]
    return Table(seen, ascending, rows, place, is_tied, y, class_weight)


@part
def sort_places(
    rows: np.ndarray, start: int, end: int, place: np.ndarray, j: int, bits: np.ndarray, places: np.ndarray
) -> None:
    """Put the places of rows[start:end] in column j into places in ascending order; bits is 0 before and after.

    A set of bits gives them back sorted: no comparison, so no branch to guess wrong.
    """
    for k in range(start, end):
        at = place[j, rows[k]]
        bits[at >> _SIX] |= _ONE << (np.uint64(at) & _LOW)
    k = 0
    for block in range(bits.size):
        word = bits[block]
        bits[block] = 0
        while word != 0:
            places[k] = 64 * block + lowest_bit(word)
            word &= word - _ONE
            k += 1
