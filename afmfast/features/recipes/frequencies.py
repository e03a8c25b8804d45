"""Ingredients from the windowed amplitude spectrum."""

from __future__ import annotations

import math

import numpy as np

from ...kernels import polar, rings, spectrum
from ...kernels.results import Spectrum
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


def _spectrum(surface: Surface) -> Spectrum:
    *work, amplitudes = surface.work.of(arrays)
    spectrum.windowed_amplitude(surface.z, *work, amplitudes)
    ny, nx = surface.z.shape
    length_x, length_y = nx * surface.dx, ny * surface.dy
    shortest = min(length_x, length_y)
    per_x, per_y = length_x / shortest, length_y / shortest
    # Both in frequency steps of 1 / shortest: the Nyquist frequency, and the end of the fits at half of it.
    nyquist = shortest / (2.0 * max(surface.dx, surface.dy))
    radii = math.ceil(nyquist * (1.0 - _TOLERANCE)) - 1
    directional = _polar(amplitudes, per_x, per_y, radii, 1.0 / shortest)
    return Spectrum(*directional, *_fractal(amplitudes, per_x, per_y, 0.5 * nyquist))


def _polar(amplitudes: np.ndarray, per_x: float, per_y: float, radii: int, step: float) -> tuple[float, ...]:
    if radii < polar.FEWEST_RADII:
        return (math.nan,) * 5
    by_direction, by_radius = np.empty(polar.DIRECTIONS), np.empty(radii)
    polar.polar_sums(amplitudes, per_x, per_y, np.zeros(radii, np.float32), by_direction, by_radius)
    return (*polar.lay(by_direction), *polar.wavelengths(by_radius, step))


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


RECIPES: dict[type, Recipe] = {Spectrum: Recipe(_spectrum, needs_relief=True)}
