"""Summits and pits: pixels above, or below, all eight neighbours."""

from __future__ import annotations

import numpy as np

from ._jit import exact
from .results import Summits

SUMMIT, PIT = np.uint8(1), np.uint8(2)
EXTREMES = 5


@exact
def summits(z: np.ndarray, dx: float, dy: float) -> Summits:
    """Summits and pits of z (ny, nx) in its interior; a plateau has none. NaN curvature without them.

    The ten-point height is the mean of the five highest summits less that of the five lowest pits,
    of fewer where there are fewer, NaN without one or the other.
    """
    ny, nx = z.shape
    if ny < 3 or nx < 3:
        return Summits(0.0, np.nan, np.nan, np.nan)
    width = nx - 2
    flags = np.zeros((width + 7) // 8 * 8, np.uint8)
    words = flags.view(np.uint64)
    high, low = np.empty((3, width), np.float32), np.empty((3, width), np.float32)
    tops, bottoms = np.full(EXTREMES, -np.inf), np.full(EXTREMES, -np.inf)
    count, pits, bend_x, bend_y, pit_x, pit_y = 0, 0, 0.0, 0.0, 0.0, 0.0
    _row_extremes(z[0], high[0], low[0])
    _row_extremes(z[1], high[1], low[1])
    for i in range(1, ny - 1):
        _row_extremes(z[i + 1], high[(i + 1) % 3], low[(i + 1) % 3])
        above, below = (i - 1) % 3, (i + 1) % 3
        _flag_row(z[i], high[above], high[below], low[above], low[below], flags)
        for word in range(words.size):
            if words[word] == 0:
                continue
            for j in range(8 * word, min(8 * word + 8, width)):
                if flags[j] == 0:
                    continue
                here = np.float64(z[i, j + 1])
                across = np.float64(z[i, j]) + np.float64(z[i, j + 2]) - 2.0 * here
                down = np.float64(z[i - 1, j + 1]) + np.float64(z[i + 1, j + 1]) - 2.0 * here
                if flags[j] == PIT:
                    pits += 1
                    _keep_highest(bottoms, -here)
                    pit_x += across
                    pit_y += down
                    continue
                count += 1
                _keep_highest(tops, here)
                bend_x += across
                bend_y += down
    density = count / ((ny - 1) * (nx - 1)) / dx / dy
    curvature = -0.5 * (bend_x / count / dx / dx + bend_y / count / dy / dy) if count > 0 else np.nan
    pit_curvature = 0.5 * (pit_x / pits / dx / dx + pit_y / pits / dy / dy) if pits > 0 else np.nan
    if count == 0 or pits == 0:
        return Summits(density, curvature, pit_curvature, np.nan)
    return Summits(density, curvature, pit_curvature, _mean_of(tops, count) + _mean_of(bottoms, pits))


@exact
def _row_extremes(row: np.ndarray, high: np.ndarray, low: np.ndarray) -> None:
    """Highest and lowest of each three neighbours in a row."""
    left, middle, right = row[: high.size], row[1 : 1 + high.size], row[2:]
    for j in range(high.size):
        a, b, c = left[j], middle[j], right[j]
        ab = a if a > b else b
        high[j] = ab if ab > c else c
        ab = a if a < b else b
        low[j] = ab if ab < c else c


@exact
def _flag_row(
    row: np.ndarray,
    high_above: np.ndarray,
    high_below: np.ndarray,
    low_above: np.ndarray,
    low_below: np.ndarray,
    flags: np.ndarray,
) -> None:
    width = high_above.size
    left, middle, right = row[:width], row[1 : 1 + width], row[2:]
    for j in range(width):
        v = middle[j]
        summit = (v > left[j]) & (v > right[j]) & (v > high_above[j]) & (v > high_below[j])
        pit = (v < left[j]) & (v < right[j]) & (v < low_above[j]) & (v < low_below[j])
        flags[j] = np.uint8(summit) | (np.uint8(pit) << np.uint8(1))


@exact
def _keep_highest(kept: np.ndarray, value: float) -> None:
    """Put a value among the highest, ascending, if it belongs there."""
    if value <= kept[0]:
        return
    place = 0
    while place + 1 < kept.size and kept[place + 1] < value:
        kept[place] = kept[place + 1]
        place += 1
    kept[place] = value


@exact
def _mean_of(kept: np.ndarray, count: int) -> float:
    total, used = 0.0, min(count, kept.size)
    for k in range(kept.size - used, kept.size):
        total += kept[k]
    return total / used
