"""How much each column helps to tell the classes apart, by three rules."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier

_TREES = 100
_FOLDS = 3
_SHUFFLES = 5


def forest_gini(X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Mean Gini decrease of each column of X (n, p) in a random forest of 100 trees: (p,), sums to 1 or is all 0.

    Reference: Breiman 2001, Mach. Learn. 45:5.
    """
    forest = RandomForestClassifier(_TREES, random_state=seed, n_jobs=1).fit(X, y)
    return np.asarray(forest.feature_importances_)


def single_split_gini(X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Weighted Gini decrease of the best single threshold on each column of X (n, p): (p,), 0 for a constant one.

    `seed` is not used: nothing here is random.
    """
    n = len(y)
    order = np.argsort(X, axis=0, kind="stable")
    values = np.take_along_axis(X, order, axis=0)
    member = np.eye(int(y.max()) + 1)[y]
    left = np.cumsum(member[order], axis=0)[:-1]  # (n-1, p, classes): counts below each gap
    right = member.sum(axis=0) - left
    n_left = np.arange(1.0, n)[:, None]
    purity = (left**2).sum(axis=2) / n_left + (right**2).sum(axis=2) / (n - n_left)
    purity[values[1:] <= values[:-1]] = -np.inf
    before = (member.sum(axis=0) ** 2).sum() / n
    return np.asarray(np.maximum(purity.max(axis=0, initial=-np.inf) - before, 0.0) / n)


def forest_permutation(X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Loss of a forest's probability of the true class when a column of X (n, p) is shuffled: (p,), may be negative.

    Measured on rows the trees have not seen: each third of the rows on a forest grown on the others, five shuffles
    a column. All shuffled copies are predicted at once; one call a column would take a hundred times longer.
    """
    rng = np.random.default_rng(seed)
    fold = _folds(y, rng)
    loss = np.zeros(X.shape[1])
    for k in range(_FOLDS):
        held = np.flatnonzero(fold == k)
        grown = np.flatnonzero(fold != k)
        if len(held) == 0 or len(grown) == 0:
            continue
        forest = RandomForestClassifier(_TREES // _FOLDS + 1, random_state=int(rng.integers(2**31)), n_jobs=1)
        forest.fit(X[grown], y[grown])
        shuffled = _shuffled_copies(X[held], rng)
        kept = _true_class_probability(forest, X[held], y[held])
        lost = _true_class_probability(forest, shuffled, np.tile(y[held], len(shuffled) // len(held)))
        loss += kept.sum() - lost.reshape(X.shape[1], _SHUFFLES, len(held)).sum(axis=2).mean(axis=1)
    return loss / len(y)


def _folds(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A fold a row; the rows of each class are dealt out evenly, each class starting where the last one stopped."""
    order = np.lexsort((rng.permutation(len(y)), y))
    fold = np.empty(len(y), dtype=int)
    fold[order] = np.arange(len(y)) % _FOLDS
    return fold


def _shuffled_copies(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(p * shuffles * n, p): for each column and shuffle a copy of X (n, p) with that column in another order."""
    n, p = X.shape
    copies = np.tile(X, (p * _SHUFFLES, 1)).reshape(p, _SHUFFLES, n, p)
    for column in range(p):
        for shuffle in range(_SHUFFLES):
            copies[column, shuffle, :, column] = X[rng.permutation(n), column]
    return copies.reshape(-1, p)


def _true_class_probability(forest: RandomForestClassifier, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    probability = np.zeros((len(X), int(max(y.max(), forest.classes_.max())) + 1))
    probability[:, forest.classes_] = forest.predict_proba(X)
    return np.asarray(probability[np.arange(len(y)), y])
