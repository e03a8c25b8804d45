"""The training part of one split after another: which columns it can use, filled and standardised."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._jit import exact, fast_part, maker

#: A column that lacks more than this share of the training rows is dropped in that split.
COLUMN_MISSING = 0.2
#: Values that differ by less than this share of their size are one value plus rounding of the measuring step.
ROUNDING = 1e-12
#: What a training part says about a column: it can be used, it is one value, it is not there.
USABLE, CONSTANT, MISSING = 0, 1, 2
#: What repeated measurements of its samples say of it, where somebody asks them.
UNREPEATABLE = 3
#: Where a row stands in a split.
TRAIN, TEST, UNUSED = 0, 1, 2
#: Which rows are predicted: none of them, those of the test part, those of both parts.
NONE, TESTED, ALL = 0, 1, 2
#: The first for compiled code, which would be compiled once more for a literal.
NOBODY = np.int64(NONE)


class Columns(NamedTuple):
    """A table by column, sorted once: a split only has to pick its rows out of the order.

    `values` (p, n), NaN = missing; `order` (p, n) int32, row numbers of each column in ascending order, missing ones
    last; `n_there` (p,) how many are not missing.
    """

    values: np.ndarray
    order: np.ndarray
    n_there: np.ndarray


class Splits(NamedTuple):
    """m labellings of the rows, each with a split: `labels` (m, n) int64, `side` (m, n) int8 TRAIN, TEST or UNUSED."""

    labels: np.ndarray
    side: np.ndarray
    n_classes: int


class Prepared(NamedTuple):
    """What each of m training parts says about p columns.

    `state` (m, p) int8 USABLE or why not; `medians`, `centre`, `scale` (m, p): what missing values become,
    mean and standard deviation after that; NaN for columns that cannot be used.
    """

    state: np.ndarray
    medians: np.ndarray
    centre: np.ndarray
    scale: np.ndarray


class Part(NamedTuple):
    """One training part of q columns: `seen` (q, n_train) and `unseen` (q, k) standardised values without NaN.

    `y` (n_train,) class codes; `train` (n_train,) and `rows` (k,) row numbers of the table.
    """

    seen: np.ndarray
    unseen: np.ndarray
    y: np.ndarray
    train: np.ndarray
    rows: np.ndarray


def columns_of(X: np.ndarray) -> Columns:
    """Of a table X (n, p) float64."""
    values = np.ascontiguousarray(X.T)
    order = np.argsort(values, axis=1, kind="stable").astype(np.int32)
    return Columns(values, order, (~np.isnan(values)).sum(axis=1))


def one_part(X: np.ndarray, y: np.ndarray) -> tuple[Columns, Splits, Prepared]:
    """All rows of a table X (n, p) with class codes y (n,) as one training part."""
    columns, side = columns_of(X), np.full((1, len(y)), TRAIN, np.int8)
    labels = np.asarray(y, np.int64)[None]
    return columns, Splits(labels, side, int(labels.max()) + 1), prepare(columns, side)


@exact
def prepare(columns: Columns, side: np.ndarray) -> Prepared:
    """Imputation and scaling from each of m training parts; `side` (m, n) as in `Splits`."""
    m, n = side.shape
    p = len(columns.values)
    state = np.full((m, p), USABLE, np.int8)
    medians, centre, scale = np.full((m, p), np.nan), np.full((m, p), np.nan), np.full((m, p), np.nan)
    there = np.empty(n)
    for r in range(m):
        n_train = (side[r] == TRAIN).sum()
        for j in range(p):
            count = _training_values(columns, j, side[r], there)
            if n_train - count > COLUMN_MISSING * n_train:
                state[r, j] = MISSING
                continue
            low, high = there[0], there[count - 1]
            if high - low <= ROUNDING * max(abs(low), abs(high)):
                state[r, j] = CONSTANT
                continue
            median = 0.5 * there[(count - 1) // 2] + 0.5 * there[count // 2]
            medians[r, j] = median
            centre[r, j], scale[r, j] = _spread(there[:count], median, n_train)
    return Prepared(state, medians, centre, scale)


@maker
def _training_values(columns: Columns, j: int, side: np.ndarray, there: np.ndarray) -> int:
    """The values of column j that are there, ascending; how many."""
    values, order = columns.values[j], columns.order[j]
    count = 0
    for place in range(columns.n_there[j]):
        row = order[place]
        there[count] = values[row]
        count += 1 if side[row] == TRAIN else 0
    return count


@fast_part
def _spread(there: np.ndarray, median: float, n_train: int) -> tuple[float, float]:
    """Mean and standard deviation of n_train values, the missing ones counting as the median.

    Deviations are scaled before they are squared, so that 1e-200 and 1e+200 have a standard deviation too.
    """
    total = 0.0
    for value in there:
        total += value - median
    mean = median + total / n_train
    span = max(mean - there[0], there[-1] - mean)
    total = (n_train - len(there)) * ((median - mean) / span) ** 2
    for value in there:
        total += ((value - mean) / span) ** 2
    return mean, span * np.sqrt(total / n_train)


@exact
def part_of(columns: Columns, splits: Splits, prepared: Prepared, r: int, wanted: np.ndarray, predicted: int) -> Part:
    """Training part r with the `wanted` (q,) columns, and the rows to predict: NONE, TESTED or ALL."""
    side = splits.side[r]
    train = np.flatnonzero(side == TRAIN)
    rows = np.flatnonzero((side == TEST) & (predicted != NONE) | (side == TRAIN) & (predicted == ALL))
    seen, unseen = np.empty((len(wanted), len(train))), np.empty((len(wanted), len(rows)))
    for q in range(len(wanted)):
        j = wanted[q]
        values, median, centre, scale = (
            columns.values[j], prepared.medians[r, j], prepared.centre[r, j], prepared.scale[r, j]
        )  # fmt: skip
        for i in range(len(train)):
            seen[q, i] = _standardised(values[train[i]], median, centre, scale)
        for i in range(len(rows)):
            unseen[q, i] = _standardised(values[rows[i]], median, centre, scale)
    return Part(seen, unseen, splits.labels[r][train], train, rows)


@maker
def _standardised(value: float, median: float, centre: float, scale: float) -> float:
    return ((median if np.isnan(value) else value) - centre) / scale


@exact
def order_of(columns: Columns, prepared: Prepared, r: int, wanted: np.ndarray, part: Part) -> np.ndarray:
    """Places in the part of its training rows, each column in ascending order: (q, n_train) int32.

    Nothing is sorted: the table's order is walked once, and missing rows step in where their median belongs.
    """
    place = np.full(columns.values.shape[1], -1, np.int32)
    for i in range(len(part.train)):
        place[part.train[i]] = i
    order = np.empty(part.seen.shape, np.int32)
    for q in range(len(order)):
        j = wanted[q]
        _order_column(columns.values[j], columns.order[j], columns.n_there[j], prepared.medians[r, j], place, order[q])
    return order


@maker
def _order_column(
    values: np.ndarray, order: np.ndarray, n_there: int, median: float, place: np.ndarray, out: np.ndarray
) -> None:
    count = 0
    gaps_are_in = n_there == len(order)
    for row in order[:n_there]:
        if place[row] < 0:
            continue
        if not gaps_are_in and values[row] > median:
            count = _append(order[n_there:], place, out, count)
            gaps_are_in = True
        out[count] = place[row]
        count += 1
    if not gaps_are_in:
        _append(order[n_there:], place, out, count)


@maker
def _append(rows: np.ndarray, place: np.ndarray, out: np.ndarray, count: int) -> int:
    for row in rows:
        if place[row] >= 0:
            out[count] = place[row]
            count += 1
    return count
