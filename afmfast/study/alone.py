"""What a classifier reaches that sees no image: how scans were recorded, on which day, with which tip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..schedule import Pool
from ..selection.table import Selector
from ..validation.data import Table
from ..validation.outcome import Scores
from ..validation.plan import Plan
from ..validation.run import run
from .checks import factors_of, settings_table
from .result import spread
from .samples import Samples, parameters_of

#: Splits on which it is judged.
_N_REPEATS = 50


def table_of(samples: Samples, X: np.ndarray, columns: Sequence[str]) -> Table:
    """Numbers (n_rows, n_columns) of the samples, with their labels and groups."""
    rows = samples.table
    return Table.of(
        X, rows["label"], rows["group_used"], scans=rows["scan"], columns=columns, rows=list(rows["name"]),
        batches=rows.get("batch_used"),
    )  # fmt: skip


def numbers_of(samples: Samples, channels: Sequence[str]) -> Table:
    """The parameters of these channels."""
    columns = parameters_of(samples.table, channels)
    return table_of(samples, samples.table[columns].to_numpy(float), columns)


def plan_of_what_is_known(plan: Plan) -> Plan:
    """The first splits of a study's plan, without permutations."""
    return replace(plan, n_repeats=min(plan.n_repeats, _N_REPEATS), n_permutations=0, splits_per_permutation=1)


def settings_alone(samples: Samples, plan: Plan, pool: Pool, folder: Path | None) -> dict[str, Any] | None:
    """Scores of a classifier that sees how scans were recorded, on the same splits; None where all were alike."""
    values, varying = settings_table(samples.table)
    if not varying:
        return None
    scores = _seen(samples, values, plan, pool, folder, "settings")
    return {
        "settings": list(varying),
        "auc": spread(scores.of("auc")),
        "balanced_accuracy": spread(scores.of("balanced_accuracy")),
    }


def with_scores(
    samples: Samples, plan: Plan, pool: Pool, associations: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """To each association of `checks.associations` the mean AUC of a classifier that sees this factor alone."""
    known, own = factors_of(samples.table)
    factors = known.join(own)
    found = []
    for one in associations:
        levels = pd.get_dummies(factors[one["factor"]].fillna("").astype(str), dtype=float)
        auc = _seen(samples, levels.to_numpy(), plan, pool, None, one["factor"]).of("auc")
        found.append({**one, "auc_alone": spread(auc)["mean"]})
    return found


def _seen(samples: Samples, values: np.ndarray, plan: Plan, pool: Pool, folder: Path | None, name: str) -> Scores:
    """The repeats of a table of what is known (n_rows, k), all columns kept."""
    table = table_of(samples, values, [f"{name} {i}" for i in range(values.shape[1])])
    return run(
        table, plan, selector=Selector(correlation=None, keep=values.shape[1]), pool=pool, folder=folder, name=name
    )
