"""Repeats: split, selection, fit and scores, for many splits and several lines in one call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .. import seeds
from ..kernels.learners.parts import CONSTANT as IS_CONSTANT
from ..kernels.learners.parts import MISSING as IS_MISSING
from ..kernels.learners.parts import TEST, TRAIN, UNUSED, Splits, prepare
from ..kernels.learners.parts import UNREPEATABLE as IS_UNREPEATABLE
from .choice import best, inner_splits, put_together
from .components import by_components
from .data import Table
from .plan import Line, Plan, described
from .predict import ALL, TESTED
from .scores import score_parts
from .split import Drawn, draw_splits
from .table import predictor

#: New splits after one whose AUC is undefined, before it is left undefined.
MAX_UNDEFINED = 20
#: What became of a column in a repeat; stored by number.
FATES = ("kept", "ranked low", "correlated", "constant", "missing", "unrepeatable")
KEPT, RANKED_LOW, CORRELATED, CONSTANT, MISSING, UNREPEATABLE = range(6)


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
    drawn = random_splits(table, lines[0].plan, labels, numbers, draws)
    return fit_splits(table, lines, labels, drawn, numbers, predicted)


def random_splits(table: Table, plan: Plan, labels: np.ndarray, numbers: np.ndarray, draws: np.ndarray) -> Drawn:
    """The splits that a plan's random scheme gives repeats of these numbers (m,) under these labellings (m, n)."""
    return draw_splits(
        labels, table.groups, table.n_classes, test_size=plan.test_size, seed=plan.seed, repeats=numbers, draws=draws,
        n_folds=plan.n_folds,
    )  # fmt: skip


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
    width = max(_width(table, one) for one in line.among)  # one for all, so that splits can be drawn again
    parts = []
    for number in np.unique(choice):
        mine = np.flatnonzero(choice == number)
        some = drawn.only(mine)
        (made,) = fit_splits(table, [line.among[number]], labels[mine], some, numbers[mine], predicted)
        more = [(0, 0), (0, width - made.kept.shape[1])]
        parts.append((mine, made._replace(kept=np.pad(made.kept, more, constant_values=-1))))
    columns = {name: put_together([(mine, getattr(made, name)) for mine, made in parts], m) for name in Repeats._fields}
    return Repeats(**columns)._replace(choice=choice)


def _width(table: Table, line: Line) -> int:
    """How many columns a line without others can keep."""
    p = table.X.shape[1]
    return p if line.selector.n_kept is None else min(line.selector.n_kept, p)


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
