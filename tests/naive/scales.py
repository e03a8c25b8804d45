"""The same heights on several scales: power laws from 4 pixels to a quarter of the shorter side."""

from __future__ import annotations

import math

import numpy as np

from .common import NAN


def _powers(n: int) -> list[int]:
    return [2**k for k in range(2, 20) if 2**k <= n / 4]


def _apart(z: np.ndarray, lag: int) -> tuple[float, float]:
    """Mean square height difference along x and along y."""
    found = []
    for step in (z[:, lag:] - z[:, :-lag], z[lag:] - z[:-lag]):
        known = step[~np.isnan(step)]
        found.append(np.mean(known**2) if known.size else NAN)
    return found[0], found[1]


def _lags(n: int) -> list[int]:
    return [k for k in range(4, n // 4 + 1) if k in _powers(n) or 2 * k / 3 in _powers(n)]


def is_rough(z: np.ndarray) -> bool:
    """Neither smooth, nor repeating, nor without relief along an axis."""
    if min(z.shape) <= 3:
        return False
    values = np.array([_apart(z, lag) for lag in (1, 2, 3, *_lags(min(z.shape)))])
    if values[1].sum() > 2**1.95 * values[0].sum():
        return False
    largest = np.maximum.accumulate(np.nan_to_num(values), axis=0)
    return not (values < 0.5 * largest).any() and bool((largest[-1] > 1e-10 * np.nanmean(z**2)).all())


def _slope(scales: list[int], *curves: list[float]) -> float:
    """Least squares with one slope and an intercept for every curve."""
    if len(scales) < 3 or not np.all(np.array(curves) > 0):
        return NAN
    y = np.log(curves)
    terms = np.zeros((*y.shape, 1 + len(y)))
    terms[..., 0] = np.log(scales)
    for k in range(len(y)):
        terms[k, :, 1 + k] = 1.0
    return float(np.linalg.lstsq(terms.reshape(-1, 1 + len(y)), y.ravel(), rcond=None)[0][0])


def differences(z: np.ndarray) -> dict[str, float]:
    lags = _lags(min(z.shape))
    slope = _slope(lags, *np.array([_apart(z, lag) for lag in lags]).T) if lags else NAN
    return {"D_var": 3 - slope / 2, "Hurst": slope / 2}


def blocks(z: np.ndarray) -> dict[str, float]:
    side, scales = min(z.shape), _powers(min(z.shape))
    variance, anywhere, boxes = [], [], []
    for n in scales:
        height = np.ptp(z) * n / side
        parts = [
            z[i : i + n, j : j + n] for i in range(0, z.shape[0] - n + 1, n) for j in range(0, z.shape[1] - n + 1, n)
        ]
        variance.append(np.mean([part.var() for part in parts]))
        boxes.append(
            np.mean([_cell(part.max(), z, height) - _cell(part.min(), z, height) + 1 for part in parts]) / n**2
        )
        anywhere.append(np.mean([np.ptp(part) / height + 1 for part in parts]) / n**2)
    return {
        "D_part": 3 - _slope(scales, variance) / 2,
        "D_box": -_slope(scales, anywhere),
        "D_dbc": -_slope(scales, boxes),
    }  # fmt: skip


def _cell(height: float, z: np.ndarray, side: float) -> int:
    """Layer of the lattice that a height is in; within 3e-7 of the range below an edge it is on it."""
    return min(math.floor((height - z.min() + 3e-7 * np.ptp(z)) / side), math.ceil(np.ptp(z) / side - 1e-9) - 1)


def areas(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """Of triangles through every n-th pixel, and of prisms; Sq is the shorter side."""
    side, scales = min(z.shape[1] * dx, z.shape[0] * dy), _powers(min(z.shape))
    z = z / math.sqrt(np.mean(z**2)) * side
    triangles, prisms = [], []
    for n in scales:
        coarse = z[::n, ::n]
        ny, nx = coarse.shape
        corners = [
            [(j * n * dx, i * n * dy, coarse[i, j]) for i, j in ((r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c))]
            for r in range(ny - 1)
            for c in range(nx - 1)
        ]
        flat = n * dx * n * dy
        triangles.append(
            np.mean([sum(_area(q[k - 1], q[k], q[(k + 1) % 4]) for k in range(4)) / 2 for q in corners]) / flat
        )
        prisms.append(
            np.mean([sum(_area(q[k - 1], q[k], np.mean(q, axis=0)) for k in range(4)) for q in corners]) / flat
        )
    return {"D_area": 2 - _slope(scales, triangles), "D_prism": 2 - _slope(scales, prisms)}


def _area(a, b, c) -> float:
    return 0.5 * float(np.linalg.norm(np.cross(np.subtract(b, a), np.subtract(c, a))))


def lacunarity(z: np.ndarray, mean: float) -> float:
    ny, nx = z.shape
    if min(ny, nx) < 8 or np.isnan(z).any():
        return NAN
    mass = mean + np.array([z[i : i + 8, j : j + 8].mean() for i in range(ny - 7) for j in range(nx - 7)])
    if not abs(mass.mean()) > 1e-9 * math.sqrt(np.mean((mass - mean) ** 2)):
        return NAN
    return 1 + np.var(mass) / mass.mean() ** 2
