"""Scan lines brought to one level: each line by itself, or to the line before it."""

from __future__ import annotations

import numpy as np

_DEGREE = {"mean": 0, "linear": 1, "quadratic": 2}


def corrected(z: np.ndarray, lines: str) -> np.ndarray:
    """Heights z (ny, nx) float64, NaN = missing, without what differs from line to line.

    "median" and "mean" take from every row its median or mean, "linear" and "quadratic" its least-squares
    line or parabola (of lower degree where fewer pixels are measured). "matched" takes from every row the
    median of its differences from the row before, cumulated from the top: steps go and what rises slowly
    within a row stays. Rows without a measured pixel are passed over.
    """
    if lines == "matched":
        return z - _steps(z)[:, None]
    out = z.copy()
    x = np.linspace(-1.0, 1.0, z.shape[1])
    is_known = ~np.isnan(z)
    is_whole = is_known.all(axis=1)
    out[is_whole] -= _trend(z[is_whole], x, lines)
    for i in np.flatnonzero(is_known.any(axis=1) & ~is_whole):
        known = is_known[i]
        out[i, known] -= _trend(z[i : i + 1, known], x[known], lines)[0]
    return out


def _trend(rows: np.ndarray, x: np.ndarray, lines: str) -> np.ndarray:
    """Median, or least-squares polynomial over x (n,), of each of the rows (k, n)."""
    if lines == "median":
        return np.asarray(np.median(rows, axis=1, keepdims=True))
    basis = np.linalg.qr(np.vander(x, min(_DEGREE[lines] + 1, x.size), increasing=True))[0]
    return np.asarray(rows @ basis @ basis.T)


def _steps(z: np.ndarray) -> np.ndarray:
    """How far each row (ny,) stands above the first: medians over the pixels that it shares with the row before."""
    offsets = np.zeros(len(z))
    last = 0
    for i in range(1, len(z)):
        if np.isnan(z[i]).all():
            continue
        difference = z[i] - z[last]
        shared = difference[~np.isnan(difference)]
        offsets[i] = offsets[last] + (np.median(shared) if shared.size else 0.0)
        last = i
    return offsets
