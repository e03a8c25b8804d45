"""Random forests and extremely randomized trees."""

from __future__ import annotations

import numpy as np

from .._jit import exact
from .random import below, stream_of
from .splits import Room, Rule, room_for
from .table import Table, table_of
from .tree import empty_tree, grow, walk


@exact
def forest(
    seen, order, y, class_weight, n_trees, n_try, is_extra, min_leaf, max_depth, seed, unseen, probability, importances
):
    q, n = seen.shape
    n_classes = class_weight.size
    table = table_of(seen, order, y, class_weight)
    rule = Rule(n_try, is_extra, min_leaf, max_depth)
    room, tree, decrease = room_for(q, n, n_classes), empty_tree(n, n_classes), np.empty(q)
    state = np.empty(1, np.uint64)
    probability[:] = 0.0
    importances[:] = 0.0
    for t in range(n_trees):
        state[0] = stream_of(seed, t)
        for j in range(q):
            room.columns[j] = j
            decrease[j] = 0.0
        n_rows = _draw_rows(table, is_extra, state, room)
        grow(table, rule, n_rows, state, room, tree, decrease)
        walk(tree, unseen, probability)
        whole = decrease.sum()
        if whole > 0:
            importances += decrease / whole
    probability /= n_trees
    if importances.sum() > 0:
        importances /= importances.sum()


@exact
def _draw_rows(table: Table, is_extra: bool, state: np.ndarray, room: Room) -> int:
    n = table.y.size
    counts = room.counts
    for i in range(n):
        counts[i] = is_extra
    if not is_extra:
        for _ in range(n):
            counts[below(state, n)] += 1
    m = 0
    for i in range(n):
        room.rows[m] = i
        m += counts[i] > 0
        room.packed[i] = counts[i] << (32 * table.y[i])
    return m
