"""Principal components in place of columns: what a classifier sees where columns are combined and not chosen."""

from __future__ import annotations

import numpy as np

from ..kernels.learners.parts import ALL, USABLE, Columns, Prepared, Splits, columns_of, part_of
from .predict import Predict

#: Of the largest standard deviation; components below it are rounding.
_ROUNDING = 1e-10
#: Entries of an axis that differ by less, relative to the largest, are equals.
_ROUNDING_OF_SIGN = 1e-6


def by_components(
    predict: Predict,
    n_components: int,
    columns: Columns,
    splits: Splits,
    prepared: Prepared,
    kept: np.ndarray,
    words: np.ndarray,
    predicted: int,
) -> np.ndarray:
    """As `predict`, which gets the first principal components of the `kept` columns in place of these.

    Axes are those of the standardised training rows of each split alone; components keep their spread, as in
    `make_pipeline(StandardScaler(), PCA(n_components), ...)`.
    """
    found = []
    for r in range(len(kept)):
        here = slice(r, r + 1)
        wanted = np.sort(kept[r][kept[r] >= 0])  # whichever is ranked first
        values = _components(columns, splits, prepared, r, wanted, n_components)
        seen = np.arange(values.shape[1])[None]
        alone = Splits(splits.labels[here], splits.side[here], splits.n_classes)
        as_they_are = _as_they_are(values.shape[1])
        found.append(predict(columns_of(values), alone, as_they_are, seen, words[here], predicted))
    return np.concatenate(found)


def _components(
    columns: Columns, splits: Splits, prepared: Prepared, r: int, wanted: np.ndarray, n_components: int
) -> np.ndarray:
    """(n, k) values of at most `n_components` components, 0 in rows that split r does not use."""
    n = columns.values.shape[1]
    if len(wanted) == 0:
        return np.zeros((n, 0))
    part = part_of(columns, splits, prepared, r, wanted, ALL)
    _, spreads, axes = np.linalg.svd(part.seen.T, full_matrices=False)
    there = axes[: min(n_components, int((spreads > _ROUNDING * spreads[0]).sum()))]
    # An axis has no direction of its own; trees ask for "at most", which is not the same both ways. Of two columns
    # both entries are as large but for rounding, so the first of the largest decides.
    sizes = np.abs(there)
    first = (sizes >= (1 - _ROUNDING_OF_SIGN) * sizes.max(axis=1, keepdims=True)).argmax(axis=1)
    direction = np.sign(np.take_along_axis(there, first[:, None], axis=1))
    values = np.zeros((n, len(there)))
    values[part.rows] = part.unseen.T @ (there * direction).T
    return values


def _as_they_are(k: int) -> Prepared:
    """What leaves k columns neither filled nor scaled."""
    return Prepared(np.full((1, k), USABLE, np.int8), np.zeros((1, k)), np.zeros((1, k)), np.ones((1, k)))
