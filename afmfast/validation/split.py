"""Splits of rows into a training and a test part that keep groups whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import seeds
from ..errors import DataError
from ..kernels.learners.group_splits import fold_splits, stratified_splits
from ..kernels.learners.parts import TRAIN
from .data import Table

#: (labels (m, n), member (n,) group numbers, n_classes, test_size, words (m,), draws (m,), folds (m,), side (m, n))
#: puts into `side` the first split of each labelling, from its draw on, that has every class on both sides, and returns
#: the draw it is, -1 where there is none. Rows that are UNUSED stay so.
Split = Callable[[np.ndarray, np.ndarray, int, float, np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]


class Rule(NamedTuple):
    """How rows are split; repeat k is fold k mod `n_folds(test_size)` of a partition, whose folds have one seed."""

    split: Split
    n_folds: Callable[[float], int] = lambda test_size: 1


#: Draws before a split with every class on both sides counts as impossible.
MAX_DRAWS = 1000
#: Repeats that are split beforehand: where one of them fails, a run would end half way.
_TRIED = 100


class Drawn(NamedTuple):
    """m splits: `side` (m, n) of every row, `seed` (m,) uint64 of the repeat, `draw` (m,) which of its draws it is."""

    side: np.ndarray
    seed: np.ndarray
    draw: np.ndarray


def stratified(
    labels: np.ndarray,
    member: np.ndarray,
    n_classes: int,
    test_size: float,
    words: np.ndarray,
    draws: np.ndarray,
    folds: np.ndarray,
    side: np.ndarray,
) -> np.ndarray:
    """In each stratum `test_size` of its groups, rounded, go to the test part as a whole.

    The stratum of a group is the class most of its rows have (of equals the lowest code), so single rows are the
    case of groups of one. A stratum of several groups has at least one on each side; a lone group goes to the test
    part with probability `test_size`.
    """
    taken = np.empty(len(labels), np.int32)
    stratified_splits(labels, member, n_classes, test_size, words, draws, MAX_DRAWS, side, taken)
    return taken


def in_folds(
    labels: np.ndarray,
    member: np.ndarray,
    n_classes: int,
    test_size: float,
    words: np.ndarray,
    draws: np.ndarray,
    folds: np.ndarray,
    side: np.ndarray,
) -> np.ndarray:
    """The groups of each stratum (see `stratified`) are dealt out in turn to 1 / `test_size` folds."""
    taken = np.empty(len(labels), np.int32)
    fold_splits(labels, member, n_classes, n_folds(test_size), words, draws, folds, MAX_DRAWS, side, taken)
    return taken


def n_folds(test_size: float) -> int:
    """1 / test_size, rounded, and 2 at least."""
    return max(2, round(1 / test_size))


STRATIFIED, K_FOLD = Rule(stratified), Rule(in_folds, n_folds)


def draw_splits(
    labels: np.ndarray,
    groups: np.ndarray,
    n_classes: int,
    *,
    test_size: float,
    seed: int,
    repeats: np.ndarray,
    draws: np.ndarray | int = 0,
    rule: Rule = STRATIFIED,
) -> Drawn:
    """For each of m labellings (m, n) the split of a repeat (m,): it knows neither columns nor classifier.

    `groups` (n,) integers; `draws` (m,) the first sub-seed to try, from which on the first split counts that has every
    class on both sides. Raises `DataError` if a thousand draws have none.
    """
    first = np.array(np.broadcast_to(draws, len(labels)), np.int32)  # its own: one layout, one compilation
    member = np.unique(groups, return_inverse=True)[1]
    partition, fold = np.divmod(np.asarray(repeats), rule.n_folds(test_size))
    words = seeds.words(seed, seeds.Stream.SPLIT, partition, np.zeros(len(labels)))
    side = np.full(labels.shape, TRAIN, np.int8)
    taken = rule.split(labels, member, n_classes, test_size, words, first, fold, side)
    if (taken < 0).any():
        repeat = int(np.asarray(repeats)[taken < 0][0])
        raise DataError(
            f"repeat {repeat}: none of {MAX_DRAWS} splits of whole groups has every class on both sides; "
            "leave small classes aside (in a study: drop_small_classes), or give another group column"
        )
    return Drawn(side, words, taken)


def check_splittable(table: Table, *, test_size: float = 0.3, seed: int = 0, rule: Rule = STRATIFIED) -> None:
    """Refuse a table of which no split has every class on both sides.

    Raises `DataError` that names the class and the way out.
    """
    for code, name in enumerate(table.classes):
        found = len(np.unique(table.groups[table.y == code]))
        if found < 2:
            n = int((table.y == code).sum())
            held = "a single row" if not table.is_grouped else f"a single group ({n} rows)"
            raise DataError(
                f"class {name!r} has {held}, so it cannot be in training and test part at once. "
                "Leave it aside (in a study: drop_small_classes), give another group column, or add samples of it"
            )
        n = rule.n_folds(test_size)
        if found < n:
            raise DataError(
                f"class {name!r} has {found} groups, fewer than the {n} folds of test_size {test_size:g}, and each "
                f"fold needs one. Give a test_size of {1 / found:.2g} or more, or split at random (scheme: stratified)"
            )
    repeats = np.arange(_TRIED)
    labels = np.tile(table.y, (_TRIED, 1))
    try:
        draw_splits(labels, table.groups, table.n_classes, test_size=test_size, seed=seed, repeats=repeats, rule=rule)
    except DataError:
        rarest = min(range(table.n_classes), key=lambda code: len(np.unique(table.groups[table.y == code])))
        n = len(np.unique(table.groups[table.y == rarest]))
        raise DataError(
            f"no split of whole groups has every class on both sides; the rarest is {table.classes[rarest]!r} "
            f"({n} groups, shared with other classes). Leave it aside (in a study: drop_small_classes), or give "
            "another group column"
        ) from None
