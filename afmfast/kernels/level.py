"""Levelling: sums against a polynomial basis in double precision, and the levelled heights in single precision."""

from __future__ import annotations

import numpy as np

from ._jit import exact, fast_part, kernel


@exact
def largest_bits(bits: np.ndarray) -> int:
    """Largest entry of heights (n,) read as unsigned integers without their sign bit.

    For IEEE numbers the order of these integers is the order of magnitudes, with infinity and NaN
    on top: one integer reduction, which vectorises, finds the largest |z| and whether all are finite.
    """
    mask = ~(bits.dtype.type(1) << bits.dtype.type(8 * bits.itemsize - 1))
    largest = bits.dtype.type(0)
    for k in range(bits.size):
        largest = max(largest, bits[k] & mask)
    return largest


@kernel
def project_rows(z: np.ndarray, factor: float, basis: np.ndarray, out: np.ndarray) -> float:
    """Sums of the rows of z * factor (ny, nx) against basis (k, nx) into out (ny, k); returns the sum of squares."""
    ny, nx = z.shape
    squares = 0.0
    for i in range(ny):
        row = z[i]
        total = 0.0
        for j in range(nx):
            value = np.float64(row[j]) * factor
            total += value * value
        squares += total
        for a in range(basis.shape[0]):
            weights = basis[a]
            total = 0.0
            for j in range(nx):
                total += np.float64(row[j]) * factor * weights[j]
            out[i, a] = total
    return squares


@kernel
def residual_squares(z: np.ndarray, factor: float, trend: np.ndarray, basis: np.ndarray, work: np.ndarray) -> float:
    """Sum of squares of z * factor - trend @ basis; trend (ny, k), basis (k, nx), work (nx,) float64."""
    squares = 0.0
    for i in range(z.shape[0]):
        _residual(z[i], factor, trend[i], basis, work)
        total = 0.0
        for j in range(work.size):
            total += work[j] * work[j]
        squares += total
    return squares


@kernel
def subtract_trend(
    z: np.ndarray, factor: float, trend: np.ndarray, basis: np.ndarray, gain: float, work: np.ndarray, out: np.ndarray
) -> None:
    """(z * factor - trend @ basis) * gain into out (ny, nx) float32."""
    for i in range(z.shape[0]):
        _residual(z[i], factor, trend[i], basis, work)
        target = out[i]
        for j in range(work.size):
            target[j] = work[j] * gain


@fast_part
def _residual(row: np.ndarray, factor: float, trend: np.ndarray, basis: np.ndarray, work: np.ndarray) -> None:
    offset = trend[0] * basis[0, 0]  # the first polynomial is constant
    for j in range(row.size):
        work[j] = np.float64(row[j]) * factor - offset
    for a in range(1, trend.size):
        weight = trend[a]
        shape = basis[a]
        for j in range(row.size):
            work[j] -= weight * shape[j]
