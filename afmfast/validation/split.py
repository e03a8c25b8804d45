"""Splits of rows into a training and a test part that keep groups whole."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import seeds
from ..errors import DataError
from ..kernels.learners.group_splits import group_splits
from ..kernels.learners.parts import TRAIN
from .data import Table

#: Draws before a split with every class on both sides counts as impossible.
MAX_DRAWS = 1000
#: Repeats that are split beforehand: where one of them fails, a run would end half way.
_TRIED = 100


class Drawn(NamedTuple):
    """m splits: `side` (m, n) of every row, `seed` (m,) uint64 of the repeat, `draw` (m,) which of its draws it is."""

    side: np.ndarray
    seed: np.ndarray
    draw: np.ndarray

    def only(self, some: np.ndarray) -> Drawn:
        """Some of the splits, by number."""
        return Drawn(*(part[some] for part in self))


def fill(
    side: np.ndarray,
    labels: np.ndarray,
    member: np.ndarray,
    n_classes: int,
    *,
    test_size: float,
    n_folds: int,
    words: np.ndarray,
    draws: np.ndarray,
    folds: np.ndarray,
) -> np.ndarray:
    """Put into `side` (m, n) the first split of each labelling, from its draw on, that has every class on both sides.

    `labels` (m, n); `member` (n,) group numbers; `words` (m,) seeds. Returns the draw that it is (m,), -1 where there
    is none. Rows that are UNUSED stay so. The stratum of a group is the class most of its rows have (of equals the
    lowest code), so single rows are the case of groups of one.

    With one fold, `test_size` of the groups of each stratum, rounded, go to the test part as a whole. A stratum of
    several groups has at least one on each side; a lone group goes to the test part with probability `test_size`. With
    more, the groups of each stratum are dealt out to them in turn, and fold number `folds` (m,) is the test part.
    """
    taken = np.empty(len(labels), np.int32)
    group_splits(
        labels, member, n_classes, test_size, n_folds, words, draws.astype(np.int32), folds, MAX_DRAWS, side, taken
    )
    return taken


def draw_splits(
    labels: np.ndarray,
    groups: np.ndarray,
    n_classes: int,
    *,
    test_size: float,
    seed: int,
    repeats: np.ndarray,
    draws: np.ndarray | int = 0,
    n_folds: int = 1,
) -> Drawn:
    """For each of m labellings (m, n) the split of a repeat (m,): it knows neither columns nor classifier.

    `groups` (n,) integers; `draws` (m,) the first sub-seed to try, from which on the first split counts that has every
    class on both sides. Raises `DataError` if a thousand draws have none.
    """
    member = np.unique(groups, return_inverse=True)[1]
    partition, fold = np.divmod(np.asarray(repeats), n_folds)
    words = seeds.words(seed, seeds.Stream.SPLIT, partition, np.zeros(len(labels)))
    side = np.full(labels.shape, TRAIN, np.int8)
    first = np.array(np.broadcast_to(draws, len(labels)))  # its own: one layout, one compilation
    taken = fill(
        side, labels, member, n_classes, test_size=test_size, n_folds=n_folds, words=words, draws=first, folds=fold
    )
    if (taken < 0).any():
        repeat = int(np.asarray(repeats)[taken < 0][0])
        raise DataError(
            f"repeat {repeat}: none of {MAX_DRAWS} splits of whole groups has every class on both sides; "
            "leave small classes aside (in a study: drop_small_classes), or give another group column"
        )
    return Drawn(side, words, taken)


def check_splittable(table: Table, *, test_size: float = 0.3, seed: int = 0, n_folds: int = 1) -> None:
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
        if found < n_folds:
            raise DataError(
                f"class {name!r} has {found} groups, fewer than the {n_folds} folds, and each fold needs one. Give "
                f"folds: {found} or fewer, or split at random (scheme: stratified)"
            )
    labels = np.tile(table.y, (_TRIED, 1))
    try:
        draw_splits(
            labels, table.groups, table.n_classes, test_size=test_size, seed=seed, repeats=np.arange(_TRIED),
            n_folds=n_folds,
        )  # fmt: skip
    except DataError:
        rarest = min(range(table.n_classes), key=lambda code: len(np.unique(table.groups[table.y == code])))
        n = len(np.unique(table.groups[table.y == rarest]))
        raise DataError(
            f"no split of whole groups has every class on both sides; the rarest is {table.classes[rarest]!r} "
            f"({n} groups, shared with other classes). Leave it aside (in a study: drop_small_classes), or give "
            "another group column"
        ) from None
