"""How much each column helps to tell the classes apart, by three rules, in each of m training parts.

`stays` (m, p) bool are the columns that are ranked, `words` (m,) seeds; importances are (m, p), NaN for the others.
"""

from __future__ import annotations

import numpy as np

from ..kernels.learners.parts import Columns, Prepared, Splits
from ..kernels.learners.ranking import rank_by_forest, rank_by_permutation, rank_by_single_split

_TREES = 100


def forest_gini(
    columns: Columns, splits: Splits, prepared: Prepared, stays: np.ndarray, words: np.ndarray
) -> np.ndarray:
    """Mean Gini decrease of each column in a random forest of 100 trees; sums to 1 or is all 0.

    Reference: Breiman 2001, Mach. Learn. 45:5.
    """
    importances = np.empty(stays.shape)
    rank_by_forest(columns, splits, prepared, stays, words, _TREES, importances)
    return importances


def single_split_gini(
    columns: Columns, splits: Splits, prepared: Prepared, stays: np.ndarray, words: np.ndarray
) -> np.ndarray:
    """Weighted Gini decrease of the best single threshold on each column; nothing is random."""
    importances = np.empty(stays.shape)
    rank_by_single_split(columns, splits, prepared, stays, words, importances)
    return importances


def forest_permutation(
    columns: Columns, splits: Splits, prepared: Prepared, stays: np.ndarray, words: np.ndarray
) -> np.ndarray:
    """Loss of a forest's probability of the true class when a column is shuffled; may be negative.

    Measured on rows the trees have not seen: each third of the training rows on a forest grown on the others, five
    shuffles a column.
    """
    importances = np.empty(stays.shape)
    rank_by_permutation(columns, splits, prepared, stays, words, importances)
    return importances
