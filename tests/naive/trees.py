"""Decision trees: every gap of every column tried, gains as exact fractions, recursion from node to node."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np
from sklearn.ensemble import RandomForestClassifier

_WORD = 2**64 - 1


class SplitMix:
    """splitmix64 in whole numbers."""

    def __init__(self, seed: int, number: int) -> None:
        self.state = self._mixed(seed + self._mixed(number + 0x9E3779B97F4A7C15))

    @staticmethod
    def _mixed(z: int) -> int:
        z &= _WORD
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & _WORD
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & _WORD
        return z ^ (z >> 31)

    @classmethod
    def seed_of(cls, seed: int, number: int) -> int:
        """The seed of stream `number` of a seed."""
        return cls(seed, number).state

    def shuffled(self, n: int) -> list[int]:
        values = list(range(n))
        for last in range(n - 1, 0, -1):
            other = self.below(last + 1)
            values[last], values[other] = values[other], values[last]
        return values

    def bits(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & _WORD
        return self._mixed(self.state)

    def below(self, n: int) -> int:
        return (self.bits() >> 32) * n >> 32

    def uniform(self) -> float:
        return (self.bits() >> 11) / 2**53


def bootstrap(rng: SplitMix, n: int) -> list[int]:
    """How often each of n rows is drawn."""
    counts = [0] * n
    for _ in range(n):
        counts[rng.below(n)] += 1
    return counts


@dataclass
class NaiveTree:
    """Nodes as (feature, threshold, left, right, class shares); feature -1 in a leaf."""

    X: np.ndarray
    y: np.ndarray
    class_weight: np.ndarray
    n_try: int
    is_extra: bool
    min_leaf: int
    min_share: float
    max_depth: float
    rng: SplitMix
    nodes: list = field(default_factory=list)

    def __post_init__(self) -> None:
        n, q = self.X.shape
        self.columns = list(range(q))
        self.decreases = np.zeros(q)
        self.counts = [1] * n if self.is_extra else bootstrap(self.rng, n)
        rows = [i for i in range(n) if self.counts[i]]
        self.least = self.min_share * sum(self._weights(rows))
        self._grow(rows, 0)

    def _weights(self, rows: list[int]) -> list[int]:
        """Weights of the classes in quarters: class weights here are multiples of one."""
        weights = [0] * len(self.class_weight)
        for i in rows:
            weights[self.y[i]] += self.counts[i] * int(4 * self.class_weight[self.y[i]])
        return weights

    def _impurity(self, rows: list[int]) -> Fraction:
        """Gini impurity times weight, in quarters."""
        weights = self._weights(rows)
        whole = sum(weights)
        return Fraction(whole * whole - sum(w * w for w in weights), whole)

    def _grow(self, rows: list[int], depth: int) -> int:
        here = len(self.nodes)
        self.nodes.append(None)
        is_large = len(rows) >= 2 * self.min_leaf and sum(self._weights(rows)) >= 2 * self.least
        cut = self._cut(rows) if is_large and depth < self.max_depth and self._impurity(rows) > 0 else None
        if cut is None:
            weights = self._weights(rows)
            shares = [w / sum(weights) for w in weights]
            self.nodes[here] = (-1, math.nan, -1, -1, shares)
            return here
        gain, column, threshold = cut
        self.decreases[column] += float(gain) / 4
        left = self._grow([i for i in rows if self.X[i, column] <= threshold], depth + 1)
        right = self._grow([i for i in rows if self.X[i, column] > threshold], depth + 1)
        self.nodes[here] = (column, threshold, left, right, None)
        return here

    def _cut(self, rows: list[int]):
        best, tried, usable, whole = None, 0, 0, self._impurity(rows)
        while tried < len(self.columns) and (tried < self.n_try or usable == 0):
            other = tried + self.rng.below(len(self.columns) - tried)
            self.columns[tried], self.columns[other] = self.columns[other], self.columns[tried]
            column = self.columns[tried]
            tried += 1
            values = sorted({self.X[i, column] for i in rows})
            if len(values) == 1:
                continue
            usable += 1
            for threshold in self._thresholds(values):
                left = [i for i in rows if self.X[i, column] <= threshold]
                right = [i for i in rows if self.X[i, column] > threshold]
                if min(len(left), len(right)) < self.min_leaf:
                    continue
                if min(sum(self._weights(left)), sum(self._weights(right))) < self.least:
                    continue
                gain = whole - self._impurity(left) - self._impurity(right)
                if best is None or gain > best[0]:
                    best = (gain, column, threshold)
            if best and best[0] == whole:
                break  # both sides are pure
        return best

    def _thresholds(self, values: list[float]) -> list[float]:
        if not self.is_extra:
            return [0.5 * a + 0.5 * b for a, b in pairwise(values)]
        threshold = values[0] + self.rng.uniform() * (values[-1] - values[0])
        return [threshold if threshold < values[-1] else values[0]]

    def shares(self, x: np.ndarray) -> list[float]:
        node = self.nodes[0]
        while node[0] >= 0:
            node = self.nodes[node[2] if x[node[0]] <= node[1] else node[3]]
        return node[4]


def forest(X, y, class_weight, n_trees, n_try, is_extra, seed, unseen):
    """Probability (m, classes) and importances (q,) of a forest."""
    probability, importances = np.zeros((len(unseen), len(class_weight))), np.zeros(X.shape[1])
    for t in range(n_trees):
        tree = NaiveTree(X, y, class_weight, n_try, is_extra, 1, 0.0, math.inf, SplitMix(seed, t))
        probability += [tree.shares(x) for x in unseen]
        if tree.decreases.sum() > 0:
            importances += tree.decreases / tree.decreases.sum()
    return probability / n_trees, importances / max(importances.sum(), 1e-300)


def permutation_importance(X, y, n_classes, seed):
    """Mean loss (q,) of the true class's probability when a column is shuffled: folds, trees, shuffles one by one."""
    n, q = X.shape
    rng, folds, shuffles, n_trees = SplitMix(seed, 0), 3, 5, 34
    dealt = sorted(rng.shuffled(n), key=lambda i: y[i])
    fold = {row: place % folds for place, row in enumerate(dealt)}
    loss = np.zeros(q)
    for k in range(folds):
        held = [i for i in range(n) if fold[i] == k]
        grown = [i for i in range(n) if fold[i] != k]
        lenders = [[rng.shuffled(len(held)) for _ in range(shuffles)] for _ in range(q)]
        for t in range(n_trees):
            stream = SplitMix(SplitMix.seed_of(seed, 1 + k), t)
            rule = (max(1, math.isqrt(q)), False, 1, 0.0, math.inf)
            tree = NaiveTree(X[grown], y[grown], np.ones(n_classes), *rule, stream)
            for j in range(q):
                for lender in lenders[j]:
                    for place, i in enumerate(held):
                        x = X[i].copy()
                        x[j] = X[held[lender[place]], j]
                        loss[j] += (tree.shares(X[i])[y[i]] - tree.shares(x)[y[i]]) / shuffles
    return loss / n / n_trees


