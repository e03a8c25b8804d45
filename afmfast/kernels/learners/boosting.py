"""Gradient boosting of small regression trees on the log loss.

References: Friedman 2001, Ann. Stat. 29:1189; Friedman, Hastie & Tibshirani 2000, Ann. Stat. 28:337.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .._jit import exact, maker, part
from .exponential import exponentials
from .levels import Growth, grow_levels, growth_for
from .random import stream_of
from .tree import Tree, leaf_of, take_shares, tree_for

_ROUNDING = 2.0**-52
#: Below this a leaf's curvature is nothing and its value 0.
_FLAT = 1e-150
#: exp of more than this is too near to what a number can hold.
_LARGE = 700.0


class Pace(NamedTuple):
    """How boosting goes on: rounds, the share of each step that is taken, levels of a tree at most."""

    n_rounds: int
    learning_rate: float
    max_depth: int


class Scores(NamedTuple):
    """Scores of n rows and what comes of them, all (n_scores * n,): probabilities, and room for exponentials.

    Two classes have one score a row, the log of their odds; more have one for each class.
    """

    score: np.ndarray
    chance: np.ndarray
    work: np.ndarray


class Ensemble(NamedTuple):
    """Trees one behind the other in a `Tree` of values, where each starts (n_trees,), and scores before the first."""

    tree: Tree
    root: np.ndarray
    start: np.ndarray


@exact
def boosting(
    seen: np.ndarray,
    order: np.ndarray,
    y: np.ndarray,
    class_weight: np.ndarray,
    n_rounds: int,
    learning_rate: float,
    max_depth: int,
    seed: np.uint64,
    unseen: np.ndarray,
    probability: np.ndarray,
    importances: np.ndarray,
) -> None:
    """Boost trees on columns seen (q, n) and put what they make of unseen (q, m) into probability (m, n_classes).

    A round has one tree for two classes, else one a class. order (q, n) int32 holds the rows of each column in
    ascending order, y (n,) int64 class codes; class_weight (n_classes,) multiplies the rows' counts. importances (q,)
    are the columns' shares of the decrease of the squared error; they sum to 1 or are all 0. `seed` decides between
    columns that do equally well.
    """
    pace = Pace(n_rounds, learning_rate, max_depth)
    ensemble = ensemble_for(y.size, class_weight.size, pace)
    _boost(seen, order, y, class_weight, pace, seed, ensemble, importances)
    _ask(ensemble, unseen, scores_for(unseen.shape[1] * ensemble.start.size), probability)


@exact
def fit_boosting(
    seen: np.ndarray,
    order: np.ndarray,
    y: np.ndarray,
    class_weight: np.ndarray,
    n_rounds: int,
    learning_rate: float,
    max_depth: int,
    seed: np.uint64,
    importances: np.ndarray,
) -> tuple[Ensemble, int]:
    """The trees of `boosting`, to be kept, and how many nodes of them are used."""
    pace = Pace(n_rounds, learning_rate, max_depth)
    ensemble = ensemble_for(y.size, class_weight.size, pace)
    return ensemble, _boost(seen, order, y, class_weight, pace, seed, ensemble, importances)


@exact
def boosting_probability(ensemble: Ensemble, unseen: np.ndarray, probability: np.ndarray) -> None:
    """What kept trees make of unseen (q, m), into probability (m, n_classes)."""
    _ask(ensemble, unseen, scores_for(unseen.shape[1] * ensemble.start.size), probability)


@maker
def _boost(
    seen: np.ndarray,
    order: np.ndarray,
    y: np.ndarray,
    class_weight: np.ndarray,
    pace: Pace,
    seed: np.uint64,
    ensemble: Ensemble,
    importances: np.ndarray,
) -> int:
    state = np.empty(1, np.uint64)
    state[0] = stream_of(seed, 0)
    growth, scores = growth_for(seen, order), scores_for(y.size * ensemble.start.size)
    return _grow_all(growth, y, class_weight, pace, state, tree_for(y.size, 1), scores, ensemble, importances)


@maker
def ensemble_for(n: int, n_classes: int, pace: Pace) -> Ensemble:
    """Room for the trees of all rounds on n rows."""
    n_scores = 1 if n_classes == 2 else n_classes
    n_nodes = 2 * n if pace.max_depth > 30 else min(2 * n, 2 << pace.max_depth)
    n_trees = pace.n_rounds * n_scores
    tree = tree_for(n_trees * n_nodes // 2 + 1, 1)
    return Ensemble(tree, np.empty(n_trees, np.int64), np.empty(n_scores, np.float64))


@maker
def scores_for(size: int) -> Scores:
    """Room for so many scores."""
    return Scores(np.empty(size, np.float64), np.empty(size, np.float64), np.empty(size, np.float64))


@part
def _grow_all(
    growth: Growth,
    y: np.ndarray,
    class_weight: np.ndarray,
    pace: Pace,
    state: np.ndarray,
    tree: Tree,
    scores: Scores,
    ensemble: Ensemble,
    importances: np.ndarray,
) -> int:
    """Grow all trees into the ensemble; returns how many nodes they have."""
    n, n_scores, n_nodes = y.size, ensemble.start.size, 0
    for j in range(importances.size):
        importances[j] = 0.0
    for i in range(n):
        growth.weight[i] = class_weight[y[i]]
    _start(growth, y, ensemble.start)
    _fill(scores.score, ensemble.start)
    for t in range(ensemble.root.size):
        k = t % n_scores
        if k == 0:
            _to_chances(scores, n_scores)
        target = 1 if n_scores == 1 else k
        for i in range(n):
            growth.pull[i] = growth.weight[i] * (np.float64(y[i] == target) - scores.chance[k * n + i])
        grown = grow_levels(growth, pace.max_depth, state, tree, importances)
        _step(growth, scores, k * n, grown, _step_length(pace, n_scores), tree)
        _keep(tree, grown, n_nodes, ensemble.tree)
        ensemble.root[t] = n_nodes
        n_nodes += grown
    take_shares(importances)
    return n_nodes


@part
def _start(growth: Growth, y: np.ndarray, start: np.ndarray) -> None:
    """Scores whose probabilities are the classes' shares of the weight."""
    whole, mean = 0.0, 0.0
    for k in range(start.size):
        start[k] = 0.0
    for i in range(y.size):
        whole += growth.weight[i]
        start[y[i] if start.size > 1 else 0] += growth.weight[i] if start.size > 1 or y[i] == 1 else 0.0
    for k in range(start.size):
        share = min(max(start[k] / whole, _ROUNDING), 1.0 - _ROUNDING)
        start[k] = math.log(share) - (math.log(1.0 - share) if start.size == 1 else 0.0)
        mean += start[k] / start.size
    for k in range(start.size):
        start[k] -= mean if start.size > 1 else 0.0


