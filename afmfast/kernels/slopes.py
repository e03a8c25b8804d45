"""Slopes between neighbouring pixels, seven-point slopes, and the developed area."""

from __future__ import annotations

import math

import numpy as np

from ._jit import fast_part, kernel
from .results import DevelopedArea, Gradients, Slopes, SmoothSlopes


@kernel
def slope_moments(z: np.ndarray, dx: float, dy: float) -> Slopes:
    """Root mean square gradient of z (ny, nx) over its (ny - 1)(nx - 1) cells, from the lower right corner of each."""
    ny, nx = z.shape
    across, down = 0.0, 0.0
    for i in range(1, ny):
        here, left, above = z[i, 1:], z[i, : nx - 1], z[i - 1, 1:]
        sum_x, sum_y = np.float32(0), np.float32(0)
        for j in range(nx - 1):
            step_x, step_y = here[j] - left[j], here[j] - above[j]
            sum_x += step_x * step_x
            sum_y += step_y * step_y
        across += np.float64(sum_x)
        down += np.float64(sum_y)
    cells = (ny - 1) * (nx - 1)
    along_x, along_y = math.sqrt(across / cells) / dx, math.sqrt(down / cells) / dy
    return Slopes(math.hypot(along_x, along_y), along_x, along_y)


@kernel
def gradient_moments(z: np.ndarray, dx: float, dy: float, rms: float) -> Gradients:
    """Mean and kurtosis of the gradient of z (ny, nx), of the cells and the rms gradient of `slope_moments`.

    Gradients are taken over their rms, so that no pixel size is too small or too large for single precision.
    NaN kurtosis where all are zero.
    """
    if rms == 0.0:
        return Gradients(0.0, np.nan)
    ny, nx = z.shape
    along_x, along_y = np.float32(1.0 / dx / rms), np.float32(1.0 / dy / rms)
    total_1, total_4 = 0.0, 0.0
    for i in range(1, ny):
        here, left, above = z[i, 1:], z[i, : nx - 1], z[i - 1, 1:]
        sum_1, sum_4 = np.float32(0), np.float32(0)
        for j in range(nx - 1):
            step_x, step_y = (here[j] - left[j]) * along_x, (here[j] - above[j]) * along_y
            square = step_x * step_x + step_y * step_y
            sum_1 += np.sqrt(square)
            sum_4 += square * square
        total_1 += np.float64(sum_1)
        total_4 += np.float64(sum_4)
    cells = (ny - 1) * (nx - 1)
    return Gradients(rms * total_1 / cells, total_4 / cells)


@kernel
def smooth_slope_moments(z: np.ndarray, dx: float, dy: float) -> SmoothSlopes:
    """Root mean square gradient from the seven-point stencil over the interior; NaN below 7 x 7 pixels."""
    ny, nx = z.shape
    if ny < 7 or nx < 7:
        return SmoothSlopes(np.nan)
    width = nx - 6
    nine, far = np.float32(9), np.float32(45)
    across, down = 0.0, 0.0
    for i in range(3, ny - 3):
        l3, l2, l1 = z[i, :width], z[i, 1 : 1 + width], z[i, 2 : 2 + width]
        r1, r2, r3 = z[i, 4 : 4 + width], z[i, 5 : 5 + width], z[i, 6 : 6 + width]
        sum_x = np.float32(0)
        for j in range(width):
            slope = far * (r1[j] - l1[j]) - nine * (r2[j] - l2[j]) + (r3[j] - l3[j])
            sum_x += slope * slope
        across += np.float64(sum_x)
        u3, u2, u1 = z[i - 3, 3 : 3 + width], z[i - 2, 3 : 3 + width], z[i - 1, 3 : 3 + width]
        d1, d2, d3 = z[i + 1, 3 : 3 + width], z[i + 2, 3 : 3 + width], z[i + 3, 3 : 3 + width]
        sum_y = np.float32(0)
        for j in range(width):
            slope = far * (d1[j] - u1[j]) - nine * (d2[j] - u2[j]) + (d3[j] - u3[j])
            sum_y += slope * slope
        down += np.float64(sum_y)
    points = (ny - 6) * width
    return SmoothSlopes(math.hypot(math.sqrt(across / points) / (60 * dx), math.sqrt(down / points) / (60 * dy)))


@kernel
def developed_area(z: np.ndarray, dx: float, dy: float, scale: float) -> DevelopedArea:
    """Area of the surface scale * z over both ways to cut each cell into two triangles.

    Each cell is then half of its four corner triangles, each corner with one edge along x and one
    along y. sqrt(1 + q) - 1 is taken as q / (1 + sqrt(1 + q)), and slopes are divided by the steepest
    possible unit slope, so that neither gentle nor absurdly steep surfaces lose digits or overflow.
    """
    ny, nx = z.shape
    unit = max(scale / dx, scale / dy)
    along_x, along_y = np.float32(scale / dx / unit), np.float32(scale / dy / unit)
    if unit <= 1.0:
        floor, gain, factor = 1.0, unit * unit, unit * unit
    else:
        floor, gain, factor = max(1.0 / unit / unit, 1e-37), 1.0, unit
    total = 0.0
    base, slope, root = np.float32(floor), np.float32(gain), np.float32(math.sqrt(floor))
    for i in range(1, ny):
        total += _row_excess(z[i - 1], z[i], along_x, along_y, base, slope, root)
    excess = total / (4 * (ny - 1) * (nx - 1)) * factor
    return DevelopedArea((ny - 1) * (nx - 1) * dx * dy * (1.0 + excess), excess)


@fast_part
def _row_excess(
    upper: np.ndarray, lower: np.ndarray, along_x: float, along_y: float, base: float, slope: float, root: float
) -> float:
    """Sum over the cells between two rows of q / (root + sqrt(base + slope * q)) of the four corners."""
    width = upper.size - 1
    u0, u1, l0, l1 = upper[:width], upper[1:], lower[:width], lower[1:]
    total = np.float32(0)
    for j in range(width):
        top, bottom = (u1[j] - u0[j]) * along_x, (l1[j] - l0[j]) * along_x
        left, right = (l0[j] - u0[j]) * along_y, (l1[j] - u1[j]) * along_y
        top, bottom, left, right = top * top, bottom * bottom, left * left, right * right
        a, b, c, d = top + left, top + right, bottom + left, bottom + right
        total += a / (root + np.sqrt(base + slope * a)) + b / (root + np.sqrt(base + slope * b))
        total += c / (root + np.sqrt(base + slope * c)) + d / (root + np.sqrt(base + slope * d))
    return np.float64(total)
