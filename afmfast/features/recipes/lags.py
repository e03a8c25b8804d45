"""Ingredients that compare pixels at a distance: the autocorrelation, and profiles."""

from __future__ import annotations

import numpy as np

from ...kernels import _fft, correlation, profiles, stretched
from ...kernels.results import Autocorrelation, Correlation, Decay, HeightMoments, Profiles
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


def _autocorrelation(surface: Surface) -> Autocorrelation:
    *work, acf = surface.work.of(arrays)
    correlation.autocorrelation(surface.z, *work, acf)
    return Autocorrelation(acf)


def _correlation(surface: Surface, lags: Autocorrelation) -> Correlation:
    return correlation.decay(lags.acf, surface.dx, surface.dy)


def _decay(surface: Surface, lags: Autocorrelation) -> Decay:
    middle = (lags.acf.shape[0] - 1) // 2
    along_x, along_y = lags.acf[middle, 1:], np.ascontiguousarray(lags.acf[middle + 1 :, 0])
    return Decay(stretched.stretched_length(along_x, along_y, surface.dx, surface.dy))


def _profiles(surface: Surface, moments: HeightMoments) -> Profiles:
    return profiles.profile_moments(surface.z, surface.dx, surface.dy, moments.rms)


RECIPES: dict[type, Recipe] = {
    Autocorrelation: Recipe(_autocorrelation, needs_relief=True),
    Correlation: Recipe(_correlation, of=(Autocorrelation,), needs_relief=True),
    Decay: Recipe(_decay, of=(Autocorrelation,), needs_relief=True),
    Profiles: Recipe(_profiles, of=(HeightMoments,), needs_relief=True),
}
