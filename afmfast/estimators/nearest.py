"""Nearest neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.learners.nearest import nearest_neighbours
from ._base import CompiledClassifier, whole


class KNeighborsClassifier(CompiledClassifier):
    """Shares of the classes among the `n_neighbors` nearest rows, by Euclidean distance.

    Of rows equally far the first in the table is nearer; fewer rows than `n_neighbors` vote all. `class_weight`:
    None, "balanced" or a weight a class, which its votes count. Columns are not standardised.

    After `fit`: `classes_` (K,), `n_samples_fit_`.
    """

    def __init__(self, n_neighbors: int = 5, *, class_weight: Any = None) -> None:
        self.n_neighbors = n_neighbors
        self.class_weight = class_weight

    def _learn(self, seen: np.ndarray, codes: np.ndarray, class_weight: np.ndarray) -> None:
        whole("n_neighbors", self.n_neighbors)
        self._seen, self._codes, self._weight = seen, codes, class_weight
        self.n_samples_fit_ = codes.size

    def _fill(self, unseen: np.ndarray, probability: np.ndarray) -> None:
        nearest_neighbours(
            self._seen, self._codes, self._weight, whole("n_neighbors", self.n_neighbors), unseen, probability
        )
