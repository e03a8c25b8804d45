"""Moments of the heights."""

from __future__ import annotations

import math

import numpy as np

from ._jit import kernel
from .results import HeightMoments

#: Single-precision sums are flushed into double precision after so many heights.
CHUNK = 512


@kernel
def height_moments(z: np.ndarray) -> HeightMoments:
    """Moments of mean-free heights z (n,) float32; NaN ratios where all are zero."""
    n = z.size
    width = min(n, CHUNK)
    # Running extremes per lane vectorise; a scalar minimum does not.
    lowest = z[:width].copy()
    highest = z[:width].copy()
    sum_abs, sum_2, sum_3, sum_4 = 0.0, 0.0, 0.0, 0.0
    for start in range(0, n, CHUNK):
        part = z[start : start + CHUNK]
        a1, a2, a3, a4 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for j in range(part.size):
            v = part[j]
            square = v * v
            a1 += abs(v)
            a2 += square
            a3 += square * v
            a4 += square * square
        sum_abs += np.float64(a1)
        sum_2 += np.float64(a2)
        sum_3 += np.float64(a3)
        sum_4 += np.float64(a4)
        for j in range(part.size):
            v = part[j]
            lowest[j] = v if v < lowest[j] else lowest[j]
            highest[j] = v if v > highest[j] else highest[j]
    top, bottom = highest[0], lowest[0]
    for j in range(width):
        top, bottom = max(top, highest[j]), min(bottom, lowest[j])
    rms = math.sqrt(sum_2 / n)
    if rms > 0.0:
        skewness, kurtosis = sum_3 / n / rms**3, sum_4 / n / rms**4
    else:
        skewness, kurtosis = np.nan, np.nan
    return HeightMoments(sum_abs / n, rms, skewness, kurtosis, np.float64(top), -np.float64(bottom))
