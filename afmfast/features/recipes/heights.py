"""Ingredients that see heights alone, wherever they lie."""

from __future__ import annotations

import math

import numpy as np

from ...kernels import amplitude, order, probability, ratio, sorting
from ...kernels.results import (
    Entropy,
    HeightMoments,
    MaterialRatio,
    Order,
    ProbabilityLines,
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


def _arrays(ny: int, nx: int) -> tuple[np.ndarray, ...]:
    """Arrays of `sort_heights`, its result last."""
    n = ny * nx
    return np.empty(n, np.uint32), np.empty((sorting.DIGITS, sorting.VALUES), np.int64), np.empty(n, np.uint32)


def _sorted(surface: Surface) -> SortedHeights:
    n = surface.valid.size
    spare, counts, ascending = surface.work.of(_arrays)
    sorting.sort_heights(surface.valid.view(np.uint32), spare[:n], counts, ascending[:n])
    return SortedHeights(ascending[:n].view(np.float32))


def _material_ratio(surface: Surface, heights: SortedHeights, moments: HeightMoments) -> MaterialRatio:
    return ratio.material_ratio(heights.ascending, moments.rms)


def _order(surface: Surface, heights: SortedHeights, moments: HeightMoments) -> Order:
    return order.order_statistics(heights.ascending, moments.rms)


def _probability_lines(surface: Surface, heights: SortedHeights) -> ProbabilityLines:
    return probability.probability_lines(heights.ascending)


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
    ProbabilityLines: Recipe(_probability_lines, of=(SortedHeights,), needs_all=False),
    Entropy: Recipe(_entropy, of=(SortedHeights,), needs_all=False),
    Volumes: Recipe(_volumes, of=(SortedHeights,), needs_all=False),
}
