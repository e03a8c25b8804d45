"""Order statistics of heights that the caller has sorted: quantiles, deviation, entropy, volumes."""

from __future__ import annotations

import math

import numpy as np

from ._jit import exact, kernel
from .ratio import TIE, count_above, count_below, height_at, mean_above, mean_below, portion_at
from .results import Entropy, Order, Volumes

BINS = 256
#: A height this share of the range below the edge of a bin counts as on it: more than single precision rounds.
EDGE = 3e-7


@kernel
def order_statistics(ascending: np.ndarray, rms: float) -> Order:
    """Order statistics of ascending mean-free heights (n,) float32 with this rms; NaN share where all are equal."""
    c5, c50, c95 = height_at(ascending, 0.05), height_at(ascending, 0.5), height_at(ascending, 0.95)
    level = rms * (1.0 + TIE)
    flat = ascending[0] == ascending[ascending.size - 1]
    return Order(
        c50,
        median_deviation(ascending, c50),
        c5 - c95,
        c50 - height_at(ascending, 1.0),
        height_at(ascending, 0.025) - c50,
        height_at(ascending, 0.1),
        np.nan if flat else portion_at(ascending, level, count_above(ascending, level)),
    )


@exact
def median_deviation(ascending: np.ndarray, centre: float) -> float:
    """Median distance of ascending heights (n,) from a centre; of an even number the mean of the middle two."""
    n = ascending.size
    low, high = nearest(ascending, centre, (n + 1) // 2), nearest(ascending, centre, n // 2 + 1)
    return 0.5 * (low + high)


@exact
def nearest(ascending: np.ndarray, centre: float, k: int) -> float:
    """Distance from a centre to the k-th nearest of ascending heights (n,), 1 <= k <= n.

    The k nearest are neighbours in the order: their span begins at the first place where its upper end is
    farther from the centre than its lower one, or at the place before.
    """
    low, high = 0, ascending.size - k
    while low < high:
        middle = (low + high) // 2
        if ascending[middle + k - 1] - centre >= centre - ascending[middle]:
            high = middle
        else:
            low = middle + 1
    distance = max(ascending[low + k - 1] - centre, centre - ascending[low])
    return min(distance, centre - ascending[low - 1]) if low > 0 else distance


@exact
def entropy(ascending: np.ndarray) -> Entropy:
    """Entropy of ascending heights (n,) float32 in 256 equal bins from lowest to highest, over ln 256; NaN if equal."""
    n = ascending.size
    lowest, span = np.float64(ascending[0]), np.float64(ascending[n - 1]) - np.float64(ascending[0])
    if span == 0.0:
        return Entropy(np.nan)
    total, below = 0.0, 0
    for k in range(1, BINS + 1):
        upto = n if k == BINS else count_below(ascending, lowest + span * (k / BINS - EDGE))
        if upto > below:
            share = (upto - below) / n
            total -= share * math.log(share)
        below = upto
    return Entropy(total / math.log(BINS))


@kernel
def volumes(ascending: np.ndarray) -> Volumes:
    """Material and void per area of ascending mean-free heights (n,) float32, divided at 10 % and 80 % material."""
    c10, c80 = height_at(ascending, 0.1), height_at(ascending, 0.8)
    material_10, void_80 = mean_above(ascending, c10), mean_below(ascending, c80)
    # The heights are mean-free, so the void below c less the material above it is c itself.
    void_10, material_80 = c10 + material_10, void_80 - c80
    return Volumes(material_10, material_80 - material_10, void_10 - void_80, void_80)
