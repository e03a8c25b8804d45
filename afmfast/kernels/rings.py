"""Ring means of the spectrum and the slopes of their log-log lines."""

from __future__ import annotations

import math

import numpy as np

from ._jit import exact, kernel

FEWEST_RINGS = 4
#: Half a frequency step plus a hair: a frequency midway between two rings goes up, whatever its last bit.
HALF = 0.5 + 1e-9


@exact
def ring_means(amplitude: np.ndarray, per_x: float, per_y: float, means: np.ndarray, powers: np.ndarray) -> None:
    """Mean amplitude and mean power of the rings 0 ... n - 1, each one frequency step wide; means, powers (n,).

    amplitude as `windowed_amplitude` leaves it; per_x, per_y: transform points per frequency step.
    The half plane stands for the whole: every column counts twice but kx = 0. The rings end well
    below the Nyquist frequency.
    """
    centre, last = (amplitude.shape[0] - 1) // 2, means.size - 1
    weights, rings = np.zeros(means.size), np.empty(amplitude.shape[1], np.int64)
    means[:] = 0.0
    powers[:] = 0.0
    width = min(amplitude.shape[1], int((last + 0.5) * per_x) + 1)
    reach = min(centre - 1, int((last + 0.5) * per_y))
    for ky in range(-reach, reach + 1):
        row = amplitude[centre + ky]
        for kx in range(width):
            rings[kx] = int(math.sqrt((kx / per_x) ** 2 + (ky / per_y) ** 2) + HALF)
        for kx in range(width):
            ring = rings[kx]
            if ring > last:
                break
            weight = 1.0 if kx == 0 else 2.0
            value = np.float64(row[kx])
            weights[ring] += weight
            means[ring] += weight * value
            powers[ring] += weight * value * value
    for ring in range(means.size):
        if weights[ring] > 0.0:
            means[ring] /= weights[ring]
            powers[ring] /= weights[ring]


@kernel
def row_powers(amplitude: np.ndarray, ny: int, powers: np.ndarray) -> None:
    """Power of the windowed rows of an image of ny rows, by frequency along x 0 ... n - 1, into powers (n,).

    By Parseval's theorem the sum over all frequencies along y; amplitude as `windowed_amplitude` leaves it.
    """
    centre = (amplitude.shape[0] - 1) // 2
    powers[:] = 0.0
    for ky in range(-((ny - 1) // 2), ny // 2 + 1):
        row = amplitude[centre + ky]
        for kx in range(powers.size):
            powers[kx] += np.float64(row[kx] * row[kx])


@exact
def log_slope(values: np.ndarray, first: int, last: int) -> tuple[float, float]:
    """Slope of log(values) over log(ring) for rings first ... last, and R squared, weighted by 1 / ring.

    So octaves count alike. NaN with fewer than four rings, or where a ring is empty.
    """
    if last - first + 1 < FEWEST_RINGS:
        return np.nan, np.nan
    total, sum_x, sum_y = 0.0, 0.0, 0.0
    for ring in range(first, last + 1):
        if not values[ring] > 0.0:
            return np.nan, np.nan
        total += 1.0 / ring
        sum_x += math.log(ring) / ring
        sum_y += math.log(values[ring]) / ring
    mean_x, mean_y = sum_x / total, sum_y / total
    across, along, spread = 0.0, 0.0, 0.0
    for ring in range(first, last + 1):
        x, y = math.log(ring) - mean_x, math.log(values[ring]) - mean_y
        across += x * y / ring
        along += x * x / ring
        spread += y * y / ring
    return across / along, across * across / along / spread if spread > 0.0 else np.nan
