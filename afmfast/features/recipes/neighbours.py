"""Ingredients that compare a pixel with those beside it."""

from __future__ import annotations

from ...kernels import slopes, summits
from ...kernels.results import DevelopedArea, Slopes, SmoothSlopes, Summits
from ..surface import Recipe, Surface


def _slopes(surface: Surface) -> Slopes:
    return slopes.slope_moments(surface.z, surface.dx, surface.dy)


def _smooth_slopes(surface: Surface) -> SmoothSlopes:
    return slopes.smooth_slope_moments(surface.z, surface.dx, surface.dy)


def _area(surface: Surface) -> DevelopedArea:
    return slopes.developed_area(surface.z, surface.dx, surface.dy, surface.scale)


def _summits(surface: Surface) -> Summits:
    return summits.summits(surface.z, surface.dx, surface.dy)


RECIPES: dict[type, Recipe] = {
    Slopes: Recipe(_slopes),
    SmoothSlopes: Recipe(_smooth_slopes),
    DevelopedArea: Recipe(_area),
    Summits: Recipe(_summits),
}
