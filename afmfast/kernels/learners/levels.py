"""Regression trees grown level by level on columns sorted once, whose order is handed down from node to node."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import maker, part
from .cut import middle
from .random import shuffle
from .tree import Tree

#: A node whose variance is less than this is one value plus rounding; scikit-learn draws the line there too.
_PURE = 2.0**-52


class Growth(NamedTuple):
    """What growing needs. Per column: values (q, n), rows in ascending order, the same by node; columns to shuffle.

    Per row: its weight, weight times target, the side it goes to, a spare. Per node: where its rows start and end,
    weight and sum of their targets, and gain, column and threshold of the best cut.
    """

    values: np.ndarray
    order: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    weight: np.ndarray
    pull: np.ndarray
    is_right: np.ndarray
    spare: np.ndarray
    start: np.ndarray
    end: np.ndarray
    whole: np.ndarray
    total: np.ndarray
    gain: np.ndarray
    column: np.ndarray
    threshold: np.ndarray


@maker
def growth_for(seen: np.ndarray, order: np.ndarray) -> Growth:
    """Room for growing on columns seen (q, n) with rows in ascending order (q, n) int32."""
    q, n = seen.shape
    by_row, by_node = np.empty((2, n), np.float64), np.empty((4, 2 * n), np.float64)
    places = np.empty((3, 2 * n), np.int64)
    return Growth(
        seen,
        order.view(np.uint32),
        np.empty((q, n), np.uint32),
        np.arange(q),
        by_row[0],
        by_row[1],
        np.empty(n, np.uint8),
        np.empty(n, np.uint32),
        places[0],
        places[1],
        by_node[0],
        by_node[1],
        by_node[2],
        places[2],
        by_node[3],
    )


@part
def grow_levels(growth: Growth, max_depth: int, state: np.ndarray, tree: Tree, decreases: np.ndarray) -> int:
    """Grow a tree on growth.pull; returns its number of nodes, and the rows of each in growth.rows[0, start:end].

    decreases (q,) gets the squared error that each column took away added.
    """
    for j in range(growth.columns.size):
        for k in range(growth.pull.size):
            growth.rows[j, k] = growth.order[j, k]
    growth.start[0], growth.end[0] = 0, growth.pull.size
    first, n_nodes, depth = 0, 1, 0
    while first < n_nodes and depth < max_depth:
        shuffle(state, growth.columns)
        end = n_nodes
        for c in range(first, end):
            _find_cut(growth, c)
            tree.feature[c] = growth.column[c]
            if growth.column[c] >= 0:
                tree.threshold[c] = growth.threshold[c]
                tree.child[c, 0], tree.child[c, 1] = n_nodes, n_nodes + 1
                decreases[growth.column[c]] += growth.gain[c] / growth.whole[c]
                _hand_down(growth, c, n_nodes)
                n_nodes += 2
        first = end
        depth += 1
    for c in range(first, n_nodes):
        tree.feature[c] = -1
    return n_nodes


@part
def _find_cut(growth: Growth, c: int) -> None:
    """The best cut of node c among all columns in the order they are in; column -1 where the targets are all alike."""
    whole, total, squares = 0.0, 0.0, 0.0
    for k in range(growth.start[c], growth.end[c]):
        row = growth.rows[0, k]
        whole += growth.weight[row]
        total += growth.pull[row]
        squares += growth.pull[row] * growth.pull[row] / growth.weight[row]
    growth.whole[c], growth.total[c], growth.gain[c], growth.column[c] = whole, total, -1.0, -1
    if squares / whole - (total / whole) * (total / whole) > _PURE:
        for j in growth.columns:
            _try_column(growth, c, j)


@part
def _try_column(growth: Growth, c: int, j: int) -> None:
    """Try all gaps of column j in node c. The gain is the squared error taken away, times the weight of the node."""
    whole, total, best = growth.whole[c], growth.total[c], growth.gain[c]
    above = growth.rows[j, growth.start[c]]
    left, left_total = 0.0, 0.0
    for k in range(growth.start[c] + 1, growth.end[c]):
        left += growth.weight[above]
        left_total += growth.pull[above]
        row = growth.rows[j, k]
        apart = left_total * whole - total * left
        gain = apart * apart / (left * (whole - left))
        if gain > best and growth.values[j, above] < growth.values[j, row]:
            best = gain
            growth.threshold[c] = middle(growth.values[j, above], growth.values[j, row])
            growth.column[c] = j
        above = row
    growth.gain[c] = best


@part
def _hand_down(growth: Growth, c: int, below: int) -> None:
    """Part the rows of node c, in each column's order, among the two nodes below it."""
    start, end, cut = growth.start[c], growth.end[c], growth.column[c]
    middle = start
    for k in range(start, end):
        row = growth.rows[0, k]
        growth.is_right[row] = not growth.values[cut, row] <= growth.threshold[c]
        middle += 1 - growth.is_right[row]
    for j in range(growth.columns.size):
        left, n_right = start, 0
        for k in range(start, end):
            row = growth.rows[j, k]
            # Written to both sides and kept on one by counting on: a branch would be guessed wrong.
            growth.rows[j, left] = row
            growth.spare[n_right] = row
            left += 1 - growth.is_right[row]
            n_right += growth.is_right[row]
        for k in range(n_right):
            growth.rows[j, left + k] = growth.spare[k]
    growth.start[below], growth.end[below] = start, middle
    growth.start[below + 1], growth.end[below + 1] = middle, end
