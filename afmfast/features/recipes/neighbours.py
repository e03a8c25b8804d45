"""Ingredients that compare a pixel with those beside it."""

from __future__ import annotations

from ...kernels import curvature, slopes, summits
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
    return slopes.slope_moments(surface.z, surface.dx, surface.dy)


def _gradients(surface: Surface, neighbours: Slopes) -> Gradients:
    return slopes.gradient_moments(surface.z, surface.dx, surface.dy, neighbours.rms)


def _smooth_slopes(surface: Surface) -> SmoothSlopes:
    return slopes.smooth_slope_moments(surface.z, surface.dx, surface.dy)


def _projected_area(surface: Surface) -> ProjectedArea:
    ny, nx = surface.z.shape
    return ProjectedArea((ny - 1) * (nx - 1) * surface.dx * surface.dy)


def _area(surface: Surface) -> DevelopedArea:
    return slopes.developed_area(surface.z, surface.dx, surface.dy, surface.scale)


def _summits(surface: Surface) -> Summits:
    return summits.summits(surface.z, surface.dx, surface.dy)


def _laplacian(surface: Surface) -> Laplacian:
    return curvature.laplacian(surface.z, surface.dx, surface.dy)


def _mean_curvature(surface: Surface) -> MeanCurvature:
    return curvature.mean_curvature(surface.z, surface.dx, surface.dy, surface.scale)


RECIPES: dict[type, Recipe] = {
    Slopes: Recipe(_slopes),
    Gradients: Recipe(_gradients, of=(Slopes,)),
    SmoothSlopes: Recipe(_smooth_slopes),
    ProjectedArea: Recipe(_projected_area),
    DevelopedArea: Recipe(_area),
    Summits: Recipe(_summits),
    Laplacian: Recipe(_laplacian),
    MeanCurvature: Recipe(_mean_curvature),
}
