"""Ingredients that compare a pixel with those beside it."""

from __future__ import annotations

from ...kernels import masked, slopes, summits
from ...kernels.results import DevelopedArea, Slopes, SmoothSlopes, Summits
from ..surface import Recipe, Surface


def _slopes(surface: Surface) -> Slopes:
    moments = slopes.slope_moments if surface.is_complete else masked.masked_slope_moments
    return moments(surface.z, surface.dx, surface.dy)


def _smooth_slopes(surface: Surface) -> SmoothSlopes:
    moments = slopes.smooth_slope_moments if surface.is_complete else masked.masked_smooth_slope_moments
    return moments(surface.z, surface.dx, surface.dy)


def _area(surface: Surface) -> DevelopedArea:
    area = slopes.developed_area if surface.is_complete else masked.masked_developed_area
    return area(surface.z, surface.dx, surface.dy, surface.scale)


def _summits(surface: Surface) -> Summits:
    found = summits.summits if surface.is_complete else masked.masked_summits
    return found(surface.z, surface.dx, surface.dy)


RECIPES: dict[type, Recipe] = {
    Slopes: Recipe(_slopes, needs_all=False),
    SmoothSlopes: Recipe(_smooth_slopes, needs_all=False),
    DevelopedArea: Recipe(_area, needs_all=False),
    Summits: Recipe(_summits, needs_all=False),
}
