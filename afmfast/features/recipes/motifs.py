"""Hills and dales: watershed segmentation with Wolf pruning."""

from __future__ import annotations

import numpy as np

from ...kernels import motifs
from ...kernels.results import HeightMoments, Motifs
from ..surface import Recipe, Surface

#: Hills lower than this share of Sz are pruned; one that is as high to within rounding is not.
PRUNING, ROUNDING = 0.05, 1e-6


def arrays(ny: int, nx: int) -> tuple[np.ndarray, ...]:
    """Framed heights, and the arrays that `steepest` fills."""
    return (
        np.empty((ny + 2, nx + 2), np.float32),
        np.empty((ny, nx), np.uint8),
        np.empty(ny * nx + 1, np.int32),
        np.zeros((ny + 2, nx + 2), np.int32),
    )


def segmented(
    heights: np.ndarray, above: np.ndarray, turns: np.ndarray, hills: np.ndarray, limit: float
) -> tuple[np.ndarray, ...]:
    """Hills of framed heights, pruned below the limit: their number at every pixel in `hills`, peaks, region, floor."""
    turns = turns[: motifs.steepest(heights, above, turns, hills)]
    peaks = motifs.label(turns, hills)
    sides, level, order = motifs.saddles(heights, hills, above, turns)
    order.sort()  # NumPy's own is many times faster than a sort inside a kernel
    region, floor = np.empty(peaks.size, np.int32), np.empty(peaks.size, np.float32)
    motifs.prune(heights.reshape(-1)[peaks], sides, level, order, limit, region, floor)
    return peaks, region, floor


def _motifs(surface: Surface, moments: HeightMoments) -> Motifs:
    limit = (PRUNING - ROUNDING) * (moments.highest + moments.deepest)
    density, curvature, highest, *hill = _hills(surface, 1.0, limit)
    _, _, deepest, *dale = _hills(surface, -1.0, limit)
    return Motifs(density, curvature, highest, deepest, *hill, *dale)


def _hills(surface: Surface, sign: float, limit: float) -> tuple[float, ...]:
    heights, above, turns, hills = surface.work.of(arrays)
    motifs.frame(surface.z, sign, heights)
    peaks, region, floor = segmented(heights, above, turns, hills, limit)
    return (
        *motifs.peak_attributes(heights, peaks, region, surface.dx, surface.dy),
        *motifs.closed_hills(heights, hills, region, floor, surface.dx, surface.dy),
    )


RECIPES: dict[type, Recipe] = {Motifs: Recipe(_motifs, of=(HeightMoments,), needs_relief=True)}
