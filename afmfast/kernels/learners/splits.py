"""Splits of one node of a classification tree by the Gini impurity: the best ones, and those of random thresholds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import part,inlined
from .random import below, uniform
from .table import Table, sort_places

_HALF, _LOW = np.int64(32), np.int64(0xFFFFFFFF)


class Rule(NamedTuple):
    """How trees grow: columns looked at per node, thresholds drawn or best, fewest rows in a leaf, levels at most."""

    n_try: int
    is_extra: bool
    min_leaf: int
    max_depth: int


class Room(NamedTuple):
    """Work arrays of one thread, so that nothing is allocated per node."""

    rows: np.ndarray
    spare: np.ndarray
    bits: np.ndarray
    places: np.ndarray
    counts: np.ndarray
    packed: np.ndarray
    prefix: np.ndarray
    gain: np.ndarray
    total: np.ndarray
    left: np.ndarray
    columns: np.ndarray
    stack: np.ndarray


@part
def room_for(q: int, n: int, n_classes: int) -> Room:
    rows = np.empty((3, n), np.uint32)
    whole = np.empty((3, n), np.int64)
    return Room(
        rows[0],
        rows[1],
        np.zeros((n + 63) // 64, np.uint64),
        rows[2],
        whole[0],
        whole[1],
        whole[2],
        np.empty(n),
        np.empty(n_classes),
        np.empty(n_classes),
        np.arange(q),
        np.empty((n + 1, 4), np.int64),
    )


@inlined
def best_cut(table: Table, start: int, end: int, rule: Rule, state: np.ndarray, room: Room) -> tuple[int, float, float]:
    """Column, threshold and impurity decrease of the best cut of rows (m,); column -1 if there is none."""
    q, m = room.columns.size, end - start
    column, threshold, best = -1, 0.0, -1.0
    t0, t1 = room.total[0], room.total[1]
    weight = t0 + t1
    perfect = t0 * t1
    tried, usable = 0, 0
    first, last = rule.min_leaf - 1, m - rule.min_leaf
    while tried < q and (tried < rule.n_try or usable == 0):
        j = draw_column(room.columns, tried, state)
        tried += 1
        sort_places(room.rows, start, end, table.place, j, room.bits, room.places)
        if not table.ascending[j, room.places[m - 1]] > table.ascending[j, room.places[0]]:
            continue
        usable += 1
        _binary_gains(room, table.order, j, m, table.class_weight)
        if table.is_tied[j]:
            for k in range(m - 1):
                if table.ascending[j, room.places[k]] == table.ascending[j, room.places[k + 1]]:
                    room.gain[k] = -1.0
        at = -1
        for k in range(first, last):
            if room.gain[k] > best:
                best = room.gain[k]
                at = k
        if at >= 0:
            column = j
            low, high = table.ascending[j, room.places[at]], table.ascending[j, room.places[at + 1]]
            threshold = 0.5 * low + 0.5 * high
            if not low <= threshold < high:
                threshold = low
            if best >= perfect:
                break
    return column, threshold, 2.0 * best / weight


@part
def draw_column(columns, tried, state):
    other = tried + below(state, columns.size - tried)
    j = columns[other]
    columns[other] = columns[tried]
    columns[tried] = j
    return j


@inlined
def _binary_gains(room, order, j, m, class_weight):
    t0, t1 = room.total[0], room.total[1]
    below_here = np.int64(0)
    for k in range(m):
        below_here += room.packed[order[j, room.places[k]]]
        room.prefix[k] = below_here
    w0, w1 = class_weight[0], class_weight[1]
    weight = t0 + t1
    for k in range(m - 1):
        l0 = w0 * np.float64(np.int32(room.prefix[k]))
        l1 = w1 * np.float64(np.int32(room.prefix[k] >> _HALF))
        left = l0 + l1
        d = t0 * l1 - t1 * l0
        room.gain[k] = d * d / (left * (weight - left))


@inlined
def random_cut(
    table: Table, start: int, end: int, rule: Rule, state: np.ndarray, room: Room
) -> tuple[int, float, float]:
    q, m = room.columns.size, end - start
    column, threshold, best = -1, 0.0, -1.0
    t0, t1 = room.total[0], room.total[1]
    weight = t0 + t1
    perfect = t0 * t1
    tried, usable = 0, 0
    for k in range(m):
        room.prefix[k] = room.packed[room.rows[start + k]]
    while tried < q and (tried < rule.n_try or usable == 0):
        j = draw_column(room.columns, tried, state)
        tried += 1
        low = table.values[j, room.rows[start]]
        high = low
        for k in range(m):
            v = table.values[j, room.rows[start + k]]
            room.gain[k] = v
            low = v if v < low else low
            high = v if v > high else high
        if not high > low:
            continue
        usable += 1
        cut = low + uniform(state) * (high - low)
        if not cut < high:
            cut = low
        left_sum = np.int64(0)
        n_left = 0
        for k in range(m):
            is_left = room.gain[k] <= cut
            left_sum += room.prefix[k] if is_left else 0
            n_left += is_left
        if n_left < rule.min_leaf or m - n_left < rule.min_leaf:
            continue
        l0 = table.class_weight[0] * np.float64(np.int32(left_sum))
        l1 = table.class_weight[1] * np.float64(np.int32(left_sum >> _HALF))
        left = l0 + l1
        d = t0 * l1 - t1 * l0
        gain = d * d / (left * (weight - left))
        if gain > best:
            column, threshold, best = j, cut, gain
            if best >= perfect:
                break
    return column, threshold, 2.0 * best / weight
