"""Ingredients from the direction of slopes."""

from __future__ import annotations

import numpy as np

from ...kernels import orientation
from ...kernels.results import HeightMoments, Orientation
from ..surface import Recipe, Surface


def arrays(ny: int, nx: int) -> tuple[np.ndarray, np.ndarray]:
    """Work arrays of `orientation`."""
    return np.empty(nx, np.uint8), np.empty(nx, np.float32)


def _orientation(surface: Surface, moments: HeightMoments) -> Orientation:
    return orientation.orientation(surface.z, surface.dx, surface.dy, moments.rms, *surface.work.of(arrays))


RECIPES: dict[type, Recipe] = {Orientation: Recipe(_orientation, of=(HeightMoments,), needs_relief=True)}
