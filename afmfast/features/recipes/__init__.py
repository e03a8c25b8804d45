"""How every ingredient is made from a surface: by heights, neighbours, lags, frequencies, motifs, scales."""

from __future__ import annotations

from typing import Any

from ..surface import Recipe, Surface, nothing
from . import frequencies, heights, lags, motifs, neighbours, orientation, own, scales

#: Every ingredient by its type.
RECIPES: dict[type, Recipe] = {
    **heights.RECIPES,
    **neighbours.RECIPES,
    **lags.RECIPES,
    **frequencies.RECIPES,
    **motifs.RECIPES,
    **orientation.RECIPES,
    **scales.RECIPES,
    **own.RECIPES,
}


def ingredient(surface: Surface, kind: type) -> Any:
    """The ingredient of that type, computed at the first request; NaN throughout where the surface has none."""
    if kind not in surface.found:
        surface.found[kind] = _made(surface, RECIPES[kind], kind)
    return surface.found[kind]


def needs_all(kind: type) -> bool:
    """Whether that ingredient is not defined where a pixel is missing."""
    recipe = RECIPES[kind]
    return recipe.needs_all or any(needs_all(other) for other in recipe.of)


def _made(surface: Surface, recipe: Recipe, kind: type) -> Any:
    if surface.valid.size == 0 or min(surface.z.shape) < 2:
        return nothing(kind)
    if (recipe.needs_all and not surface.is_complete) or (recipe.needs_relief and surface.is_flat):
        return nothing(kind)
    return recipe.make(surface, *(ingredient(surface, other) for other in recipe.of))
