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

    A group is called what most of the splits that tested it call it; where they are equal, by whether its number is
    above the threshold on average. None with more than two classes, or where groups are single rows.
    """
    table, positive = scores.table, scores.positive
    if positive is None or not table.is_grouped:
        return None
    n_repeats = scores.plan.n_repeats
    n_splits = n_repeats if scores.plan.is_pooled else min(N_SPLITS, n_repeats)
    with calm():
        inner = inner_predictions(scores, line, n_splits)
    tested, groups = _tested(scores, n_splits), _groups(scores)
    rules = {}
    for name in ("mean", "vote"):
        learnt_from, judged = (_of_groups(_of_rows(name, said, positive), groups) for said in (inner, tested))
        rules[name] = _right(table.classes, positive, groups, learnt_from, judged)
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


def _right(
    classes: Sequence[str], positive: int, groups: _Groups, learnt_from: np.ndarray, judged: np.ndarray
) -> dict[str, Any]:
    """By thresholds learnt in each split from `learnt_from` (n_splits, g), and applied to `judged` there."""
    thresholds = np.array(
        [best_threshold(numbers[seen], groups.is_positive[seen])
         for numbers, seen in zip(learnt_from, ~np.isnan(learnt_from), strict=True)]
    )  # fmt: skip
    n_tested = (~np.isnan(judged)).sum(axis=0)
    some = n_tested > 0
    above = np.nan_to_num(judged - thresholds[:, None], nan=-1.0)
    surplus = 2 * (above >= 0).sum(axis=0) - n_tested
    is_called = np.where(surplus == 0, np.where(np.isnan(judged), 0.0, above).sum(axis=0) > 0, surplus > 0)
    y, called = (np.where(is_positive, positive, 1 - positive)[some] for is_positive in (groups.is_positive, is_called))
    low, median, high = np.quantile(thresholds, (0.025, 0.5, 0.975))
    return {
        **shares_right(Decisions(np.flatnonzero(some), y, n_tested[some], called), classes),
        "threshold": {"median": float(median), "low": float(low), "high": float(high)},
    }
