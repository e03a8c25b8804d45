"""The material ratio curve: heights sorted by the caller (np.sort is 30 times faster than Numba's)."""

from __future__ import annotations

import numpy as np

from ._jit import exact, fast_part, kernel
from .results import MaterialRatio

#: The curve is sampled at this many steps for the core line, and the core window spans this many.
STEPS = 10_000
WINDOW = 4_000
#: Windows flat alike to this share of the rms height count as equal: on quantised heights many are, but for rounding.
TIE = 1e-6


@kernel
def material_ratio(ascending: np.ndarray, rms: float) -> MaterialRatio:
    """Core, peaks, valleys and intervals of ascending mean-free heights (n,) float32 with this root mean square."""
    n = ascending.size
    upper, lower = core_line(sample_curve(ascending), TIE * rms)
    flat = ascending[0] == ascending[n - 1]
    # Mirrored heights swap peaks and valleys: the first ratio at the upper level, the last one at the lower.
    peak_portion = np.nan if flat else portion_at(ascending, upper, count_above(ascending, upper))
    valley_portion = np.nan if flat else portion_at(ascending, lower, ascending.size - count_below(ascending, lower))
    peak, valley = 0.0, 0.0
    if peak_portion > 0.0:
        peak = 2.0 * mean_above(ascending, upper) / peak_portion
    if valley_portion < 1.0:
        valley = 2.0 * mean_below(ascending, lower) / (1.0 - valley_portion)
    c0, c5, c10 = height_at(ascending, 0.0), height_at(ascending, 0.05), height_at(ascending, 0.1)
    c50, c80, c95 = height_at(ascending, 0.5), height_at(ascending, 0.8), height_at(ascending, 0.95)
    # The heights are mean-free, so the void volume below c is c itself plus the material above it.
    void_5, void_80 = c5 + mean_above(ascending, c5), mean_below(ascending, c80)
    return MaterialRatio(
        upper - lower,
        peak,
        valley,
        peak_portion,
        valley_portion,
        _share(rms, c5),
        _share(void_5 - void_80, rms),
        _share(void_80, rms),
        c0 - c5,
        c5 - c10,
        c10 - c50,
        c50 - c95,
        max(np.float64(ascending[n - 1]) - upper, 0.0),
        max(lower - np.float64(ascending[0]), 0.0),
    )


@fast_part
def height_at(ascending: np.ndarray, p: float) -> float:
    """Height whose areal material ratio is p: descending heights at (r + 1/2) / n, linear between."""
    last = ascending.size - 1
    place = p * ascending.size - 0.5
    if place <= 0.0:
        return np.float64(ascending[last])
    if place >= last:
        return np.float64(ascending[0])
    rank = int(place)
    share = place - rank
    return np.float64(ascending[last - rank]) * (1.0 - share) + np.float64(ascending[last - rank - 1]) * share


@exact
def sample_curve(ascending: np.ndarray) -> np.ndarray:
    """The curve at STEPS + 1 equidistant ratios, descending."""
    curve = np.empty(STEPS + 1)
    last, n = ascending.size - 1, ascending.size
    for k in range(STEPS + 1):
        place = min(max(k * n / STEPS - 0.5, 0.0), np.float64(last))
        rank = int(place)
        share = place - rank
        below = max(last - rank - 1, 0)
        curve[k] = np.float64(ascending[last - rank]) * (1.0 - share) + np.float64(ascending[below]) * share
    return curve


@exact
def core_line(curve: np.ndarray, tie: float) -> tuple[float, float]:
    """Heights at ratios 0 and 1 of the least-squares line in the flattest window, the first of those within a tie."""
    least = np.inf
    for k in range(STEPS - WINDOW + 1):
        least = min(least, curve[k] - curve[k + WINDOW])
    start = 0
    while curve[start] - curve[start + WINDOW] > least + tie:
        start += 1
    first, middle = curve[start], WINDOW // 2
    total, moment, squares = 0.0, 0.0, 0.0
    for k in range(WINDOW + 1):
        drop = curve[start + k] - first  # from the first, so that a level window stays exactly level
        total += drop
        moment += drop * (k - middle)
        squares += float(k - middle) ** 2
    slope = moment / squares
    centre = first + total / (WINDOW + 1)
    return centre - slope * (start + middle), centre + slope * (STEPS - start - middle)


@exact
def portion_at(ascending: np.ndarray, level: float, rank: int) -> float:
    """Ratio at which the curve passes a level that lies between the heights of rank - 1 and rank from the top."""
    n = ascending.size
    if rank == 0:
        return 0.0
    if rank == n:
        return 1.0
    high, low = np.float64(ascending[n - rank]), np.float64(ascending[n - rank - 1])
    return (rank - 0.5 + (high - level) / (high - low)) / n


@exact
def count_above(ascending: np.ndarray, level: float) -> int:
    """How many heights lie above a level."""
    low, high = 0, ascending.size
    while low < high:
        middle = (low + high) // 2
        if np.float64(ascending[middle]) > level:
            high = middle
        else:
            low = middle + 1
    return int(ascending.size - low)


@exact
def count_below(ascending: np.ndarray, level: float) -> int:
    """How many heights lie below a level."""
    low, high = 0, ascending.size
    while low < high:
        middle = (low + high) // 2
        if np.float64(ascending[middle]) < level:
            low = middle + 1
        else:
            high = middle
    return low


@fast_part
def mean_above(ascending: np.ndarray, level: float) -> float:
    """Material above a level: mean over all heights of max(z - level, 0)."""
    total = 0.0
    for k in range(ascending.size - count_above(ascending, level), ascending.size):
        total += np.float64(ascending[k]) - level
    return total / ascending.size


@fast_part
def mean_below(ascending: np.ndarray, level: float) -> float:
    """Void below a level: mean over all heights of max(level - z, 0)."""
    total = 0.0
    for k in range(count_below(ascending, level)):
        total += level - np.float64(ascending[k])
    return total / ascending.size


@exact
def _share(part: float, whole: float) -> float:
    return part / whole if whole != 0.0 else np.nan
