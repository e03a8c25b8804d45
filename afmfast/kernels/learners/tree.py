"""Classification trees: growing one on presorted columns, and walking rows down to its leaves.

Reference: Breiman, Friedman, Olshen & Stone 1984, Classification and regression trees; Geurts, Ernst & Wehenkel 2006,
Mach. Learn. 63:3, for random thresholds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import maker, part
from .cut import best_cut, random_cut
from .gini import Node, decrease, is_paired, node_of
from .random import below
from .table import Room, Rule, Table

_START, _END, _DEPTH, _LINK = 0, 1, 2, 3


class Tree(NamedTuple):
    """Nodes by number, the root first: rows with values[feature] <= threshold go to child[0], others to child[1].

    feature (n_nodes,) int32 is -1 in a leaf; threshold (n_nodes,); child (n_nodes, 2) uint32; share (n_nodes,
    n_classes) is how the weight of a leaf is shared among the classes.
    """

    feature: np.ndarray
    threshold: np.ndarray
    child: np.ndarray
    share: np.ndarray


@maker
def tree_for(n_rows: int, n_classes: int) -> Tree:
    """Room for the largest tree that n_rows can make."""
    n = 2 * n_rows
    return Tree(
        np.empty(n, np.int32),
        np.empty(n, np.float64),
        np.empty((n, 2), np.uint32),
        np.empty((n, n_classes), np.float64),
    )


@part
def draw_rows(y: np.ndarray, rule: Rule, state: np.ndarray, room: Room) -> int:
    """The rows of a tree into room.rows: all, or as many as there are with replacement; returns how many differ.

    A mark tells the class of a row; of two classes it holds its count in the class's half, so that marks add up.
    """
    n, paired = y.size, is_paired(room)
    for i in range(n):
        room.counts[i] = rule.is_extra
    if not rule.is_extra:
        for _ in range(n):
            room.counts[below(state, n)] += 1
    n_rows = 0
    for i in range(n):
        room.rows[n_rows] = i
        n_rows += room.counts[i] > 0
        room.marks[i] = room.counts[i] << (16 * y[i]) if paired else y[i]
    return n_rows


@part
def grow(
    table: Table, n_rows: int, rule: Rule, state: np.ndarray, room: Room, tree: Tree, decreases: np.ndarray
) -> int:
    """Grow a tree on room.rows[:n_rows]; returns its number of nodes.

    decreases (q,) gets the impurity each column took away added, times the weight of the nodes.
    """
    least = rule.min_share * node_of(room, 0, n_rows, 0.0).weight
    n_nodes, top = 0, _push(room.stack, 0, 0, n_rows, 0, -1)
    while top > 0:
        top -= 1
        start, end, depth = room.stack[top, _START], room.stack[top, _END], room.stack[top, _DEPTH]
        link, here = room.stack[top, _LINK], n_nodes
        n_nodes += 1
        if link >= 0:
            tree.child[link >> 1, link & 1] = here
        node = node_of(room, start, end, least)
        column, threshold, gain = -1, 0.0, 0.0
        if not _is_leaf(node, end - start, depth, rule):
            if rule.is_extra:
                column, threshold, gain = random_cut(table, start, end, node, rule, state, room)
            else:
                column, threshold, gain = best_cut(table, start, end, node, rule, state, room)
        tree.feature[here] = column
        if column < 0:
            for c in range(room.node.size):
                tree.share[here, c] = room.node[c] / node.weight
            continue
        tree.threshold[here] = threshold
        decreases[column] += decrease(node, gain)
        middle = _part_rows(table, column, threshold, start, end, room)
        top = _push(room.stack, top, middle, end, depth + 1, 2 * here + 1)
        top = _push(room.stack, top, start, middle, depth + 1, 2 * here)
    return n_nodes


@part
def _push(stack: np.ndarray, top: int, start: int, end: int, depth: int, link: int) -> int:
    """Leave rows start:end for later; link is twice the node above, plus 1 on its right side."""
    stack[top, _START], stack[top, _END], stack[top, _DEPTH], stack[top, _LINK] = start, end, depth, link
    return top + 1


@part
def _is_leaf(node: Node, n_rows: int, depth: int, rule: Rule) -> bool:
    is_pure = node.squares == node.weight * node.weight
    return is_pure or depth >= rule.max_depth or n_rows < 2 * rule.min_leaf or node.weight < 2.0 * node.least


@part
def _part_rows(table: Table, column: int, threshold: float, start: int, end: int, room: Room) -> int:
    """Put the rows of a node whose value is at most the threshold in front; returns where the others start.

    Every row is written to both sides and kept on one by counting on: a branch would be guessed wrong.
    """
    left, n_right = start, 0
    for k in range(start, end):
        row = room.rows[k]
        is_left = table.values[column, row] <= threshold
        room.rows[left] = row
        room.spare[n_right] = row
        left += is_left
        n_right += not is_left
    for k in range(n_right):
        room.rows[left + k] = room.spare[k]
    return left


@part
def take_shares(importances: np.ndarray) -> None:
    """Divide importances (q,) by their sum, unless that is 0."""
    whole = 0.0
    for j in range(importances.size):
        whole += importances[j]
    if whole > 0.0:
        for j in range(importances.size):
            importances[j] /= whole


@part
def leaf_of(tree: Tree, root: int, unseen: np.ndarray, i: int) -> np.uint32:
    """The node that row i of unseen (q, m) comes to rest in."""
    node = np.uint32(root)
    while tree.feature[node] >= 0:
        is_right = not unseen[np.uint32(tree.feature[node]), i] <= tree.threshold[node]
        node = tree.child[node, np.uint32(is_right)]
    return node


@part
def walk(tree: Tree, unseen: np.ndarray, probability: np.ndarray) -> None:
    """Add the class shares of the leaf that each row of unseen (q, m) comes to, to probability (m, n_classes)."""
    for i in range(unseen.shape[1]):
        leaf = leaf_of(tree, 0, unseen, i)
        for c in range(probability.shape[1]):
            probability[i, c] += tree.share[leaf, c]
