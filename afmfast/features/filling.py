"""Missing pixels filled from measured ones."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt

from .levelling import normalised, polynomial

#: An image that has lost a larger share of its pixels is not filled: most of it would be made up.
MOST_MISSING = 0.5


def filled(z: np.ndarray, dx: float, dy: float, fill: str) -> np.ndarray:
    """Heights z (ny, nx) with missing pixels (NaN, infinity) filled: the image itself where there is none.

    "nearest" takes the height of the measured pixel that is nearest in metres (of several, one), "plane"
    that of the least-squares plane through all measured ones. NaN throughout where more than half is missing.
    """
    is_missing = ~np.isfinite(z)
    if fill == "none" or not is_missing.any():
        return z
    if is_missing.mean() > MOST_MISSING:
        return np.full_like(z, np.nan)
    if fill == "nearest":
        places = distance_transform_edt(
            is_missing, sampling=(dy / dx, 1.0), return_distances=False, return_indices=True
        )
        return np.ascontiguousarray(z[tuple(places)])
    heights, factor, _ = normalised(z)
    with np.errstate(over="ignore"):
        return np.where(is_missing, polynomial(heights, 1) / factor, z)
