"""Scores of test rows from class probabilities, each class against the rest."""

from __future__ import annotations

import numpy as np

from .._jit import exact, maker

#: Above this probability a class is told by the others.
NEAR_ONE = 1.0 - 2.0**-12
#: Runs of this many values are sorted by insertion before they are merged.
RUN = 8


@exact
def score(
    probability: np.ndarray, y: np.ndarray, auc: np.ndarray, recall: np.ndarray, specificity: np.ndarray
) -> float:
    """Accuracy of test rows, and the scores of each class into auc, recall, specificity (K,).

    probability (m, K) float32; y (m,) int64. A row is called by its most probable class, the first of equals. NaN
    where a class has no members or no others, everywhere without rows or where a probability is NaN. Of two
    classes both areas are one number: what one loses the other wins.
    """
    m, n_classes = probability.shape
    members, called, hits = np.zeros(n_classes, np.int64), np.zeros(n_classes, np.int64), np.zeros(n_classes, np.int64)
    if m == 0 or _has_nan(probability):
        for code in range(n_classes):
            auc[code] = recall[code] = specificity[code] = np.nan
        return np.nan
    n_hits = 0
    for i in range(m):
        call = _most_probable(probability[i])
        members[y[i]] += 1
        called[call] += 1
        if call == y[i]:
            hits[call] += 1
            n_hits += 1
    scores, order, spare = np.empty(m), np.empty(m, np.int64), np.empty(m, np.int64)
    for code in range(n_classes):
        others = m - members[code]
        recall[code] = hits[code] / members[code] if members[code] > 0 else np.nan
        specificity[code] = (others - called[code] + hits[code]) / others if others > 0 else np.nan
        if n_classes != 2 or code == 1:
            class_score(probability, code, scores)
            sort_rows(scores, order, spare)
            auc[code] = area(scores, order, y, code)
    if n_classes == 2:
        auc[0] = auc[1]
    return n_hits / m


@exact
def score_parts(
    probability: np.ndarray,
    y: np.ndarray,
    ends: np.ndarray,
    accuracy: np.ndarray,
    auc: np.ndarray,
    recall: np.ndarray,
    specificity: np.ndarray,
) -> None:
    """Scores of many test parts whose rows follow one another; part k of b ends before row ends[k].

    probability (rows, K) float32, y (rows,); out: accuracy (b,); auc, recall, specificity (b, K). As `score`.
    """
    first = 0
    for k in range(ends.size):
        rows = slice(first, ends[k])
        accuracy[k] = score(probability[rows], y[rows], auc[k], recall[k], specificity[k])
        first = ends[k]


@maker
def _has_nan(probability: np.ndarray) -> bool:
    for i in range(probability.shape[0]):
        for code in range(probability.shape[1]):
            if np.isnan(probability[i, code]):
                return True
    return False


@maker
def _most_probable(probability: np.ndarray) -> int:
    best = 0
    for code in range(1, probability.size):
        if probability[code] > probability[best]:
            best = code
    return best


@exact
def class_score(probability: np.ndarray, code: int, scores: np.ndarray) -> None:
    """Numbers that order rows by the probability of a class, into scores (m,) float64.

    In float32 all probabilities above 1 - 3e-8 are 1; near 1 those of the other classes tell rows apart, by their
    inverse, as 1 less them would be 1 again. Below, the sum of several others would part rows that are equal.
    """
    near_one = 0.5 if probability.shape[1] == 2 else NEAR_ONE
    for i in range(scores.size):
        own = float(probability[i, code])
        if own <= near_one:
            scores[i] = -1.0 / own if own > 0.0 else -np.inf
            continue
        rest = 0.0
        for other in range(probability.shape[1]):
            rest += float(probability[i, other]) if other != code else 0.0
        scores[i] = 1.0 / rest if rest > 0.0 else np.inf


@exact
def area(scores: np.ndarray, order: np.ndarray, y: np.ndarray, code: int) -> float:
    """Area under the ROC curve of scores (m,) for a class, ties count half; NaN without members or others.

    order (m,): the rows in ascending order of their scores. Counted in whole numbers.
    """
    m = order.size
    twice, n_out, n_in = 0, 0, 0
    first = 0
    while first < m:
        end, inside = first, 0
        while end < m and scores[order[end]] == scores[order[first]]:
            inside += 1 if y[order[end]] == code else 0
            end += 1
        outside = end - first - inside
        twice += inside * (2 * n_out + outside)
        n_in += inside
        n_out += outside
        first = end
    return twice / (2 * n_in * n_out) if n_in > 0 and n_out > 0 else np.nan


@exact
def sort_rows(values: np.ndarray, order: np.ndarray, spare: np.ndarray) -> None:
    """Rows of values (m,) without NaN in ascending order into order (m,) int64, equal ones as they were.

    Work array: spare (m,) int64.
    """
    m = values.size
    for i in range(m):
        order[i] = i
    for first in range(0, m, RUN):
        _insert(values, order[first : min(first + RUN, m)])
    source, target, n_passes = order, spare, 0
    width = RUN
    while width < m:
        for first in range(0, m, 2 * width):
            _merge(values, source, target, first, min(first + width, m), min(first + 2 * width, m))
        source, target = target, source
        width *= 2
        n_passes += 1
    if n_passes % 2 == 1:
        for i in range(m):
            order[i] = spare[i]


@maker
def _insert(values: np.ndarray, rows: np.ndarray) -> None:
    for k in range(1, rows.size):
        row = rows[k]
        place = k
        while place > 0 and values[rows[place - 1]] > values[row]:
            rows[place] = rows[place - 1]
            place -= 1
        rows[place] = row


@maker
def _merge(values: np.ndarray, source: np.ndarray, target: np.ndarray, first: int, middle: int, end: int) -> None:
    """Merge the sorted runs first ... middle - 1 and middle ... end - 1."""
    left, right = first, middle
    for k in range(first, end):
        if right >= end or (left < middle and values[source[left]] <= values[source[right]]):
            target[k] = source[left]
            left += 1
        else:
            target[k] = source[right]
            right += 1
