"""How much each column helps to tell the classes apart, for many splits in one call.

Every loop has one form: `stays` (m, p) bool are the columns that are ranked in each part, `words` (m,) seeds; out:
`importances` (m, p), NaN for the others.
"""

from __future__ import annotations

import numpy as np

from .._jit import exact, part
from .forest import DEEPEST, forest
from .parts import NOBODY, Columns, Prepared, Splits, order_of, part_of
from .permutation_importance import permutation_importance
from .single_split import gini_single

_PLAIN = np.bool_(False)  # trees that are not extra; typed as in `forest_repeats`, so that one compilation serves both


@exact
def rank_by_forest(
    columns: Columns, splits: Splits, prepared: Prepared, stays: np.ndarray, words: np.ndarray, n_trees: int,
    importances: np.ndarray,
) -> None:  # fmt: skip
    """Mean Gini decrease in a random forest; sums to 1 or is all 0."""
    importances[:] = np.nan
    weight = np.ones(splits.n_classes)
    for r in range(len(stays)):
        wanted = np.flatnonzero(stays[r])
        part = part_of(columns, splits, prepared, r, wanted, NOBODY)
        order = order_of(columns, prepared, r, wanted, part)
        own, nobody = np.zeros(len(wanted)), np.empty((0, splits.n_classes))
        if len(wanted):
            n_try = max(1, int(np.sqrt(len(wanted))))
            forest(
                part.seen, order, part.y, weight, n_trees, n_try, _PLAIN, 1, DEEPEST, words[r], part.unseen, nobody, own
            )
        _put(own, wanted, importances[r])


@exact
def rank_by_single_split(
    columns: Columns, splits: Splits, prepared: Prepared, stays: np.ndarray, words: np.ndarray, importances: np.ndarray
) -> None:
    """Gini decrease of the best single threshold; nothing is random."""
    importances[:] = np.nan
    weight = np.ones(splits.n_classes)
    for r in range(len(stays)):
        wanted = np.flatnonzero(stays[r])
        part = part_of(columns, splits, prepared, r, wanted, NOBODY)
        order = order_of(columns, prepared, r, wanted, part)
        own = np.zeros(len(wanted))
        gini_single(part.seen, order, part.y, weight, own)
        _put(own, wanted, importances[r])


@exact
def rank_by_permutation(
    columns: Columns, splits: Splits, prepared: Prepared, stays: np.ndarray, words: np.ndarray, importances: np.ndarray
) -> None:
    """Loss of a forest's probability of the true class on unseen training rows when the column is shuffled."""
    importances[:] = np.nan
    weight = np.ones(splits.n_classes)
    for r in range(len(stays)):
        wanted = np.flatnonzero(stays[r])
        part = part_of(columns, splits, prepared, r, wanted, NOBODY)
        order = order_of(columns, prepared, r, wanted, part)
        own = np.zeros(len(wanted))
        if len(wanted):
            permutation_importance(part.seen, order, part.y, weight, words[r], own)
        _put(own, wanted, importances[r])


@part
def _put(own: np.ndarray, wanted: np.ndarray, out: np.ndarray) -> None:
    for i in range(len(wanted)):
        out[wanted[i]] = own[i]
