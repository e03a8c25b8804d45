"""Ingredients that compare pixels at a distance: the autocorrelation, and profiles."""

from __future__ import annotations

from typing import cast

import numpy as np

from ...kernels import _fft, correlation, profiles, stretched
from ...kernels.results import Autocorrelation, Correlation, Decay, HeightMoments, Profiles
from ..surface import Recipe, Surface, nothing

#: One pair for so many measured pixels is enough; a complete image has one for 4 at its farthest lag.
FEWEST_PAIRS = 8


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
    if not surface.is_complete:
        return Autocorrelation(_masked(surface, work, acf))
    correlation.autocorrelation(surface.z, *work, acf)
    return Autocorrelation(acf)


def _masked(surface: Surface, work: list[np.ndarray], acf: np.ndarray) -> np.ndarray:
    """The autocorrelation of an image with missing pixels, as far as enough pairs are measured.

    The mean product over the pairs measured both, over the mean square. That of the mask, divided by the
    same overlap, divides the overlap out and the number of pairs in. Lags reach as far as the largest
    window about lag 0 in which everywhere one in `FEWEST_PAIRS` of the measured pixels finds its partner.
    """
    is_valid = ~np.isnan(surface.z)
    correlation.autocorrelation(is_valid.astype(np.float32), *work, acf)
    ny, nx = surface.z.shape
    hy, hx = (acf.shape[0] - 1) // 2, acf.shape[1] - 1
    overlap = np.outer(ny - np.abs(np.arange(-hy, hy + 1)), nx - np.arange(hx + 1)) / (ny * nx)
    pairs = np.rint(acf * overlap * surface.valid.size)
    correlation.autocorrelation(np.where(is_valid, surface.z, np.float32(0)), *work, acf)
    reach_y, reach_x = _window(FEWEST_PAIRS * pairs >= surface.valid.size)
    inside = np.s_[hy - reach_y : hy + reach_y + 1, : reach_x + 1]
    return np.ascontiguousarray(acf[inside] * (overlap[inside] * surface.valid.size / pairs[inside]), np.float32)


def _window(is_known: np.ndarray) -> tuple[int, int]:
    """Largest |lag| along y and x of the largest window about lag 0 whose lags (2 hy + 1, hx + 1) are all known."""
    hy, width = (is_known.shape[0] - 1) // 2, is_known.shape[1]
    run = np.where(is_known.all(axis=1), width, is_known.argmin(axis=1))
    run = np.minimum.accumulate(np.minimum(run[hy:], run[hy::-1]))
    reach_y = int(np.argmax(np.arange(hy + 1) * (run - 1)))
    return reach_y, int(run[reach_y]) - 1


def _correlation(surface: Surface, lags: Autocorrelation) -> Correlation:
    if min(lags.acf.shape) < 2:
        return cast(Correlation, nothing(Correlation))
    return correlation.decay(lags.acf, surface.dx, surface.dy)


def _decay(surface: Surface, lags: Autocorrelation) -> Decay:
    middle = (lags.acf.shape[0] - 1) // 2
    along_x, along_y = lags.acf[middle, 1:], np.ascontiguousarray(lags.acf[middle + 1 :, 0])
    return Decay(stretched.stretched_length(along_x, along_y, surface.dx, surface.dy))


def _profiles(surface: Surface, moments: HeightMoments) -> Profiles:
    return profiles.profile_moments(surface.z, surface.dx, surface.dy, moments.rms)


RECIPES: dict[type, Recipe] = {
    Autocorrelation: Recipe(_autocorrelation, needs_relief=True, needs_all=False),
    Correlation: Recipe(_correlation, of=(Autocorrelation,), needs_relief=True, needs_all=False),
    Decay: Recipe(_decay, of=(Autocorrelation,), needs_relief=True),
    Profiles: Recipe(_profiles, of=(HeightMoments,), needs_relief=True),
}
