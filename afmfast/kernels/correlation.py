"""The autocorrelation, zero padded and unbiased, and how fast it decays along rays."""

from __future__ import annotations

import math

import numpy as np

from . import _fft
from ._jit import fast_part, kernel
from .results import Correlation

RAYS = 360
#: Rows transformed at a time: they stay in the fast cache.
BAND = 16
#: Steps of a ray that are interpolated at a time, a loop that vectorises.
STRIDE = 32


@kernel
def autocorrelation(
    z: np.ndarray,
    padded: np.ndarray,
    spectrum: np.ndarray,
    band: np.ndarray,
    power: np.ndarray,
    half: np.ndarray,
    lags: np.ndarray,
    out: np.ndarray,
) -> None:
    """Autocorrelation of mean-free z (ny, nx) into out (2 hy + 1, hx + 1): lags y = -hy ... hy, x = 0 ... hx.

    Divided by the number of overlapping pixels and by its value at lag 0. Padding to
    (my, mx) >= 3/2 of the image is enough for lags up to half of it. The power is made and transformed
    back a band of rows at a time, in the fast cache. Work arrays: padded (my, nx) float32 with zeros below
    ny, spectrum (my // 2 + 1, nx), band (BAND, mx), half (my // 2 + 1, mx // 2 + 1) complex64,
    power (BAND, mx), lags (my, hx + 1) float32.
    """
    ny, nx = z.shape
    for i in range(ny):
        row, target = z[i], padded[i]
        for j in range(nx):  # a slice assigned would compile the text of a broadcasting error for 5 s
            target[j] = row[j]
    _fft.columns_forward(padded, spectrum)
    for start in range(0, spectrum.shape[0], BAND):
        stop = min(start + BAND, spectrum.shape[0])
        _fft.rows_full(spectrum[start:stop], band[: stop - start])
        for i in range(stop - start):
            _squared(band[i], power[i])
        _fft.rows_backward(power[: stop - start], half[start:stop])
    hy, hx = (out.shape[0] - 1) // 2, out.shape[1] - 1
    _fft.columns_backward(half[:, : hx + 1], lags)
    at_zero = np.float64(lags[0, 0]) / (ny * nx)
    overlap = np.empty(hx + 1, np.float32)
    for y in range(-hy, hy + 1):
        row, target = lags[y % lags.shape[0]], out[hy + y]
        for x in range(hx + 1):
            overlap[x] = 1.0 / (at_zero * (ny - abs(y)) * (nx - x))
        for x in range(hx + 1):
            target[x] = row[x] * overlap[x]


@fast_part
def _squared(values: np.ndarray, out: np.ndarray) -> None:
    for j in range(values.size):
        out[j] = values[j].real * values[j].real + values[j].imag * values[j].imag


@kernel
def decay(acf: np.ndarray, dx: float, dy: float) -> Correlation:
    """Decay lengths to 0.2 and 1/e over 360 directions of a half plane, of acf as `autocorrelation` leaves it.

    A ray walks in steps of half the smaller pixel until it is below both thresholds or leaves the
    lags known. One that never crosses counts with the last distance tried, so the aspect is then an
    upper bound and the longest length a lower one. NaN where no ray crosses.
    """
    hy, hx = (acf.shape[0] - 1) // 2, acf.shape[1] - 1
    step = 0.5 * min(dx, dy)
    corners, shares, values = np.empty(STRIDE, np.int64), np.empty((2, STRIDE)), np.empty(STRIDE)
    shortest_20, longest_20, shortest_37, longest_37 = np.inf, 0.0, np.inf, 0.0
    for q in range(RAYS):
        # From straight down over the right to straight up; the left half plane mirrors it.
        angle = q * math.pi / RAYS - 0.5 * math.pi
        step_x, step_y = step * math.cos(angle) / dx, step * math.sin(angle) / dy
        n_steps = steps_inside(step_x, step_y, hx, hy)
        cross_20, cross_37 = walk(acf, step_x, step_y, n_steps, corners, shares, values)
        if cross_20 < np.inf:
            shortest_20 = min(shortest_20, cross_20)
        if cross_37 < np.inf:
            shortest_37 = min(shortest_37, cross_37)
        longest_20 = max(longest_20, min(cross_20, float(n_steps)))
        longest_37 = max(longest_37, min(cross_37, float(n_steps)))
    length_20 = shortest_20 * step if shortest_20 < np.inf else np.nan
    length_37 = shortest_37 * step if shortest_37 < np.inf else np.nan
    aspect_20, aspect_37 = length_20 / (longest_20 * step), length_37 / (longest_37 * step)
    longest = longest_20 * step if shortest_20 < np.inf else np.nan
    return Correlation(length_20, length_37, aspect_20, aspect_37, longest)


@fast_part
def steps_inside(step_x: float, step_y: float, hx: int, hy: int) -> int:
    """How many steps of a ray stay within x <= hx, |y| <= hy (a millionth of a pixel beyond counts as on the edge)."""
    n = 1 << 30
    if step_x > 1e-12:
        n = min(n, int((hx + 1e-6) / step_x))
    if abs(step_y) > 1e-12:
        n = min(n, int((hy + 1e-6) / abs(step_y)))
    return n


@fast_part
def walk(
    acf: np.ndarray,
    step_x: float,
    step_y: float,
    n_steps: int,
    corners: np.ndarray,
    shares: np.ndarray,
    values: np.ndarray,
) -> tuple[float, float]:
    """Number of steps, with fraction, at which a ray falls below 0.2 and 1/e; infinity where it does not."""
    low, high = 0.2, math.exp(-1.0)
    previous, cross_37 = 1.0, np.inf
    for start in range(0, n_steps, STRIDE):
        n = min(STRIDE, n_steps - start)
        _interpolate(acf, step_x, step_y, start + 1, corners, shares, values[:n])
        for k in range(n):
            value = values[k]
            if value < high and cross_37 == np.inf:
                cross_37 = start + k + (previous - high) / (previous - value)
            if value < low:
                return start + k + (previous - low) / (previous - value), cross_37
            previous = value
    return np.inf, cross_37


@fast_part
def _interpolate(
    acf: np.ndarray, step_x: float, step_y: float, first: int, corners: np.ndarray, shares: np.ndarray, out: np.ndarray
) -> None:
    """The autocorrelation at steps first, first + 1, ... of a ray, bilinear; two loops that vectorise."""
    height, width = acf.shape
    hy = (height - 1) // 2
    for k in range(out.size):
        x = (first + k) * step_x
        y = (first + k) * step_y + hy
        column = min(int(x), width - 2)
        row = min(max(int(y), 0), height - 2)
        corners[k] = row * width + column
        shares[0, k], shares[1, k] = x - column, y - row
    flat, down, one = acf.reshape(acf.size), np.uint64(width), np.uint64(1)
    for k in range(out.size):
        corner = np.uint64(corners[k])
        below = corner + down
        upper = flat[corner] + shares[0, k] * (flat[corner + one] - flat[corner])
        lower = flat[below] + shares[0, k] * (flat[below + one] - flat[below])
        out[k] = upper + shares[1, k] * (lower - upper)
