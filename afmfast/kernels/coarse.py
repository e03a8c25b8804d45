"""The area of the surface through every so many pixels, and the mass in a gliding box."""

from __future__ import annotations

import numpy as np

from ._jit import fast_part, kernel
from .results import Lacunarity

#: Side of the gliding box in pixels; the sums below are made for it.
BOX = 8


@kernel
def area_ratios(z: np.ndarray, along_x: float, along_y: float) -> tuple[float, float]:
    """Area over projected area of z (ny, nx): of triangles, both ways to cut each cell, and of prisms.

    along_x, along_y: lateral unit over pixel side. A prism's four triangles meet in the mean of its corners, so each
    has one edge's slope and the mean slope across it.
    """
    across, down = np.float32(along_x), np.float32(along_y)
    triangles, prisms = 0.0, 0.0
    for i in range(1, z.shape[0]):
        one, other = _row_areas(z[i - 1], z[i], across, down)
        triangles += one
        prisms += other
    cells = 4 * (z.shape[0] - 1) * (z.shape[1] - 1)
    return triangles / cells, prisms / cells


@fast_part
def _row_areas(upper: np.ndarray, lower: np.ndarray, along_x: float, along_y: float) -> tuple[float, float]:
    """Sums over the cells between two rows of the four corner triangles, and of the four sides of the prism."""
    width = upper.size - 1
    u0, u1, l0, l1 = upper[:width], upper[1:], lower[:width], lower[1:]
    one, quarter = np.float32(1), np.float32(0.25)
    triangles, prisms = np.float32(0), np.float32(0)
    for j in range(width):
        top, bottom = (u1[j] - u0[j]) * along_x, (l1[j] - l0[j]) * along_x
        left, right = (l0[j] - u0[j]) * along_y, (l1[j] - u1[j]) * along_y
        middle_x, middle_y = one + quarter * (top + bottom) * (top + bottom), quarter * (left + right) * (left + right)
        middle_y += one
        top, bottom, left, right = top * top, bottom * bottom, left * left, right * right
        triangles += np.sqrt(one + top + left) + np.sqrt(one + top + right)
        triangles += np.sqrt(one + bottom + left) + np.sqrt(one + bottom + right)
        prisms += np.sqrt(middle_y + top) + np.sqrt(middle_y + bottom)
        prisms += np.sqrt(middle_x + left) + np.sqrt(middle_x + right)
    return np.float64(triangles), np.float64(prisms)


@kernel
def lacunarity(z: np.ndarray, columns: np.ndarray, mean: float) -> Lacunarity:
    """Mean square over squared mean of the mass, z (ny, nx) and a mean, in a box that glides over all places.

    NaN below 8 x 8 pixels and where the mean mass is rounding about 0. Work array: columns (3, nx) float32.
    """
    ny, nx = z.shape
    if ny < BOX or nx < BOX:
        return Lacunarity(np.nan)
    sums, pairs, fours, share = columns[0], columns[1], columns[2], np.float32(1.0 / BOX**2)
    total, squares = 0.0, 0.0
    for i in range(ny - BOX + 1):
        for j in range(nx):
            sums[j] = np.float32(0)
        for k in range(BOX):
            row = z[i + k]
            for j in range(nx):
                sums[j] += row[j]
        for j in range(nx - 1):
            pairs[j] = sums[j] + sums[j + 1]
        for j in range(nx - 3):
            fours[j] = pairs[j] + pairs[j + 2]
        row_total, row_squares = np.float32(0), np.float32(0)
        for j in range(nx - BOX + 1):
            box = (fours[j] + fours[j + 4]) * share
            row_total += box
            row_squares += box * box
        total += np.float64(row_total)
        squares += np.float64(row_squares)
    places = (ny - BOX + 1) * (nx - BOX + 1)
    offset, square = total / places, squares / places
    mass = mean + offset
    if not abs(mass) > 1e-9 * np.sqrt(square):
        return Lacunarity(np.nan)
    return Lacunarity(1.0 + max(square - offset * offset, 0.0) / mass / mass)
