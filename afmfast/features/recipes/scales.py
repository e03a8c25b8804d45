"""Ingredients that look at the same heights on several scales, from four pixels to a quarter of the shorter side."""

from __future__ import annotations

import math

import numpy as np

from ...kernels import blocks, coarse, fits, structure
from ...kernels.results import (
    NO_FIT,
    Blocks,
    CoarseAreas,
    Differences,
    Fit,
    HeightMoments,
    Lacunarity,
    RawHeights,
)
from ..surface import Recipe, Surface

#: The finest scale of all fits, in pixels.
FINEST = 4


def _powers_of_two(n: int) -> list[int]:
    """Those from the finest scale to a quarter of n."""
    return [FINEST * 2**k for k in range(n.bit_length()) if FINEST * 2**k <= n // 4]


def lags(ny: int, nx: int) -> np.ndarray:
    """Two a factor of two apart from another, after 1, 2 and 3."""
    n = min(ny, nx)
    between = [k + k // 2 for k in _powers_of_two(n) if k + k // 2 <= n // 4]
    return np.array([1, 2, 3, *sorted([*_powers_of_two(n), *between])])


def _differences(surface: Surface, moments: HeightMoments) -> Differences:
    if min(surface.z.shape) <= 3:
        return Differences()
    steps = surface.work.of(lags)
    values = np.empty((2, steps.size))
    function = structure.structure_function if surface.is_complete else structure.masked_structure_function
    function(surface.z, steps, values)
    if not structure.is_rough(values, moments.rms):
        return Differences()
    return Differences(_fit(surface, steps[3:].astype(float), np.ascontiguousarray(values[:, 3:])), True)


def _fit(surface: Surface, scales: np.ndarray, values: np.ndarray) -> Fit:
    """Values (m, k) over scales (k,) in pixels."""
    if scales.size < fits.FEWEST:
        return NO_FIT
    pixel = math.sqrt(surface.dx * surface.dy)
    slope, r2 = fits.power_law(scales, values)
    return Fit(slope, r2, pixel * float(scales[0]), pixel * float(scales[-1]))


def arrays(ny: int, nx: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """A row to work in, and blocks of 2, 4, 8, ... pixels up to the largest that are fitted."""
    sides = [2, *_powers_of_two(min(ny, nx))]
    return np.empty((4, nx), np.float32), [np.empty((4, ny // side, nx // side), np.float32) for side in sides]


def _blocks(surface: Surface, moments: HeightMoments, differences: Differences) -> Blocks:
    side = min(surface.z.shape)
    scales = np.array(_powers_of_two(side), float)
    if not differences.is_rough or scales.size < fits.FEWEST:
        return Blocks()
    row, levels = surface.work.of(arrays)
    blocks.first_blocks(surface.z, row[:, : 2 * levels[0].shape[2]], levels[0])
    height = moments.highest + moments.deepest
    values = np.empty((3, scales.size))
    for k, scale in enumerate(scales):
        blocks.halve(levels[k], row[:, : 2 * levels[k + 1].shape[2]], levels[k + 1])
        box = height * scale / side
        variance, extent, boxes = blocks.spreads(levels[k + 1], -moments.deepest, box, side / scale)
        # Boxes in all: columns are 1 / scale**2 per area. Over all places of the lattice one fills range / box + 1.
        values[:, k] = variance, boxes / scale**2, (extent / box + 1.0) / scale**2
    return Blocks(*(_fit(surface, scales, values[k : k + 1]) for k in range(3)))


def _areas(surface: Surface, moments: HeightMoments, differences: Differences) -> CoarseAreas:
    """With heights in the unit in which Sq is the shorter side, so that areas have no unit and grow with roughness."""
    ny, nx = surface.z.shape
    scales = np.array(_powers_of_two(min(ny, nx)), float)
    if not differences.is_rough or scales.size < fits.FEWEST:
        return CoarseAreas()
    side = min(nx * surface.dx, ny * surface.dy) / moments.rms
    values = np.empty((2, scales.size))
    sample = surface.z[:: FINEST // 2, :: FINEST // 2]
    for k, scale in enumerate(scales):
        sample = np.ascontiguousarray(sample[::2, ::2])
        values[:, k] = coarse.area_ratios(sample, side / (scale * surface.dx), side / (scale * surface.dy))
    return CoarseAreas(*(_fit(surface, scales, values[k : k + 1]) for k in range(2)))


def columns(ny: int, nx: int) -> np.ndarray:
    """Work array of `lacunarity`."""
    return np.empty((3, nx), np.float32)


def _lacunarity(surface: Surface, raw: RawHeights) -> Lacunarity:
    return coarse.lacunarity(surface.z, surface.work.of(columns), raw.mean)


RECIPES: dict[type, Recipe] = {
    Differences: Recipe(_differences, of=(HeightMoments,), needs_relief=True, needs_all=False),
    Blocks: Recipe(_blocks, of=(HeightMoments, Differences), needs_relief=True),
    CoarseAreas: Recipe(_areas, of=(HeightMoments, Differences), needs_relief=True),
    Lacunarity: Recipe(_lacunarity, of=(RawHeights,)),
}
