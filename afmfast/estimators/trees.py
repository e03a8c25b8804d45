"""Classifiers of many trees."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from ..errors import SettingsError
from ..kernels.learners.boosting import Ensemble, boosting_probability, fit_boosting
from ..kernels.learners.forest import DEEPEST, add_tree, one_tree
from ..kernels.learners.tree import Tree
from ._base import CompiledClassifier, positive, whole


class _Forest(CompiledClassifier):
    """Trees that vote with the class shares of their leaves.

    After `fit`: `classes_` (K,), `feature_importances_` (q,), mean shares of the Gini decrease.
    """

    _is_extra: bool

    def __init__(
        self,
        n_estimators: int = 100,
        *,
        max_features: Any = "sqrt",
        max_depth: int | None = None,
        min_samples_leaf: int = 1,
        min_weight_fraction_leaf: float = 0.0,
        class_weight: Any = None,
        random_state: Any = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_features = max_features
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.class_weight = class_weight
        self.random_state = random_state

    def _learn(self, seen: np.ndarray, codes: np.ndarray, class_weight: np.ndarray) -> None:
        n_trees, n_try = whole("n_estimators", self.n_estimators), _n_try(self.max_features, len(seen))
        min_leaf, min_share = whole("min_samples_leaf", self.min_samples_leaf), _share(self.min_weight_fraction_leaf)
        rule = (n_try, self._is_extra, min_leaf, min_share, _levels(self.max_depth))
        order, seed, importances = _ascending(seen), _seed(self.random_state), np.zeros(len(seen))
        size, n_classes = 2 * codes.size, class_weight.size
        tree = Tree(
            np.empty(size, np.int32), np.empty(size), np.empty((size, 2), np.uint32), np.empty((size, n_classes))
        )
        self._trees, decreases = [], np.empty(len(seen))
        for t in range(n_trees):
            n_nodes = one_tree(seen, order, codes, class_weight, *rule, seed, t, *tree, decreases)
            self._trees.append(Tree(*(array[:n_nodes].copy() for array in tree)))
            importances += decreases / max(decreases.sum(), np.finfo(float).tiny)
        self.feature_importances_ = importances / max(importances.sum(), np.finfo(float).tiny)

    def _fill(self, unseen: np.ndarray, probability: np.ndarray) -> None:
        for tree in self._trees:
            add_tree(*tree, unseen, probability)
        probability /= len(self._trees)


class RandomForestClassifier(_Forest):
    """Random forest: trees on bootstrap samples, the best cut of some columns in each node.

    `max_features`: columns tried per node, "sqrt" (of their number), None (all) or a number; `max_depth`: levels,
    None for no limit; `min_samples_leaf`, `min_weight_fraction_leaf`: rows, and share of the weight, in a leaf at
    least; `class_weight`: None, "balanced" or a weight a class. Values that differ are different, however little;
    scikit-learn takes those closer than 1e-7 for equal.

    After `fit`: `classes_` (K,), `feature_importances_` (q,), mean shares of the Gini decrease.
    Reference: Breiman 2001, Mach. Learn. 45:5.
    """

    _is_extra = False


class ExtraTreesClassifier(_Forest):
    """Extremely randomized trees: all rows, one random threshold on each of some columns in each node.

    Parameters and attributes are those of `RandomForestClassifier`.
    Reference: Geurts, Ernst & Wehenkel 2006, Mach. Learn. 63:3.
    """

    _is_extra = True


class GradientBoostingClassifier(CompiledClassifier):
    """Gradient boosting of small regression trees on the log loss: one tree a round, of more than two classes one each.

    After `fit`: `classes_` (K,), `feature_importances_` (q,), shares of the decrease of the squared error.
    Reference: Friedman 2001, Ann. Stat. 29:1189.
    """

    def __init__(
        self,
        n_estimators: int = 100,
        *,
        learning_rate: float = 0.1,
        max_depth: int | None = 3,
        random_state: Any = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.random_state = random_state

    def _learn(self, seen: np.ndarray, codes: np.ndarray, class_weight: np.ndarray) -> None:
        pace = (
            whole("n_estimators", self.n_estimators),
            positive("learning_rate", self.learning_rate),
            _levels(self.max_depth),
        )
        importances = np.empty(len(seen))
        ensemble, n_nodes = fit_boosting(
            seen, _ascending(seen), codes, class_weight, *pace, _seed(self.random_state), importances
        )
        self._ensemble = Ensemble(Tree(*(array[:n_nodes].copy() for array in ensemble.tree)), *ensemble[1:])
        self.feature_importances_ = importances

    def _fill(self, unseen: np.ndarray, probability: np.ndarray) -> None:
        boosting_probability(self._ensemble, unseen, probability)


def _ascending(seen: np.ndarray) -> np.ndarray:
    return np.argsort(seen, axis=1, kind="stable").astype(np.int32)


def _seed(random_state: Any) -> np.uint64:
    return np.uint64(check_random_state(random_state).randint(2**31))


def _levels(max_depth: Any) -> int:
    return DEEPEST if max_depth is None else whole("max_depth", max_depth)


def _share(fraction: Any) -> float:
    if isinstance(fraction, bool) or not isinstance(fraction, Real) or not 0 <= float(fraction) <= 0.5:
        raise SettingsError(f"min_weight_fraction_leaf = {fraction!r}; give a number from 0 to 0.5")
    return float(fraction)


def _n_try(max_features: Any, q: int) -> int:
    if max_features is None:
        return q
    if isinstance(max_features, str):
        if max_features != "sqrt":
            raise SettingsError(f'max_features = {max_features!r}; give "sqrt", None for all columns, or a number')
        return max(1, int(np.sqrt(q)))
    return min(whole("max_features", max_features), q)
