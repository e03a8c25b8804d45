"""The amplitude spectrum by direction and by wavelength."""

from __future__ import annotations

import math

import numpy as np

from ._jit import exact, fast_part, kernel

DIRECTIONS = 512
#: Single-precision sums over directions are flushed into double precision after so many.
FLUSH = 32
FEWEST_RADII = 4
#: Directions to either side: 2.5 degrees over which the spectrum is smoothed, 10 over which a peak is the largest.
SMOOTH, REACH = 7, 28


@kernel
def polar_sums(
    amplitude: np.ndarray,
    per_x: float,
    per_y: float,
    partial: np.ndarray,
    by_direction: np.ndarray,
    power: np.ndarray,
    by_radius: np.ndarray,
) -> None:
    """Sums of amplitude, as `windowed_amplitude` leaves it, over radii and over directions.

    Direction m is m * 180 / 512 degrees, anticlockwise with y up; radius r = 1, 2, ... lies at index
    r * per_x along x and r * per_y along y. power sums r times the square, the share of a sector's area.
    by_direction, power (512,), by_radius (R,) float64, partial (R,) float32.
    """
    centre, radii = (amplitude.shape[0] - 1) // 2, partial.size
    corners = np.empty(radii, np.int32)
    shares_x, shares_y = np.empty(radii, np.float32), np.empty(radii, np.float32)
    distances = np.arange(1, radii + 1).astype(np.float32)
    by_radius[:] = 0.0
    partial[:] = 0
    for m in range(DIRECTIONS):
        angle = m * math.pi / DIRECTIONS
        # |F(-k)| = |F(k)|: directions that point left are read on the right. Rows run down, y runs up.
        along_x = math.cos(angle) * per_x
        along_y = -math.sin(angle) * per_y
        if along_x < 0.0:
            along_x, along_y = -along_x, -along_y
        _place(
            np.float32(along_x), np.float32(along_y), np.float32(centre), np.int32(amplitude.shape[1]),
            corners, shares_x, shares_y,
        )  # fmt: skip
        by_direction[m], power[m] = _add_ray(amplitude, corners, shares_x, shares_y, distances, partial)
        if (m + 1) % FLUSH == 0:
            for r in range(radii):
                by_radius[r] += partial[r]
                partial[r] = 0


@fast_part
def _place(
    along_x: float,
    along_y: float,
    offset: float,
    width: int,
    corners: np.ndarray,
    shares_x: np.ndarray,
    shares_y: np.ndarray,
) -> None:
    """Where the radii of one direction fall: the upper left of four neighbours, and the way towards the others."""
    for r in range(corners.size):
        distance = np.float32(r + 1)
        x, y = distance * along_x, distance * along_y + offset
        column, row = np.int32(x), np.int32(y)
        corners[r] = row * width + column
        shares_x[r], shares_y[r] = x - np.float32(column), y - np.float32(row)


@fast_part
def _add_ray(
    amplitude: np.ndarray,
    corners: np.ndarray,
    shares_x: np.ndarray,
    shares_y: np.ndarray,
    distances: np.ndarray,
    partial: np.ndarray,
) -> tuple[float, float]:
    """Bilinear amplitudes of one direction, added to the radii; returns their sum and that of r times their squares.

    Apart from `_place`, and with unsigned indices that cannot count from the end, this loop gathers
    eight at a time: half the time of one loop.
    """
    flat, width, one = amplitude.reshape(amplitude.size), np.uint64(amplitude.shape[1]), np.uint64(1)
    total, power = np.float32(0), np.float32(0)
    for r in range(partial.size):
        corner = np.uint64(corners[r])
        below = corner + width
        upper = flat[corner] + shares_x[r] * (flat[corner + one] - flat[corner])
        lower = flat[below] + shares_x[r] * (flat[below + one] - flat[below])
        value = upper + shares_y[r] * (lower - upper)
        total += value
        power += distances[r] * value * value
        partial[r] += value
    return np.float64(total), np.float64(power)


@exact
def lay(by_direction: np.ndarray) -> tuple[float, float]:
    """Direction of the lay (degrees, 0 to 180) and how little of one there is (mean over largest amplitude)."""
    best, total = 0, 0.0
    for m in range(by_direction.size):
        total += by_direction[m]
        if by_direction[m] > by_direction[best]:
            best = m
    index = total / by_direction.size / by_direction[best] if by_direction[best] > 0.0 else np.nan
    return (best * 180.0 / by_direction.size + 90.0) % 180.0, index


@exact
def cross_hatch(by_direction: np.ndarray) -> float:
    """Acute angle (degrees) between the two strongest peaks of the smoothed amplitude by direction (n,); NaN with one.

    A peak is above the mean of all directions and, of equal ones, the first.
    """
    n = by_direction.size
    smooth, mean = np.empty(n), 0.0
    for m in range(n):
        total = 0.0
        for k in range(m - SMOOTH, m + SMOOTH + 1):
            total += by_direction[k % n]
        smooth[m] = total
        mean += total / n
    first, second = -1, -1
    for m in range(n):
        if smooth[m] > mean and _stands_out(smooth, m):
            if first < 0 or smooth[m] > smooth[first]:
                first, second = m, first
            elif second < 0 or smooth[m] > smooth[second]:
                second = m
    if second < 0:
        return np.nan
    apart = abs(first - second)
    return min(apart, n - apart) * 180.0 / n


@exact
def _stands_out(smooth: np.ndarray, m: int) -> bool:
    for k in range(1, REACH + 1):
        if smooth[m - k] >= smooth[m] or smooth[(m + k) % smooth.size] > smooth[m]:
            return False
    return True


@exact
def wavelengths(by_radius: np.ndarray, frequency_step: float) -> tuple[float, float, float]:
    """Wavelength of the largest radial amplitude, mean over largest, and wavelength at half of the sum."""
    best, total = 0, 0.0
    for r in range(by_radius.size):
        total += by_radius[r]
        if by_radius[r] > by_radius[best]:
            best = r
    if total <= 0.0:
        return np.nan, np.nan, np.nan
    reached, r = 0.0, 0
    while reached + by_radius[r] < 0.5 * total:
        reached += by_radius[r]
        r += 1
    half = r + (0.5 * total - reached) / by_radius[r]
    index = total / by_radius.size / by_radius[best]
    return 1.0 / ((best + 1) * frequency_step), index, 1.0 / (half * frequency_step)
