"""Classification trees: growing one on presorted columns, and walking rows down to its leaves.

Reference: Breiman, Friedman, Olshen & Stone 1984, Classification and regression trees.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import part
from .splits import NODE, ROWS, SPARE, Rule, best_cut, random_cut, count_classes, node_sums

LEAF = -1
START, END, DEPTH, LINK = 0, 1, 2, 3


class Tree(NamedTuple):
    """Nodes by number, the root first: rows with values[feature] <= threshold go left; a leaf has feature LEAF.

    feature, left, right (n_nodes,) int32; threshold (n_nodes,); share (n_nodes, n_classes) of a leaf's classes.
    """

    feature: np.ndarray
    threshold: np.ndarray
    child: np.ndarray
    share: np.ndarray


@part
def grow(values, order, place, marks, sums, lines, n_rows, columns, bits, gains, stack, rule, state, feature, threshold, child, share, decrease):
    n_nodes, top = 0, 1
    stack[0, START], stack[0, END], stack[0, DEPTH], stack[0, LINK] = 0, n_rows, 0, -1
    while top > 0:
        top -= 1
        start, end, depth, link = stack[top, START], stack[top, END], stack[top, DEPTH], stack[top, LINK]
        node = n_nodes
        n_nodes += 1
        if link >= 0:
            child[link >> 1, link & 1] = node
        count_classes(lines, start, end, marks, sums)
        column, cut, gain = -1, 0.0, 0.0
        weight, squares, perfect = node_sums(sums)
        is_pure = squares == weight * weight
        if not is_pure and depth < rule.max_depth and end - start >= 2 * rule.min_leaf:
            if rule.is_extra:
                column, cut, gain = random_cut(values, marks, sums, lines, start, end, columns, gains, rule, state)
            else:
                column, cut, gain = best_cut(values, order, place, marks, sums, lines, start, end, columns, bits, gains, rule, state)
        feature[node] = column
        if column < 0:
            for c in range(sums.shape[1]):
                share[node, c] = sums[NODE, c] / weight
            continue
        threshold[node] = cut
        decrease[column] += gain
        middle = start + part_rows(lines, start, end, values, column, cut)
        stack[top, START], stack[top, END], stack[top, DEPTH], stack[top, LINK] = middle, end, depth + 1, 2 * node + 1
        top += 1
        stack[top, START], stack[top, END], stack[top, DEPTH], stack[top, LINK] = start, middle, depth + 1, 2 * node
        top += 1
    return n_nodes


@part
def part_rows(lines, start, end, values, column, cut) -> int:
    """Put rows whose value is at most threshold in front; returns how many. Every row is written twice and kept once."""
    left, n_right = start, 0
    for k in range(start, end):
        row = lines[ROWS, k]
        is_left = values[column, row] <= cut
        lines[ROWS, left] = row
        lines[SPARE, n_right] = row
        left += is_left
        n_right += not is_left
    for k in range(n_right):
        lines[ROWS, left + k] = lines[SPARE, k]
    return left - start


@part
def walk(feature, threshold, child, share, unseen: np.ndarray, probability: np.ndarray) -> None:
    """Add the class shares of the leaf that each row of unseen (q, m) comes to, to probability (m, n_classes)."""
    for i in range(unseen.shape[1]):
        node = 0
        while feature[node] >= 0:
            is_right = not unseen[feature[node], i] <= threshold[node]
            node = child[node, np.int64(is_right)]
        for c in range(probability.shape[1]):
            probability[i, c] += share[node, c]
