"""Hills and dales: watershed segmentation with Wolf pruning."""

from __future__ import annotations

import numpy as np

from ...kernels import motifs
from ...kernels.results import HeightMoments, Motifs
from ..surface import Recipe, Surface

#: Hills lower than this share of Sz are pruned; one that is as high to within rounding is not.
PRUNING, ROUNDING = 0.05, 1e-6


def arrays(ny: int, nx: int) -> tuple[np.ndarray, ...]:
    """Arrays of `watershed`: framed heights first, its result last."""
    return (
        np.empty((ny + 2, nx + 2), np.float32),
        np.empty((ny, nx), np.uint8),
        np.empty(ny * nx + 1, np.int32),
        np.zeros((ny + 2, nx + 2), np.int32),
    )


def _motifs(surface: Surface, moments: HeightMoments) -> Motifs:
    limit = (PRUNING - ROUNDING) * (moments.highest + moments.deepest)
    hills, dales = _hills(surface, 1.0, limit), _hills(surface, -1.0, limit)
    (density, curvature, highest, *hill), (_, _, deepest, *dale) = hills, dales
    return Motifs(density, curvature, highest, deepest, *hill, *dale)


def _hills(surface: Surface, sign: float, limit: float) -> tuple[float, float, float, float, float]:
    heights, *work, hills = surface.work.of(arrays)
    motifs.frame(surface.z, sign, heights)
    peaks, sides, level, order = motifs.watershed(heights, *work, hills)
    order.sort()  # NumPy's own is many times faster than a sort inside a kernel
    region, floor = np.empty(peaks.size, np.int32), np.empty(peaks.size, np.float32)
    motifs.prune(heights.reshape(-1)[peaks], sides, level, order, limit, region, floor)
    return motifs.attributes(heights, hills, peaks, region, floor, surface.dx, surface.dy)


RECIPES: dict[type, Recipe] = {Motifs: Recipe(_motifs, of=(HeightMoments,), needs_relief=True)}
