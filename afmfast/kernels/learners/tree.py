"""Classification trees: growing one on presorted columns, and walking rows down to its leaves.

Reference: Breiman, Friedman, Olshen & Stone 1984, Classification and regression trees.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import part
from .splits import Room, Rule, best_cut, random_cut
from .table import Table

LEAF = -1


class Tree(NamedTuple):
    """Nodes by number, the root first: rows with values[feature] <= threshold go left; a leaf has feature LEAF.

    feature, left, right (n_nodes,) int32; threshold (n_nodes,); share (n_nodes, n_classes) of a leaf's classes.
    """

    feature: np.ndarray
    threshold: np.ndarray
    child: np.ndarray
    share: np.ndarray


@part
def empty_tree(n_rows: int, n_classes: int) -> Tree:
    """Room for the largest tree that n_rows can make."""
    n = 2 * n_rows
    return Tree(np.empty(n, np.int32), np.empty(n), np.empty((n, 2), np.int32), np.empty((n, n_classes)))


@part
def grow(table: Table, rule: Rule, n_rows: int, state: np.ndarray, room: Room, tree: Tree, decrease: np.ndarray) -> int:
    n_nodes, top = 0, 1
    stack, total = room.stack, room.total
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = 0, n_rows, 0, -1
    while top > 0:
        top -= 1
        start, end, depth, parent = stack[top, 0], stack[top, 1], stack[top, 2], stack[top, 3]
        node = n_nodes
        n_nodes += 1
        if parent >= 0:
            tree.child[parent >> 1, parent & 1] = node
        packed = np.int64(0)
        for k in range(start, end):
            packed += room.packed[room.rows[k]]
        total[0] = np.float64(np.int32(packed)) * table.class_weight[0]
        total[1] = np.float64(np.int32(packed >> 32)) * table.class_weight[1]
        column, threshold, gain = -1, 0.0, 0.0
        is_pure = total[0] == 0.0 or total[1] == 0.0
        if not is_pure and depth < rule.max_depth and end - start >= 2 * rule.min_leaf:
            if rule.is_extra:
                column, threshold, gain = random_cut(table, start, end, rule, state, room)
            else:
                column, threshold, gain = best_cut(table, start, end, rule, state, room)
        tree.feature[node] = column
        if column < 0:
            weight = 0.0
            for c in range(total.size):
                weight += total[c]
            for c in range(total.size):
                tree.share[node, c] = total[c] / weight
            continue
        tree.threshold[node] = threshold
        decrease[column] += gain
        n_left = _part(room.rows, start, end, table.values, column, threshold, room.spare)
        middle = start + n_left
        stack[top, 0], stack[top, 1], stack[top, 2], stack[top, 3] = middle, end, depth + 1, 2 * node + 1
        top += 1
        stack[top, 0], stack[top, 1], stack[top, 2], stack[top, 3] = start, middle, depth + 1, 2 * node
        top += 1
    return n_nodes


@part
def _part(rows, start, end, values, column, threshold: float, spare: np.ndarray) -> int:
    """Put rows whose value is at most threshold in front; returns how many. Every row is written twice and kept once."""
    left, n_right = start, 0
    for k in range(start, end):
        row = rows[k]
        is_left = values[column, row] <= threshold
        rows[left] = row
        spare[n_right] = row
        left += is_left
        n_right += not is_left
    for k in range(n_right):
        rows[left + k] = spare[k]
    return left - start


@part
def walk(tree: Tree, unseen: np.ndarray, probability: np.ndarray) -> None:
    """Add the class shares of the leaf that each row of unseen (q, m) comes to, to probability (m, n_classes)."""
    for i in range(unseen.shape[1]):
        node = 0
        while tree.feature[node] >= 0:
            is_right = not unseen[tree.feature[node], i] <= tree.threshold[node]
            node = tree.child[node, np.int64(is_right)]
        for c in range(probability.shape[1]):
            probability[i, c] += tree.share[node, c]
