"""Repeats (split, selection, fit, scores) by the batch: what a worker does."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .. import seeds
from ..kernels.learners.parts import CONSTANT as IS_CONSTANT
from ..kernels.learners.parts import MISSING as IS_MISSING
from ..kernels.learners.parts import TEST, TRAIN, UNUSED, Splits, prepare
from ..kernels.learners.parts import UNREPEATABLE as IS_UNREPEATABLE
from .calm import calm
from .choice import best, inner_splits, put_together
from .components import by_components
from .data import Table
from .labels import Labelling, LabelSpace
from .passes import trains_every_class
from .plan import Line, Plan, described
from .predict import ALL, TESTED
from .scores import Parts, score_parts
from .split import Drawn, draw_splits
from .table import LABEL_MODELS, predictor

#: Columns of a batch by name: (m,) or (m, k) arrays, or m arrays of different length.
Records = dict[str, Any]
#: What every task needs: the table, and lines that differ in classifier and selection alone.
Shared = tuple[Table, tuple[Line, ...]]

#: The true labels; and all labellings but the true one, where there are few enough. Others are label models' names.
ACTUAL, ENUMERATED = "actual", "enumerated"
#: New splits after one whose AUC is undefined, before it is left undefined.
MAX_UNDEFINED = 20
#: The scores of a test part, by name.
SCORES = ("accuracy", "auc", "recall", "specificity")
#: What became of a column in a repeat; stored by number.
FATES = ("kept", "ranked low", "correlated", "constant", "missing", "unrepeatable")
KEPT, RANKED_LOW, CORRELATED, CONSTANT, MISSING, UNREPEATABLE = range(6)


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


class Repeats(NamedTuple):
    """m repeats on a table of n rows and p columns; the first axis of every array is m.

    `in_train`, `in_test` (m, n), `split_seed`, `draw` (m,) the splits; `kept` (m, k), `fate`, `importances`, `twin`,
    `twin_correlation` (m, p) what became of the columns; `probability` (m, n, classes) of the rows that were predicted,
    NaN elsewhere; scores of the test parts: `accuracy` (m,), `auc`, `recall`, `specificity` (m, classes). `choice` (m,)
    which of the lines among which one chose was taken, 0 where there are none.
    """

    in_train: np.ndarray
    in_test: np.ndarray
    split_seed: np.ndarray
    draw: np.ndarray
    kept: np.ndarray
    fate: np.ndarray
    importances: np.ndarray
    twin: np.ndarray
    twin_correlation: np.ndarray
    probability: np.ndarray
    accuracy: np.ndarray
    auc: np.ndarray
    recall: np.ndarray
    specificity: np.ndarray
    choice: np.ndarray


def labelling_of(kind: str, space: LabelSpace, seed: int, index: int) -> Labelling:
    """Labelling number `index` of a kind; it depends on the space, the seed and the number alone."""
    if kind == ACTUAL:
        return Labelling(space.y)
    return space.other(index) if kind == ENUMERATED else LABEL_MODELS[kind].draw(space, seed, index)


def repeats_of(
    table: Table, lines: Sequence[Line], labels: np.ndarray, numbers: np.ndarray, predicted: int = TESTED
) -> list[Repeats]:
    """The repeats with these `numbers` (m,) under these labellings (m, n), for each line; predicted rows TESTED or ALL.

    A split without an AUC gives way to the next sub-seed.
    """
    found = _attempt(table, lines, labels, numbers, np.zeros(len(numbers), np.int32), predicted)
    for line, done in zip(lines, found, strict=True):
        for _ in range(MAX_UNDEFINED):
            again = np.flatnonzero(np.isnan(done.auc).all(axis=1))
            if len(again) == 0:
                break
            (newer,) = _attempt(table, [line], labels[again], numbers[again], done.draw[again] + 1, predicted)
            for mine, theirs in zip(done, newer, strict=True):
                mine[again] = theirs
    return found


def _attempt(
    table: Table, lines: Sequence[Line], labels: np.ndarray, numbers: np.ndarray, draws: np.ndarray, predicted: int
) -> list[Repeats]:
    plan = lines[0].plan
    drawn = draw_splits(
        labels, table.groups, table.n_classes, test_size=plan.test_size, seed=plan.seed, repeats=numbers, draws=draws,
        n_folds=plan.n_folds,
    )  # fmt: skip
    return fit_splits(table, lines, labels, drawn, numbers, predicted)


def fit_splits(
    table: Table, lines: Sequence[Line], labels: np.ndarray, drawn: Drawn, numbers: np.ndarray, predicted: int
) -> list[Repeats]:
    """Select, fit and score on given splits; what is learnt comes from the training part of each alone.

    Lines share the scaling, and the ranking as far as they rank alike.
    """
    columns = table.sorted_columns
    splits = Splits(labels, drawn.side, table.n_classes)
    prepared = prepare(columns, drawn.side)
    ranking, learning = (
        seeds.words(lines[0].plan.seed, stream, numbers, drawn.draw)
        for stream in (seeds.Stream.RANKING, seeds.Stream.CLASSIFIER)
    )
    rankings: dict[str, Any] = {}
    found = []
    for line in lines:
        if line.among:
            found.append(_chosen(table, line, labels, drawn, numbers, predicted))
            continue
        plan, selector = line.plan, line.selector
        ranks_by = {n: v for n, v in selector.settings.items() if n not in {"keep", "reduce"}}
        alike = json.dumps(described(ranks_by), sort_keys=True)
        if alike not in rankings:
            rankings[alike] = selector(columns, splits, prepared, ranking)
        chosen = rankings[alike]
        # One layout, whatever the number of repeats: kernels are compiled once for each.
        kept = np.ascontiguousarray(chosen.ranked[:, : selector.n_kept])
        predict = predictor(plan.classifier)
        if selector.n_components:
            predict = partial(by_components, predict, selector.n_components)
        said = predict(columns, splits, prepared, kept, learning, predicted)
        found.append(_scored(splits, drawn, chosen, kept, said, predicted))
    return found


def _chosen(table: Table, line: Line, labels: np.ndarray, drawn: Drawn, numbers: np.ndarray, predicted: int) -> Repeats:
    """Each split done by the line among others that is best inside its training part."""
    m = len(labels)
    outer, inner = inner_splits(table, line.plan, labels, drawn, numbers)
    choice = np.zeros(m, np.int64)
    if len(outer):
        tried = fit_splits(table, line.among, labels[outer], inner, numbers[outer], TESTED)
        choice = best([made.auc for made in tried], outer, m)
    parts = []
    for number in np.unique(choice):
        mine = np.flatnonzero(choice == number)
        some = Drawn(*(part[mine] for part in drawn))
        parts.append((mine, fit_splits(table, [line.among[number]], labels[mine], some, numbers[mine], predicted)[0]))
    columns = {name: put_together([(mine, getattr(made, name)) for mine, made in parts], m) for name in Repeats._fields}
    return Repeats(**columns)._replace(choice=choice)


def _scored(splits: Splits, drawn: Drawn, chosen: Any, kept: np.ndarray, said: np.ndarray, predicted: int) -> Repeats:
    in_test = splits.side == TEST
    probability = np.full((*in_test.shape, splits.n_classes), np.nan, dtype=np.float32)
    probability[(splits.side != UNUSED) if predicted == ALL else in_test] = said
    parts = score_parts(probability, splits.labels, in_test)
    twin, correlation = chosen.twins
    return Repeats(
        splits.side == TRAIN, in_test, drawn.seed.copy(), drawn.draw.copy(), kept.copy(),
        _fate(chosen.state, kept, twin), chosen.importances.copy(), twin.copy(), correlation.copy(), probability,
        parts.accuracy, parts.auc, parts.recall, parts.specificity, np.zeros(len(kept), np.int64),
    )  # fmt: skip


def _fate(state: np.ndarray, kept: np.ndarray, twin: np.ndarray) -> np.ndarray:
    """A number of `FATES` for each column, (m, p) int8."""
    fate = np.select(
        [state == IS_MISSING, state == IS_CONSTANT, state == IS_UNREPEATABLE, twin >= 0],
        [MISSING, CONSTANT, UNREPEATABLE, CORRELATED],
        RANKED_LOW,
    ).astype(np.int8)
    repeat, place = np.nonzero(kept >= 0)
    fate[repeat, kept[repeat, place]] = KEPT
    return fate


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
    labels = np.tile(table.y, (len(numbers), 1))
    return draw_splits(
        labels, table.groups, table.n_classes, test_size=plan.test_size, seed=plan.seed, repeats=numbers, draws=draws,
        n_folds=plan.n_folds,
    )  # fmt: skip


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

    NaN for labellings under which some training part lacks a class.
    """
    plan, K = lines[0].plan, table.n_classes
    parts = [_undefined(len(labels), K) for _ in lines]
    for b, own in enumerate(labels):
        side = plan.sides(table, own)
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
