"""Laplace's approximation of a Gaussian process classifier of two classes: its mode and its evidence.

Reference: Rasmussen, Williams 2006, Gaussian Processes for Machine Learning, algorithms 3.1 and 5.1. Two turns save
half of the factorisations. Once Newton's step is small, further ones use the same factor: an error shrinks by as much
as the curvature has moved. And the mode's derivative, a by-product of the slopes, says where the next mode will be.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .._jit import exact, fast_part, maker, part
from .._lapack import factorise
from .dense import add_scaled, copy, dot
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


@exact
def process_of(distance: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Process:
    """A process with its mode at 0, for squared distances (n, n), targets and weights (n,)."""
    n = target.size
    covariance, square, rows = np.empty((n, n)), np.empty((n, n)), np.empty((4, n))
    return Process(distance, target, weight, covariance, square, np.zeros(n), np.zeros(n), np.zeros(n), rows)


@exact
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


@maker
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


@maker
def _find_mode(process: Process) -> bool:
    """Newton's steps from the latent values that are there, each followed by steps with the same factor."""
    residual = process.rows[3]
    best = -np.inf
    for _ in range(MAX_NEWTON):
        before = process.rows[2]
        copy(process.pull, before)
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
            symmetric_times(process.covariance, process.pull, process.mode)
            value = _log_posterior(process)
        best = value
        if _settle(process, residual):
            _curvatures(process, residual)
            return bool(_factorise_square(process))
    return False


@maker
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


@maker
def _curvatures(process: Process, residual: np.ndarray) -> None:
    """Square roots of the curvatures at the mode, and the slopes of the log likelihood, into residual (n,)."""
    for i in range(residual.size):
        p = sigmoid(process.mode[i])
        process.root[i] = math.sqrt(max(process.weight[i] * p * (1.0 - p), FLOOR))
        residual[i] = process.weight[i] * (process.target[i] - p)


@maker
def _residuals(process: Process, residual: np.ndarray) -> None:
    """Slopes of the log posterior in the pull, into residual (n,): 0 at the mode."""
    for i in range(residual.size):
        residual[i] = process.weight[i] * (process.target[i] - sigmoid(process.mode[i])) - process.pull[i]


@maker
def _factorise_square(process: Process) -> bool:
    """Factor of I + R K R into `square`."""
    root = process.root
    for i in range(root.size):
        row, covariance, own = process.square[i], process.covariance[i], root[i]
        for j in range(i + 1):
            row[j] = own * covariance[j] * root[j]
        row[i] += 1.0
    return factorise(process.square)


@maker
def _newton(process: Process, slope: np.ndarray) -> float:
    """Newton's step from the slopes of the log likelihood (n,): by how much it moved a latent value, as `_chord`."""
    step, moved_to, root = process.rows[0], process.rows[1], process.root
    for i in range(slope.size):
        process.pull[i] = root[i] * root[i] * process.mode[i] + slope[i]
    symmetric_times(process.covariance, process.pull, step)
    _solve_square(process, step)
    for i in range(step.size):
        process.pull[i] -= step[i]
    symmetric_times(process.covariance, process.pull, moved_to)
    largest, moved = 1.0, 0.0
    for i in range(step.size):
        largest, moved = max(largest, abs(moved_to[i])), max(moved, abs(moved_to[i] - process.mode[i]))
    copy(moved_to, process.mode)
    return moved / largest


@maker
def _chord(process: Process, residual: np.ndarray) -> float:
    """A step with an older factor: by how much it moved a latent value, of the largest or of 1."""
    step, moves = process.rows[0], process.rows[1]
    symmetric_times(process.covariance, residual, step)
    _solve_square(process, step)
    for i in range(step.size):
        residual[i] -= step[i]
    symmetric_times(process.covariance, residual, moves)
    largest, moved = 1.0, 0.0
    for i in range(step.size):
        process.pull[i] += residual[i]
        process.mode[i] += moves[i]
        largest, moved = max(largest, abs(process.mode[i])), max(moved, abs(moves[i]))
    return moved / largest


@maker
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


@fast_part
def symmetric_times(A: np.ndarray, x: np.ndarray, out: np.ndarray) -> None:
    """A (n, n), of which the lower half is read, times x (n,), into out (n,)."""
    for i in range(x.size):
        row, value, total = A[i], x[i], 0.0
        for j in range(i):
            total += row[j] * x[j]
            out[j] += row[j] * value
        out[i] = total + row[i] * value


@maker
def _log_posterior(process: Process) -> float:
    """Log likelihood of the latent values less half of what they cost."""
    total = -0.5 * dot(process.pull, process.mode)
    for i in range(process.mode.size):
        wrong = -process.mode[i] if process.target[i] > 0.5 else process.mode[i]
        total -= process.weight[i] * (max(wrong, 0.0) + math.log1p(math.exp(-abs(wrong))))
    return total


@part
def sigmoid(value: float) -> float:
    """The logistic function."""
    return 1.0 / (1.0 + math.exp(-value))
