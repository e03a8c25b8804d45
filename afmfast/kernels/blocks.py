"""Blocks of 2, 4, 8, ... pixels a side: how heights spread within them, and the boxes that they fill."""

from __future__ import annotations

import numpy as np

from ._jit import kernel

#: A height this share of the range below the edge of a box counts as on it: more than single precision rounds.
EDGE = 3e-7


@kernel
def halve(fine: np.ndarray, row: np.ndarray, coarse: np.ndarray) -> None:
    """Mean, variance, lowest and highest (4, ny, nx) of blocks into those of blocks twice as large (4, ny/2, nx/2).

    Blocks count from the upper left corner; an odd row or column is left out. The variance of two halves is the mean
    of theirs and the square of half of what their means differ by: all is added, so no digits are lost.
    Work array: row (4, nx) float32.
    """
    half = np.float32(0.5)
    for i in range(coarse.shape[1]):
        _join(fine[:, 2 * i], fine[:, 2 * i + 1], row)
        mean, variance, low, high = row[0], row[1], row[2], row[3]
        for j in range(coarse.shape[2]):
            left, right = 2 * j, 2 * j + 1
            apart = half * (mean[left] - mean[right])
            coarse[0, i, j] = half * (mean[left] + mean[right])
            coarse[1, i, j] = half * (variance[left] + variance[right]) + apart * apart
            coarse[2, i, j] = low[left] if low[left] < low[right] else low[right]
            coarse[3, i, j] = high[left] if high[left] > high[right] else high[right]


@kernel
def _join(upper: np.ndarray, lower: np.ndarray, out: np.ndarray) -> None:
    """Blocks above each other."""
    half = np.float32(0.5)
    for j in range(out.shape[1]):
        apart = half * (upper[0, j] - lower[0, j])
        out[0, j] = half * (upper[0, j] + lower[0, j])
        out[1, j] = half * (upper[1, j] + lower[1, j]) + apart * apart
        out[2, j] = upper[2, j] if upper[2, j] < lower[2, j] else lower[2, j]
        out[3, j] = upper[3, j] if upper[3, j] > lower[3, j] else lower[3, j]


@kernel
def first_blocks(z: np.ndarray, row: np.ndarray, out: np.ndarray) -> None:
    """As `halve`, from the pixels z (ny, nx) themselves."""
    half = np.float32(0.5)
    for i in range(out.shape[1]):
        upper, lower = z[2 * i], z[2 * i + 1]
        mean, variance, low, high = row[0], row[1], row[2], row[3]
        for j in range(row.shape[1]):
            apart = half * (upper[j] - lower[j])
            mean[j] = half * (upper[j] + lower[j])
            variance[j] = apart * apart
            low[j] = upper[j] if upper[j] < lower[j] else lower[j]
            high[j] = upper[j] if upper[j] > lower[j] else lower[j]
        for j in range(out.shape[2]):
            left, right = 2 * j, 2 * j + 1
            apart = half * (mean[left] - mean[right])
            out[0, i, j] = half * (mean[left] + mean[right])
            out[1, i, j] = half * (variance[left] + variance[right]) + apart * apart
            out[2, i, j] = low[left] if low[left] < low[right] else low[right]
            out[3, i, j] = high[left] if high[left] > high[right] else high[right]


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
