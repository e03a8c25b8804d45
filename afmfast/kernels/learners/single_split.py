"""How well one threshold on one column parts the classes."""

from __future__ import annotations

import numpy as np

from .._jit import exact, part
from .cut import best_gap
from .gini import decrease, find_gains, node_of
from .table import Room, Rule, Table, room_for
from .tree import draw_rows


@exact
def gini_single(
    seen: np.ndarray, order: np.ndarray, y: np.ndarray, class_weight: np.ndarray, importances: np.ndarray
) -> None:
    """Decrease of the Gini impurity by the best threshold on each column of seen (q, n), into importances (q,).

    order (q, n) int32 holds the rows of each column in ascending order, y (n,) int64 class codes; class_weight
    (n_classes,) multiplies the rows' counts. 0 for a constant column.
    """
    room, rows, state = room_for(seen.shape[0], y.size, class_weight), order.view(np.uint32), np.empty(1, np.uint64)
    _find(Table(seen, rows, rows), y, state, room, importances)


@part
def _find(table: Table, y: np.ndarray, state: np.ndarray, room: Room, importances: np.ndarray) -> None:
    draw_rows(y, Rule(1, True, 1, 0.0, 1), state, room)
    node = node_of(room, 0, y.size, 0.0)
    for k in range(y.size):
        room.places[k] = k
    for j in range(importances.size):
        find_gains(table, j, y.size, node, room)
        at = best_gap(table, j, y.size, 1, 0.0, room)
        importances[j] = max(decrease(node, room.gains[at]), 0.0) / node.weight if at >= 0 else 0.0
