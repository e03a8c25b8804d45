"""The ingredient of a user's own parameters: the levelled heights themselves."""

from __future__ import annotations

import numpy as np

from ..own import LevelledHeights
from ..surface import Recipe, Surface


def _heights(surface: Surface) -> LevelledHeights:
    z = surface.z.astype(np.float64) * surface.scale
    z.flags.writeable = False
    return LevelledHeights(z, surface.dx, surface.dy, surface.scale)


RECIPES: dict[type, Recipe] = {LevelledHeights: Recipe(_heights, needs_all=False)}
