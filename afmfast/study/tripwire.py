"""What the scores would read had columns been chosen from all rows before splitting: the leak that no split shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .. import seeds
from ..kernels.learners.parts import one_part
from ..selection.table import Selector
from ..validation.batches import labelling_of
from ..validation.calm import calm
from ..validation.data import Table
from ..validation.labels import LabelSpace
from ..validation.plan import Line
from ..validation.repeat import repeats_of
from ..validation.scores import one_or_mean
from .result import spread

#: Splits of the true labels, permuted labellings, and splits of each.
N_SPLITS, N_LABELLINGS, N_EACH = 50, 20, 2


def chooses_columns(line: Line) -> bool:
    """Whether there is a choice by labels that could leak; components are made without labels."""
    return not line.among and not line.selector.n_components


def leak(table: Table, line: Line, inside: np.ndarray) -> dict[str, Any]:
    """The mean AUC with columns chosen in every training part, and with columns chosen once from all rows.

    `inside` are the AUCs of the line's repeats, of which the first `N_SPLITS` are compared, on the same splits. With
    permuted labels there is nothing to find: what columns that were chosen from all rows by these labels reach is the
    leak itself. Its gap: outside less inside.
    """
    n = min(N_SPLITS, len(inside))
    space, seed, code = LabelSpace.of(table), line.plan.seed, line.plan.positive_code(table)
    with calm():
        outside = _outside(table, line, table.y, n, code)
        permuted = [
            _outside(table, line, labelling_of("permuted", space, seed, number).labels, N_EACH, code)
            for number in range(N_LABELLINGS)
        ]
    seen = {"inside": inside[:n], "outside": outside, "outside_permuted": np.concatenate(permuted)}
    means = {name: spread(values)["mean"] for name, values in seen.items()}
    return {"n_splits": n, "n_labellings": N_LABELLINGS, **means}


def _outside(table: Table, line: Line, labels: np.ndarray, n: int, positive: int | None) -> np.ndarray:
    """AUCs (n,) of the first splits, on columns that were chosen with a look at all rows under these labels."""
    word = seeds.words(line.plan.seed, seeds.Stream.RANKING, np.zeros(1, int), np.zeros(1, int))
    chosen = line.selector(*one_part(table.X, labels), word).ranked[0, : line.selector.n_kept]
    columns = np.sort(chosen[chosen >= 0])
    if len(columns) == 0:
        return np.full(n, 0.5)
    seen = replace(table, X=np.ascontiguousarray(table.X[:, columns]), columns=tuple(table.columns[c] for c in columns))
    everything = Line(line.plan, Selector(correlation=None, keep=len(columns), rank="gini_single"))
    (made,) = repeats_of(seen, [everything], np.tile(labels, (n, 1)), np.arange(n))
    return one_or_mean(made.auc, positive)
