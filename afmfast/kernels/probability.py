"""The material ratio curve over normal probability: a surface worked twice shows as two straight lines."""

from __future__ import annotations

import math

import numpy as np

from ._jit import exact
from .ratio import height_at
from .results import ProbabilityLines

#: Standard deviations from the middle to either end (0.1 % and 99.9 % material), in so many steps.
REACH, STEPS = 3.09, 600
#: Fewest points of a line: a tenth of all.
FEWEST = 61
#: Fits as close to the best as this share of the squares about the mean count as equal, the first of them best.
TIE = 1e-9
#: Lines whose slopes differ by less than this share are one line, which nothing crosses.
ONE = 0.01


@exact
def probability_lines(ascending: np.ndarray) -> ProbabilityLines:
    """Slopes of the two lines that fit ascending mean-free heights (n,) float32 best, and where they cross."""
    unit = max(np.float64(ascending[ascending.size - 1]), -np.float64(ascending[0]))
    if unit == 0.0:
        return ProbabilityLines(0.0, 0.0, np.nan)
    sums = np.zeros((STEPS + 2, 3))  # of y, xy and yy
    for k in range(STEPS + 1):
        x = REACH * (2 * k - STEPS) / STEPS
        y = height_at(ascending, 0.5 * math.erfc(-x / math.sqrt(2.0))) / unit
        sums[k + 1, 0] = sums[k, 0] + y
        sums[k + 1, 1] = sums[k, 1] + x * y
        sums[k + 1, 2] = sums[k, 2] + y * y
    ends = range(FEWEST, STEPS + 2 - FEWEST)
    least = np.inf
    for end in ends:
        least = min(least, _line(sums, 0, end)[2] + _line(sums, end, STEPS + 1)[2])
    limit, best = least + TIE * sums[STEPS + 1, 2], FEWEST
    while _line(sums, 0, best)[2] + _line(sums, best, STEPS + 1)[2] > limit:
        best += 1
    slope_1, level_1, _ = _line(sums, 0, best)
    slope_2, level_2, _ = _line(sums, best, STEPS + 1)
    crossing = np.nan
    if abs(slope_1 - slope_2) > ONE * max(abs(slope_1), abs(slope_2)):
        x = (level_2 - level_1) / (slope_1 - slope_2)
        if abs(x) <= REACH:
            crossing = 0.5 * math.erfc(-x / math.sqrt(2.0))
    return ProbabilityLines(-slope_1 * unit, -slope_2 * unit, crossing)


@exact
def _line(sums: np.ndarray, first: int, end: int) -> tuple[float, float, float]:
    """Slope, height at 0 and squared residuals of the least-squares line through points first ... end - 1."""
    n, step = end - first, 2.0 * REACH / STEPS
    mean_x, along = 0.5 * step * (first + end - 1) - REACH, step * step * n * (n * n - 1) / 12.0
    y, xy, yy = sums[end, 0] - sums[first, 0], sums[end, 1] - sums[first, 1], sums[end, 2] - sums[first, 2]
    slope = (xy - mean_x * y) / along
    return slope, y / n - slope * mean_x, yy - y * y / n - slope * slope * along
