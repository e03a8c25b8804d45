"""Laplace's approximation of a Gaussian process classifier of two classes: mode, evidence and its slopes.

Reference: Rasmussen, Williams 2006, Gaussian Processes for Machine Learning, algorithms 3.1 and 5.1. Two turns save
half of the factorisations. Once Newton's step is small, further ones use the same factor: an error shrinks by as much
as the curvature has moved. And the mode's derivative, a by-product of the slopes, says where the next mode will be.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .._jit import kernel
from .._lapack import factorise, invert
from .dense import add_scaled, dot
from .exponential import exponentials

#: The mode is found when a step moves no latent value by more than this share of the largest (or of 1).
CLOSE = 1e-9
#: Steps with one factor must shrink by this; else the next one is Newton's.
SHRINKS = 0.3
MAX_NEWTON, MAX_CHORDS = 60, 12
#: A curvature below this counts as this: what it multiplies is nothing, and it divides.
FLOOR = 1e-200


class Process(NamedTuple):
    """Data and state of one process of n rows; of matrices (n, n) only the lower half counts.

    `distance` squared distances; `target` 0 or 1, `weight` (n,) what a row counts. `covariance` of the latent
    values; `square` I + R K R, its factor or inverse; `mode` latent values f, `pull` K^-1 f, `root` R: square roots
    of the curvatures. `rows` (4, n): work.
    """

    distance: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    covariance: np.ndarray
    square: np.ndarray
    mode: np.ndarray
    pull: np.ndarray
    root: np.ndarray
    rows: np.ndarray


@kernel
def process_of(distance: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Process:
    """A process with its mode at 0, for squared distances (n, n), targets and weights (n,)."""
    n = target.size
    covariance, square, rows = np.empty((n, n)), np.empty((n, n)), np.empty((4, n))
    return Process(distance, target, weight, covariance, square, np.zeros(n), np.zeros(n), np.zeros(n), rows)


@kernel
def evidence(process: Process, theta: np.ndarray) -> float:
    """Log marginal likelihood at theta, the logarithms of amplitude and length; `process` is left at its mode.

    Starts from the mode that is there. NaN where no mode is found.
    """
    _fill_covariance(process, math.exp(theta[0]), math.exp(theta[1]))
    if not _find_mode(process):
        process.mode[:] = 0.0
        if not _find_mode(process):
            return np.nan
    value = _log_posterior(process)
    for i in range(process.mode.size):
        value -= math.log(process.square[i, i])
    return value


@kernel
def _fill_covariance(process: Process, amplitude: float, length: float) -> None:
    exponent, work = process.rows[0], process.rows[1]
    scale = -0.5 / (length * length)
    for i in range(process.mode.size):
        row, distance = process.covariance[i], process.distance[i]
        for j in range(i):
            exponent[j] = scale * distance[j]
        exponentials(exponent[:i], work[:i], row[:i])
        for j in range(i):
            row[j] *= amplitude
        row[i] = amplitude


@kernel
def _find_mode(process: Process) -> bool:
    """Newton's steps from the latent values that are there, each followed by steps with the same factor."""
    residual = process.rows[3]
    best = -np.inf
    for _ in range(MAX_NEWTON):
        before = process.rows[2]
        before[:] = process.pull
        _curvatures(process, residual)
        if not _factorise_square(process):
            return False
        if _newton(process, residual) < CLOSE:
            return True
        value = _log_posterior(process)
        for _ in range(MAX_CHORDS):
            if value >= best - 1e-12 * abs(best):
                break
            for i in range(before.size):  # overshot: half way back
                process.pull[i] = 0.5 * (process.pull[i] + before[i])
            _symmetric_times(process.covariance, process.pull, process.mode)
            value = _log_posterior(process)
        best = value
        if _settle(process, residual):
            _curvatures(process, residual)
            return bool(_factorise_square(process))
    return False


@kernel
def _settle(process: Process, residual: np.ndarray) -> bool:
    """Steps with the factor that is there; False where they do not shrink fast."""
    moved = np.inf
    for _ in range(MAX_CHORDS):
        _residuals(process, residual)
        step = _chord(process, residual)
        if not step < SHRINKS * moved:
            return False
        if step < CLOSE:
            return True
        moved = step
    return False


@kernel
def _curvatures(process: Process, residual: np.ndarray) -> None:
    """Square roots of the curvatures at the mode, and the slopes of the log likelihood, into residual (n,)."""
    for i in range(residual.size):
        p = _sigmoid(process.mode[i])
        process.root[i] = math.sqrt(max(process.weight[i] * p * (1.0 - p), FLOOR))
        residual[i] = process.weight[i] * (process.target[i] - p)


@kernel
def _residuals(process: Process, residual: np.ndarray) -> None:
    """Slopes of the log posterior in the pull, into residual (n,): 0 at the mode."""
    for i in range(residual.size):
        residual[i] = process.weight[i] * (process.target[i] - _sigmoid(process.mode[i])) - process.pull[i]


@kernel
def _factorise_square(process: Process) -> bool:
    """Factor of I + R K R into `square`."""
    root = process.root
    for i in range(root.size):
        row, covariance, own = process.square[i], process.covariance[i], root[i]
        for j in range(i + 1):
            row[j] = own * covariance[j] * root[j]
        row[i] += 1.0
    return factorise(process.square)


