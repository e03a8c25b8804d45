"""What a worker does: a batch of repeats of the true labels, or of randomized labellings, as records to store."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import seeds
from ..errors import DataError
from .calm import calm
from .data import Table
from .labels import Labelling, LabelSpace
from .passes import trains_every_class
from .plan import Line, Plan
from .predict import ALL, TESTED
from .repeat import Repeats, fit_splits, random_splits, repeats_of
from .scores import Parts, score_parts
from .split import Drawn
from .table import LABEL_MODELS

#: Columns of a batch by name: (m,) or (m, k) arrays, or m arrays of different length.
Records = dict[str, Any]
#: What every task needs: the table, and lines that differ in classifier and selection alone.
Shared = tuple[Table, tuple[Line, ...]]

#: The true labels; and all labellings but the true one, where there are few enough. Others are label models' names.
ACTUAL, ENUMERATED = "actual", "enumerated"
#: The scores of a test part, by name.
SCORES = ("accuracy", "auc", "recall", "specificity")


@dataclass(frozen=True)
class Batch:
    """A task: `count` repeats from `first` on; for randomized labels `count` labellings, `n_splits` splits each.

    `lines` are the numbers of those it is done for.
    """

    kind: str
    first: int
    count: int
    first_split: int = 0
    n_splits: int = 1
    lines: tuple[int, ...] = (0,)

    @property
    def n_fits(self) -> int:
        """How many fits it takes."""
        return self.count * self.n_splits * len(self.lines)


def labelling_of(kind: str, space: LabelSpace, seed: int, index: int) -> Labelling:
    """Labelling number `index` of a kind; it depends on the space, the seed and the number alone."""
    if kind == ACTUAL:
        return Labelling(space.y)
    return space.other(index) if kind == ENUMERATED else LABEL_MODELS[kind].draw(space, seed, index)


def run_batch(batch: Batch, shared: Shared) -> tuple[list[Records], float]:
    """The records of a batch, for each of its lines, and the seconds it took; called in a worker."""
    table, every = shared
    lines = [every[number] for number in batch.lines]
    start = time.perf_counter()
    with calm():
        found = _actual(table, lines, batch) if batch.kind == ACTUAL else _randomized(table, lines, batch)
    return found, time.perf_counter() - start


def _actual(table: Table, lines: Sequence[Line], batch: Batch) -> list[Records]:
    numbers = np.arange(batch.first, batch.first + batch.count)
    labels, plan = np.tile(table.y, (batch.count, 1)), lines[0].plan
    if plan.is_pooled:
        drawn = splits_of_true_labels(table, plan, numbers, np.zeros(len(numbers), np.int32))
        found = fit_splits(table, lines, labels, drawn, numbers, ALL)
    else:
        found = repeats_of(table, lines, labels, numbers, ALL)
    return [_of_true_labels(table, labels, numbers, made) for made in found]


def splits_of_true_labels(table: Table, plan: Plan, numbers: np.ndarray, draws: np.ndarray) -> Drawn:
    """The splits with these `numbers` (m,) and `draws` (m,), as they are stored."""
    if plan.is_pooled:
        return _as_drawn(plan, plan.sides(table, table.y)[numbers], numbers)
    return random_splits(table, plan, np.tile(table.y, (len(numbers), 1)), numbers, draws)


def _as_drawn(plan: Plan, side: np.ndarray, numbers: np.ndarray) -> Drawn:
    """Given splits (m, n) by these numbers (m,), as if drawn."""
    zeros = np.zeros(len(numbers), np.int32)
    return Drawn(side, seeds.words(plan.seed, seeds.Stream.SPLIT, numbers, zeros), zeros)


def _of_true_labels(table: Table, labels: np.ndarray, numbers: np.ndarray, made: Repeats) -> Records:
    train = score_parts(made.probability, labels, made.in_train)
    tested = [np.flatnonzero(row) for row in made.in_test]
    return {
        "repeat": numbers.astype(np.int64),
        "draw": made.draw.astype(np.int32),
        "split_seed": made.split_seed,
        "n_train_groups": _n_groups(table, made.in_train),
        "n_test_groups": _n_groups(table, made.in_test),
        "choice": made.choice.astype(np.int32),
        "kept": [row[row >= 0].astype(np.int32) for row in made.kept],
        "fate": made.fate,
        "importances": made.importances,
        "twin": made.twin.astype(np.int32),
        "twin_correlation": made.twin_correlation.astype(np.float32),
        **_scores(made),
        "train_accuracy": train.accuracy,
        "train_auc": train.auc,
        "test_rows": [rows.astype(np.int32) for rows in tested],
        "probability": [made.probability[k, rows].ravel() for k, rows in enumerate(tested)],
    }


def _randomized(table: Table, lines: Sequence[Line], batch: Batch) -> list[Records]:
    plan = lines[0].plan
    space = plan.label_space(table)
    drawn = [labelling_of(batch.kind, space, plan.seed, batch.first + b) for b in range(batch.count)]
    labelling = np.repeat(np.arange(batch.count), batch.n_splits)
    numbers = np.tile(np.arange(batch.first_split, batch.first_split + batch.n_splits), batch.count)
    labels = np.stack([one.labels for one in drawn])[labelling]
    if plan.is_pooled:
        scored: Sequence[Parts | Repeats] = pooled(table, lines, labels)
        draws = [np.zeros(len(labels), np.int32) for _ in lines]
    else:
        scored = repeats = repeats_of(table, lines, labels, numbers)
        draws = [made.draw.astype(np.int32) for made in repeats]
    return [
        {
            "labelling": labelling + np.int64(batch.first),
            "split": numbers.astype(np.int64),
            "draw": draw,
            "label_draws": np.array([one.n_redrawn for one in drawn], np.int32)[labelling],
            **_scores(parts),
        }
        for parts, draw in zip(scored, draws, strict=True)
    ]


def pooled(table: Table, lines: Sequence[Line], labels: np.ndarray) -> list[Parts]:
    """For each line the scores of one pass under each of m labellings (m, n), all its test parts taken together.

    NaN for labellings under which some training part lacks a class, or which a splitter refuses.
    """
    plan, K = lines[0].plan, table.n_classes
    parts = [_undefined(len(labels), K) for _ in lines]
    for b, own in enumerate(labels):
        try:
            side = plan.sides(table, own)
        except DataError as fault:
            if isinstance(fault.__cause__, ValueError):  # as of too few members of a class
                continue
            raise
        if not trains_every_class(table, own, side):
            continue
        numbers, every = np.arange(len(side)), np.tile(own, (len(side), 1))
        found = fit_splits(table, lines, every, _as_drawn(plan, side, numbers), numbers, TESTED)
        for one, made in zip(parts, found, strict=True):
            scored = score_parts(made.probability.reshape(1, -1, K), every.reshape(1, -1), made.in_test.reshape(1, -1))
            for name in SCORES:
                getattr(one, name)[b] = getattr(scored, name)[0]
    return parts


def _undefined(m: int, n_classes: int) -> Parts:
    return Parts(np.full(m, np.nan), *(np.full((m, n_classes), np.nan) for _ in range(3)))


def _n_groups(table: Table, inside: np.ndarray) -> np.ndarray:
    """How many groups have a row in each part (m, n) bool: (m,)."""
    member = np.unique(table.groups, return_inverse=True)[1]
    return np.array([len(np.unique(member[row])) for row in inside], np.int32)


def _scores(made: Repeats | Parts) -> Records:
    return {name: getattr(made, name) for name in SCORES}
