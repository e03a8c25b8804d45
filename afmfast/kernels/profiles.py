"""Profiles along rows and columns: spectral moments from differences, and crossings of the mean height."""

from __future__ import annotations

import numpy as np

from ._jit import fast_part, kernel
from .results import Profiles

#: A height this close to the mean, as a share of the rms height, lies on it: rounding must not choose its side.
LEVEL = 1e-6


@kernel
def profile_moments(z: np.ndarray, dx: float, dy: float, rms: float) -> Profiles:
    """Spectral moments of the profiles of mean-free z (ny, nx): mean squares of height, slope and bend, and crossings.

    Slope and bend are first and second differences, averaged over all rows, then over all columns, then over both.
    NaN m4 below 3 x 3 pixels. A crossing is half the change of sign between neighbours, heights on the mean
    having none, so that a profile crosses once whether or not a pixel lies on the mean.
    """
    ny, nx = z.shape
    signs = np.empty((2, nx), np.float32)
    _signs(z[0], np.float32(LEVEL * rms), signs[0])
    slope_x, slope_y, bend_x, bend_y, cross_x, cross_y = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(ny):
        row, sign, sign_below = z[i], signs[i % 2], signs[(i + 1) % 2]
        slope_x += _slopes(row[: nx - 1], row[1:])
        bend_x += _bends(row[: nx - 2], row[1 : nx - 1], row[2:])
        cross_x += _crossings(sign[: nx - 1], sign[1:])
        if i + 1 < ny:
            _signs(z[i + 1], np.float32(LEVEL * rms), sign_below)
            slope_y += _slopes(row, z[i + 1])
            cross_y += _crossings(sign, sign_below)
        if i + 2 < ny:
            bend_y += _bends(row, z[i + 1], z[i + 2])
    steps_x, steps_y = ny * (nx - 1), nx * (ny - 1)
    m2 = 0.5 * (slope_x / steps_x / dx**2 + slope_y / steps_y / dy**2)
    crossings = 0.5 * (cross_x / steps_x / dx + cross_y / steps_y / dy)
    m4 = np.nan
    if ny > 2 and nx > 2:
        m4 = 0.5 * (bend_x / (ny * (nx - 2)) / dx**4 + bend_y / (nx * (ny - 2)) / dy**4)
    return Profiles(rms * rms, m2, m4, rms * rms * m4 / m2 / m2, crossings)


@fast_part
def _slopes(one: np.ndarray, other: np.ndarray) -> float:
    total = np.float32(0)
    for j in range(one.size):
        step = other[j] - one[j]
        total += step * step
    return np.float64(total)


@fast_part
def _bends(left: np.ndarray, middle: np.ndarray, right: np.ndarray) -> float:
    total = np.float32(0)
    for j in range(left.size):
        bend = (right[j] - middle[j]) - (middle[j] - left[j])
        total += bend * bend
    return np.float64(total)


@fast_part
def _signs(row: np.ndarray, level: float, out: np.ndarray) -> None:
    for j in range(row.size):
        out[j] = np.float32(row[j] > level) - np.float32(row[j] < -level)


@fast_part
def _crossings(one: np.ndarray, other: np.ndarray) -> float:
    total = np.float32(0)
    for j in range(one.size):
        total += abs(other[j] - one[j])
    return 0.5 * np.float64(total)
