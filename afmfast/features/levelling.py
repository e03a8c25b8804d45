"""Levelling one image: least squares in double precision, then dimensionless single precision for the kernels."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from ..kernels import level as kernels
from ..kernels.facets import weighted_mean
from .lines import corrected
from .surface import Surface, workspace

_DEGREE: dict[str, int] = {"none": 0, "constant": 0, "plane": 1, "quadratic": 2, "cubic": 3}
#: What is left after levelling is rounding noise below this share of the largest raw height.
FLAT = 1e-12
#: Mean shift is at its fixed point after a few steps at each radius; it never goes back.
_STEPS = 100


def levelled(z: np.ndarray, dx: float, dy: float, level: str = "plane", lines: str = "none") -> Surface:
    """The surface of raw heights z (ny, nx), float32 or float64 and contiguous; NaN and infinity are not valid.

    `lines` first brings the scan lines to one level. "none" and "constant" both leave the heights about
    their mean, which is all that parameters see of them.
    """
    largest = largest_magnitude(z)
    if lines == "none" and level != "facet" and math.isfinite(largest):
        factor = _power_of_two(largest)
        return _whole(z, dx, dy, level, factor, FLAT * largest * factor)
    heights, factor, largest = normalised(z)
    if not largest >= 0.0:
        return unmeasured(z.shape, dx, dy)
    mean = float(np.nanmean(heights)) / factor
    if lines != "none":
        heights = corrected(heights, lines)
    if level == "facet":
        heights -= facet(heights, dx, dy)
    surface = about_mean(heights, dx, dy, "constant" if level == "facet" else level, FLAT * largest)
    surface.scale /= factor
    surface.mean = mean
    return surface


def unmeasured(shape: tuple[int, ...], dx: float, dy: float) -> Surface:
    """The surface of an image without a valid pixel."""
    work = workspace(*shape)
    work.levelled[:] = np.nan
    return Surface(work.levelled, np.empty(0, np.float32), dx, dy, 1.0, math.nan, work, is_flat=False)


def normalised(z: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Heights times a power of two, float64 with NaN = missing; that factor; their largest magnitude.

    The magnitude is below 1, and NaN where nothing is measured.
    """
    heights = np.where(np.isfinite(z), z, math.nan).astype(np.float64)
    if np.isnan(heights).all():
        return heights, 1.0, math.nan
    largest = float(np.nanmax(np.abs(heights)))
    factor = _power_of_two(largest)
    heights *= factor
    return heights, factor, largest * factor


def about_mean(heights: np.ndarray, dx: float, dy: float, level: str, floor: float) -> Surface:
    """The surface of heights (ny, nx) float64, NaN = missing, that are near 1 and levelled by a polynomial.

    An rms below `floor` is rounding noise. Slower than `_whole` where pixels are missing.
    """
    is_valid = ~np.isnan(heights)
    if is_valid.all():
        return _whole(heights, dx, dy, level, 1.0, floor)
    work = workspace(*heights.shape)
    heights = heights - polynomial(heights, _DEGREE[level])
    mean = float(heights[is_valid].mean())
    heights -= mean
    valid = heights[is_valid]
    rms = math.sqrt(float(np.mean(valid**2)))
    is_flat = rms <= floor
    unit = 0.0 if is_flat else _power_of_two(rms)
    work.levelled[:] = heights * unit
    return Surface(
        work.levelled, (valid * unit).astype(np.float32), dx, dy, 1.0 / (unit or 1.0), mean, work, is_flat=is_flat
    )


def polynomial(heights: np.ndarray, degree: int) -> np.ndarray:
    """The least-squares polynomial (ny, nx) through heights near 1, of which those that are NaN do not count."""
    basis_x, basis_y, kept = _basis(*heights.shape, degree)
    is_known = ~np.isnan(heights)
    sums = basis_y @ np.where(is_known, heights, 0.0) @ basis_x.T
    products = np.einsum(
        "bi,ci,ij,aj,dj->bacd", basis_y, basis_y, is_known.astype(np.float64), basis_x, basis_x, optimize=True
    )
    coefficients = np.zeros(kept.shape)
    coefficients[kept] = np.linalg.lstsq(products[kept][:, kept], sums[kept], rcond=None)[0]
    return basis_y.T @ coefficients @ basis_x


