"""Ingredients that compare pixels at a distance: the autocorrelation."""

from __future__ import annotations

import numpy as np

from ...kernels import _fft, correlation
from ...kernels.results import Correlation
from ..surface import Recipe, Surface


def arrays(ny: int, nx: int) -> tuple[np.ndarray, ...]:
    """Arrays of `autocorrelation`, its result last."""
    my, mx = _fft.good_length(ny + ny // 2), _fft.good_length(nx + nx // 2)
    ky, lags_x = my // 2 + 1, nx // 2 + 1
    return (
        np.zeros((my, nx), np.float32),
        np.empty((ky, nx), np.complex64),
        np.empty((correlation.BAND, mx), np.complex64),
        np.empty((correlation.BAND, mx), np.float32),
        np.empty((ky, mx // 2 + 1), np.complex64),
        np.empty((my, lags_x), np.float32),
        np.empty((2 * (ny // 2) + 1, lags_x), np.float32),
    )


def _correlation(surface: Surface) -> Correlation:
    *work, acf = surface.work.of(arrays)
    correlation.autocorrelation(surface.z, *work, acf)
    return correlation.decay(acf, surface.dx, surface.dy)


RECIPES: dict[type, Recipe] = {Correlation: Recipe(_correlation, needs_relief=True)}