def boosted(X, y, n_classes, n_rounds, learning_rate, max_depth, seed, unseen, weight):
    """Probability (m, classes) of trees boosted on the log loss, as Friedman wrote it down."""
    rng, n_scores = SplitMix(seed, 0), 1 if n_classes == 2 else n_classes
    w = np.asarray(weight)[y]
    prior = np.array([w[y == c].sum() for c in range(n_classes)]) / w.sum()
    start = np.array([np.log(prior[1] / prior[0])]) if n_scores == 1 else np.log(prior) - np.log(prior).mean()
    score, unseen_score = np.tile(start, (len(X), 1)), np.tile(start, (len(unseen), 1))
    for _ in range(n_rounds):
        chance = _chances(score)
        for k in range(n_scores):
            residual = (y == (1 if n_scores == 1 else k)) - chance[:, k]
            leaves = _regression_leaves(X, residual, w, max_depth, rng)
            for rows, inside in leaves:
                curvature = (w[rows] * chance[rows, k] * (1 - chance[rows, k])).sum()
                step = learning_rate * (w[rows] * residual[rows]).sum() / curvature
                step *= 1 if n_scores == 1 else (n_classes - 1) / n_classes
                score[rows, k] += step
                unseen_score[[i for i, x in enumerate(unseen) if inside(x)], k] += step
    chance = _chances(unseen_score)
    return np.hstack([1 - chance, chance]) if n_scores == 1 else chance


