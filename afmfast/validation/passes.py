"""Splits of which one pass is scored as a whole: each group or batch left out once, or those of a user's splitter."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from ..errors import DataError
from ..kernels.learners.parts import TEST, TRAIN, UNUSED
from .data import Table


def one_group_out(table: Table, labels: np.ndarray, seed: int) -> np.ndarray:
    """Side (folds, n) of every row where each group is the test part once."""
    member = np.unique(table.groups, return_inverse=True)[1]
    left_out = member[None, :] == np.arange(table.n_groups)[:, None]
    return np.where(left_out, TEST, TRAIN).astype(np.int8)


def one_batch_out(table: Table, labels: np.ndarray, seed: int) -> np.ndarray:
    """Side (folds, n) of every row where each batch is the test part once.

    Rows elsewhere of groups that have rows in it are UNUSED. Raises `DataError` where batches are not known, or tell
    the classes apart.
    """
    _check_batches(table)
    member = np.unique(table.groups, return_inverse=True)[1]
    names, batch = np.unique(table.batches, return_inverse=True)
    left_out = batch[None, :] == np.arange(len(names))[:, None]
    there = np.zeros((len(names), table.n_groups), dtype=bool)
    there[batch, member] = True
    for name, own in zip(names.tolist(), there, strict=True):
        if own.all():
            raise DataError(
                f"every group has rows in batch {name!r}, so none is left to learn from without it; "
                "leave_one_batch_out needs groups that were measured in different batches"
            )
    return np.where(left_out, TEST, np.where(there[:, member], UNUSED, TRAIN)).astype(np.int8)


def by_splitter(splitter: Any, table: Table, labels: np.ndarray, seed: int) -> np.ndarray:
    """Side (folds, n) of every row as `splitter.split(X, labels, groups)` says; what it does not name is UNUSED.

    A copy of the splitter is asked, with this seed for a `random_state` that is None. Raises `DataError` where it
    fails, or puts rows of one group on both sides.
    """
    try:
        asked = deepcopy(splitter)
        if getattr(asked, "random_state", 0) is None and getattr(asked, "shuffle", True):
            asked.random_state = seed
        parts = [(np.asarray(train), np.asarray(test)) for train, test in asked.split(table.X, labels, table.groups)]
        side = np.full((len(parts), len(labels)), UNUSED, dtype=np.int8)
        for fold, (train, test) in zip(side, parts, strict=True):
            fold[train] = TRAIN
            fold[test] = TEST
    except Exception as fault:
        told = f"{type(fault).__name__}: {fault}"
        raise DataError(f"the splitter {type(splitter).__qualname__} cannot split this table: {told}") from fault
    if not parts:
        raise DataError(f"the splitter {type(splitter).__qualname__} gives no split")
    for k, (train, test) in enumerate(parts):
        both = np.intersect1d(table.groups[train], table.groups[test])
        if len(both):
            row = table.rows[int(np.argmax(table.groups == both[0]))]
            raise DataError(
                f"split {k} of {type(splitter).__qualname__} has the group of row {row!r} in the training and the test "
                "part; use a splitter that keeps groups whole, such as scikit-learn's StratifiedGroupKFold"
            )
    return side


def check_trained(table: Table, side: np.ndarray) -> None:
    """Refuse splits (folds, n) of the true labels that test nothing, or train on less than every class."""
    if not (side == TEST).any():
        raise DataError("no split has a row in its test part")
    for fold in side:
        lacking = [name for code, name in enumerate(table.classes) if not (table.y[fold == TRAIN] == code).any()]
        if lacking:
            row = table.rows[int(np.argmax(fold == TEST))]
            raise DataError(
                f"with row {row!r} and what is left out beside it, class {lacking[0]!r} has no row left to learn "
                "from. Leave the class aside (in a study: drop_small_classes), add samples of it, or split at random "
                "(scheme: stratified)"
            )


def trains_every_class(table: Table, labels: np.ndarray, side: np.ndarray) -> bool:
    """Whether every training part (folds, n) has every class under these labels."""
    return all(len(np.unique(labels[fold == TRAIN])) == table.n_classes for fold in side)


def _check_batches(table: Table) -> None:
    batches = np.asarray(table.batches)
    if len(batches) == 0 or (batches == "").any():
        row = f", such as row {table.rows[int(np.argmax(batches == ''))]!r}" if len(batches) else ""
        raise DataError(
            f"the batch of some rows is not known{row}; leave_one_batch_out needs one for every row (`batches`; in a "
            "study the column of the manifest that `batch` names)"
        )
    names = np.unique(batches).tolist()
    if len(names) < 2:
        raise DataError(f"all rows are of batch {names[0]!r}; leave_one_batch_out needs two batches or more")
    held = [np.unique(table.y[batches == name]) for name in names]
    alone = [
        f"{name!r} holds {table.classes[own[0]]!r}" for name, own in zip(names, held, strict=True) if len(own) == 1
    ]
    if alone:
        more = f" (and {len(alone) - 1} more likewise)" if len(alone) > 1 else ""
        raise DataError(
            f"batch {alone[0]} alone of all classes{more}, so class and batch cannot be told apart, and a batch that "
            "is left out shows nothing. Record every class in every batch; until then use scheme: stratified, and say "
            "in print what the report says about batches"
        )
