"""Blocks of 2, 4, 8, ... pixels a side: how heights spread within them, and the boxes that they fill."""

from __future__ import annotations

import numpy as np

from ._jit import fast_part, kernel

#: A height this share of the range below the edge of a box counts as on it: more than single precision rounds.
EDGE = 3e-7


@kernel
def first_blocks(z: np.ndarray, row: np.ndarray, out: np.ndarray) -> None:
    """Mean, variance, lowest and highest of blocks of 2 x 2 pixels of z (ny, nx) into out (4, ny / 2, nx / 2).

    Blocks count from the upper left corner; an odd row or column is left out. Work array: row (4, nx) float32.
    """
    half = np.float32(0.5)
    mean, variance, low, high = row[0], row[1], row[2], row[3]
    for i in range(out.shape[1]):
        upper, lower = z[2 * i], z[2 * i + 1]
        for j in range(row.shape[1]):
            apart = half * (upper[j] - lower[j])
            mean[j] = half * (upper[j] + lower[j])
            variance[j] = apart * apart
            low[j] = upper[j] if upper[j] < lower[j] else lower[j]
            high[j] = upper[j] if upper[j] > lower[j] else lower[j]
        _join_pairs(mean, variance, low, high, out, i)


@kernel
def halve(fine: np.ndarray, row: np.ndarray, coarse: np.ndarray) -> None:
    """As `first_blocks`, of blocks twice as large, from such blocks (4, ny, nx) into (4, ny / 2, nx / 2).

    The variance of two halves is the mean of theirs and the square of half of what their means differ by: all is
    added, so no digits are lost.
    """
    half = np.float32(0.5)
    mean, variance, low, high = row[0], row[1], row[2], row[3]
    for i in range(coarse.shape[1]):
        mean_0, mean_1, variance_0, variance_1 = fine[0, 2 * i], fine[0, 2 * i + 1], fine[1, 2 * i], fine[1, 2 * i + 1]
        low_0, low_1, high_0, high_1 = fine[2, 2 * i], fine[2, 2 * i + 1], fine[3, 2 * i], fine[3, 2 * i + 1]
        for j in range(row.shape[1]):
            apart = half * (mean_0[j] - mean_1[j])
            mean[j] = half * (mean_0[j] + mean_1[j])
            variance[j] = half * (variance_0[j] + variance_1[j]) + apart * apart
            low[j] = low_0[j] if low_0[j] < low_1[j] else low_1[j]
            high[j] = high_0[j] if high_0[j] > high_1[j] else high_1[j]
        _join_pairs(mean, variance, low, high, coarse, i)


@fast_part
def _join_pairs(
    mean: np.ndarray, variance: np.ndarray, low: np.ndarray, high: np.ndarray, out: np.ndarray, i: int
) -> None:
    """Join neighbours of a row of blocks into row i of out."""
    half = np.float32(0.5)
    means, variances, lows, highs = out[0, i], out[1, i], out[2, i], out[3, i]
    for j in range(means.size):
        left, right = 2 * j, 2 * j + 1
        apart = half * (mean[left] - mean[right])
        means[j] = half * (mean[left] + mean[right])
        variances[j] = half * (variance[left] + variance[right]) + apart * apart
        lows[j] = low[left] if low[left] < low[right] else low[right]
        highs[j] = high[left] if high[left] > high[right] else high[right]


@kernel
def spreads(blocks: np.ndarray, lowest: float, height: float, layers: float) -> tuple[float, float, float]:
    """Of blocks (4, ny, nx): mean variance, mean range, and mean number of boxes of a height from low to high.

    Boxes lie on a lattice from the lowest pixel up; the last of the layers, of which there need not be a whole number,
    holds the highest pixel.
    """
    last, edge = np.float32(np.ceil(layers) - 1.0), np.float32(EDGE * layers)
    base, per_box = np.float32(lowest), np.float32(1.0 / height)
    variance, extent, boxes = 0.0, 0.0, 0.0
    for i in range(blocks.shape[1]):
        row_variance, row_extent, row_boxes = np.float32(0), np.float32(0), np.float32(0)
        for j in range(blocks.shape[2]):
            low, high = blocks[2, i, j], blocks[3, i, j]
            row_variance += blocks[1, i, j]
            row_extent += high - low
            top, bottom = np.floor((high - base) * per_box + edge), np.floor((low - base) * per_box + edge)
            row_boxes += (top if top < last else last) - (bottom if bottom < last else last)
        variance += np.float64(row_variance)
        extent += np.float64(row_extent)
        boxes += np.float64(row_boxes)
    count = blocks.shape[1] * blocks.shape[2]
    return variance / count, extent / count, 1.0 + boxes / count