def _chances(score):
    if score.shape[1] == 1:
        return 1 / (1 + np.exp(-score))
    powers = np.exp(score - score.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _regression_leaves(X, target, w, max_depth, rng):
    """Rows and condition of each leaf of a least-squares tree; columns are tried in another order on each level."""
    level, leaves, depth = [(list(range(len(X))), lambda x: True)], [], 0
    columns = list(range(X.shape[1]))
    while level and depth < max_depth:
        for last in range(len(columns) - 1, 0, -1):
            other = rng.below(last + 1)
            columns[last], columns[other] = columns[other], columns[last]
        below = []
        for rows, inside in level:
            cut = _least_squares_cut(X, target, w, rows, columns)
            if cut is None:
                leaves.append((rows, inside))
                continue
            column, threshold = cut
            left = [i for i in rows if X[i, column] <= threshold]
            right = [i for i in rows if X[i, column] > threshold]
            below.append((left, lambda x, a=inside, j=column, t=threshold: a(x) and x[j] <= t))
            below.append((right, lambda x, a=inside, j=column, t=threshold: a(x) and x[j] > t))
        level, depth = below, depth + 1
    return leaves + level


def _squares(target, w, rows):
    mean = np.average(target[rows], weights=w[rows])
    return (w[rows] * (target[rows] - mean) ** 2).sum()


def _least_squares_cut(X, target, w, rows, columns):
    if np.ptp(target[rows]) == 0:
        return None
    best, cut = -1.0, None
    for column in columns:
        values = sorted({X[i, column] for i in rows})
        for a, b in pairwise(values):
            left, right = [i for i in rows if X[i, column] <= a], [i for i in rows if X[i, column] > a]
            gain = _squares(target, w, rows) - _squares(target, w, left) - _squares(target, w, right)
            if gain > best * (1 + 1e-9):
                best, cut = gain, (column, 0.5 * a + 0.5 * b)
    return cut


def single_split(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weighted Gini decrease of the best single threshold on each column of X (n, p), 0 for a constant one."""
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
    return np.maximum(purity.max(axis=0, initial=-np.inf) - before, 0.0) / n


FOLDS, TREES, SHUFFLES = 3, 34, 5


def forest_permutation(X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Loss of a forest's probability of the true class when a column of X (n, p) is shuffled: (p,), may be negative.

    Measured on rows the trees have not seen: each third of the rows on a forest grown on the others, five shuffles
    a column. All shuffled copies are predicted at once; one call a column would take a hundred times longer.
    """
    rng = np.random.default_rng(seed)
    fold = _folds(y, rng)
    loss = np.zeros(X.shape[1])
    for k in range(FOLDS):
        held = np.flatnonzero(fold == k)
        grown = np.flatnonzero(fold != k)
        if len(held) == 0 or len(grown) == 0:
            continue
        forest = RandomForestClassifier(TREES, random_state=int(rng.integers(2**31)), n_jobs=1)
        forest.fit(X[grown], y[grown])
        shuffled = _shuffled_copies(X[held], rng)
        kept = _true_class_probability(forest, X[held], y[held])
        lost = _true_class_probability(forest, shuffled, np.tile(y[held], len(shuffled) // len(held)))
        loss += kept.sum() - lost.reshape(X.shape[1], SHUFFLES, len(held)).sum(axis=2).mean(axis=1)
    return loss / len(y)


def _folds(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A fold a row; the rows of each class are dealt out evenly, each class starting where the last one stopped."""
    order = np.lexsort((rng.permutation(len(y)), y))
    fold = np.empty(len(y), dtype=int)
    fold[order] = np.arange(len(y)) % FOLDS
    return fold


def _shuffled_copies(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(p * shuffles * n, p): for each column and shuffle a copy of X (n, p) with that column in another order."""
    n, p = X.shape
    copies = np.tile(X, (p * SHUFFLES, 1)).reshape(p, SHUFFLES, n, p)
    for column in range(p):
        for shuffle in range(SHUFFLES):
            copies[column, shuffle, :, column] = X[rng.permutation(n), column]
    return copies.reshape(-1, p)


def _true_class_probability(forest: RandomForestClassifier, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    probability = np.zeros((len(X), int(max(y.max(), forest.classes_.max())) + 1))
    probability[:, forest.classes_] = forest.predict_proba(X)
    return np.asarray(probability[np.arange(len(y)), y])
