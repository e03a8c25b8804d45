"""Amplitude and length of a Gaussian process: its evidence climbed by a bounded quasi-Newton method."""

from __future__ import annotations

import math

import numpy as np

from .._jit import exact, fast_part, maker
from .._lapack import invert
from .dense import copy
from .laplace import Process, evidence, sigmoid, symmetric_times

#: Bounds of amplitude and length, those of scikit-learn's kernels.
LOW, HIGH = math.log(1e-5), math.log(1e5)
#: The top is reached where no free slope is larger, or a step gains less than this share.
FLAT, GAIN = 1e-5, 1e-7
MAX_STEPS, MAX_HALVINGS = 100, 20
#: The logarithms move by no more in one step; a guessed mode by no more than this.
FARTHEST, TRUSTED = 3.0, 2.0


@maker
def climb(process: Process, theta: np.ndarray) -> float:
    """Move theta, the logarithms of amplitude and length, uphill to a top of the evidence, which is returned.

    Broyden, Fletcher, Goldfarb and Shanno's method; a parameter at a bound whose slope points outward rests there.
    The mode of `process` is that at the end; call `evidence` for the rest of it. NaN where there is no mode.
    """
    value = evidence(process, theta)
    n = process.mode.size
    mode, moves = process.mode.copy(), np.empty((2, n))
    gradient, new_gradient, change = np.empty(2), np.empty(2), np.empty(2)
    trial, step, inverse, is_first = np.empty(2), np.empty(2), np.zeros((2, 2)), True
    inverse[0, 0] = inverse[1, 1] = 1.0
    if np.isnan(value):
        return value
    slopes(process, theta, gradient, moves)
    for _ in range(MAX_STEPS):
        if not _direction(theta, gradient, inverse, is_first, step):
            break
        new_value, length = -np.inf, 1.0
        for _ in range(MAX_HALVINGS):
            for k in range(2):
                trial[k] = min(max(theta[k] + length * step[k], LOW), HIGH)
            _guess_mode(process.mode, mode, moves, trial[0] - theta[0], trial[1] - theta[1])
            new_value = evidence(process, trial)
            promised = gradient[0] * (trial[0] - theta[0]) + gradient[1] * (trial[1] - theta[1])
            if new_value >= value + 1e-4 * promised:
                break
            new_value = -np.inf
            length *= 0.3
        if new_value == -np.inf:
            break
        slopes(process, trial, new_gradient, moves)
        for k in range(2):
            step[k], change[k] = trial[k] - theta[k], gradient[k] - new_gradient[k]
        is_first = not _learn_curvature(inverse, is_first, step, change) and is_first
        gained = new_value - value
        value = new_value
        copy(trial, theta)
        copy(new_gradient, gradient)
        copy(process.mode, mode)
        if gained <= GAIN * max(abs(value), 1.0):
            break
    copy(mode, process.mode)
    return value


@maker
def _direction(theta: np.ndarray, gradient: np.ndarray, inverse: np.ndarray, is_first: bool, step: np.ndarray) -> bool:
    """The next step (2,); False where no free slope is left."""
    free_0 = not ((theta[0] <= LOW and gradient[0] < 0.0) or (theta[0] >= HIGH and gradient[0] > 0.0))
    free_1 = not ((theta[1] <= LOW and gradient[1] < 0.0) or (theta[1] >= HIGH and gradient[1] > 0.0))
    slope_0, slope_1 = gradient[0] if free_0 else 0.0, gradient[1] if free_1 else 0.0
    if max(abs(slope_0), abs(slope_1)) < FLAT:
        return False
    if free_0 and free_1:
        step[0] = inverse[0, 0] * slope_0 + inverse[0, 1] * slope_1
        step[1] = inverse[0, 1] * slope_0 + inverse[1, 1] * slope_1
    else:  # the inverse of what is left of the curvature when the other one rests
        determinant = inverse[0, 0] * inverse[1, 1] - inverse[0, 1] * inverse[0, 1]
        step[0] = slope_0 * determinant / inverse[1, 1]
        step[1] = slope_1 * determinant / inverse[0, 0]
    size = math.hypot(step[0], step[1])
    farthest = 1.0 if is_first else FARTHEST
    if size > farthest:
        step[0] *= farthest / size
        step[1] *= farthest / size
    return True


