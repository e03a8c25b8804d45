"""Random forests and extremely randomized trees.

Reference: Breiman 2001, Mach. Learn. 45:5; Geurts, Ernst & Wehenkel 2006, Mach. Learn. 63:3.
"""

from __future__ import annotations

import numpy as np

from .._jit import exact, part
from .random import stream_of
from .table import Room, Rule, Table, room_for, table_of
from .tree import Tree, draw_rows, grow, take_shares, tree_for, walk

#: As many levels as there may be.
DEEPEST = 2**31 - 1


@exact
def forest(
    seen: np.ndarray,
    order: np.ndarray,
    y: np.ndarray,
    class_weight: np.ndarray,
    n_trees: int,
    n_try: int,
    is_extra: bool,
    min_leaf: int,
    max_depth: int,
    seed: np.uint64,
    unseen: np.ndarray,
    probability: np.ndarray,
    importances: np.ndarray,
) -> None:
    """Grow trees on columns seen (q, n) and put what they make of unseen (q, m) into probability (m, n_classes).

    order (q, n) int32 holds the rows of each column in ascending order, y (n,) int64 class codes; class_weight
    (n_classes,) multiplies the rows' counts. importances (q,) are mean shares of the Gini decrease; they sum to 1 or
    are all 0. Tree t depends on (seed, t) alone.
    """
    q, n = seen.shape
    table, room, tree = table_of(seen, order), room_for(q, n, class_weight), tree_for(n, class_weight.size)
    decreases, state = np.empty(q, np.float64), np.empty(1, np.uint64)
    rule = Rule(n_try, is_extra, min_leaf, 0.0, max_depth)
    _clear(probability, importances)
    for t in range(n_trees):
        grow_one(table, y, rule, seed, t, room, tree, decreases, state)
        walk(tree, unseen, probability)
        add_shares(decreases, importances)
    _average(probability, importances, n_trees)


@exact
def one_tree(
    seen: np.ndarray,
    order: np.ndarray,
    y: np.ndarray,
    class_weight: np.ndarray,
    n_try: int,
    is_extra: bool,
    min_leaf: int,
    min_share: float,
    max_depth: int,
    seed: np.uint64,
    t: int,
    feature: np.ndarray,
    threshold: np.ndarray,
    child: np.ndarray,
    share: np.ndarray,
    decreases: np.ndarray,
) -> int:
    """Tree t of a forest, to be kept, into the arrays of a `Tree` of 2 n nodes; returns how many nodes it has.

    decreases (q,) is the impurity that each column took away. A leaf has min_share of the weight at least. The rest is
    as in `forest`.
    """
    q, n = seen.shape
    tree, state = Tree(feature, threshold, child, share), np.empty(1, np.uint64)
    rule, room = Rule(n_try, is_extra, min_leaf, min_share, max_depth), room_for(q, n, class_weight)
    return grow_one(table_of(seen, order), y, rule, seed, t, room, tree, decreases, state)


@exact
def add_tree(
    feature: np.ndarray,
    threshold: np.ndarray,
    child: np.ndarray,
    share: np.ndarray,
    unseen: np.ndarray,
    probability: np.ndarray,
) -> None:
    """Add what a kept tree makes of unseen (q, m) to probability (m, n_classes)."""
    walk(Tree(feature, threshold, child, share), unseen, probability)


@part
def grow_one(
    table: Table,
    y: np.ndarray,
    rule: Rule,
    seed: np.uint64,
    t: int,
    room: Room,
    tree: Tree,
    decreases: np.ndarray,
    state: np.ndarray,
) -> int:
    """Grow tree t of a forest into tree; returns its number of nodes."""
    state[0] = stream_of(seed, t)
    for j in range(decreases.size):
        room.columns[j] = j
        decreases[j] = 0.0
    n_rows = draw_rows(y, rule, state, room)
    return grow(table, n_rows, rule, state, room, tree, decreases)


@part
def add_shares(decreases: np.ndarray, importances: np.ndarray) -> None:
    """Add each column's share of the decrease of one tree; a tree that is one leaf has none."""
    take_shares(decreases)
    for j in range(decreases.size):
        importances[j] += decreases[j]


@part
def _clear(probability: np.ndarray, importances: np.ndarray) -> None:
    for i in range(probability.shape[0]):
        for c in range(probability.shape[1]):
            probability[i, c] = 0.0
    for j in range(importances.size):
        importances[j] = 0.0


@part
def _average(probability: np.ndarray, importances: np.ndarray, n_trees: int) -> None:
    for i in range(probability.shape[0]):
        for c in range(probability.shape[1]):
            probability[i, c] /= n_trees
    take_shares(importances)
