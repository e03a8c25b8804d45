"""Gaussian process classifier: amplitude times an RBF kernel, one process a class against the rest.

Where the fitted process cannot tell rows apart, all get one probability, so that no score hangs on rounding: their
rank is a tie. That is so where the length is so long that no latent mean could differ by `FLAT`; with a length so
short that a row lies out of sight of all training rows, its latent mean is 0 by itself. Otherwise, also with the
amplitude at its lower bound, small differences are meant.
"""

from __future__ import annotations

import math

import numpy as np

from .._jit import exact, fast_part, maker, part
from .._lapack import solve_rows
from .ascent import climb
from .dense import copy, dot
from .exponential import exponentials
from .laplace import Process, evidence, process_of

#: Latent means of training rows that differ by less than this are one.
FLAT = 1e-6
#: The logistic function as a sum of error functions. Reference: Williams, Barber 1998, IEEE PAMI 20:1342; the numbers
#: are those of scikit-learn.
_WIDTHS = (0.41, 0.4, 0.37, 0.44, 0.39)
_HEIGHTS = (-1854.8214151, 3516.89893646, 221.29346712, 128.12323805, -2010.49422654)


@exact
def gaussian_process(
    seen: np.ndarray,
    y: np.ndarray,
    class_weight: np.ndarray,
    optimise: bool,
    theta: np.ndarray,
    modes: np.ndarray,
    likelihood: np.ndarray,
    unseen: np.ndarray,
    probability: np.ndarray,
) -> None:
    """Learn from seen (q, n) and y (n,) int64, predict unseen (q, m) into probability (m, K), which may have no rows.

    One process a class; of two classes one for the second. theta (K, 2): logarithms of amplitude and length, where to
    start and, with `optimise`, where the log marginal likelihood (K,) is highest; modes (K, n): latent values, where
    to start and as found. Zeros are scikit-learn's start; what was found once predicts again without `optimise`.
    class_weight (K,) multiplies the log likelihoods of the rows of a class.

    Probabilities are averaged over the latent values; more than two classes are scaled to sum to 1. A class without
    rows or weight has probability 0; where a process has no mode, probabilities are NaN. The likelihood of a class
    without a process is NaN.
    """
    n_classes, present = class_weight.size, _present(y, class_weight)
    n_present, first = 0, -1
    for code in range(n_classes):
        likelihood[code] = np.nan
        n_present += present[code]
        if present[code] == 1 and first < 0:
            first = code
    chance, distance = np.empty(probability.shape[0]), _square_distances(seen)
    for i in range(chance.size):
        for code in range(n_classes):
            probability[i, code] = 1.0 if code == first and n_present < 3 else 0.0
    for code in range(n_classes):
        if present[code] == 0 or n_present == 1 or (n_present == 2 and code == first):
            continue
        process = _process_for(code, distance, y, class_weight)
        copy(modes[code], process.mode)
        if optimise:
            climb(process, theta[code])
        likelihood[code] = evidence(process, theta[code])
        copy(process.mode, modes[code])
        _predict(process, theta[code], seen, unseen, chance)
        for i in range(chance.size):
            probability[i, code] = chance[i] if not np.isnan(likelihood[code]) else np.nan
            if n_present == 2:
                probability[i, first] -= probability[i, code]
    if n_present > 2:
        _scale(probability, present)


@maker
def _scale(probability: np.ndarray, present: np.ndarray) -> None:
    """Rows of probability (m, K) to a sum of 1; where all are 0, equal shares of the classes that are present."""
    for i in range(probability.shape[0]):
        total, n_present = 0.0, 0
        for code in range(present.size):
            total += probability[i, code]
            n_present += present[code]
        for code in range(present.size):
            share = present[code] / n_present
            probability[i, code] = probability[i, code] / total if total != 0.0 else share


@maker
def _present(y: np.ndarray, class_weight: np.ndarray) -> np.ndarray:
    """1 for each class with rows that count, else 0: (K,)."""
    present = np.zeros(class_weight.size, np.int64)
    for code in y:
        present[code] = 1 if class_weight[code] > 0.0 else 0
    return present


@maker
def _process_for(code: int, distance: np.ndarray, y: np.ndarray, class_weight: np.ndarray) -> Process:
    target, weight = np.empty(y.size), np.empty(y.size)
    for i in range(y.size):
        target[i] = 1.0 if y[i] == code else 0.0
        weight[i] = class_weight[y[i]]
    return process_of(distance, target, weight)


@exact
def _square_distances(seen: np.ndarray) -> np.ndarray:
    """Squared distances of all rows of seen (q, n), in the lower half of (n, n)."""
    n = seen.shape[1]
    distance = np.empty((n, n))
    for i in range(n):
        _distances_from(seen[:, i], seen, distance[i, :i])
    return distance


@fast_part
def _distances_from(row: np.ndarray, seen: np.ndarray, out: np.ndarray) -> None:
    """Squared distances of a row (q,) from the first rows of seen (q, n), into out (k,)."""
    out[:] = 0.0
    for column in range(row.size):
        values, value = seen[column], row[column]
        for j in range(out.size):
            out[j] += (values[j] - value) * (values[j] - value)


@maker
def _predict(process: Process, theta: np.ndarray, seen: np.ndarray, unseen: np.ndarray, chance: np.ndarray) -> None:
    """Averaged probability of the target for rows unseen (q, m), into chance (m,), after `evidence` at theta."""
    amplitude, scale = math.exp(theta[0]), -0.5 * math.exp(-2.0 * theta[1])
    if not _is_flat(process, amplitude, scale):
        _average(process, amplitude, scale, seen, unseen, chance)
    elif chance.size > 0:  # all rows get what one gets that is at no distance from any
        _average(process, amplitude, 0.0, seen, unseen, chance[:1])
        for i in range(1, chance.size):
            chance[i] = chance[0]


@maker
def _average(
    process: Process, amplitude: float, scale: float, seen: np.ndarray, unseen: np.ndarray, chance: np.ndarray
) -> None:
    """Averaged probability for the first rows of unseen (q, m), covariance falling as exp(scale d^2), into chance."""
    m, n = chance.size, process.target.size
    cross, mean, work = np.empty((m, n)), np.empty(m), np.empty(n)
    for i in range(m):
        row = cross[i]
        _distances_from(unseen[:, i], seen, row)
        for j in range(n):
            row[j] *= scale
        exponentials(row, work, row)
        mean[i] = amplitude * dot(row, process.pull)
        for j in range(n):
            row[j] *= amplitude * process.root[j]
    solve_rows(process.square, cross)
    for i in range(m):
        chance[i] = _averaged(mean[i], max(amplitude - dot(cross[i], cross[i]), 0.0))


@maker
def _is_flat(process: Process, amplitude: float, scale: float) -> bool:
    """Whether the latent means of training rows cannot differ by `FLAT`."""
    farthest, pulls = 0.0, 0.0
    for i in range(process.pull.size):
        pulls += abs(process.pull[i])
        for j in range(i):
            farthest = max(farthest, process.distance[i, j])
    return amplitude * -math.expm1(scale * farthest) * pulls < FLAT


@part
def _averaged(mean: float, variance: float) -> float:
    """Mean of the logistic function over a normal latent value."""
    total = 0.5
    for width, height in zip(_WIDTHS, _HEIGHTS):  # noqa: B905 - compiled code has no strict
        total += 0.5 * height * math.erf(width * mean / math.sqrt(1.0 + 2.0 * width * width * variance))
    return min(max(total, 0.0), 1.0)
