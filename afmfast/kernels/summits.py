"""Summits and pits: pixels above, or below, all eight neighbours."""

from __future__ import annotations

import numpy as np

from ._jit import exact
from .results import Summits

EXTREMES = 5


@exact
def summits(z: np.ndarray, dx: float, dy: float) -> Summits:
    """Summits and pits of z (ny, nx) in its interior; a plateau has none. NaN curvature without them.

    The ten-point height is the mean of the five highest summits less that of the five lowest pits,
    of fewer where there are fewer, NaN without one or the other.
    """
    ny, nx = z.shape
    if ny < 3 or nx < 3:
        return Summits(0.0, np.nan, np.nan, np.nan, 0.0)
    width = nx - 2
    flags = np.zeros((width + 7) // 8 * 8, np.uint8)
    tops, bottoms = np.empty(flags.size + 1, np.int64), np.empty(flags.size + 1, np.int64)
    high, low = np.empty((3, width), np.float32), np.empty((3, width), np.float32)
    highest, deepest = np.full(EXTREMES, -np.inf), np.full(EXTREMES, -np.inf)
    top_bends, pit_bends = np.zeros(2), np.zeros(2)
    count, pits = 0, 0
    _row_extremes(z[0], high[0], low[0])
    _row_extremes(z[1], high[1], low[1])
    for i in range(1, ny - 1):
        _row_extremes(z[i + 1], high[(i + 1) % 3], low[(i + 1) % 3])
        above, below = (i - 1) % 3, (i + 1) % 3
        _flag_row(z[i], high[above], high[below], low[above], low[below], flags)
        n_tops, n_bottoms = _places(flags, tops, bottoms)
        _add_extremes(z[i - 1 : i + 2], tops[:n_tops], 1.0, highest, top_bends)
        _add_extremes(z[i - 1 : i + 2], bottoms[:n_bottoms], -1.0, deepest, pit_bends)
        count += n_tops
        pits += n_bottoms
    ten_point = _mean_of(highest, count) + _mean_of(deepest, pits) if count > 0 and pits > 0 else np.nan
    density = count / ((ny - 1) * (nx - 1)) / dx / dy
    pit_density = pits / ((ny - 1) * (nx - 1)) / dx / dy
    curvature, pit_curvature = -_mean_bend(top_bends, count, dx, dy), _mean_bend(pit_bends, pits, dx, dy)
    return Summits(density, curvature, pit_curvature, ten_point, pit_density)


@exact
def _places(flags: np.ndarray, tops: np.ndarray, bottoms: np.ndarray) -> tuple[int, int]:
    """Where flags (n,) has summits and pits, into tops and bottoms (n + 1,); returns how many.

    Every place is written and only kept by counting on: a branch for each would be guessed wrong.
    """
    words = flags.view(np.uint64)
    n_tops, n_bottoms = 0, 0
    for word in range(words.size):
        if words[word] == 0:
            continue
        for j in range(8 * word, 8 * word + 8):
            tops[n_tops] = j
            bottoms[n_bottoms] = j
            n_tops += int(flags[j] & 1)
            n_bottoms += int(flags[j] >> 1)
    return n_tops, n_bottoms


@exact
def _add_extremes(rows: np.ndarray, places: np.ndarray, sign: float, kept: np.ndarray, bends: np.ndarray) -> None:
    """Add second differences along x and y of the middle of rows (3, nx) at places; keep the extreme heights."""
    bend_x, bend_y = bends[0], bends[1]
    for j in places:
        here = np.float64(rows[1, j + 1])
        _keep_highest(kept, sign * here)
        bend_x += np.float64(rows[1, j]) + np.float64(rows[1, j + 2]) - 2.0 * here
        bend_y += np.float64(rows[0, j + 1]) + np.float64(rows[2, j + 1]) - 2.0 * here
    bends[0], bends[1] = bend_x, bend_y


@exact
def _mean_bend(bends: np.ndarray, count: int, dx: float, dy: float) -> float:
    return 0.5 * (bends[0] / count / dx / dx + bends[1] / count / dy / dy) if count > 0 else np.nan


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
