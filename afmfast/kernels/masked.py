"""Neighbours in an image that has lost pixels: the same quantities as `slopes` and `summits`, NaN = not measured.

Slower than those, so only for images that need it. Sums are over what is known whole, divided by how many there are.
"""

from __future__ import annotations

import math

import numpy as np

from ._jit import exact, kernel
from .results import DevelopedArea, Slopes, SmoothSlopes, Summits
from .summits import EXTREMES, _keep_highest, _mean_of

SUMMIT, PIT = np.uint8(1), np.uint8(2)


@kernel
def masked_slope_moments(z: np.ndarray, dx: float, dy: float) -> Slopes:
    """Root mean square gradient over the pixels of z (ny, nx) measured together with their left and upper neighbour."""
    ny, nx = z.shape
    squares_x, squares_y, count = 0.0, 0.0, 0
    for i in range(1, ny):
        here, left, above = z[i, 1:], z[i, : nx - 1], z[i - 1, 1:]
        for j in range(nx - 1):
            across, down = np.float64(here[j] - left[j]), np.float64(here[j] - above[j])
            is_known = not np.isnan(across + down)
            squares_x += across * across if is_known else 0.0
            squares_y += down * down if is_known else 0.0
            count += is_known
    if count == 0:
        return Slopes(np.nan, np.nan, np.nan)
    along_x, along_y = math.sqrt(squares_x / count) / dx, math.sqrt(squares_y / count) / dy
    return Slopes(math.hypot(along_x, along_y), along_x, along_y)


@kernel
def masked_smooth_slope_moments(z: np.ndarray, dx: float, dy: float) -> SmoothSlopes:
    """Root mean square gradient over the seven-point stencils, along both axes, that are measured whole."""
    ny, nx = z.shape
    width = max(nx - 6, 0)
    slopes = np.empty((2, width))
    squares, count = 0.0, 0
    for i in range(3, ny - 3):
        for j in range(width):
            slopes[0, j] = 0.0
            slopes[1, j] = 0.0
        for k, weight in ((1, 45.0), (2, -9.0), (3, 1.0)):
            left, right = z[i, 3 - k : 3 - k + width], z[i, 3 + k : 3 + k + width]
            upper, lower = z[i - k, 3 : 3 + width], z[i + k, 3 : 3 + width]
            for j in range(width):
                slopes[0, j] += weight * np.float64(right[j] - left[j])
                slopes[1, j] += weight * np.float64(lower[j] - upper[j])
        middle = z[i, 3 : 3 + width]
        for j in range(width):
            square = slopes[0, j] * slopes[0, j] + slopes[1, j] * slopes[1, j] * (dx / dy) ** 2
            is_known = not np.isnan(square + middle[j])
            squares += square if is_known else 0.0
            count += is_known
    return SmoothSlopes(math.sqrt(squares / count) / (60 * dx) if count else np.nan)


@kernel
def masked_developed_area(z: np.ndarray, dx: float, dy: float, scale: float) -> DevelopedArea:
    """As `developed_area`, of the cells whose four corners are measured: their area alone."""
    ny, nx = z.shape
    total, count = 0.0, 0
    along_x, along_y = scale / dx, scale / dy
    for i in range(1, ny):
        u0, u1, l0, l1 = z[i - 1, : nx - 1], z[i - 1, 1:], z[i, : nx - 1], z[i, 1:]
        for j in range(nx - 1):
            top, bottom = np.float64(u1[j] - u0[j]) * along_x, np.float64(l1[j] - l0[j]) * along_x
            left, right = np.float64(l0[j] - u0[j]) * along_y, np.float64(l1[j] - u1[j]) * along_y
            top, bottom, left, right = top * top, bottom * bottom, left * left, right * right
            a, b, c, d = top + left, top + right, bottom + left, bottom + right
            excess = a / (1.0 + np.sqrt(1.0 + a)) + b / (1.0 + np.sqrt(1.0 + b))
            excess += c / (1.0 + np.sqrt(1.0 + c)) + d / (1.0 + np.sqrt(1.0 + d))
            is_known = not np.isnan(excess)
            total += excess if is_known else 0.0
            count += is_known
    if count == 0:
        return DevelopedArea(np.nan, np.nan)
    mean = total / count / 4
    return DevelopedArea(count * dx * dy * (1.0 + mean), mean)


@exact
def masked_summits(z: np.ndarray, dx: float, dy: float) -> Summits:
    """As `summits`, among the pixels measured together with their eight neighbours; NaN where there is none.

    The density is the share of summits among these pixels, brought to the area that the complete image
    is divided by, so that it does not fall with the number of pixels lost.
    """
    ny, nx = z.shape
    width = max(nx - 2, 0)
    flags = np.empty(width, np.uint8)
    tops, bottoms = np.full(EXTREMES, -np.inf), np.full(EXTREMES, -np.inf)
    known, count, pits, bend_x, bend_y, pit_x, pit_y = 0, 0, 0, 0.0, 0.0, 0.0, 0.0
    for i in range(1, ny - 1):
        _flag_known(z[i - 1], z[i], z[i + 1], flags)
        for j in range(width):
            if flags[j] == 0:
                continue
            known += 1
            here = np.float64(z[i, j + 1])
            across = np.float64(z[i, j]) + np.float64(z[i, j + 2]) - 2.0 * here
            down = np.float64(z[i - 1, j + 1]) + np.float64(z[i + 1, j + 1]) - 2.0 * here
            if flags[j] & PIT:
                pits += 1
                _keep_highest(bottoms, -here)
                pit_x += across
                pit_y += down
            elif flags[j] & SUMMIT:
                count += 1
                _keep_highest(tops, here)
                bend_x += across
                bend_y += down
    if known == 0:
        return Summits(np.nan, np.nan, np.nan, np.nan, np.nan)
    per_area = ((ny - 2) * (nx - 2)) / ((ny - 1) * (nx - 1)) / known / dx / dy
    curvature = -0.5 * (bend_x / count / dx / dx + bend_y / count / dy / dy) if count > 0 else np.nan
    pit_curvature = 0.5 * (pit_x / pits / dx / dx + pit_y / pits / dy / dy) if pits > 0 else np.nan
    ten_point = _mean_of(tops, count) + _mean_of(bottoms, pits) if count > 0 and pits > 0 else np.nan
    return Summits(count * per_area, curvature, pit_curvature, ten_point, pits * per_area)


@exact
def _flag_known(above: np.ndarray, row: np.ndarray, below: np.ndarray, flags: np.ndarray) -> None:
    """Flags of the inner pixels of a row whose nine pixels are measured, else 0; no comparison with NaN holds."""
    for j in range(flags.size):
        v, left, right = row[j + 1], row[j], row[j + 2]
        a, b, c, d, e, f = above[j], above[j + 1], above[j + 2], below[j], below[j + 1], below[j + 2]
        is_top = (v > left) & (v > right) & (v > a) & (v > b) & (v > c) & (v > d) & (v > e) & (v > f)
        is_pit = (v < left) & (v < right) & (v < a) & (v < b) & (v < c) & (v < d) & (v < e) & (v < f)
        is_known = not np.isnan(v + left + right + a + b + c + d + e + f)
        flags[j] = (np.uint8(is_top) | np.uint8(is_pit) << np.uint8(1)) | np.uint8(is_known) << np.uint8(2)
