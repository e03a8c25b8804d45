"""Random forests and extremely randomized trees."""

from __future__ import annotations

import numpy as np

from .._jit import exact, part
from .random import below, stream_of
from .splits import ROWS, WEIGHT, Rule, mark
from .tree import grow, walk


@exact
def forest(seen, order, y, class_weight, n_trees, n_try, is_extra, min_leaf, max_depth, seed, unseen, probability, importances):
    q, n = seen.shape
    n_classes = class_weight.size
    place = np.empty((q, n), np.uint32)
    rows = order.view(np.uint32)
    for j in range(q):
        importances[j] = 0.0
        for k in range(n):
            place[j, rows[j, k]] = k
    for i in range(probability.shape[0]):
        for c in range(n_classes):
            probability[i, c] = 0.0
    rule = Rule(n_try, is_extra, min_leaf, max_depth)
    marks, counts, columns, stack = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(q, np.int64), np.empty((n + 1, 4), np.int64)
    sums, lines, bits, gains = np.empty((3, n_classes)), np.empty((3, n), np.uint32), np.zeros((n + 63) // 64, np.uint64), np.empty(n)
    feature, threshold, child, share = np.empty(2 * n, np.int32), np.empty(2 * n), np.empty((2 * n, 2), np.int32), np.empty((2 * n, n_classes))
    for c in range(n_classes):
        sums[WEIGHT, c] = class_weight[c]
    decrease = np.empty(q)
    state = np.empty(1, np.uint64)
    for t in range(n_trees):
        state[0] = stream_of(seed, t)
        for j in range(q):
            columns[j] = j
            decrease[j] = 0.0
        n_rows = _draw_rows(y, is_extra, state, counts, lines, marks, n_classes)
        grow(seen, rows, place, marks, sums, lines, n_rows, columns, bits, gains, stack, rule, state, feature, threshold, child, share, decrease)
        walk(feature, threshold, child, share, unseen, probability)
        add_shares(decrease, importances)
    for i in range(probability.shape[0]):
        for c in range(n_classes):
            probability[i, c] /= n_trees
    whole = 0.0
    for j in range(q):
        whole += importances[j]
    if whole > 0:
        for j in range(q):
            importances[j] /= whole

@part
def add_shares(decrease, importances):
    whole = 0.0
    for j in range(decrease.size):
        whole += decrease[j]
    if whole > 0:
        for j in range(decrease.size):
            importances[j] += decrease[j] / whole

@part
def _draw_rows(y, is_extra: bool, state: np.ndarray, counts, lines, marks, n_classes) -> int:
    n = y.size
    for i in range(n):
        counts[i] = is_extra
    if not is_extra:
        for _ in range(n):
            counts[below(state, n)] += 1
    m = 0
    for i in range(n):
        lines[ROWS, m] = i
        m += counts[i] > 0
        marks[i] = mark(counts[i], y[i], n_classes)
    return m
