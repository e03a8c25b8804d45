"""Ingredients that see heights alone, wherever they lie."""

from __future__ import annotations

import numpy as np

from ...kernels import amplitude, ratio
from ...kernels.results import HeightMoments, MaterialRatio, RawHeights
from ..surface import Recipe, Surface


def _raw(surface: Surface) -> RawHeights:
    return RawHeights(surface.mean / surface.scale)


def _moments(surface: Surface) -> HeightMoments:
    return amplitude.height_moments(surface.valid)


def _sorted(ny: int, nx: int) -> np.ndarray:
    return np.empty(ny * nx, np.float32)


def _material_ratio(surface: Surface, moments: HeightMoments) -> MaterialRatio:
    ascending = surface.work.of(_sorted)[: surface.valid.size]
    ascending[:] = surface.valid
    ascending.sort()
    return ratio.material_ratio(ascending, moments.rms)


RECIPES: dict[type, Recipe] = {
    RawHeights: Recipe(_raw, needs_all=False),
    HeightMoments: Recipe(_moments, needs_all=False),
    MaterialRatio: Recipe(_material_ratio, of=(HeightMoments,), needs_all=False),
}
