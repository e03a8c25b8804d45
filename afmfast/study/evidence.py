"""What averaged predictions say of new groups, and what the number of combinations leaves of their p-values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from ..report.answer import headline
from ..significance.bootstrap import Interval, differences, intervals
from ..significance.multiple import corrected
from ..significance.patients import Decisions, How, decide, share_right
from ..significance.predictions import Predictions
from .result import Result, probability_of

#: Resamples of an interval.
N_RESAMPLES = 2000
#: How rows become one decision a group, the first one for the record; each settled beforehand, so nothing is learnt.
RULES: tuple[How, ...] = ("mean", "median", "vote")


def averaged(rows: pd.DataFrame, classes: Sequence[str], positive: str | None) -> Predictions:
    """The predictions of a result's rows (its `predictions` table)."""
    code = {name: number for number, name in enumerate(classes)}
    return Predictions(
        rows["label"].map(code).to_numpy(np.int64), rows[[probability_of(name) for name in classes]].to_numpy(float),
        rows["group"].astype(str).to_numpy(), None if positive is None else code[positive],
    )  # fmt: skip


def is_shown(test: Mapping[str, Any]) -> bool:
    """Whether a result's permutation test showed a difference: not without labellings, nor below chance."""
    return bool(test["p"] <= 0.05 and not test["below_chance"])


def intervals_of(said: Predictions, test: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The `intervals` part of a result."""
    found = intervals(said, n_resamples=N_RESAMPLES, seed=seed, is_shown=is_shown(test))
    return {"n_resamples": N_RESAMPLES, "scores": {name: _document(one) for name, one in found.items()}}


def patients_of(said: Predictions, classes: Sequence[str]) -> dict[str, Any] | None:
    """The `patients` part of a result: one decision a group by each of `RULES`; None where groups are single rows."""
    n_groups = len(np.unique(said.groups))
    if n_groups == len(said.y):
        return None
    decisions = {rule: decide(said, rule) for rule in RULES}
    first = decisions[RULES[0]]
    return {
        "n_groups": len(first.y),
        "n_left_out": n_groups - len(first.y),
        "rules": {rule: shares_right(found, classes) for rule, found in decisions.items()},
        "learnt": None,
        "groups": [
            {"group": str(group), "label": classes[y], "n_rows": int(n), "called": classes[called]}
            for group, y, n, called in zip(first.groups, first.y, first.n_rows, first.called, strict=True)
        ],
    }


def correct(results: Mapping[str, Result]) -> None:
    """Correct the p-values of several combinations, tried on the same labellings, for their number."""
    if len(results) < 2:
        return
    tests = [result.permutation for result in results.values()]
    many = corrected(
        np.array([test["value"] for test in tests], dtype=float),
        np.stack([result.t_permuted for result in results.values()]),
        bool(tests[0]["exact"]), smallest=min(float(test["smallest"]) for test in tests),
    )  # fmt: skip
    for k, result in enumerate(results.values()):
        result.corrected = {
            "n_lines": len(results), "n": many.n, "smallest": max(many.smallest, float(tests[k]["smallest"])),
            "min_p": many.min_p[k], "holm": many.holm[k], "benjamini_hochberg": many.benjamini_hochberg[k],
        }  # fmt: skip


def compare(results: Mapping[str, Result], seed: int) -> None:
    """By how much each combination is better than the one that gives the answer, from the same resamples."""
    lead = headline({"combinations": {name: {"channels": result.channels} for name, result in results.items()}})
    reference = averaged(results[lead].predictions, results[lead].classes, results[lead].positive)
    for name, result in results.items():
        if name != lead:
            said = averaged(result.predictions, result.classes, result.positive)
            both = is_shown(result.permutation) and is_shown(results[lead].permutation)
            found = differences(said, reference, n_resamples=N_RESAMPLES, seed=seed, is_shown=both)
            result.difference = {"from": lead, "scores": {score: _document(one) for score, one in found.items()}}


def _document(interval: Interval) -> dict[str, Any]:
    return {**asdict(interval), "approximate": interval.approximate}


def shares_right(decisions: Decisions, classes: Sequence[str]) -> dict[str, Any]:
    """How many groups a rule called right, of all and of each class."""
    by_class = {name: asdict(share_right(decisions, code)) for code, name in enumerate(classes)}
    return {"accuracy": asdict(share_right(decisions)), "by_class": by_class}
