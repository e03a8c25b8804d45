"""What the repeats of a plan add up to: confusion, ROC, rows, columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .outcome import Scores
from .repeat import CONSTANT, CORRELATED, KEPT, MISSING, UNREPEATABLE
from .scores import calls, class_score

#: False-positive rates at which ROC curves are averaged.
FPR_GRID = np.linspace(0.0, 1.0, 201)


def _tested(scores: Scores) -> list[tuple[np.ndarray, np.ndarray]]:
    """(row numbers, class probabilities) of each repeat's test part; parts with NaN are left out."""
    n_classes = scores.table.n_classes
    found = []
    for k in range(scores.plan.n_repeats):
        probability = scores.repeats["probability"][k].reshape(-1, n_classes)
        if not np.isnan(probability).any():
            found.append((scores.repeats["test_rows"][k], probability))
    return found


def _scored(scores: Scores) -> list[tuple[np.ndarray, np.ndarray]]:
    """The same, as they are scored: the parts of one pass are one."""
    tested = _tested(scores)
    if not scores.plan.is_pooled or not tested:
        return tested
    rows, probability = zip(*tested, strict=True)
    return [(np.concatenate(rows), np.concatenate(probability))]


@dataclass(frozen=True, eq=False)
class Confusion:
    """Rows = true class, columns = class called: `counts` over all repeats, `share` of each row, `sd` over repeats."""

    counts: np.ndarray
    share: np.ndarray
    sd: np.ndarray


def confusion(scores: Scores) -> Confusion:
    """Confusion matrix over all test parts; shares are of the summed counts, NaN in `sd` for a single repeat."""
    K = scores.table.n_classes
    tested = _scored(scores)
    each = np.zeros((len(tested), K, K))
    for table, (rows, probability) in zip(each, tested, strict=True):
        np.add.at(table, (scores.table.y[rows], calls(probability)), 1.0)
    counts = each.sum(axis=0)
    nothing = np.full((K, K), np.nan)
    share = np.divide(
        counts, counts.sum(axis=1, keepdims=True), out=nothing.copy(), where=counts.sum(axis=1)[:, None] > 0
    )
    rows_of_each = each.sum(axis=2, keepdims=True)
    shares = np.divide(each, rows_of_each, out=np.zeros_like(each), where=rows_of_each > 0)
    return Confusion(counts, share, shares.std(axis=0, ddof=1) if len(each) > 1 else nothing)


@dataclass(frozen=True, eq=False)
class Curve:
    """True-positive rates on `FPR_GRID`: mean over repeats, and the band that holds 95 % of them."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def roc(scores: Scores) -> dict[str, Curve]:
    """Mean ROC curve by class name: of the positive class, or with more than two of each against the rest."""
    table = scores.table
    codes = range(table.n_classes) if scores.positive is None else [scores.positive]
    curves = {}
    for code in codes:
        parts = [(class_score(p, code), table.y[rows] == code) for rows, p in _scored(scores)]
        lines = [roc_on_grid(score, member) for score, member in parts if 0 < member.sum() < len(member)]
        if lines:
            low, high = np.percentile(lines, [2.5, 97.5], axis=0)
            curves[table.classes[code]] = Curve(np.mean(lines, axis=0), low, high)
    return curves


def roc_on_grid(score: np.ndarray, member: np.ndarray) -> np.ndarray:
    """True-positive rate at each rate of `FPR_GRID`, a slope through ties: (201,); both kinds must be there."""
    distinct = np.unique(-score, return_inverse=True)[1]
    hits = np.cumsum(np.bincount(distinct, weights=member))
    misses = np.cumsum(np.bincount(distinct, weights=~member))
    tpr, fpr = np.concatenate([[0.0], hits / hits[-1]]), np.concatenate([[0.0], misses / misses[-1]])
    # Where the curve rises straight up, interp takes the last of the equal rates: the top of the step.
    return np.asarray(np.interp(FPR_GRID, fpr, tpr))


@dataclass(frozen=True, eq=False)
class RowTable:
    """Per row: `tested` times in a test part; `wrong` share of them called wrong; `probability` (n, classes) mean.

    NaN where a row was never tested.
    """

    tested: np.ndarray
    wrong: np.ndarray
    probability: np.ndarray


def rows(scores: Scores) -> RowTable:
    """How each row fared while it was not trained on."""
    n, K = len(scores.table.y), scores.table.n_classes
    tested, wrong, total = np.zeros(n, dtype=int), np.zeros(n), np.zeros((n, K))
    for numbers, probability in _tested(scores):
        tested[numbers] += 1
        wrong[numbers] += calls(probability) != scores.table.y[numbers]
        total[numbers] += probability
    seen = tested > 0
    share = np.divide(wrong, tested, out=np.full(n, np.nan), where=seen)
    mean = np.divide(total, tested[:, None], out=np.full((n, K), np.nan), where=seen[:, None])
    return RowTable(tested, share, mean)


@dataclass(frozen=True, eq=False)
class ColumnTable:
    """Per column, over repeats: importance and what became of it.

    `importance` mean, counting 0 where it was not ranked (NaN if never), `importance_sd` likewise; `kept`,
    `correlated`, `missing`, `constant`, `unrepeatable` shares of repeats; `twin` the column it was most often dropped
    for (-1 = none), `twin_correlation` their mean r; `order` column numbers, most important first.
    """

    importance: np.ndarray
    importance_sd: np.ndarray
    kept: np.ndarray
    correlated: np.ndarray
    missing: np.ndarray
    constant: np.ndarray
    unrepeatable: np.ndarray
    twin: np.ndarray
    twin_correlation: np.ndarray
    order: np.ndarray


def columns(scores: Scores) -> ColumnTable:
    """What the repeats say about each column."""
    n, p = scores.plan.n_repeats, len(scores.table.columns)
    fate = scores.repeats["fate"][:n]
    ranked = scores.repeats["importances"][:n]
    never = np.isnan(ranked).all(axis=0)
    counted = np.nan_to_num(ranked, nan=0.0)
    mean = np.where(never, np.nan, counted.mean(axis=0))
    sd = np.where(never, np.nan, counted.std(axis=0, ddof=1)) if n > 1 else np.full(p, np.nan)
    twins, pairs = scores.repeats["twin"][:n], scores.repeats["twin_correlation"][:n]
    twin, pair = np.full(p, -1), np.full(p, np.nan)
    for column in np.flatnonzero((twins >= 0).any(axis=0)):
        times = np.bincount(twins[:, column][twins[:, column] >= 0])
        twin[column] = int(times.argmax())
        pair[column] = pairs[twins[:, column] == twin[column], column].mean(dtype=float)
    kept, correlated, missing, constant, unrepeatable = (
        (fate == f).mean(axis=0) for f in (KEPT, CORRELATED, MISSING, CONSTANT, UNREPEATABLE)
    )
    order = np.lexsort((np.arange(p), -kept, -np.nan_to_num(mean, nan=-1.0)))
    return ColumnTable(mean, sd, kept, correlated, missing, constant, unrepeatable, twin, pair, order)
