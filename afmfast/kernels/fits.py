"""Power laws: straight lines in double-logarithmic axes."""

from __future__ import annotations

import math

import numpy as np

from ._jit import exact

FEWEST = 3


@exact
def power_law(scales: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """Slope of log(values) over log(scales), and R squared; values (m, k) are m curves with one slope in common.

    Scales (k,) count alike. NaN with fewer than three, or where a value is not above 0.
    """
    n = scales.size
    if n < FEWEST:
        return np.nan, np.nan
    mean_x, along, across, spread = 0.0, 0.0, 0.0, 0.0
    for k in range(n):
        mean_x += math.log(scales[k]) / n
    for m in range(values.shape[0]):
        mean_y = 0.0
        for k in range(n):
            if not values[m, k] > 0.0:
                return np.nan, np.nan
            mean_y += math.log(values[m, k]) / n
        for k in range(n):
            x, y = math.log(scales[k]) - mean_x, math.log(values[m, k]) - mean_y
            along += x * x
            across += x * y
            spread += y * y
    return across / along, across * across / along / spread if spread > 0.0 else np.nan
