"""Linear discriminant analysis with a ridge on the covariance inside the classes."""

from __future__ import annotations

import math

import numpy as np

from .._jit import exact, maker
from .dense import copy, dot, factorise, solve
from .linear import linear_probability


@exact
def linear_discriminant(
    seen: np.ndarray, y: np.ndarray, class_weight: np.ndarray, ridge: float, unseen: np.ndarray, probability: np.ndarray
) -> None:
    """Learn from seen (q, n) and y (n,), predict unseen (q, m) into probability (m, K); see `fit_discriminant`."""
    coef, intercept = np.empty((class_weight.size, seen.shape[0])), np.empty(class_weight.size)
    fit_discriminant(seen, y, class_weight, ridge, coef, intercept)
    linear_probability(unseen, coef, intercept, probability)


@exact
def fit_discriminant(
    seen: np.ndarray, y: np.ndarray, class_weight: np.ndarray, ridge: float, coef: np.ndarray, intercept: np.ndarray
) -> bool:
    """Fit columns seen (q, n) to codes y (n,) int64, into coef (K, q) and intercept (K,).

    Priors are the shares of the classes, weighted by class_weight (K,). The covariance is divided by the number of
    rows and gets `ridge` on its diagonal. A class without rows or weight gets intercept -inf, which is probability 0.
    False where the covariance is not positive definite.
    """
    q, n = seen.shape
    n_classes = class_weight.size
    members, total = np.zeros(n_classes), 0.0
    for code in y:
        members[code] += 1.0
        total += class_weight[code]
    centred, within = np.empty((q, n)), np.empty((q, q))
    for j in range(q):
        _centre(seen[j], y, members, coef[:, j], centred[j])
        for i in range(n):
            centred[j, i] *= math.sqrt(class_weight[y[i]] / total)
        for k in range(j + 1):
            within[j, k] = dot(centred[j], centred[k])
        within[j, j] += ridge
    definite = factorise(within)
    mean = np.empty(q)
    for code in range(n_classes):
        share = members[code] * class_weight[code] / total
        if share > 0.0:
            copy(coef[code], mean)
            solve(within, coef[code])
            intercept[code] = math.log(share) - 0.5 * dot(mean, coef[code])
        else:
            coef[code], intercept[code] = 0.0, -np.inf
    return definite


@maker
def _centre(values: np.ndarray, y: np.ndarray, members: np.ndarray, means: np.ndarray, out: np.ndarray) -> None:
    """Values (n,) less the mean of their class, into out (n,); the means go to means (K,)."""
    means[:] = 0.0
    for i in range(values.size):
        means[y[i]] += values[i]
    for code in range(means.size):
        if members[code] > 0.0:
            means[code] /= members[code]
    for i in range(values.size):
        out[i] = values[i] - means[y[i]]
