"""Ingredients that compare a pixel with those beside it."""

from __future__ import annotations

from ...kernels import curvature, masked, slopes, summits
from ...kernels.results import (
    DevelopedArea,
    Gradients,
    Laplacian,
    MeanCurvature,
    ProjectedArea,
    Slopes,
    SmoothSlopes,
    Summits,
)
from ..surface import Recipe, Surface


def _slopes(surface: Surface) -> Slopes:
    moments = slopes.slope_moments if surface.is_complete else masked.masked_slope_moments
    return moments(surface.z, surface.dx, surface.dy)


def _gradients(surface: Surface, neighbours: Slopes) -> Gradients:
    return slopes.gradient_moments(surface.z, surface.dx, surface.dy, neighbours.rms)


def _smooth_slopes(surface: Surface) -> SmoothSlopes:
    moments = slopes.smooth_slope_moments if surface.is_complete else masked.masked_smooth_slope_moments
    return moments(surface.z, surface.dx, surface.dy)


def _projected_area(surface: Surface) -> ProjectedArea:
    ny, nx = surface.z.shape
    return ProjectedArea((ny - 1) * (nx - 1) * surface.dx * surface.dy)


def _area(surface: Surface) -> DevelopedArea:
    area = slopes.developed_area if surface.is_complete else masked.masked_developed_area
    return area(surface.z, surface.dx, surface.dy, surface.scale)


def _summits(surface: Surface) -> Summits:
    found = summits.summits if surface.is_complete else masked.masked_summits
    return found(surface.z, surface.dx, surface.dy)


def _laplacian(surface: Surface) -> Laplacian:
    return curvature.laplacian(surface.z, surface.dx, surface.dy)


def _mean_curvature(surface: Surface) -> MeanCurvature:
    return curvature.mean_curvature(surface.z, surface.dx, surface.dy, surface.scale)


RECIPES: dict[type, Recipe] = {
    Slopes: Recipe(_slopes, needs_all=False),
    Gradients: Recipe(_gradients, of=(Slopes,)),
    SmoothSlopes: Recipe(_smooth_slopes, needs_all=False),
    ProjectedArea: Recipe(_projected_area),
    DevelopedArea: Recipe(_area, needs_all=False),
    Summits: Recipe(_summits, needs_all=False),
    Laplacian: Recipe(_laplacian),
    MeanCurvature: Recipe(_mean_curvature),
}
