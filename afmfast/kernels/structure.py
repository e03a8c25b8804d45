"""How much heights differ at a distance: the structure function, and whether it is that of something rough."""

from __future__ import annotations

import numpy as np

from ._jit import exact, fast_part, kernel

#: Differences over two pixels grow from those over one by this exponent where the surface is smooth: a plane has 2.
SMOOTH = 1.95
#: Heights repeat where they differ less than this share of what they did at some shorter distance, in squares.
REPEATED = 0.5
#: Squares of differences below this share of the mean square height are rounding.
NONE = 1e-10


@kernel
def structure_function(z: np.ndarray, lags: np.ndarray, out: np.ndarray) -> None:
    """Mean square height difference of z (ny, nx) at lags (k,), smaller than the sides, along x and y into out (2, k).

    Rows outside, lags inside: the rows that a lag needs are still in the cache for the next one.
    """
    ny, nx = z.shape
    out[:] = 0.0
    for i in range(ny):
        row = z[i]
        for k in range(lags.size):
            lag = lags[k]
            out[0, k] += _squares(row[: nx - lag], row[lag:])
            if i + lag < ny:
                out[1, k] += _squares(row, z[i + lag])
    for k in range(lags.size):
        out[0, k] /= ny * (nx - lags[k])
        out[1, k] /= nx * (ny - lags[k])


@fast_part
def _squares(one: np.ndarray, other: np.ndarray) -> float:
    total = np.float32(0)
    for j in range(one.size):
        step = other[j] - one[j]
        total += step * step
    return np.float64(total)


@kernel
def masked_structure_function(z: np.ndarray, lags: np.ndarray, out: np.ndarray) -> None:
    """As `structure_function`, of the pairs that are measured both; NaN = not measured, and for lags without a pair."""
    ny, nx = z.shape
    for k in range(lags.size):
        lag = lags[k]
        for axis in range(2):
            one = z[:, : nx - lag] if axis == 0 else z[: ny - lag]
            other = z[:, lag:] if axis == 0 else z[lag:]
            total, count = 0.0, 0
            for i in range(one.shape[0]):
                for j in range(one.shape[1]):
                    step = np.float64(other[i, j] - one[i, j])
                    is_known = not np.isnan(step)
                    total += step * step if is_known else 0.0
                    count += is_known
            out[axis, k] = total / count if count > 0 else np.nan


@exact
def is_rough(values: np.ndarray, rms: float) -> bool:
    """Whether values (2, k) of the structure function at lags 1, 2 and more are those of a rough surface.

    They are not where one axis has no relief, where the surface is smooth, and where its heights repeat.
    """
    if values[0, 1] + values[1, 1] > 2.0**SMOOTH * (values[0, 0] + values[1, 0]):
        return False
    for axis in range(2):
        largest = 0.0
        for k in range(values.shape[1]):
            if values[axis, k] < REPEATED * largest:
                return False
            if values[axis, k] > largest:
                largest = values[axis, k]
        if not largest > NONE * rms * rms:
            return False
    return True
