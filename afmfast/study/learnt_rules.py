"""One decision a group where the rule has something to learn: how many of its rows, or which probability, is enough.

It is learnt in every split from its training groups alone, on predictions of rows that were not trained on.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from ..significance.patients import Decisions, best_threshold, share_right
from ..validation.calm import calm
from ..validation.inner import inner_predictions
from ..validation.outcome import Scores
from ..validation.plan import Line

#: Of the random splits; each takes as many more fits as there are inner splits.
N_SPLITS = 50


class _Called(NamedTuple):
    """Of groups (g,): in how many splits they were tested, and called positive; `thresholds` of the splits."""

    tested: np.ndarray
    positive: np.ndarray
    thresholds: np.ndarray


def learnt_rules(scores: Scores, line: Line) -> dict[str, Any] | None:
    """Shares of groups that were right, by a learnt threshold of the mean probability and of the share of votes.

    A group is called what more than half of the splits that tested it call it. None with more than two classes, or
    where groups are single rows.
    """
    table, positive = scores.table, scores.positive
    if positive is None or not table.is_grouped:
        return None
    n_repeats = scores.plan.n_repeats
    n_splits = n_repeats if scores.plan.is_pooled else min(N_SPLITS, n_repeats)
    with calm():
        inner = inner_predictions(scores, line, n_splits)
    tested = _tested(scores, n_splits)
    rules = {}
    for name in ("mean", "vote"):
        of_rows = [_of_rows(name, said, positive) for said in (inner, tested)]
        rules[name] = _right(scores, _called(scores, *of_rows), positive)
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


def _called(scores: Scores, inner: np.ndarray, tested: np.ndarray) -> _Called:
    member, is_positive = _groups(scores)
    n = len(is_positive)
    found = _Called(np.zeros(n, int), np.zeros(n, int), np.empty(len(inner)))
    for k in range(len(inner)):
        learnt_from, judged = _means(inner[k], member, n), _means(tested[k], member, n)
        seen = ~np.isnan(learnt_from)
        found.thresholds[k] = best_threshold(learnt_from[seen], is_positive[seen])
        found.tested[:] += ~np.isnan(judged)
        found.positive[:] += np.nan_to_num(judged, nan=-1.0) >= found.thresholds[k]
    return found


def _groups(scores: Scores) -> tuple[np.ndarray, np.ndarray]:
    """Number of each row's group (n,), -1 in groups of both classes; whether groups are positive (g,) bool."""
    table = scores.table
    _, member = np.unique(table.groups, return_inverse=True)
    share = np.bincount(member, weights=table.y == scores.positive) / np.bincount(member)
    pure = (share == 0) | (share == 1)
    numbers = np.where(pure, np.cumsum(pure) - 1, -1)
    return numbers[member], share[pure] == 1


def _means(of_rows: np.ndarray, member: np.ndarray, n: int) -> np.ndarray:
    """Mean over the rows of each group of which something was said: (n,), NaN where of none."""
    there = (member >= 0) & ~np.isnan(of_rows)
    times = np.bincount(member[there], minlength=n)
    total = np.bincount(member[there], weights=of_rows[there], minlength=n)
    return np.divide(total, times, out=np.full(n, np.nan), where=times > 0)


def _right(scores: Scores, called: _Called, positive: int) -> dict[str, Any]:
    _, is_positive = _groups(scores)
    tested = called.tested > 0
    codes = np.where(is_positive, positive, 1 - positive)[tested]
    says_positive = 2 * called.positive[tested] > called.tested[tested]
    decisions = Decisions(
        np.flatnonzero(tested), codes, called.tested[tested], np.where(says_positive, positive, 1 - positive)
    )
    low, median, high = np.quantile(called.thresholds, (0.025, 0.5, 0.975))
    return {
        "accuracy": asdict(share_right(decisions)),
        "by_class": {name: asdict(share_right(decisions, code)) for code, name in enumerate(scores.table.classes)},
        "threshold": {"median": float(median), "low": float(low), "high": float(high)},
    }
