"""Where slopes point: the structure tensor, and how slopes are spread over orientations."""

from __future__ import annotations

import math

import numpy as np

from ._jit import fast_part, kernel
from .entropy import evenness
from .results import Orientation

#: Bins of 5 degrees, one of them centred on 0, so that mirrored and turned images fill mirrored and turned bins.
BINS = 36
#: Tangents of the edges of the bins below 45 degrees.
EDGES = tuple(np.float32(math.tan(math.radians((k + 0.5) * 180.0 / BINS))) for k in range(BINS // 4))
#: Neighbouring pixels often share a bin: each of so many adds to a copy of its own, so that none waits for the last.
COPIES = 8
#: Below this a coherence, or steps between pixels as a share of the rms height, is rounding and has no direction.
NONE = 1e-6


@kernel
def orientation(z: np.ndarray, dx: float, dy: float, rms: float, bins: np.ndarray, squares: np.ndarray) -> Orientation:
    """Coherence and direction of the structure tensor of z (ny, nx), and entropy of its gradient's orientations.

    Gradients lie in the middle of four pixels, which makes them alike along x and y; y is up, so angles are
    anticlockwise as the image is shown. Orientations (modulo 180 degrees) count by squared gradient.
    NaN without any gradient, and the direction also where none is preferred.
    Work arrays: bins (nx,) uint8, squares (nx,) float32.
    """
    ny, nx = z.shape
    unit = min(dx, dy)
    along_x, along_y = np.float32(unit / dx), np.float32(unit / dy)
    xx, yy, xy = 0.0, 0.0, 0.0
    counts = np.zeros((COPIES, BINS + 1))
    for i in range(1, ny):
        row_xx, row_yy, row_xy = _row_orientation(z[i - 1], z[i], along_x, along_y, bins, squares)
        xx += row_xx
        yy += row_yy
        xy += row_xy
        _count(bins[: nx - 1], squares, counts)
    # A gradient stands for twice the step between pixels.
    if (xx / along_x**2 + yy / along_y**2) / (4 * (ny - 1) * (nx - 1)) <= (NONE * rms) ** 2:
        return Orientation(np.nan, np.nan, np.nan)
    shares = np.zeros(BINS)
    for c in range(COPIES):
        for b in range(BINS + 1):
            shares[b % BINS] += counts[c, b]
    coherence = math.hypot(xx - yy, 2.0 * xy) / (xx + yy)
    direction = math.degrees(0.5 * math.atan2(2.0 * xy, xx - yy)) % 180.0 if coherence > NONE else np.nan
    return Orientation(coherence, direction, evenness(shares))


@fast_part
def _row_orientation(
    upper: np.ndarray, lower: np.ndarray, along_x: float, along_y: float, bins: np.ndarray, squares: np.ndarray
) -> tuple[float, float, float]:
    """Bin and squared gradient of the cells between two rows; returns the row's sums of gx gx, gy gy and gx gy."""
    width = upper.size - 1
    u0, u1, l0, l1 = upper[:width], upper[1:], lower[:width], lower[1:]
    xx, yy, xy = np.float32(0), np.float32(0), np.float32(0)
    for j in range(width):
        rising, falling = u1[j] - l0[j], l1[j] - u0[j]
        gx, gy = (rising + falling) * along_x, (rising - falling) * along_y
        xx += gx * gx
        yy += gy * gy
        xy += gx * gy
        squares[j] = gx * gx + gy * gy
        width_, height = abs(gx), abs(gy)
        long, short = max(width_, height), min(width_, height)
        edge = np.int32(0)
        for tangent in EDGES:
            edge += np.int32(short > tangent * long)
        edge = edge if width_ >= height else np.int32(BINS // 2) - edge
        bins[j] = edge if gx * gy >= np.float32(0) else np.int32(BINS) - edge
    return np.float64(xx), np.float64(yy), np.float64(xy)


@fast_part
def _count(bins: np.ndarray, squares: np.ndarray, counts: np.ndarray) -> None:
    for j in range(bins.size):
        counts[j % COPIES, bins[j]] += squares[j]
