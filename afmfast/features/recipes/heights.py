"""Ingredients that see heights alone, wherever they lie."""

from __future__ import annotations

import math

import numpy as np

from ...kernels import amplitude, order, ratio
from ...kernels.results import (
    Entropy,
    HeightMoments,
    MaterialRatio,
    Order,
    RawHeights,
    SortedHeights,
    Variation,
    Volumes,
)
from ..surface import Recipe, Surface


def _raw(surface: Surface) -> RawHeights:
    return RawHeights(surface.mean / surface.scale)


def _moments(surface: Surface) -> HeightMoments:
    return amplitude.height_moments(surface.valid)


#: A mean so small a share of the rms height is rounding noise about zero.
_NO_MEAN = 1e-9


def _variation(surface: Surface, raw: RawHeights, moments: HeightMoments) -> Variation:
    mean = abs(raw.mean)
    return Variation(moments.rms / mean if mean > _NO_MEAN * moments.rms else math.nan)


def _array(ny: int, nx: int) -> np.ndarray:
    return np.empty(ny * nx, np.float32)


def _sorted(surface: Surface) -> SortedHeights:
    ascending = surface.work.of(_array)[: surface.valid.size]
    ascending[:] = surface.valid
    ascending.sort()
    return SortedHeights(ascending)


def _material_ratio(surface: Surface, heights: SortedHeights, moments: HeightMoments) -> MaterialRatio:
    return ratio.material_ratio(heights.ascending, moments.rms)


def _order(surface: Surface, heights: SortedHeights, moments: HeightMoments) -> Order:
    return order.order_statistics(heights.ascending, moments.rms)


def _entropy(surface: Surface, heights: SortedHeights) -> Entropy:
    return order.entropy(heights.ascending)


def _volumes(surface: Surface, heights: SortedHeights) -> Volumes:
    return order.volumes(heights.ascending)


RECIPES: dict[type, Recipe] = {
    RawHeights: Recipe(_raw, needs_all=False),
    HeightMoments: Recipe(_moments, needs_all=False),
    Variation: Recipe(_variation, of=(RawHeights, HeightMoments), needs_relief=True, needs_all=False),
    SortedHeights: Recipe(_sorted, needs_all=False),
    MaterialRatio: Recipe(_material_ratio, of=(SortedHeights, HeightMoments), needs_all=False),
    Order: Recipe(_order, of=(SortedHeights, HeightMoments), needs_all=False),
    Entropy: Recipe(_entropy, of=(SortedHeights,), needs_all=False),
    Volumes: Recipe(_volumes, of=(SortedHeights,), needs_all=False),
}
