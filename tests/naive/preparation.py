"""Lines, fills and filters a second time: pixel by pixel, from their definitions."""

from __future__ import annotations

import math

import numpy as np

from .common import EPS, NAN


def lines(z: np.ndarray, how: str) -> np.ndarray:
    out, offset, last = z.copy(), 0.0, z[0]
    for i, row in enumerate(z):
        known = ~np.isnan(row)
        if not known.any():
            continue
        if how == "matched":
            steps = [b - a for a, b in zip(last, row, strict=True) if not math.isnan(b - a)]
            offset += np.median(steps) if steps else 0.0
            out[i], last = row - offset, row
        elif how == "median":
            out[i] = row - np.median(row[known])
        else:
            degree = min({"mean": 0, "linear": 1, "quadratic": 2}[how], known.sum() - 1)
            x = np.arange(row.size) / row.size
            out[i] = row - np.polyval(np.polyfit(x[known], row[known], degree), x)
    return out


def nearest(z: np.ndarray, dx: float, dy: float) -> list[list[set[float]]]:
    """For every pixel the heights of the measured ones that are nearest; often one, sometimes several."""
    ny, nx = z.shape
    out = []
    for i in range(ny):
        line = []
        for j in range(nx):
            away = {
                (a, b): ((a - i) * dy / dx) ** 2 + (b - j) ** 2 for a, b in np.ndindex(ny, nx) if not np.isnan(z[a, b])
            }
            line.append({float(z[place]) for place, r in away.items() if r <= min(away.values()) * (1 + 1e-9)})
        out.append(line)
    return out


def gaussian(z: np.ndarray, dx: float, dy: float, cutoff: float) -> np.ndarray:
    """ISO 16610-61: weights exp(-pi (r / (alpha cutoff))^2) within a cut-off along x and y, of sum 1."""
    ny, nx = z.shape
    alpha = math.sqrt(math.log(2) / math.pi)
    out = np.full(z.shape, NAN)
    for i in range(ny):
        for j in range(nx):
            total = weight = 0.0
            for a in range(ny):
                for b in range(nx):
                    x, y = (b - j) * dx, (a - i) * dy
                    if max(abs(x), abs(y)) <= cutoff * (1 + EPS) and not math.isnan(z[a, b]):
                        w = math.exp(-math.pi * (x * x + y * y) / (alpha * cutoff) ** 2)
                        total, weight = total + w * z[a, b], weight + w
            if not math.isnan(z[i, j]):
                out[i, j] = total / weight
    return out


def common_gradient(z: np.ndarray, dx: float, dy: float) -> tuple[float, float]:
    """The point of the plane of gradients with most weight about it at the last radius of the search, by trying."""
    x = ((z[1:, 1:] + z[:-1, 1:]) - (z[1:, :-1] + z[:-1, :-1])) / (2 * dx)
    y = ((z[1:, 1:] + z[1:, :-1]) - (z[:-1, 1:] + z[:-1, :-1])) / (2 * dy)
    known = ~np.isnan(x + y)
    x, y = x[known], y[known]
    radius = 3 * math.sqrt((x.var() + y.var()) / 2) * x.size ** (-1 / 6)
    # mean shift with weights (1 - u^2)^2 climbs the density (1 - u^2)^3
    density = [
        np.sum(np.maximum(1 - ((x - a) ** 2 + (y - b) ** 2) / radius**2, 0) ** 3) for a, b in zip(x, y, strict=True)
    ]
    a, b = x[np.argmax(density)], y[np.argmax(density)]
    for _ in range(2000):
        w = np.maximum(1 - ((x - a) ** 2 + (y - b) ** 2) / radius**2, 0) ** 2
        a, b = np.sum(w * x) / np.sum(w), np.sum(w * y) / np.sum(w)
    return a, b
