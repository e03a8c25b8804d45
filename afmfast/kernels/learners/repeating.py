"""A learner fitted on one training part after another, in one call without Python's lock.

Every loop has one form: `kept` (m, k) columns of each part (-1 = fewer), `words` (m,) seeds, `predicted` which rows;
out: `probability` (rows, classes) float32 of those rows, part after part.
"""

from __future__ import annotations

import numpy as np

from .._jit import exact, maker, part
from .boosting import boosting
from .dense import copy
from .discriminant import linear_discriminant
from .forest import DEEPEST, forest
from .gaussian_process import gaussian_process
from .logistic import logistic_regression
from .nearest import nearest_neighbours
from .parts import Columns, Part, Prepared, Splits, order_of, part_of


@exact
def forest_repeats(
    columns: Columns, splits: Splits, prepared: Prepared, kept: np.ndarray, words: np.ndarray, predicted: int,
    n_trees: int, is_extra: bool, probability: np.ndarray,
) -> None:  # fmt: skip
    """Random forest, or extremely randomized trees."""
    filled = 0
    for r in range(len(kept)):
        part = kept_part(columns, splits, prepared, r, kept[r], predicted)
        found = class_shares(part, splits.n_classes)
        if len(part.seen):
            order = order_of(columns, prepared, r, kept[r], part)
            n_try = max(1, int(np.sqrt(len(part.seen))))
            forest(
                part.seen, order, part.y, equal_weight(splits), n_trees, n_try, is_extra, 1, DEEPEST, words[r],
                part.unseen, found, np.empty(len(part.seen)),
            )  # fmt: skip
        filled = put(found, probability, filled)


@exact
def logistic_repeats(
    columns: Columns, splits: Splits, prepared: Prepared, kept: np.ndarray, words: np.ndarray, predicted: int,
    C: float, probability: np.ndarray,
) -> None:  # fmt: skip
    """Logistic regression, L2 penalty, inverse strength `C`."""
    filled = 0
    for r in range(len(kept)):
        part = kept_part(columns, splits, prepared, r, kept[r], predicted)
        found = class_shares(part, splits.n_classes)
        if len(part.seen):
            logistic_regression(part.seen, part.y, equal_weight(splits), C, part.unseen, found)
        filled = put(found, probability, filled)


@exact
def boosting_repeats(
    columns: Columns, splits: Splits, prepared: Prepared, kept: np.ndarray, words: np.ndarray, predicted: int,
    n_rounds: int, learning_rate: float, max_depth: int, probability: np.ndarray,
) -> None:  # fmt: skip
    """Gradient boosting."""
    filled = 0
    for r in range(len(kept)):
        part = kept_part(columns, splits, prepared, r, kept[r], predicted)
        found = class_shares(part, splits.n_classes)
        if len(part.seen):
            order = order_of(columns, prepared, r, kept[r], part)
            boosting(
                part.seen, order, part.y, equal_weight(splits), n_rounds, learning_rate, max_depth, words[r],
                part.unseen, found, np.empty(len(part.seen)),
            )  # fmt: skip
        filled = put(found, probability, filled)


@exact
def discriminant_repeats(
    columns: Columns, splits: Splits, prepared: Prepared, kept: np.ndarray, words: np.ndarray, predicted: int,
    ridge: float, probability: np.ndarray,
) -> None:  # fmt: skip
    """Linear discriminant analysis; `ridge` is added to the variance of every column."""
    filled = 0
    for r in range(len(kept)):
        part = kept_part(columns, splits, prepared, r, kept[r], predicted)
        found = class_shares(part, splits.n_classes)
        if len(part.seen):
            linear_discriminant(part.seen, part.y, equal_weight(splits), ridge, part.unseen, found)
        filled = put(found, probability, filled)


@exact
def nearest_repeats(
    columns: Columns, splits: Splits, prepared: Prepared, kept: np.ndarray, words: np.ndarray, predicted: int,
    n_neighbors: int, probability: np.ndarray,
) -> None:  # fmt: skip
    """Vote of the nearest neighbours."""
    filled = 0
    for r in range(len(kept)):
        part = kept_part(columns, splits, prepared, r, kept[r], predicted)
        found = class_shares(part, splits.n_classes)
        if len(part.seen):
            nearest_neighbours(part.seen, part.y, equal_weight(splits), n_neighbors, part.unseen, found)
        filled = put(found, probability, filled)


@exact
def gaussian_process_repeats(
    columns: Columns, splits: Splits, prepared: Prepared, kept: np.ndarray, words: np.ndarray, predicted: int,
    probability: np.ndarray,
) -> None:  # fmt: skip
    """Gaussian process with an RBF kernel whose amplitude and length are optimised."""
    filled = 0
    for r in range(len(kept)):
        part = kept_part(columns, splits, prepared, r, kept[r], predicted)
        found = class_shares(part, splits.n_classes)
        if len(part.seen):
            K = splits.n_classes
            theta, modes, likelihood = np.zeros((K, 2)), np.zeros((K, len(part.y))), np.empty(K)
            gaussian_process(
                part.seen, part.y, equal_weight(splits), True, theta, modes, likelihood, part.unseen, found
            )
        filled = put(found, probability, filled)


@maker
def kept_part(columns: Columns, splits: Splits, prepared: Prepared, r: int, kept: np.ndarray, predicted: int) -> Part:
    """Training part r with its kept columns."""
    return part_of(columns, splits, prepared, r, kept[kept >= 0], predicted)


@maker
def equal_weight(splits: Splits) -> np.ndarray:
    """Every class counts alike: (classes,)."""
    return np.ones(splits.n_classes)


@maker
def class_shares(part: Part, n_classes: int) -> np.ndarray:
    """What is said of a row where no column is left: (rows, classes)."""
    share = np.zeros(n_classes)
    for code in part.y:
        share[code] += 1.0 / len(part.y)
    found = np.empty((len(part.rows), n_classes))
    for i in range(len(found)):
        copy(share, found[i])
    return found


@part
def put(found: np.ndarray, probability: np.ndarray, filled: int) -> int:
    """Append the rows of a part; returns how many rows are filled."""
    for i in range(len(found)):
        copy(found[i], probability[filled + i])
    return filled + len(found)
