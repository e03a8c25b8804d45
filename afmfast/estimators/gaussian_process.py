"""Gaussian process classifier."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import SettingsError
from ..kernels.learners.gaussian_process import gaussian_process
from ._base import CompiledClassifier, positive

_OPTIMIZER = "fmin_l_bfgs_b"


class GaussianProcessClassifier(CompiledClassifier):
    """Gaussian process classifier with the kernel amplitude * RBF(length), by Laplace's approximation.

    `amplitude`, `length`: where to start. `optimizer`: None leaves them; "fmin_l_bfgs_b", scikit-learn's word, climbs
    the log marginal likelihood by a bounded quasi-Newton method that starts and ends as scikit-learn's does, between
    1e-5 and 1e5. More than two classes have one process each against the rest. `class_weight`: None, "balanced" or a
    weight a class, which multiplies its log likelihoods. Columns are not standardised. Time and memory grow with the
    third and second power of the number of rows.

    After `fit`: `classes_` (K,), `amplitude_`, `length_` (1 or K,), `log_marginal_likelihood_value_`, the mean over
    processes.

    Reference: Rasmussen, Williams 2006, Gaussian Processes for Machine Learning, chapter 3.
    """

    def __init__(
        self,
        amplitude: float = 1.0,
        length: float = 1.0,
        *,
        optimizer: str | None = _OPTIMIZER,
        class_weight: Any = None,
    ) -> None:
        self.amplitude = amplitude
        self.length = length
        self.optimizer = optimizer
        self.class_weight = class_weight

    def _learn(self, seen: np.ndarray, codes: np.ndarray, class_weight: np.ndarray) -> None:
        if self.optimizer not in (None, _OPTIMIZER):
            raise SettingsError(f"optimizer = {self.optimizer!r}; give {_OPTIMIZER!r}, or None to leave the kernel")
        start = math.log(positive("amplitude", self.amplitude)), math.log(positive("length", self.length))
        n_classes = class_weight.size
        self._seen, self._codes, self._weight = seen, codes, class_weight
        self._theta, self._modes = np.tile(np.array(start), (n_classes, 1)), np.zeros((n_classes, codes.size))
        likelihood = self._run(self.optimizer is not None, np.empty((len(seen), 0)), np.empty((0, n_classes)))
        own = slice(1, None) if n_classes == 2 else slice(None)
        self.amplitude_, self.length_ = np.exp(self._theta[own]).T
        self.log_marginal_likelihood_value_ = float(likelihood[own].mean())

    def _fill(self, unseen: np.ndarray, probability: np.ndarray) -> None:
        theta, modes = self._theta, self._modes
        self._run(False, unseen, probability, theta.copy(), modes.copy())

    def _run(self, optimise: bool, unseen: np.ndarray, probability: np.ndarray, *state: np.ndarray) -> np.ndarray:
        """The log marginal likelihood of each class; `state` instead of the own theta and modes."""
        theta, modes = state or (self._theta, self._modes)
        likelihood = np.empty(self._weight.size)
        gaussian_process(self._seen, self._codes, self._weight, optimise, theta, modes, likelihood, unseen, probability)
        return likelihood