def facet(heights: np.ndarray, dx: float, dy: float) -> np.ndarray:
    """The plane (ny, nx) along the most common facet of heights near 1, NaN = missing; zero without a whole cell.

    Facets are the gradients of the cells whose four corners are measured. Their mode is found by mean
    shift from their mean, with weights (1 - r^2 / R^2)^2 and R from three times their standard deviation s,
    halved until 3 s n^(-1/6), Scott's bandwidth for n points in a plane, so that the search comes down
    on the main mode (annealed mean shift; Comaniciu & Meer 2002, doi:10.1109/34.1000236, Shen et al. 2007,
    doi:10.1109/TIP.2007.894233).
    """
    ny, nx = heights.shape
    size = min(dx, dy)
    across, down = np.diff(heights, axis=1) * (size / dx), np.diff(heights, axis=0) * (size / dy)
    across, down = 0.5 * (across[1:] + across[:-1]), 0.5 * (down[:, 1:] + down[:, :-1])
    is_known = ~np.isnan(across + down)
    across, down = across[is_known], down[is_known]
    if across.size == 0:
        return np.zeros((ny, nx))
    x, y = float(across.mean()), float(down.mean())
    spread = math.sqrt(0.5 * float(np.mean((across - x) ** 2 + (down - y) ** 2)))
    radius, last = 3.0 * spread, 3.0 * spread * across.size ** (-1 / 6)
    while radius > 0.0:
        for _ in range(_STEPS):
            before_x, before_y = x, y
            x, y = weighted_mean(across, down, x, y, radius)
            if abs(x - before_x) + abs(y - before_y) <= 1e-6 * radius:
                break
        radius = max(0.5 * radius, last) if radius > last else 0.0
    return np.add.outer(np.arange(ny) * (y * dy / size), np.arange(nx) * (x * dx / size))


def largest_magnitude(z: np.ndarray) -> float:
    """The largest |z|; NaN or infinity if there is one."""
    unsigned = np.uint32 if z.dtype == np.float32 else np.uint64
    bits = kernels.largest_bits(z.reshape(-1).view(unsigned))
    return float(np.array(bits, unsigned).view(z.dtype))


def _whole(z: np.ndarray, dx: float, dy: float, level: str, factor: float, floor: float) -> Surface:
    """The surface of complete heights z * factor near 1; an rms below `floor` is rounding noise."""
    ny, nx = z.shape
    work = workspace(ny, nx)
    basis_x, basis_y, kept = _basis(ny, nx, _DEGREE[level])
    sums = np.empty((ny, basis_x.shape[0]))
    squares = kernels.project_rows(z, factor, basis_x, sums)
    coefficients = np.where(kept, basis_y @ sums, 0.0)
    trend = basis_y.T @ coefficients
    mean = float(sums[:, 0].sum()) / (ny * math.sqrt(nx) * factor)
    # The basis is orthonormal, so the squares that remain are known, unless next to nothing remains.
    remaining = squares - float(np.vdot(coefficients, coefficients))
    if remaining <= 1e-9 * squares:
        remaining = kernels.residual_squares(z, factor, trend, basis_x, work.row)
    rms = math.sqrt(remaining / (ny * nx))
    if rms <= floor:
        work.levelled[:] = 0.0
        return Surface(work.levelled, work.levelled.reshape(-1), dx, dy, 1.0, mean, work, is_flat=True)
    unit = _power_of_two(rms)
    kernels.subtract_trend(z, factor, trend, basis_x, unit, work.row, work.levelled)
    scale = 1.0 / unit / factor
    return Surface(work.levelled, work.levelled.reshape(-1), dx, dy, scale, mean, work, is_flat=False)


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
