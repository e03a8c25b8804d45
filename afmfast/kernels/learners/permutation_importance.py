"""What a forest loses on rows it has not seen when a column is shuffled.

Reference: Breiman 2001, Mach. Learn. 45:5.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import exact, maker, part
from .forest import DEEPEST, grow_one
from .random import shuffle, stream_of
from .table import Room, Rule, Table, room_for, table_of
from .tree import Tree, tree_for

#: Each third of the rows is asked about by a forest of so many trees grown on the others, so often a column.
FOLDS, TREES, SHUFFLES = 3, 34, 5


class Held(NamedTuple):
    """The rows of one fold: columns (q, m), classes (m,), and for each column and shuffle who lends row i its value."""

    values: np.ndarray
    y: np.ndarray
    lender: np.ndarray


@exact
def permutation_importance(
    seen: np.ndarray, order: np.ndarray, y: np.ndarray, class_weight: np.ndarray, seed: np.uint64, loss: np.ndarray
) -> None:
    """Mean loss of the probability of the true class when a column of seen (q, n) is shuffled, into loss (q,).

    order (q, n) int32 holds the rows of each column in ascending order, y (n,) int64 class codes; class_weight
    (n_classes,) multiplies the rows' counts. May be negative.
    """
    q, n = seen.shape
    state, tree_state, fold = np.empty(1, np.uint64), np.empty(1, np.uint64), np.empty(n, np.int64)
    state[0] = stream_of(seed, 0)
    _deal(y, class_weight.size, state, fold)
    path = np.empty(q + 1, np.int32)
    for j in range(q):
        loss[j] = 0.0
    for k in range(FOLDS):
        n_held = _count(fold, k)
        if n_held == 0 or n_held == n:
            continue
        grown_y, grown, held = _part(seen, order, y, fold, k, n_held, state)
        room, tree = room_for(q, n - n_held, class_weight), tree_for(n - n_held, class_weight.size)
        rule, decreases = Rule(max(1, int(np.sqrt(q))), False, 1, 0.0, DEEPEST), np.empty(q, np.float64)
        _ask(grown, grown_y, rule, stream_of(seed, 1 + k), room, tree, decreases, tree_state, held, path, loss)
    for j in range(q):
        loss[j] /= n * TREES


@maker
def _deal(y: np.ndarray, n_classes: int, state: np.ndarray, fold: np.ndarray) -> None:
    """A fold a row; the rows of each class are dealt out evenly, each class starting where the last one stopped."""
    members, dealt = np.empty(y.size, np.int64), 0
    for i in range(y.size):
        members[i] = i
    shuffle(state, members)
    for code in range(n_classes):
        for row in members:
            if y[row] == code:
                fold[row] = dealt % FOLDS
                dealt += 1


@part
def _count(fold: np.ndarray, k: int) -> int:
    count = 0
    for i in range(fold.size):
        count += int(fold[i] == k)
    return count


@maker
def _part(
    seen: np.ndarray, order: np.ndarray, y: np.ndarray, fold: np.ndarray, k: int, n_held: int, state: np.ndarray
) -> tuple[np.ndarray, Table, Held]:
    """Classes and table of the rows outside fold k, and the rows in it."""
    q, n = seen.shape
    grown, grown_order = np.empty((q, n - n_held), np.float64), np.empty((q, n - n_held), np.int32)
    grown_y, place = np.empty(n - n_held, np.int64), np.empty(n, np.int32)
    lenders = np.empty((q * SHUFFLES, n_held), np.uint32)
    held = Held(np.empty((q, n_held), np.float64), np.empty(n_held, np.int64), lenders)
    n_grown, m = 0, 0
    for i in range(n):
        if fold[i] == k:
            held.y[m] = y[i]
            for j in range(q):
                held.values[j, m] = seen[j, i]
            m += 1
        else:
            grown_y[n_grown], place[i] = y[i], n_grown
            for j in range(q):
                grown[j, n_grown] = seen[j, i]
            n_grown += 1
    for j in range(q):
        at = 0
        for row in order[j]:
            if fold[row] != k:
                grown_order[j, at] = place[row]
                at += 1
    for lender in lenders:
        for i in range(n_held):
            lender[i] = i
        shuffle(state, lender)
    return grown_y, table_of(grown, grown_order), held


@part
def _ask(
    grown: Table,
    grown_y: np.ndarray,
    rule: Rule,
    seed: np.uint64,
    room: Room,
    tree: Tree,
    decreases: np.ndarray,
    state: np.ndarray,
    held: Held,
    path: np.ndarray,
    loss: np.ndarray,
) -> None:
    """Add what each tree loses on the held rows when a column is shuffled."""
    for t in range(TREES):
        grow_one(grown, grown_y, rule, seed, t, room, tree, decreases, state)
        for i in range(held.y.size):
            _add_losses(tree, held, i, path, loss)


@part
def _add_losses(tree: Tree, held: Held, i: int, path: np.ndarray, loss: np.ndarray) -> None:
    """Only columns on the way of row i to its leaf can send it elsewhere; path (q + 1,) is room for them."""
    node, n_path = np.uint32(0), 0
    while tree.feature[node] >= 0:
        j = tree.feature[node]
        path[n_path] = j
        at = 0
        while path[at] != j:
            at += 1
        n_path += at == n_path
        node = tree.child[node, np.uint32(not held.values[j, i] <= tree.threshold[node])]
    kept = tree.share[node, held.y[i]]
    for at in range(n_path):
        lost = 0.0
        for number in range(SHUFFLES):
            leaf = _leaf_with(tree, held, i, path[at], held.lender[path[at] * SHUFFLES + number, i])
            lost += tree.share[leaf, held.y[i]]
        loss[path[at]] += kept - lost / SHUFFLES


@part
def _leaf_with(tree: Tree, held: Held, i: int, column: int, lender: int) -> np.uint32:
    """The leaf of row i with the value of another row in one column."""
    node = np.uint32(0)
    while tree.feature[node] >= 0:
        j = tree.feature[node]
        value = held.values[j, lender if j == column else i]
        node = tree.child[node, np.uint32(not value <= tree.threshold[node])]
    return node
