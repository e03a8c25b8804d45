"""The cut of one node of a classification tree by the Gini impurity: the best one, or the best of random ones.

Arrays here: values (q, n), order (q, n) rows by value, place (q, n) of each row in its order; marks (n,), a row's
class and how often it was drawn; sums (3, n_classes): weight of a class, of its rows in the node, of those left of a
gap; lines (3, n): rows by node, spare, places. They come one by one: a tuple of arrays would have each counted
anew at every call, which took a fifth of the time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import lowest_bit, part
from .random import below, uniform

WEIGHT, NODE, LEFT = 0, 1, 2
ROWS, SPARE, PLACES = 0, 1, 2
_ONE, _SIX, _LOW = np.uint64(1), np.uint64(6), np.uint64(63)
_HALF = np.int64(32)


class Rule(NamedTuple):
    """How trees grow: columns looked at per node, thresholds drawn or best, fewest rows in a leaf, levels at most."""

    n_try: int
    is_extra: bool
    min_leaf: int
    max_depth: int


@part
def mark(count, label, n_classes):
    """Of two classes each has half a word, so that adding marks counts both; of more, the low bits tell the class."""
    return count << (16 * label) if n_classes == 2 else (count << _HALF) | label


@part
def count_classes(lines, start, end, marks, sums):
    """Weigh the classes of lines[ROWS, start:end] into sums[NODE]."""
    n_classes = sums.shape[1]
    for c in range(n_classes):
        sums[NODE, c] = 0.0
    if n_classes == 2:
        both = np.int64(0)
        for k in range(start, end):
            both += marks[lines[ROWS, k]]
        sums[NODE, 0] = np.int32(both & 0xffff) * sums[WEIGHT, 0]
        sums[NODE, 1] = np.int32(both >> 16) * sums[WEIGHT, 1]
    else:
        for k in range(start, end):
            m = marks[lines[ROWS, k]]
            c = np.int32(m)
            sums[NODE, c] += (m >> _HALF) * sums[WEIGHT, c]


@part
def draw_column(columns, tried, state):
    """One of columns[tried:], each equally likely, brought to place `tried`."""
    other = tried + below(state, columns.size - tried)
    j = columns[other]
    columns[other] = columns[tried]
    columns[tried] = j
    return j


@part
def best_cut(values, order, place, marks, sums, lines, start, end, columns, bits, gains, rule, state):
    """Column, threshold and impurity decrease of the best cut of lines[ROWS, start:end]; column -1 if there is none."""
    q, m = columns.size, end - start
    column, threshold, best = -1, 0.0, 0.0
    weight, squares, perfect = node_sums(sums)
    tried, usable = 0, 0
    first, last = rule.min_leaf - 1, m - rule.min_leaf
    while tried < q and (tried < rule.n_try or usable == 0) and best < perfect:
        j = draw_column(columns, tried, state)
        tried += 1
        sort_places(lines, start, end, place, j, bits)
        if values[j, order[j, lines[PLACES, 0]]] == values[j, order[j, lines[PLACES, m - 1]]]:
            continue
        usable += 1
        if sums.shape[1] == 2:
            two_class_gains(lines, m, order, j, marks, sums, gains)
        else:
            gains_of(lines, m, order, j, marks, sums, weight, squares, gains)
        at = highest(gains, first, last, best)
        if at < 0:
            continue
        low, high = values[j, order[j, lines[PLACES, at]]], values[j, order[j, lines[PLACES, at + 1]]]
        if low == high:
            void_ties(gains, lines, m, values, order, j)
            at = highest(gains, first, last, best)
            if at < 0:
                continue
            low, high = values[j, order[j, lines[PLACES, at]]], values[j, order[j, lines[PLACES, at + 1]]]
        column, best = j, gains[at]
        threshold = 0.5 * low + 0.5 * high
        if not low <= threshold < high:
            threshold = low
    return column, threshold, best


@part
def node_sums(sums):
    """Weight of a node, sum of the squares of its classes, and the gain of a cut into two pure sides.

    No cut is better than that one, so the search ends there; with more than two classes present there is none.
    """
    weight, squares, present = 0.0, 0.0, 0
    for c in range(sums.shape[1]):
        weight += sums[NODE, c]
        squares += sums[NODE, c] * sums[NODE, c]
        present += sums[NODE, c] > 0.0
    perfect = weight - squares / weight if present == 2 else np.inf
    if sums.shape[1] == 2:
        perfect = sums[NODE, 0] * sums[NODE, 1]
    return weight, squares, perfect


@part
def sort_places(lines, start, end, place, j, bits):
    """Places in column j of lines[ROWS, start:end] into lines[PLACES], ascending; bits is 0 before and after.

    A set of bits gives them back sorted: no comparison, so no branch to guess wrong.
    """
    for k in range(start, end):
        at = place[j, lines[ROWS, k]]
        bits[at >> _SIX] |= _ONE << (np.uint64(at) & _LOW)
    k = 0
    for block in range(bits.size):
        word = bits[block]
        bits[block] = 0
        while word != 0:
            lines[PLACES, k] = 64 * block + lowest_bit(word)
            word &= word - _ONE
            k += 1


@part
def two_class_gains(lines, m, order, j, marks, sums, gains):
    t0, t1, w0, w1 = sums[NODE, 0], sums[NODE, 1], sums[WEIGHT, 0], sums[WEIGHT, 1]
    weight = t0 + t1
    both = np.int64(0)
    for k in range(m - 1):
        both += marks[order[j, lines[PLACES, k]]]
        lines[SPARE,k] = both
    for k in range(m - 1):
        l0, l1 = np.int32(lines[SPARE,k] & np.uint32(0xffff)) * w0, np.int32(lines[SPARE,k] >> np.uint32(16)) * w1
        left = l0 + l1
        d = t0 * l1 - t1 * l0
        gains[k] = d * d / (left * (weight - left))


@part
def gains_of(lines, m, order, j, marks, sums, weight, squares, gains):
    for c in range(sums.shape[1]):
        sums[LEFT, c] = 0.0
    left, left_squares, right_squares = 0.0, 0.0, squares
    for k in range(m - 1):
        mark = marks[order[j, lines[PLACES, k]]]
        c = np.int32(mark)
        w = (mark >> _HALF) * sums[WEIGHT, c]
        left += w
        left_squares += w * (2.0 * sums[LEFT, c] + w)
        right_squares -= w * (2.0 * (sums[NODE, c] - sums[LEFT, c]) - w)
        sums[LEFT, c] += w
        right = weight - left
        gains[k] = (left_squares * right + right_squares * left) / (left * right) - squares / weight


@part
def highest(gains, first, last, best):
    """Where in gains[first:last] the first of the highest is, if it is above best; else -1."""
    at = -1
    for k in range(first, last):
        if gains[k] > best:
            best = gains[k]
            at = k
    return at


@part
def void_ties(gains, lines, m, values, order, j):
    """No cut between equal values."""
    for k in range(m - 1):
        if values[j, order[j, lines[PLACES, k]]] == values[j, order[j, lines[PLACES, k + 1]]]:
            gains[k] = -1.0


@part
def random_cut(values, marks, sums, lines, start, end, columns, gains, rule, state):
    q, m = columns.size, end - start
    column, threshold, best = -1, 0.0, 0.0
    weight, squares, perfect = node_sums(sums)
    tried, usable = 0, 0
    while tried < q and (tried < rule.n_try or usable == 0) and best < perfect:
        j = draw_column(columns, tried, state)
        tried += 1
        low = values[j, lines[ROWS, start]]
        high = low
        for k in range(start, end):
            v = values[j, lines[ROWS, k]]
            gains[k] = v
            low = v if v < low else low
            high = v if v > high else high
        if low == high:
            continue
        usable += 1
        cut = low + uniform(state) * (high - low)
        if not cut < high:
            cut = low
        n_left, gain = gain_of(lines, start, end, marks, sums, gains, cut, weight, squares)
        if gain > best and n_left >= rule.min_leaf and m - n_left >= rule.min_leaf:
            column, threshold, best = j, cut, gain
    return column, threshold, best


@part
def gain_of(lines, start, end, marks, sums, values, cut, weight, squares):
    n_left = 0
    if sums.shape[1] == 2:
        both = np.int64(0)
        for k in range(start, end):
            is_left = values[k] <= cut
            both += marks[lines[ROWS, k]] if is_left else 0
            n_left += is_left
        l0, l1 = np.int32(both & 0xffff) * sums[WEIGHT, 0], np.int32(both >> 16) * sums[WEIGHT, 1]
        left = l0 + l1
        d = sums[NODE, 0] * l1 - sums[NODE, 1] * l0
        return n_left, d * d / (left * (weight - left))
    for c in range(sums.shape[1]):
        sums[LEFT, c] = 0.0
    for k in range(start, end):
        is_left = values[k] <= cut
        mark = marks[lines[ROWS, k]]
        c = np.int32(mark)
        sums[LEFT, c] += (mark >> _HALF) * sums[WEIGHT, c] if is_left else 0.0
        n_left += is_left
    left, ls, rs = 0.0, 0.0, 0.0
    for c in range(sums.shape[1]):
        left += sums[LEFT, c]
        ls += sums[LEFT, c] * sums[LEFT, c]
        rs += (sums[NODE, c] - sums[LEFT, c]) * (sums[NODE, c] - sums[LEFT, c])
    right = weight - left
    return n_left, (ls * right + rs * left) / (left * right) - squares / weight
