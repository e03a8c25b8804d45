"""Hills and dales: watershed segmentation with Wolf pruning."""

from __future__ import annotations

import numpy as np

from ...kernels import motifs
from ...kernels.results import HeightMoments, Motifs
from ..surface import Recipe, Surface

#: Hills lower than this share of Sz are pruned; one that is as high to within rounding is not.
PRUNING, ROUNDING = 0.05, 1e-6


def arrays(ny: int, nx: int) -> tuple[np.ndarray, ...]:
    """Arrays of `watershed`, its result last."""
    return (
        np.empty((ny + 2, nx + 2), np.float32),
        np.empty((ny + 1) // 2 * ((nx + 1) // 2), np.int32),
        np.empty(ny * nx, np.uint64),
        np.zeros((ny + 2, nx + 2), np.int32),
    )


def _motifs(surface: Surface, moments: HeightMoments) -> Motifs:
    limit = (PRUNING - ROUNDING) * (moments.highest + moments.deepest)
    hills, dales = _hills(surface, 1.0, limit), _hills(surface, -1.0, limit)
    return Motifs(*hills[:3], dales[2], *hills[3:], *dales[3:])


def _hills(surface: Surface, sign: float, limit: float) -> tuple[float, ...]:
    heights, peaks, saddles, hills = surface.work.of(arrays)
    motifs.frame(surface.z, sign, heights)
    n_peaks, n_saddles = motifs.watershed(heights, peaks, saddles, hills)
    saddles[:n_saddles].sort()  # NumPy's own is many times faster than a sort inside a kernel
    region, floor = np.empty(n_peaks, np.int32), np.empty(n_peaks, np.float32)
    motifs.prune(heights, hills, peaks[:n_peaks], saddles[:n_saddles], limit, region, floor)
    return motifs.attributes(heights, hills, peaks[:n_peaks], region, floor, surface.dx, surface.dy)


RECIPES: dict[type, Recipe] = {Motifs: Recipe(_motifs, of=(HeightMoments,), needs_relief=True)}