@kernel
def _newton(process: Process, slope: np.ndarray) -> float:
    """Newton's step from the slopes of the log likelihood (n,): by how much it moved a latent value, as `_chord`."""
    step, moved_to, root = process.rows[0], process.rows[1], process.root
    for i in range(slope.size):
        process.pull[i] = root[i] * root[i] * process.mode[i] + slope[i]
    _symmetric_times(process.covariance, process.pull, step)
    _solve_square(process, step)
    for i in range(step.size):
        process.pull[i] -= step[i]
    _symmetric_times(process.covariance, process.pull, moved_to)
    largest, moved = 1.0, 0.0
    for i in range(step.size):
        largest, moved = max(largest, abs(moved_to[i])), max(moved, abs(moved_to[i] - process.mode[i]))
    process.mode[:] = moved_to
    return moved / largest


@kernel
def _chord(process: Process, residual: np.ndarray) -> float:
    """A step with an older factor: by how much it moved a latent value, of the largest or of 1."""
    step, moves = process.rows[0], process.rows[1]
    _symmetric_times(process.covariance, residual, step)
    _solve_square(process, step)
    for i in range(step.size):
        residual[i] -= step[i]
    _symmetric_times(process.covariance, residual, moves)
    largest, moved = 1.0, 0.0
    for i in range(step.size):
        process.pull[i] += residual[i]
        process.mode[i] += moves[i]
        largest, moved = max(largest, abs(process.mode[i])), max(moved, abs(moves[i]))
    return moved / largest


@kernel
def _solve_square(process: Process, values: np.ndarray) -> None:
    """R (I + R K R)^-1 R times values (n,), in their place."""
    n, root = values.size, process.root
    for i in range(n):
        row = process.square[i]
        values[i] = (root[i] * values[i] - dot(row[:i], values[:i])) / row[i]
    for i in range(n - 1, -1, -1):
        row = process.square[i]
        values[i] /= row[i]
        add_scaled(row[:i], -values[i], values[:i])
        values[i] *= root[i]


@kernel
def _symmetric_times(A: np.ndarray, x: np.ndarray, out: np.ndarray) -> None:
    """A (n, n), of which the lower half is read, times x (n,), into out (n,)."""
    for i in range(x.size):
        row, value, total = A[i], x[i], 0.0
        for j in range(i):
            total += row[j] * x[j]
            out[j] += row[j] * value
        out[i] = total + row[i] * value


@kernel
def _log_posterior(process: Process) -> float:
    """Log likelihood of the latent values less half of what they cost."""
    total = -0.5 * dot(process.pull, process.mode)
    for i in range(process.mode.size):
        wrong = -process.mode[i] if process.target[i] > 0.5 else process.mode[i]
        total -= process.weight[i] * (max(wrong, 0.0) + math.log1p(math.exp(-abs(wrong))))
    return total


@kernel
def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


@kernel
def slopes(process: Process, theta: np.ndarray, gradient: np.ndarray, moves: np.ndarray) -> None:
    """Slopes of the evidence at theta into gradient (2,), derivatives of the mode into moves (2, n).

    To be called after `evidence` at the same theta, whose factor it turns into an inverse.
    """
    invert(process.square)
    root, g, n = process.root, process.rows[3], process.mode.size
    per_square = math.exp(-2.0 * theta[1])
    spread, by_length = process.rows[0], process.rows[1]
    for i in range(n):
        g[i] = process.weight[i] * (process.target[i] - _sigmoid(process.mode[i]))
    direct_amplitude, direct_length = 0.0, 0.0
    for i in range(n):
        covariance, inverse, distance = process.covariance[i], process.square[i], process.distance[i]
        own_root, own_pull, own_g = root[i], process.pull[i], g[i]
        own_spread, own_length, sum_amplitude, sum_length = 0.0, 0.0, 0.0, 0.0
        for j in range(i):
            k, part = covariance[j], inverse[j]
            by_distance = k * distance[j]
            excess = own_pull * process.pull[j] - own_root * part * root[j]
            sum_amplitude += excess * k
            sum_length += excess * by_distance
            own_spread += k * part * root[j]
            spread[j] += k * part * own_root
            own_length += by_distance * g[j]
            by_length[j] += by_distance * own_g
        spread[i] = own_spread + covariance[i] * inverse[i] * own_root
        by_length[i] = own_length
        direct_amplitude += sum_amplitude
        direct_amplitude += 0.5 * (own_pull * own_pull - own_root * inverse[i] * own_root) * covariance[i]
        direct_length += sum_length
    gradient[0], gradient[1] = direct_amplitude, direct_length * per_square
    amplitude_moves, length_moves, work = moves[0], moves[1], process.rows[2]
    for i in range(n):
        work[i] = root[i] * process.mode[i]
        by_length[i] *= root[i] * per_square
    _symmetric_times(process.square, work, amplitude_moves)
    _symmetric_times(process.square, by_length, length_moves)
    for i in range(n):
        amplitude_moves[i] /= root[i]
        length_moves[i] /= root[i]
        p = _sigmoid(process.mode[i])
        # Half the variance of the latent value times the third derivative of the log likelihood.
        bend = -0.5 * spread[i] / root[i] * process.weight[i] * p * (1.0 - p) * (1.0 - 2.0 * p)
        gradient[0] += bend * amplitude_moves[i]
        gradient[1] += bend * length_moves[i]
