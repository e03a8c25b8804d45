"""Ingredients from the windowed amplitude spectrum."""

from __future__ import annotations

import math

import numpy as np

from ...kernels import entropy, frequency, polar, rings, spectrum
from ...kernels.results import (
    NO_FIT,
    Amplitudes,
    AngularSpectrum,
    Differences,
    Fit,
    PolarSpectrum,
    SpectralSlopes,
    Spectrum,
    Wavelengths,
)
from ..surface import Recipe, Surface

#: Frequencies that agree to this share count as equal, so that no ring hangs on the last bit of a pixel size.
_TOLERANCE = 1e-9


def arrays(ny: int, nx: int) -> tuple[np.ndarray, ...]:
    """Arrays of `windowed_amplitude`, its result last."""
    return (
        _hann(nx),
        _hann(ny),
        np.empty((spectrum.BAND, nx), np.float32),
        np.empty((ny, nx // 2 + 1), np.complex64),
        np.empty((2 * (ny // 2) + 3, nx // 2 + 2), np.float32),
    )


def _hann(n: int) -> np.ndarray:
    """Centred between the pixels, so that mirrored images have mirrored spectra."""
    return (0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(n) + 0.5) / n)).astype(np.float32)


def _amplitudes(surface: Surface) -> Amplitudes:
    *work, amplitudes = surface.work.of(arrays)
    spectrum.windowed_amplitude(surface.z, *work, amplitudes)
    return Amplitudes(amplitudes)


def _grid(surface: Surface) -> tuple[float, float, float, float]:
    """Shortest side, sides over it, and the Nyquist frequency in steps of 1 / shortest."""
    ny, nx = surface.z.shape
    length_x, length_y = nx * surface.dx, ny * surface.dy
    shortest = min(length_x, length_y)
    return shortest, length_x / shortest, length_y / shortest, shortest / (2.0 * max(surface.dx, surface.dy))


def _polar(surface: Surface, amplitudes: Amplitudes) -> PolarSpectrum:
    _, per_x, per_y, nyquist = _grid(surface)
    radii = math.ceil(nyquist * (1.0 - _TOLERANCE)) - 1
    if radii < polar.FEWEST_RADII:
        return PolarSpectrum(*np.empty((3, 0)))
    found = PolarSpectrum(np.empty(polar.DIRECTIONS), np.empty(polar.DIRECTIONS), np.empty(radii))
    polar.polar_sums(amplitudes.values, per_x, per_y, np.zeros(radii, np.float32), *found)
    return found


def _spectrum(surface: Surface, sums: PolarSpectrum) -> Spectrum:
    if not sums.by_radius.size:
        return Spectrum(*[math.nan] * len(Spectrum._fields))
    return Spectrum(*polar.lay(sums.by_direction), *polar.wavelengths(sums.by_radius, 1.0 / _grid(surface)[0]))


def _angular(surface: Surface, sums: PolarSpectrum) -> AngularSpectrum:
    if not sums.by_radius.size:
        return AngularSpectrum(math.nan, math.nan)
    return AngularSpectrum(entropy.evenness(sums.power), polar.cross_hatch(sums.by_direction))


def _wavelengths(surface: Surface, amplitudes: Amplitudes) -> Wavelengths:
    ny, nx = surface.z.shape
    return frequency.plane_wavelengths(amplitudes.values, ny, nx, nx * surface.dx, ny * surface.dy)


#: The fits begin at so many periods a side and end at half of the Nyquist frequency.
_FIRST = 4


def _slopes(surface: Surface, amplitudes: Amplitudes, differences: Differences) -> SpectralSlopes:
    if not differences.is_rough:
        return SpectralSlopes()
    return SpectralSlopes(*_ring_slopes(surface, amplitudes.values), _row_slope(surface, amplitudes.values))


def _ring_slopes(surface: Surface, amplitudes: np.ndarray) -> tuple[Fit, Fit, Fit, Fit]:
    """Of power and amplitude, and of amplitude above and below the middle."""
    shortest, per_x, per_y, nyquist = _grid(surface)
    end = 0.5 * nyquist
    last = math.floor(end * (1.0 + _TOLERANCE))
    if last - _FIRST + 1 < rings.FEWEST_RINGS:
        return NO_FIT, NO_FIT, NO_FIT, NO_FIT
    middle = math.floor(math.sqrt(_FIRST * end) * (1.0 + _TOLERANCE))
    means, powers = np.empty(last + 1), np.empty(last + 1)
    rings.ring_means(amplitudes, per_x, per_y, means, powers)
    return (
        _fit(powers, _FIRST, last, shortest),
        _fit(means, _FIRST, last, shortest),
        _fit(means, middle + 1, last, shortest),
        _fit(means, _FIRST, middle, shortest),
    )


def _fit(values: np.ndarray, first: int, last: int, length: float) -> Fit:
    """Of values at 0, 1, ... periods in that length."""
    slope, r2 = rings.log_slope(values, first, last)
    return Fit(slope, r2, length / last, length / first)


def _row_slope(surface: Surface, amplitudes: np.ndarray) -> Fit:
    ny, nx = surface.z.shape
    last, length = nx // 4, nx * surface.dx
    if last - _FIRST + 1 < rings.FEWEST_RINGS:
        return NO_FIT
    powers = np.empty(last + 1)
    rings.row_powers(amplitudes, ny, powers)
    return _fit(powers, _FIRST, last, length)


RECIPES: dict[type, Recipe] = {
    Amplitudes: Recipe(_amplitudes, needs_relief=True),
    PolarSpectrum: Recipe(_polar, of=(Amplitudes,), needs_relief=True),
    Spectrum: Recipe(_spectrum, of=(PolarSpectrum,), needs_relief=True),
    SpectralSlopes: Recipe(_slopes, of=(Amplitudes, Differences), needs_relief=True),
    AngularSpectrum: Recipe(_angular, of=(PolarSpectrum,), needs_relief=True),
    Wavelengths: Recipe(_wavelengths, of=(Amplitudes,), needs_relief=True),
}
