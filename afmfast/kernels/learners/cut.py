"""The cut of one node of a tree: the best of some columns, or the best of one random threshold on each."""

from __future__ import annotations

import numpy as np

from .._jit import lowest_bit, part
from .gini import Node, find_gains, first_of, gain_of_many, gain_of_two, second_of
from .random import below, uniform
from .table import Room, Rule, Table

_ONE, _SIX, _LOW = np.uint64(1), np.uint64(6), np.uint64(63)


@part
def best_cut(
    table: Table, start: int, end: int, node: Node, rule: Rule, state: np.ndarray, room: Room
) -> tuple[int, float, float]:
    """Column, threshold and gain of the best cut of room.rows[start:end]; column -1 if there is none.

    Columns are drawn until `n_try` were, and on until one is not constant; of equal cuts the first drawn wins.
    """
    column, threshold, best = -1, 0.0, -1.0
    m, tried, usable = end - start, 0, 0
    while tried < room.columns.size and (tried < rule.n_try or usable == 0) and best < node.perfect:
        j = _draw_column(room.columns, tried, state)
        tried += 1
        sort_places(table, j, start, end, room)
        if value_at(table, j, room.places[0]) == value_at(table, j, room.places[m - 1]):
            continue
        usable += 1
        find_gains(table, j, m, node, room)
        at = best_gap(table, j, m, rule.min_leaf, best, room)
        if at >= 0:
            low, high = value_at(table, j, room.places[at]), value_at(table, j, room.places[at + 1])
            column, threshold, best = j, middle(low, high), room.gains[at]
    return column, threshold, best


@part
def random_cut(
    table: Table, start: int, end: int, node: Node, rule: Rule, state: np.ndarray, room: Room
) -> tuple[int, float, float]:
    """As `best_cut`, with one threshold a column, drawn evenly between its values in room.rows[start:end]."""
    column, threshold, best = -1, 0.0, -1.0
    tried, usable = 0, 0
    while tried < room.columns.size and (tried < rule.n_try or usable == 0) and best < node.perfect:
        j = _draw_column(room.columns, tried, state)
        tried += 1
        low, high = _range(table, j, start, end, room)
        if low == high:
            continue
        usable += 1
        cut = low + uniform(state) * (high - low)
        if not cut < high:
            cut = low
        n_left, gain = _gain_below(cut, start, end, node, room)
        if gain > best and rule.min_leaf <= n_left <= end - start - rule.min_leaf:
            column, threshold, best = j, cut, gain
    return column, threshold, best


@part
def _draw_column(columns: np.ndarray, tried: int, state: np.ndarray) -> int:
    """One of columns[tried:], each equally likely, brought to place `tried`."""
    other = tried + below(state, columns.size - tried)
    j = columns[other]
    columns[other] = columns[tried]
    columns[tried] = j
    return j


@part
def sort_places(table: Table, j: int, start: int, end: int, room: Room) -> None:
    """Places in column j of room.rows[start:end] into room.places, ascending; room.bits is 0 before and after.

    A set of bits gives them back sorted: no comparison, so no branch to guess wrong.
    """
    for k in range(start, end):
        place = np.uint64(table.place[j, room.rows[k]])
        room.bits[place >> _SIX] |= _ONE << (place & _LOW)
    k = 0
    for block in range(room.bits.size):
        word = room.bits[block]
        room.bits[block] = 0
        while word != 0:
            room.places[k] = 64 * block + lowest_bit(word)
            word &= word - _ONE
            k += 1


@part
def value_at(table: Table, j: int, place: int) -> float:
    """The value that is at a place of column j in ascending order."""
    return table.values[j, table.order[j, place]]


@part
def middle(low: float, high: float) -> float:
    """Half way, such that low <= it < high whatever the rounding."""
    half = 0.5 * low + 0.5 * high
    return half if low <= half < high else low


@part
def best_gap(table: Table, j: int, m: int, min_leaf: int, best: float, room: Room) -> int:
    """Where the gap of the highest gain above `best` is; -1 if there is none. Equal values have no gap between them."""
    at = _highest(room.gains, min_leaf - 1, m - min_leaf, best)
    if at < 0 or value_at(table, j, room.places[at]) < value_at(table, j, room.places[at + 1]):
        return at
    for k in range(m - 1):
        if value_at(table, j, room.places[k]) == value_at(table, j, room.places[k + 1]):
            room.gains[k] = -1.0
    return _highest(room.gains, min_leaf - 1, m - min_leaf, best)


@part
def _highest(gains: np.ndarray, first: int, last: int, best: float) -> int:
    at = -1
    for k in range(first, last):
        if gains[k] > best:
            best = gains[k]
            at = k
    return at


@part
def _range(table: Table, j: int, start: int, end: int, room: Room) -> tuple[float, float]:
    """Lowest and highest value of room.rows[start:end] in column j; the values go to room.gains[start:end]."""
    low = table.values[j, room.rows[start]]
    high = low
    for k in range(start, end):
        value = table.values[j, room.rows[k]]
        room.gains[k] = value
        low = value if value < low else low
        high = value if value > high else high
    return low, high


@part
def _gain_below(cut: float, start: int, end: int, node: Node, room: Room) -> tuple[int, float]:
    """How many of room.rows[start:end] have a value in room.gains of at most `cut`, and the gain of that cut."""
    n_left = 0
    if node.is_paired:
        both = np.int32(0)
        for k in range(start, end):
            # All bits or none: a branch would be guessed wrong every other time.
            is_left = -np.int32(room.gains[k] <= cut)
            both = np.int32(both + (room.marks[room.rows[k]] & is_left))
            n_left -= int(is_left)
        return n_left, gain_of_two(first_of(both, room), second_of(both, room), room.node[0], room.node[1], node)
    for c in range(room.left.size):
        room.left[c] = 0.0
    for k in range(start, end):
        is_left = np.int32(room.gains[k] <= cut)
        row = room.rows[k]
        room.left[room.marks[row]] += (room.counts[row] * is_left) * room.weight[room.marks[row]]
        n_left += int(is_left)
    left, left_squares, right_squares = 0.0, 0.0, 0.0
    for c in range(room.left.size):
        right = room.node[c] - room.left[c]
        left += room.left[c]
        left_squares += room.left[c] * room.left[c]
        right_squares += right * right
    return n_left, gain_of_many(left, left_squares, right_squares, node)