@part
def _fill(score: np.ndarray, start: np.ndarray) -> None:
    n = score.size // start.size
    for k in range(start.size):
        for i in range(n):
            score[k * n + i] = start[k]


@part
def _to_chances(scores: Scores, n_scores: int) -> None:
    """Probabilities of the scores: of the second of two classes, or of each."""
    n = scores.score.size // n_scores
    if n_scores == 1:
        for i in range(n):
            scores.chance[i] = min(-scores.score[i], _LARGE)
        exponentials(scores.chance, scores.work, scores.chance)
        for i in range(n):
            scores.chance[i] = 1.0 / (1.0 + scores.chance[i])
        return
    for i in range(n):
        highest = scores.score[i]
        for k in range(1, n_scores):
            highest = max(highest, scores.score[k * n + i])
        for k in range(n_scores):
            scores.chance[k * n + i] = scores.score[k * n + i] - highest
    exponentials(scores.chance, scores.work, scores.chance)
    for i in range(n):
        whole = 0.0
        for k in range(n_scores):
            whole += scores.chance[k * n + i]
        for k in range(n_scores):
            scores.chance[k * n + i] /= whole


@part
def _step_length(pace: Pace, n_scores: int) -> float:
    return pace.learning_rate * (1.0 if n_scores == 1 else (n_scores - 1.0) / n_scores)


@part
def _step(growth: Growth, scores: Scores, first: int, n_nodes: int, length: float, tree: Tree) -> None:
    """One Newton step of that length in each leaf, into tree.share and the scores from number `first` on."""
    for c in range(n_nodes):
        if tree.feature[c] >= 0:
            continue
        slope, curvature = 0.0, 0.0
        for k in range(growth.start[c], growth.end[c]):
            row = growth.rows[0, k]
            chance = scores.chance[first + row]
            slope += growth.pull[row]
            curvature += growth.weight[row] * chance * (1.0 - chance)
        tree.share[c, 0] = length * slope / curvature if curvature > _FLAT else 0.0
        for k in range(growth.start[c], growth.end[c]):
            scores.score[first + growth.rows[0, k]] += tree.share[c, 0]


@part
def _keep(tree: Tree, n_nodes: int, at: int, kept: Tree) -> None:
    """Put a tree of n_nodes behind the first `at` nodes that are kept."""
    for c in range(n_nodes):
        kept.feature[at + c], kept.threshold[at + c] = tree.feature[c], tree.threshold[c]
        kept.child[at + c, 0], kept.child[at + c, 1] = at + tree.child[c, 0], at + tree.child[c, 1]
        kept.share[at + c, 0] = tree.share[c, 0]


@part
def _ask(ensemble: Ensemble, unseen: np.ndarray, scores: Scores, probability: np.ndarray) -> None:
    """What the trees make of unseen (q, m), into probability (m, n_classes)."""
    m, n_scores = unseen.shape[1], ensemble.start.size
    _fill(scores.score, ensemble.start)
    for t in range(ensemble.root.size):
        for i in range(m):
            leaf = leaf_of(ensemble.tree, ensemble.root[t], unseen, i)
            scores.score[t % n_scores * m + i] += ensemble.tree.share[leaf, 0]
    _to_chances(scores, n_scores)
    for i in range(m):
        if n_scores == 1:
            probability[i, 0], probability[i, 1] = 1.0 - scores.chance[i], scores.chance[i]
        else:
            for k in range(n_scores):
                probability[i, k] = scores.chance[k * m + i]
