"""One decision a group where the rule has something to learn: how many of its rows, or which probability, is enough.

It is learnt in every split from its training groups alone, on predictions of rows that were not trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..significance.patients import Decisions, best_threshold
from ..validation.calm import calm
from ..validation.inner import inner_predictions
from ..validation.outcome import Scores
from ..validation.plan import Line
from .evidence import shares_right

#: Of the random splits; each takes as many more fits as there are inner splits.
N_SPLITS = 50


def learnt_rules(scores: Scores, line: Line) -> dict[str, Any] | None:
    """Shares of groups that were right, by a learnt threshold of the mean probability and of the share of votes.

    A group is called what most of the splits that tested it call it; where these are equal, what its mean probability
    says on average. None with more than two classes, or where groups are single rows.
    """
    table, positive = scores.table, scores.positive
    if positive is None or not table.is_grouped:
        return None
    n_repeats = scores.plan.n_repeats
    n_splits = n_repeats if scores.plan.is_pooled else min(N_SPLITS, n_repeats)
    with calm():
        inner = inner_predictions(scores, line, n_splits)
    tested, groups = _tested(scores, n_splits), _groups(scores)
    above = {}
    for name in ("mean", "vote"):
        learnt_from, judged = (_of_groups(_of_rows(name, said, positive), groups) for said in (inner, tested))
        thresholds = _thresholds(learnt_from, groups)
        above[name] = judged - thresholds[:, None], thresholds
    by_mean = np.nansum(above["mean"][0], axis=0)
    rules = {
        name: _right(table.classes, positive, groups, margin, by_mean) | {"threshold": _spread(thresholds)}
        for name, (margin, thresholds) in above.items()
    }
    return {"n_splits": n_splits, "rules": rules}


def _tested(scores: Scores, n_splits: int) -> np.ndarray:
    """Stored probabilities of the test rows of the first splits: (n_splits, n, classes), NaN elsewhere."""
    K = scores.table.n_classes
    said = np.full((n_splits, len(scores.table.y), K), np.nan)
    for k in range(n_splits):
        said[k, scores.repeats["test_rows"][k]] = scores.repeats["probability"][k].reshape(-1, K)
    return said


def _of_rows(rule: str, said: np.ndarray, positive: int) -> np.ndarray:
    """What is averaged over the rows of a group: (n_splits, n), NaN where nothing was said."""
    if rule == "mean":
        return np.asarray(said[..., positive])
    called = np.nan_to_num(said, nan=-1.0).argmax(axis=-1) == positive
    return np.where(np.isnan(said[..., positive]), np.nan, called)


class _Groups(NamedTuple):
    """`member` (n,) number of each row's group, -1 in groups of both classes; `is_positive` (g,) of the others."""

    member: np.ndarray
    is_positive: np.ndarray


def _groups(scores: Scores) -> _Groups:
    table = scores.table
    _, member = np.unique(table.groups, return_inverse=True)
    share = np.bincount(member, weights=table.y == scores.positive) / np.bincount(member)
    pure = (share == 0) | (share == 1)
    numbers = np.where(pure, np.cumsum(pure) - 1, -1)
    return _Groups(numbers[member], share[pure] == 1)


def _of_groups(of_rows: np.ndarray, groups: _Groups) -> np.ndarray:
    """Mean over the rows of each group of which something was said: (n_splits, g), NaN where of none."""
    means = np.full((len(of_rows), len(groups.is_positive)), np.nan)
    for mean, values in zip(means, of_rows, strict=True):
        there = (groups.member >= 0) & ~np.isnan(values)
        times = np.bincount(groups.member[there], minlength=len(mean))
        total = np.bincount(groups.member[there], weights=values[there], minlength=len(mean))
        np.divide(total, times, out=mean, where=times > 0)
    return means


def _thresholds(learnt_from: np.ndarray, groups: _Groups) -> np.ndarray:
    """What is learnt in each split from its own numbers (n_splits, g): (n_splits,)."""
    seen = ~np.isnan(learnt_from)
    return np.array(
        [best_threshold(numbers[s], groups.is_positive[s]) for numbers, s in zip(learnt_from, seen, strict=True)]
    )


def _right(
    classes: Sequence[str], positive: int, groups: _Groups, margin: np.ndarray, by_mean: np.ndarray
) -> dict[str, Any]:
    """Of numbers by how much they lie above the threshold of each split, (n_splits, g); `by_mean` (g,) breaks ties.

    A number that lies on the threshold is a vote for neither class.
    """
    n_tested = (~np.isnan(margin)).sum(axis=0)
    some = n_tested > 0
    surplus = np.nansum(np.sign(margin), axis=0)
    is_called = np.where(surplus == 0, by_mean, surplus) > 0
    y, called = (np.where(is_positive, positive, 1 - positive)[some] for is_positive in (groups.is_positive, is_called))
    return shares_right(Decisions(np.flatnonzero(some), y, n_tested[some], called), classes)


def _spread(thresholds: np.ndarray) -> dict[str, float]:
    low, median, high = np.quantile(thresholds, (0.025, 0.5, 0.975))
    return {"median": float(median), "low": float(low), "high": float(high)}
