"""What trees grow on: the columns of a table looked up by row and by place in ascending order, and work arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import maker


class Table(NamedTuple):
    """Columns values (q, n), their rows in ascending order (q, n) uint32, and the place of each row in it (q, n)."""

    values: np.ndarray
    order: np.ndarray
    place: np.ndarray


class Rule(NamedTuple):
    """How trees grow: columns tried per node, thresholds drawn or best, levels at most.

    A leaf has min_leaf rows and min_share of the whole weight at least. Where thresholds are drawn each tree has all
    rows, else a bootstrap sample of them.
    """

    n_try: int
    is_extra: bool
    min_leaf: int
    min_share: float
    max_depth: int


class Room(NamedTuple):
    """Work arrays of one thread, so that nothing is allocated per node.

    Per row: `rows` in the order of the nodes, `marks` (see `tree.draw_rows`), `counts` how often it was drawn.
    Per row of a node: `spare`, its `places` in a column, `below` a gap the marks, and the `gains` of a cut there.
    Per class: its `weight`, and the weight of its rows in the `node` and to the `left` of a gap.
    """

    rows: np.ndarray
    marks: np.ndarray
    counts: np.ndarray
    spare: np.ndarray
    places: np.ndarray
    below: np.ndarray
    gains: np.ndarray
    bits: np.ndarray
    columns: np.ndarray
    weight: np.ndarray
    node: np.ndarray
    left: np.ndarray
    stack: np.ndarray


@maker
def table_of(seen: np.ndarray, order: np.ndarray) -> Table:
    """The table of columns seen (q, n) and their rows in ascending order (q, n) int32."""
    place = np.empty(order.shape, np.uint32)
    for j in range(order.shape[0]):
        for k in range(order.shape[1]):
            place[j, order[j, k]] = k
    return Table(seen, order.view(np.uint32), place)


@maker
def room_for(q: int, n: int, class_weight: np.ndarray) -> Room:
    """Work arrays for trees on n rows of q columns."""
    n_classes = class_weight.size
    return Room(
        np.empty(n, np.uint32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.uint32),
        np.empty(n, np.uint32),
        np.empty(n, np.int32),
        np.empty(n, np.float64),
        np.zeros((n + 63) // 64, np.uint64),
        np.empty(q, np.int64),
        class_weight,
        np.empty(n_classes, np.float64),
        np.empty(n_classes, np.float64),
        np.empty((n + 1, 4), np.int64),
    )
