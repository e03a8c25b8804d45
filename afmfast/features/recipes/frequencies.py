"""Ingredients from the windowed amplitude spectrum."""

from __future__ import annotations

import math

import numpy as np

from ...kernels import entropy, frequency, polar, rings, spectrum
from ...kernels.results import Amplitudes, AngularSpectrum, PolarSpectrum, Spectrum, Wavelengths
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


def _spectrum(surface: Surface, amplitudes: Amplitudes, sums: PolarSpectrum) -> Spectrum:
    shortest, per_x, per_y, nyquist = _grid(surface)
    directional: tuple[float, ...] = (math.nan,) * 5
    if sums.by_radius.size:
        directional = (*polar.lay(sums.by_direction), *polar.wavelengths(sums.by_radius, 1.0 / shortest))
    # The fits end at half of the Nyquist frequency.
    return Spectrum(*directional, *_fractal(amplitudes.values, per_x, per_y, 0.5 * nyquist))


def _angular(surface: Surface, sums: PolarSpectrum) -> AngularSpectrum:
    if not sums.by_radius.size:
        return AngularSpectrum(math.nan, math.nan)
    return AngularSpectrum(entropy.evenness(sums.power), polar.cross_hatch(sums.by_direction))


def _wavelengths(surface: Surface, amplitudes: Amplitudes) -> Wavelengths:
    ny, nx = surface.z.shape
    return frequency.plane_wavelengths(amplitudes.values, ny, nx, nx * surface.dx, ny * surface.dy)


def _fractal(amplitudes: np.ndarray, per_x: float, per_y: float, end: float) -> tuple[float, ...]:
    """Slopes of power and amplitude, and of amplitude above and below the middle, from ring 4 to `end`."""
    first, last = 4, math.floor(end * (1.0 + _TOLERANCE))
    if last - first + 1 < rings.FEWEST_RINGS:
        return (math.nan,) * 4
    middle = math.floor(math.sqrt(first * end) * (1.0 + _TOLERANCE))
    means, powers = np.empty(last + 1), np.empty(last + 1)
    rings.ring_means(amplitudes, per_x, per_y, means, powers)
    return (
        rings.log_slope(powers, first, last),
        rings.log_slope(means, first, last),
        rings.log_slope(means, middle + 1, last),
        rings.log_slope(means, first, middle),
    )


RECIPES: dict[type, Recipe] = {
    Amplitudes: Recipe(_amplitudes, needs_relief=True),
    PolarSpectrum: Recipe(_polar, of=(Amplitudes,), needs_relief=True),
    Spectrum: Recipe(_spectrum, of=(Amplitudes, PolarSpectrum), needs_relief=True),
    AngularSpectrum: Recipe(_angular, of=(PolarSpectrum,), needs_relief=True),
    Wavelengths: Recipe(_wavelengths, of=(Amplitudes,), needs_relief=True),
}
