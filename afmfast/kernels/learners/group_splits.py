"""Splits that keep groups whole and classes in proportion, for many labellings in one call."""

from __future__ import annotations

import numpy as np

from .._jit import exact, maker, part
from .parts import TEST, TRAIN, UNUSED
from .random import below, stream_of, uniform


@exact
def group_splits(
    labels: np.ndarray,
    member: np.ndarray,
    n_classes: int,
    test_size: float,
    n_folds: int,
    words: np.ndarray,
    draws: np.ndarray,
    folds: np.ndarray,
    max_draws: int,
    side: np.ndarray,
    taken: np.ndarray,
) -> None:
    """For each labelling (m, n) the first draw, of `max_draws` from `draws` (m,) on, with every class on both sides.

    With one fold it is a random share `test_size` of the groups of each stratum. With more, the groups are dealt out to
    them, fold number `folds` (m,) is the test part, and a draw counts if every fold could be: then all repeats of a
    partition take the same draw. `member` (n,) group numbers 0...; `words` (m,) seeds; rows of `side` (m, n) that are
    UNUSED stay so, the others become TRAIN or TEST. Out too: `taken` (m,) the draw, -1 = there is none.
    """
    n_groups = 0
    for group in member:
        n_groups = max(n_groups, group + 1)
    fold_of = np.empty(n_groups, np.int64)
    state = np.empty(1, np.uint64)
    for r in range(len(labels)):
        groups, first = by_stratum(labels[r], side[r], member, n_groups, n_classes)
        taken[r] = -1
        for draw in range(draws[r], draws[r] + max_draws):
            state[0] = stream_of(words[r], draw)
            if n_folds == 1:
                draw_groups(state, groups, first, test_size, fold_of)
            else:
                deal_groups(state, groups, first, n_folds, fold_of)
            complete = True
            for fold in range(n_folds):
                _test_fold(fold, fold_of, member, side[r])
                complete = complete and both_sides(labels[r], side[r], n_classes)
            if complete:
                _test_fold(folds[r], fold_of, member, side[r])
                taken[r] = draw
                break


@part
def _test_fold(fold: int, fold_of: np.ndarray, member: np.ndarray, side: np.ndarray) -> None:
    for i in range(len(member)):
        if side[i] != UNUSED:
            side[i] = TEST if fold_of[member[i]] == fold else TRAIN


@maker
def deal_groups(state: np.ndarray, groups: np.ndarray, first: np.ndarray, n_folds: int, fold_of: np.ndarray) -> None:
    """The fold of each group; the strata follow each other, so that folds are of one size but for one group."""
    n_dealt = 0
    for code in range(len(first) - 1):
        units = groups[first[code] : first[code + 1]].copy()
        for place in range(len(units)):
            other = place + below(state, len(units) - place)
            units[place], units[other] = units[other], units[place]
            fold_of[units[place]] = n_dealt % n_folds
            n_dealt += 1


@maker
def by_stratum(
    labels: np.ndarray, side: np.ndarray, member: np.ndarray, n_groups: int, n_classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the groups that are used, ordered by stratum, and where each stratum starts: (n_classes + 1,).

    The stratum of a group is the class most of its rows have, of equals the lowest code.
    """
    counts = np.zeros((n_groups, n_classes), np.int64)
    for i in range(len(member)):
        counts[member[i], labels[i]] += 1 if side[i] != UNUSED else 0
    groups, first = np.empty(n_groups, np.int64), np.zeros(n_classes + 1, np.int64)
    n_placed = 0
    for code in range(n_classes):
        for group in range(n_groups):
            if counts[group, code] > 0 and np.argmax(counts[group]) == code:
                groups[n_placed] = group
                n_placed += 1
        first[code + 1] = n_placed
    return groups, first


@maker
def draw_groups(
    state: np.ndarray, groups: np.ndarray, first: np.ndarray, test_size: float, fold_of: np.ndarray
) -> None:
    """Fold 0 for `test_size` of the groups of each stratum, rounded, fold 1 for the others; one at least in each.

    A lone group goes to the test part with probability `test_size`.
    """
    fold_of[:] = 1
    for code in range(len(first) - 1):
        units = groups[first[code] : first[code + 1]].copy()
        if len(units) == 1:
            fold_of[units[0]] = 0 if uniform(state) < test_size else 1
            continue
        wanted = min(max(int(test_size * len(units) + 0.5), 1), len(units) - 1)  # below 0 where there are none
        for place in range(wanted):
            other = place + below(state, len(units) - place)
            units[place], units[other] = units[other], units[place]
            fold_of[units[place]] = 0


@maker
def both_sides(labels: np.ndarray, side: np.ndarray, n_classes: int) -> bool:
    """Whether every class has rows in the training and in the test part."""
    seen = np.zeros((3, n_classes), np.bool_)
    for i in range(len(labels)):
        seen[side[i], labels[i]] = True
    return bool(np.all(seen[TRAIN]) and np.all(seen[TEST]))
