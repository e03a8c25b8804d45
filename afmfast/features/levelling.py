"""Levelling one image: least squares in double precision, then dimensionless single precision for the kernels."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from ..errors import SettingsError
from ..kernels import level as kernels
from .surface import Surface, Workspace, workspace

Level = Literal["none", "constant", "plane", "quadratic", "cubic"]
Lines = Literal["none", "median"]
_DEGREE: dict[str, int] = {"none": 0, "constant": 0, "plane": 1, "quadratic": 2, "cubic": 3}
#: What is left after levelling is rounding noise below this share of the largest raw height.
FLAT = 1e-12


def check(level: str, lines: str) -> None:
    """Raise `SettingsError` for a levelling or line correction that does not exist."""
    for what, given, allowed in (("level", level, get_args(Level)), ("lines", lines, get_args(Lines))):
        if given not in allowed:
            raise SettingsError(f"{what} is {given!r}; allowed: {', '.join(allowed)}")


def levelled(z: np.ndarray, dx: float, dy: float, level: str, lines: str) -> Surface:
    """The surface of raw heights z (ny, nx), float32 or float64 and contiguous; NaN and infinity are not valid.

    `lines` "median" first takes from every row its median. "none" and "constant" both leave the
    heights about their mean, which is all that parameters see of them.
    """
    ny, nx = z.shape
    work = workspace(ny, nx)
    largest = largest_magnitude(z)
    if not math.isfinite(largest):
        return _incomplete(z, dx, dy, level, lines, work)
    factor = _power_of_two(largest)
    mean = math.nan
    if lines == "median":
        mean = float(np.mean(z, dtype=np.float64))
        z = z - np.median(z, axis=1, keepdims=True)
    basis_x, basis_y, kept = _basis(ny, nx, _DEGREE[level])
    sums = np.empty((ny, basis_x.shape[0]))
    squares = kernels.project_rows(z, factor, basis_x, sums)
    coefficients = np.where(kept, basis_y @ sums, 0.0)
    trend = basis_y.T @ coefficients
    if lines == "none":
        mean = float(sums[:, 0].sum()) / (ny * math.sqrt(nx) * factor)
    # The basis is orthonormal, so the squares that remain are known, unless next to nothing remains.
    remaining = squares - float(np.vdot(coefficients, coefficients))
    if remaining <= 1e-9 * squares:
        remaining = kernels.residual_squares(z, factor, trend, basis_x, work.row)
    rms = math.sqrt(remaining / (ny * nx))
    if rms <= FLAT * largest * factor:
        work.levelled[:] = 0.0
        return Surface(work.levelled, work.levelled.reshape(-1), dx, dy, 1.0, mean, work, is_flat=True)
    unit = _power_of_two(rms)
    kernels.subtract_trend(z, factor, trend, basis_x, unit, work.row, work.levelled)
    scale = 1.0 / unit / factor
    return Surface(work.levelled, work.levelled.reshape(-1), dx, dy, scale, mean, work, is_flat=False)


def largest_magnitude(z: np.ndarray) -> float:
    """The largest |z|; NaN or infinity if there is one."""
    unsigned = np.uint32 if z.dtype == np.float32 else np.uint64
    bits = kernels.largest_bits(z.reshape(-1).view(unsigned))
    return float(np.array(bits, unsigned).view(z.dtype))


def _power_of_two(magnitude: float) -> float:
    """A power of two that brings a magnitude near 1."""
    if magnitude == 0.0:
        return 1.0
    return math.ldexp(1.0, -max(min(math.frexp(magnitude)[1], 1000), -1000))


@lru_cache(maxsize=16)
def _basis(ny: int, nx: int, degree: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Orthonormal polynomials (k, nx) and (l, ny), and which products (l, k) keep to the degree."""
    basis_x, basis_y = _polynomials(nx, degree), _polynomials(ny, degree)
    order = np.arange(basis_y.shape[0])[:, None] + np.arange(basis_x.shape[0])[None, :]
    return basis_x, basis_y, order <= degree


def _polynomials(n: int, degree: int) -> np.ndarray:
    place = np.linspace(-1.0, 1.0, n) if n > 1 else np.zeros(1)
    q, r = np.linalg.qr(np.vander(place, min(degree, n - 1) + 1, increasing=True))
    return np.ascontiguousarray((q * np.sign(np.diag(r))).T)


def _incomplete(z: np.ndarray, dx: float, dy: float, level: str, lines: str, work: Workspace) -> Surface:
    """As `levelled`, on the valid pixels alone; slower, for images that have lost some."""
    ny, nx = z.shape
    is_valid = np.isfinite(z)
    if not is_valid.any():
        return Surface(work.levelled, np.empty(0, np.float32), dx, dy, 1.0, math.nan, work, is_flat=False)
    largest = float(np.abs(z[is_valid]).max())
    factor = _power_of_two(largest)
    heights = z[is_valid] * np.float64(factor)
    mean = float(heights.mean()) / factor
    rows, columns = np.nonzero(is_valid)
    if lines == "median":
        for row in np.unique(rows):
            heights[rows == row] -= np.median(heights[rows == row])
    basis_x, basis_y, kept = _basis(ny, nx, _DEGREE[level])
    design = np.stack([basis_y[b][rows] * basis_x[a][columns] for b, a in np.argwhere(kept)], axis=1)
    heights -= design @ np.linalg.lstsq(design.T @ design, design.T @ heights, rcond=None)[0]
    heights -= heights.mean()
    rms = math.sqrt(float(np.mean(heights**2)))
    is_flat = rms <= FLAT * largest * factor
    unit = _power_of_two(rms)
    valid = (heights * (0.0 if is_flat else unit)).astype(np.float32)
    work.levelled[:] = np.nan
    work.levelled[is_valid] = valid
    return Surface(work.levelled, valid, dx, dy, 1.0 if is_flat else 1.0 / unit / factor, mean, work, is_flat=is_flat)
