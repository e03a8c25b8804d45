"""Gini impurity: class weights of a node, and how much of the impurity the gaps between its rows would take away.

Two classes go together through one integer, sixteen bits each; more go one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import part
from .table import Room, Table

#: Counts of two classes fit into one mark below this number of rows.
PAIRED_ROWS = 65536
_SIXTEEN, _LOW = np.int32(16), np.int32(0xFFFF)


class Node(NamedTuple):
    """A node: its weight, the least of one side, the sum of squares of its classes' weights, the perfect gain.

    That is the gain of a cut into two pure sides: a search may end with it. Infinite where more than two classes are
    present.
    """

    is_paired: bool
    weight: float
    least: float
    squares: float
    perfect: float


@part
def is_paired(room: Room) -> bool:
    """Whether the counts of both classes go together through one integer."""
    return room.node.size == 2 and room.rows.size < PAIRED_ROWS


@part
def node_of(room: Room, start: int, end: int, least: float) -> Node:
    """Weigh the classes of room.rows[start:end] into room.node; `least` is the least weight of a side of a cut."""
    paired = is_paired(room)
    if paired:
        both = np.int32(0)
        for k in range(start, end):
            both = np.int32(both + room.marks[room.rows[k]])
        room.node[0], room.node[1] = first_of(both, room), second_of(both, room)
    else:
        for c in range(room.node.size):
            room.node[c] = 0.0
        for k in range(start, end):
            row = room.rows[k]
            room.node[room.marks[row]] += room.counts[row] * room.weight[room.marks[row]]
    weight, squares, present = 0.0, 0.0, 0
    for c in range(room.node.size):
        weight += room.node[c]
        squares += room.node[c] * room.node[c]
        present += room.node[c] > 0.0
    perfect = np.inf if present > 2 else 0.5 * (weight * weight - squares) if paired else weight
    return Node(paired, weight, least, squares, perfect)


@part
def first_of(both: int, room: Room) -> float:
    """Weight of the first of two classes in a sum of marks."""
    return (both & _LOW) * room.weight[0]


@part
def second_of(both: int, room: Room) -> float:
    """Weight of the second of two classes in a sum of marks."""
    return ((both >> _SIXTEEN) & _LOW) * room.weight[1]


@part
def find_gains(table: Table, j: int, m: int, node: Node, room: Room) -> None:
    """The gain of each gap between the m rows of a node at room.places of column j."""
    if node.is_paired:
        both = np.int32(0)
        for k in range(m - 1):
            both = np.int32(both + room.marks[table.order[j, room.places[k]]])
            room.below[k] = both
        _gains_of_two(m, node, room)
    else:
        _gains_of_many(table, j, m, node, room)


@part
def _gains_of_two(m: int, node: Node, room: Room) -> None:
    first, second, first_weight, second_weight = room.node[0], room.node[1], room.weight[0], room.weight[1]
    for k in range(m - 1):
        both = room.below[k]
        gain = gain_of_two(
            (both & _LOW) * first_weight, ((both >> _SIXTEEN) & _LOW) * second_weight, first, second, node
        )
        room.gains[k] = gain


@part
def gain_of_two(first_left: float, second_left: float, first: float, second: float, node: Node) -> float:
    """Square of the difference of the class shares left and right, times both weights; `decrease` makes it Gini."""
    left = first_left + second_left
    apart = first * second_left - second * first_left
    gain = apart * apart / (left * (node.weight - left))
    return gain if (left >= node.least) & (node.weight - left >= node.least) else -1.0


@part
def _gains_of_many(table: Table, j: int, m: int, node: Node, room: Room) -> None:
    for c in range(room.left.size):
        room.left[c] = 0.0
    left, left_squares, right_squares = 0.0, 0.0, node.squares
    for k in range(m - 1):
        row = table.order[j, room.places[k]]
        c = room.marks[row]
        w = room.counts[row] * room.weight[c]
        left += w
        left_squares += w * (2.0 * room.left[c] + w)
        right_squares -= w * (2.0 * (room.node[c] - room.left[c]) - w)
        room.left[c] += w
        room.gains[k] = gain_of_many(left, left_squares, right_squares, node)


@part
def gain_of_many(left: float, left_squares: float, right_squares: float, node: Node) -> float:
    """Sum over both sides of the squares of the class weights by the weight: one division keeps equal gains equal."""
    right = node.weight - left
    gain = (left_squares * right + right_squares * left) / (left * right)
    return gain if (left >= node.least) & (right >= node.least) else -1.0


@part
def decrease(node: Node, gain: float) -> float:
    """The impurity a cut takes away, times the weight of the node."""
    return 2.0 * gain / node.weight if node.is_paired else gain - node.squares / node.weight
