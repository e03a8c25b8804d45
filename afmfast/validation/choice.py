"""The choice among classifiers and selections inside every training part, which the test part never sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import seeds
from ..kernels.learners.parts import TRAIN, UNUSED
from .data import Table
from .plan import Plan
from .scores import one_or_mean
from .split import MAX_DRAWS, Drawn, fill


def inner_splits(
    table: Table, plan: Plan, labels: np.ndarray, drawn: Drawn, numbers: np.ndarray
) -> tuple[np.ndarray, Drawn]:
    """Splits of the training parts of m splits: which of them each one is of (k,), and the k of them.

    Up to `plan.inner_splits` each, fewer where no split of whole groups has every class on both sides; rows outside
    the outer training part are UNUSED. They are random and stratified whatever the scheme, and seeded by the number
    and the draw of the outer split.
    """
    outer = np.repeat(np.arange(len(labels)), plan.inner_splits)
    turn = np.tile(np.arange(plan.inner_splits), len(labels))
    place = drawn.draw[outer].astype(np.int64) * plan.inner_splits + turn
    words = seeds.words(plan.seed, seeds.Stream.INNER, numbers[outer], place)
    side = np.where(drawn.side == TRAIN, TRAIN, UNUSED).astype(np.int8)[outer]
    member = np.unique(table.groups, return_inverse=True)[1]
    zeros = np.zeros(len(outer), np.int64)
    taken = fill(
        side, labels[outer], member, table.n_classes, test_size=plan.test_size, n_folds=1, words=words, draws=zeros,
        folds=zeros,
    )  # fmt: skip
    there = np.flatnonzero(taken >= 0)
    # Other draws than those of outer splits, so that what ranks and learns is seeded anew.
    draw = (MAX_DRAWS * (1 + place) + taken)[there]
    return outer[there], Drawn(side[there], words[there], draw)


def best(aucs: Sequence[np.ndarray], outer: np.ndarray, m: int) -> np.ndarray:
    """Which candidate has the highest mean AUC over the inner splits of each of m splits: (m,), of equals the first.

    `aucs` of each candidate (k, classes); `outer` (k,) which split they are of. NaN counts as chance.
    """
    n_inner = np.maximum(np.bincount(outer, minlength=m), 1)
    each = (np.nan_to_num(one_or_mean(auc, None), nan=0.5) for auc in aucs)
    return np.argmax([np.bincount(outer, mean, minlength=m) / n_inner for mean in each], axis=0)


def put_together(parts: Sequence[tuple[np.ndarray, np.ndarray]], m: int) -> np.ndarray:
    """Arrays of some of m splits each, (places (j,), values (j, ...)), as one (m, ...)."""
    out = np.empty((m, *parts[0][1].shape[1:]), parts[0][1].dtype)
    for places, values in parts:
        out[places] = values
    return out
