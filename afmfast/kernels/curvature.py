"""Second differences over the interior: the Laplacian and the mean curvature."""

from __future__ import annotations

import math

import numpy as np

from ._jit import fast_part, kernel
from .results import Laplacian, MeanCurvature

#: Surfaces steeper than 1e12 are taken as so steep, so that squares stay within single precision.
FLATTEST = 1e-24


@kernel
def laplacian(z: np.ndarray, dx: float, dy: float) -> Laplacian:
    """Root mean square Laplacian of z (ny, nx) from three-point second differences; NaN below 3 x 3 pixels."""
    ny, nx = z.shape
    if ny < 3 or nx < 3:
        return Laplacian(np.nan)
    width, unit = nx - 2, min(dx, dy)
    along_x, along_y, two = np.float32((unit / dx) ** 2), np.float32((unit / dy) ** 2), np.float32(2)
    total = 0.0
    for i in range(1, ny - 1):
        left, here, right = z[i, :width], z[i, 1 : 1 + width], z[i, 2:]
        above, below = z[i - 1, 1 : 1 + width], z[i + 1, 1 : 1 + width]
        squares = np.float32(0)
        for j in range(width):
            twice = two * here[j]
            bend = (left[j] + right[j] - twice) * along_x + (above[j] + below[j] - twice) * along_y
            squares += bend * bend
        total += np.float64(squares)
    return Laplacian(math.sqrt(total / ((ny - 2) * width)) / unit / unit)


@kernel
def mean_curvature(z: np.ndarray, dx: float, dy: float, scale: float) -> MeanCurvature:
    """Mean of |H| of the surface scale * z, z (ny, nx), from central differences; NaN below 3 x 3 pixels.

    Slopes are divided by the steepest possible unit slope and 1 + slope**2 by its square where that is
    above 1, so that neither gentle nor absurdly steep surfaces lose digits or overflow.
    """
    ny, nx = z.shape
    if ny < 3 or nx < 3:
        return MeanCurvature(np.nan)
    side = min(dx, dy)
    unit = scale / side
    if unit <= 1.0:
        floor, gain, factor = 1.0, unit * unit, unit
    else:
        floor, gain, factor = max(1.0 / unit / unit, FLATTEST), 1.0, 1.0
    along_x, along_y, base, slope = np.float32(side / dx), np.float32(side / dy), np.float32(floor), np.float32(gain)
    total = 0.0
    for i in range(1, ny - 1):
        total += _row_curvature(z[i - 1], z[i], z[i + 1], along_x, along_y, base, slope)
    return MeanCurvature(0.5 * factor / side * total / ((ny - 2) * (nx - 2)))


@fast_part
def _row_curvature(
    upper: np.ndarray, middle: np.ndarray, lower: np.ndarray, along_x: float, along_y: float, base: float, slope: float
) -> float:
    """Sum over the inner pixels of a row of 2 |H|, in the units of `mean_curvature`."""
    width = middle.size - 2
    u0, u1, u2 = upper[:width], upper[1 : 1 + width], upper[2:]
    m0, m1, m2 = middle[:width], middle[1 : 1 + width], middle[2:]
    l0, l1, l2 = lower[:width], lower[1 : 1 + width], lower[2:]
    half_x, half_y, two = np.float32(0.5) * along_x, np.float32(0.5) * along_y, np.float32(2)
    one = np.float32(1)
    square_x, square_y, both = along_x * along_x, along_y * along_y, half_x * half_y
    total = np.float32(0)
    for j in range(width):
        twice = two * m1[j]
        x, y = (m2[j] - m0[j]) * half_x, (l1[j] - u1[j]) * half_y
        xx, yy = (m0[j] + m2[j] - twice) * square_x, (u1[j] + l1[j] - twice) * square_y
        xy = (u0[j] + l2[j] - u2[j] - l0[j]) * both
        steep = base + slope * (x * x + y * y)
        bend = base * (xx + yy) + slope * (y * y * xx - two * x * y * xy + x * x * yy)
        inverse = one / np.sqrt(steep)
        total += abs(bend) * inverse * inverse * inverse
    return np.float64(total)
