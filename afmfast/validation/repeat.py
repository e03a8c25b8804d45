"""One repeat (split, fit, scores) and batches of them: what a worker does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import seeds
from .calm import calm
from .data import Table
from .fit import Fitted, fit_repeat
from .labels import Labelling, LabelSpace
from .plan import Plan, Selector
from .scores import Parts, score
from .split import Split, draw_split
from .table import LABEL_MODELS, SCHEMES, maker

#: Columns of a batch by name: (m,) or (m, k) arrays, or m arrays of different length.
Records = dict[str, Any]
#: What every task needs.
Shared = tuple[Table, Plan, Selector]

#: The true labels; and all labellings but the true one, where there are few enough. Others are label models' names.
ACTUAL, ENUMERATED = "actual", "enumerated"
#: New splits after one whose AUC is undefined, before it is left undefined.
MAX_UNDEFINED = 20


@dataclass(frozen=True)
class Batch:
    """A task: `count` repeats from `first` on; for randomized labels `count` labellings, `n_splits` splits each."""

    kind: str
    first: int
    count: int
    first_split: int = 0
    n_splits: int = 1

    @property
    def n_fits(self) -> int:
        """How many fits it takes."""
        return self.count * self.n_splits


@dataclass(frozen=True, eq=False)
class Repeat:
    """One split, what was fitted on its training part, and what that says about its test part."""

    split: Split
    fitted: Fitted
    probability: np.ndarray
    parts: Parts


def labelling_of(kind: str, space: LabelSpace, seed: int, index: int) -> Labelling:
    """Labelling number `index` of a kind; it depends on the space, the seed and the number alone."""
    if kind == ACTUAL:
        return Labelling(space.y)
    return space.other(index) if kind == ENUMERATED else LABEL_MODELS[kind].draw(space, seed, index)


def fit_split(table: Table, labels: np.ndarray, split: Split, plan: Plan, selector: Selector, repeat: int) -> Fitted:
    """Fit on the training part of a split; nothing of the test rows is handed on."""
    return fit_repeat(
        table.X[split.train],
        labels[split.train],
        table.n_classes,
        selector=selector,
        make_classifier=maker(plan.classifier),
        ranking_seed=seeds.integer(plan.seed, seeds.Stream.RANKING, repeat, split.draw),
        classifier_seed=seeds.integer(plan.seed, seeds.Stream.CLASSIFIER, repeat, split.draw),
    )


def one_repeat(table: Table, labels: np.ndarray, plan: Plan, selector: Selector, repeat: int) -> Repeat:
    """Repeat number `repeat` under a labelling (n,); a split without an AUC gives way to the next sub-seed."""
    draw = 0
    for _ in range(MAX_UNDEFINED + 1):
        split = draw_split(
            labels, table.groups, table.n_classes, test_size=plan.test_size, seed=plan.seed, repeat=repeat, draw=draw,
            rule=SCHEMES[plan.scheme].split,
        )  # fmt: skip
        fitted = fit_split(table, labels, split, plan, selector, repeat)
        probability = fitted.predict_proba(table.X[split.test])
        parts = score(probability, labels[split.test])
        if not np.isnan(parts.auc).all():
            break
        draw = split.draw + 1
    return Repeat(split, fitted, probability, parts)


def run_batch(batch: Batch, shared: Shared) -> tuple[Records, float]:
    """The records of a batch and the seconds it took; called in a worker."""
    table, plan, _ = shared
    space = LabelSpace.of(table)
    start = time.perf_counter()
    with calm():
        if batch.kind == ACTUAL:
            lines = [_actual(shared, k) for k in range(batch.first, batch.first + batch.count)]
        else:
            lines = []
            for b in range(batch.first, batch.first + batch.count):
                labelling = labelling_of(batch.kind, space, plan.seed, b)
                splits = range(batch.first_split, batch.first_split + batch.n_splits)
                lines += [_randomized(shared, labelling, b, k) for k in splits]
    return _columns(lines), time.perf_counter() - start


def _actual(shared: Shared, k: int) -> dict[str, Any]:
    table, plan, selector = shared
    made = one_repeat(table, table.y, plan, selector, k)
    split, fitted = made.split, made.fitted
    train = score(fitted.predict_proba(table.X[split.train]), table.y[split.train])
    return {
        "repeat": np.int64(k),
        "draw": np.int32(split.draw),
        "split_seed": np.uint64(split.seed),
        "n_train_groups": np.int32(len(np.unique(table.groups[split.train]))),
        "n_test_groups": np.int32(len(np.unique(table.groups[split.test]))),
        "kept": _ragged(fitted.kept, np.int32),
        "fate": fitted.fate,
        "importances": fitted.importances,
        "twin": fitted.twin.astype(np.int32),
        "twin_correlation": fitted.twin_correlation.astype(np.float32),
        **_scores(made.parts),
        "train_accuracy": np.float64(train.accuracy),
        "train_auc": train.auc,
        "test_rows": _ragged(split.test, np.int32),
        "probability": _ragged(made.probability, np.float32),
    }


def _randomized(shared: Shared, labelling: Labelling, b: int, k: int) -> dict[str, Any]:
    table, plan, selector = shared
    made = one_repeat(table, labelling.labels, plan, selector, k)
    return {
        "labelling": np.int64(b),
        "split": np.int64(k),
        "draw": np.int32(made.split.draw),
        "label_draws": np.int32(labelling.n_redrawn),
        **_scores(made.parts),
    }


def _scores(parts: Parts) -> dict[str, Any]:
    return {
        "accuracy": np.float64(parts.accuracy),
        "auc": parts.auc,
        "recall": parts.recall,
        "specificity": parts.specificity,
    }


def _ragged(values: np.ndarray, kind: type) -> list[np.ndarray]:
    """A value whose length differs from line to line; the list marks it."""
    return [values.astype(kind).ravel()]


def _columns(lines: list[dict[str, Any]]) -> Records:
    columns: Records = {}
    for name, value in lines[0].items():
        if isinstance(value, list):
            columns[name] = [line[name][0] for line in lines]
        else:
            columns[name] = np.stack([line[name] for line in lines])
    return columns
