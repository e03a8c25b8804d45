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
    if scales.size < FEWEST:
        return np.nan, np.nan
    x, y = np.log(scales), np.empty(scales.size)
    mean_x = x.mean()
    along, across, spread = 0.0, 0.0, 0.0
    for curve in values:
        for k in range(scales.size):
            if not curve[k] > 0.0:
                return np.nan, np.nan
            y[k] = math.log(curve[k])
        mean_y = y.mean()
        for k in range(scales.size):
            along += (x[k] - mean_x) ** 2
            across += (x[k] - mean_x) * (y[k] - mean_y)
            spread += (y[k] - mean_y) ** 2
    return across / along, across * across / along / spread if spread > 0.0 else np.nan
