"""Slopes, area, summits; of missing pixels (NaN) whatever holds none counts."""

from __future__ import annotations

import math

import numpy as np

from .common import NAN, known_mean


def slopes(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    sx = (z[1:, 1:] - z[1:, :-1]) / dx
    sy = (z[1:, 1:] - z[:-1, 1:]) / dy
    sdq6 = NAN
    if ny >= 7 and nx >= 7:
        taps = np.array([-1, 9, -45, 0, 45, -9, 1]) / 60
        gx = sum(t * z[3:-3, k : nx - 6 + k] for k, t in enumerate(taps)) / dx
        gy = sum(t * z[k : ny - 6 + k, 3:-3] for k, t in enumerate(taps)) / dy
        sdq6 = math.sqrt(known_mean(gx**2 + gy**2 + 0 * z[3:-3, 3:-3]))
    known = ~np.isnan(sx + sy)
    sx, sy = sx[known], sy[known]
    if not known.any():
        return {"Sdq6": sdq6}
    means = {"Sdq": math.sqrt(np.mean(sx**2 + sy**2)), "Sdq6": sdq6}
    if np.isnan(z).any():
        return means | {"Sdqx": math.sqrt(np.mean(sx**2)), "Sdqy": math.sqrt(np.mean(sy**2))}
    sdqx, sdqy, steep = math.sqrt(np.mean(sx**2)), math.sqrt(np.mean(sy**2)), np.hypot(sx, sy)
    spar = np.mean(steep**4) / np.mean(steep**2) ** 2 if steep.any() else NAN
    by_axis = {"Sdqx": sdqx, "Sdqy": sdqy, "Smas": np.mean(steep), "Spar": spar}
    return {**means, **by_axis}


def curvatures(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    if min(z.shape) < 3:
        return {"Slap": NAN, "Smcu": NAN}
    zx, zy = (z[1:-1, 2:] - z[1:-1, :-2]) / (2 * dx), (z[2:, 1:-1] - z[:-2, 1:-1]) / (2 * dy)
    zxx, zyy = np.diff(z[1:-1], 2, axis=1) / dx**2, np.diff(z[:, 1:-1], 2, axis=0) / dy**2
    zxy = (z[2:, 2:] - z[2:, :-2] - z[:-2, 2:] + z[:-2, :-2]) / (4 * dx * dy)
    bend = (1 + zy**2) * zxx - 2 * zx * zy * zxy + (1 + zx**2) * zyy
    h = bend / (2 * (1 + zx**2 + zy**2) ** 1.5)
    return {"Slap": math.sqrt(np.mean((zxx + zyy) ** 2)), "Smcu": np.mean(np.abs(h))}


def area(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    sx, sy = np.diff(z, axis=1) / dx, np.diff(z, axis=0) / dy
    excess = 0.0  # of each triangle over its projection dx dy / 2, in units of dx dy
    for x_side in (sx[:-1], sx[1:]):
        for y_side in (sy[:, :-1], sy[:, 1:]):
            steep = x_side**2 + y_side**2
            excess = excess + 0.25 * steep / (1 + np.sqrt(1 + steep))
    sdr = known_mean(excess)
    s2a = NAN if np.isnan(z).any() else (z.shape[0] - 1) * (z.shape[1] - 1) * dx * dy
    return {"Sdr": sdr, "S3A": (1 + sdr) * np.sum(~np.isnan(excess)) * dx * dy, "S2A": s2a}


def _extrema(z: np.ndarray) -> list[tuple[int, int]]:
    """Interior pixels strictly above their eight neighbours."""
    found = []
    for i in range(1, z.shape[0] - 1):
        for j in range(1, z.shape[1] - 1):
            around = np.delete(z[i - 1 : i + 2, j - 1 : j + 2].ravel(), 4)
            if z[i, j] > around.max():
                found.append((i, j))
    return found


def ten_point(z: np.ndarray) -> float:
    peaks = sorted((z[at] for at in _extrema(z)), reverse=True)[:5]
    pits = sorted(z[at] for at in _extrema(-z))[:5]
    return np.mean(peaks) - np.mean(pits) if peaks and pits else NAN


def summits(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    tops, bottoms = _bends(z, dx, dy), _bends(-z, dx, dy)
    ssc, svc = (np.mean(bends) if bends else NAN for bends in (tops, bottoms))
    area = (ny - 1) * (nx - 1) * dx * dy
    if np.isnan(z).any():  # as many among the pixels that could be summits, as if all could
        could = sum(
            not np.isnan(z[i - 1 : i + 2, j - 1 : j + 2]).any() for i in range(1, ny - 1) for j in range(1, nx - 1)
        )
        area = area * could / ((ny - 2) * (nx - 2)) if could else NAN
    return {"Sds": len(tops) / area, "Ssc": ssc, "Svc": svc, "Svd": len(bottoms) / area}


def _bends(z: np.ndarray, dx: float, dy: float) -> list[float]:
    return [
        -0.5 * ((z[i, j + 1] - 2 * z[i, j] + z[i, j - 1]) / dx**2 + (z[i + 1, j] - 2 * z[i, j] + z[i - 1, j]) / dy**2)
        for i, j in _extrema(z)
    ]
