"""The stretched exponential exp(-(r / length)^(2H)) that an autocorrelation follows: the height-height correlation."""

from __future__ import annotations

import math

import numpy as np

from ._jit import exact

FEWEST_LAGS = 3
#: A lag at which the autocorrelation has not fallen by this much tells rounding, not shape.
FALLEN = 1e-4


@exact
def stretched_length(along_x: np.ndarray, along_y: np.ndarray, dx: float, dy: float) -> float:
    """Length of the stretched exponential fitted to the autocorrelation at lags 1, 2, ... along x and y together.

    ln(-ln R) is a straight line in ln r; each axis counts up to its first R <= 0, and each lag by (R ln R)^2,
    which is how errors of R reach the logarithms. NaN with fewer than three lags, where the line does not rise,
    and for a length outside the lags: shorter than the smaller pixel or longer than all that there are.
    """
    # The plain sums cannot cancel: ln r is taken from the middle of the lags, and they span a few units.
    count, total, sum_x, sum_y, sum_xx, sum_xy = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    unit = min(dx, dy)
    for values, step in ((along_x, dx / unit), (along_y, dy / unit)):
        for k in range(values.size):
            value = np.float64(values[k])
            if value <= 0.0:
                break
            if value > 1.0 - FALLEN:
                continue
            x, y = math.log((k + 1) * step), math.log(-math.log(value))
            weight = (value * math.log(value)) ** 2
            count += 1
            total += weight
            sum_x += weight * x
            sum_y += weight * y
            sum_xx += weight * x * x
            sum_xy += weight * x * y
    if count < FEWEST_LAGS:
        return np.nan
    mean_x, mean_y = sum_x / total, sum_y / total
    spread, rise = sum_xx / total - mean_x * mean_x, sum_xy / total - mean_x * mean_y
    if not rise > 0.0:
        return np.nan
    length = unit * math.exp(mean_x - mean_y * spread / rise)
    return length if unit <= length <= max(along_x.size * dx, along_y.size * dy) else np.nan