@maker
def _learn_curvature(inverse: np.ndarray, is_first: bool, step: np.ndarray, change: np.ndarray) -> bool:
    """Update the inverse curvature (2, 2) from a step and how much the slopes fell; False where they rose."""
    along = step[0] * change[0] + step[1] * change[1]
    if not along > 1e-10 * (change[0] * change[0] + change[1] * change[1]):
        return False
    if is_first:
        inverse[0, 0] = inverse[1, 1] = along / (change[0] * change[0] + change[1] * change[1])
    a = inverse[0, 0] * change[0] + inverse[0, 1] * change[1]
    b = inverse[0, 1] * change[0] + inverse[1, 1] * change[1]
    r = (1.0 + (a * change[0] + b * change[1]) / along) / along
    inverse[0, 0] += r * step[0] * step[0] - 2.0 * a * step[0] / along
    inverse[1, 1] += r * step[1] * step[1] - 2.0 * b * step[1] / along
    inverse[0, 1] += r * step[0] * step[1] - (a * step[1] + b * step[0]) / along
    inverse[1, 0] = inverse[0, 1]
    return True


@maker
def _guess_mode(guess: np.ndarray, mode: np.ndarray, moves: np.ndarray, by_0: float, by_1: float) -> None:
    """The mode (n,) after theta moved, by its derivatives (2, n); as it was where they go far."""
    largest = 0.0
    for i in range(mode.size):
        move = by_0 * moves[0, i] + by_1 * moves[1, i]
        guess[i] = mode[i] + move
        largest = max(largest, abs(move))
    if not largest < TRUSTED:
        copy(mode, guess)


@exact
def slopes(process: Process, theta: np.ndarray, gradient: np.ndarray, moves: np.ndarray) -> None:
    """Slopes of the evidence at theta into gradient (2,), derivatives of the mode into moves (2, n).

    To be called after `evidence` at the same theta, whose factor it turns into an inverse.
    """
    invert(process.square)
    root, g, n = process.root, process.rows[3], process.mode.size
    per_square = math.exp(-2.0 * theta[1])
    spread, by_length = process.rows[0], process.rows[1]
    for i in range(n):
        g[i] = process.weight[i] * (process.target[i] - sigmoid(process.mode[i]))
    direct_amplitude, direct_length = 0.0, 0.0
    for i in range(n):
        own_root, own_pull = root[i], process.pull[i]
        sum_amplitude, sum_length, own_spread, own_length = _sum_row(process, i, g, spread, by_length)
        spread[i] = own_spread + process.covariance[i, i] * process.square[i, i] * own_root
        by_length[i] = own_length
        direct_amplitude += sum_amplitude
        own_excess = own_pull * own_pull - own_root * process.square[i, i] * own_root
        direct_amplitude += 0.5 * own_excess * process.covariance[i, i]
        direct_length += sum_length
    gradient[0], gradient[1] = direct_amplitude, direct_length * per_square
    amplitude_moves, length_moves, work = moves[0], moves[1], process.rows[2]
    for i in range(n):
        work[i] = root[i] * process.mode[i]
        by_length[i] *= root[i] * per_square
    symmetric_times(process.square, work, amplitude_moves)
    symmetric_times(process.square, by_length, length_moves)
    for i in range(n):
        amplitude_moves[i] /= root[i]
        length_moves[i] /= root[i]
        p = sigmoid(process.mode[i])
        # Half the variance of the latent value times the third derivative of the log likelihood.
        bend = -0.5 * spread[i] / root[i] * process.weight[i] * p * (1.0 - p) * (1.0 - 2.0 * p)
        gradient[0] += bend * amplitude_moves[i]
        gradient[1] += bend * length_moves[i]


@fast_part
def _sum_row(
    process: Process, i: int, g: np.ndarray, spread: np.ndarray, by_length: np.ndarray
) -> tuple[float, float, float, float]:
    """What row i left of the diagonal adds to both slopes, and to its own spread and move; other rows get theirs."""
    covariance, inverse, distance = process.covariance[i, :i], process.square[i, :i], process.distance[i, :i]
    pull, root = process.pull, process.root
    own_root, own_pull, own_g = root[i], pull[i], g[i]
    sum_amplitude, sum_length, own_spread, own_length = 0.0, 0.0, 0.0, 0.0
    for j in range(i):
        k, part = covariance[j], inverse[j]
        by_distance = k * distance[j]
        excess = own_pull * pull[j] - own_root * part * root[j]
        sum_amplitude += excess * k
        sum_length += excess * by_distance
        own_spread += k * part * root[j]
        spread[j] += k * part * own_root
        own_length += by_distance * g[j]
        by_length[j] += by_distance * own_g
    return sum_amplitude, sum_length, own_spread, own_length
