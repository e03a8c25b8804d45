"""Ingredients of one image: each computed once, when first asked for, in work arrays that are used again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from threading import local
from typing import Any

import numpy as np

from ..kernels import _fft, amplitude, correlation, polar, ratio, rings, slopes, spectrum, summits
from ..kernels.results import (
    Correlation,
    DevelopedArea,
    HeightMoments,
    MaterialRatio,
    RawHeights,
    Slopes,
    SmoothSlopes,
    Spectrum,
    Summits,
)

#: Frequencies that agree to this share count as equal, so that no ring hangs on the last bit of a pixel size.
_TOLERANCE = 1e-9


class Workspace:
    """Work arrays for images of one shape (ny, nx), made when first needed; never shared by two threads."""

    def __init__(self, ny: int, nx: int) -> None:
        self.ny, self.nx = ny, nx
        self.levelled = np.empty((ny, nx), np.float32)
        self.sorted = np.empty(ny * nx, np.float32)
        self.row = np.empty(nx)

    @cached_property
    def correlation(self) -> tuple[np.ndarray, ...]:
        """Arrays of `autocorrelation`, its result last."""
        ny, nx = self.ny, self.nx
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

    @cached_property
    def spectrum(self) -> tuple[np.ndarray, ...]:
        """Arrays of `windowed_amplitude`, its result last."""
        ny, nx = self.ny, self.nx
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


_own = local()
#: Shapes whose arrays a thread keeps; a stack of one shape needs one, tiles and odd images a few.
_SHAPES_KEPT = 3


def workspace(ny: int, nx: int) -> Workspace:
    """This thread's work arrays for a shape."""
    kept: dict[tuple[int, int], Workspace] = _own.__dict__.setdefault("kept", {})
    found = kept.pop((ny, nx), None) or Workspace(ny, nx)
    kept[ny, nx] = found
    if len(kept) > _SHAPES_KEPT:
        del kept[next(iter(kept))]
    return found


@dataclass
class Surface:
    """One levelled image as the kernels see it, with the ingredients found so far.

    `z` (ny, nx) float32, heights over `scale`; `valid` (n,) those that are not NaN; `mean` of the raw heights.
    `is_complete`: no NaN. `is_flat`: nothing but rounding noise, `z` is zero.
    """

    z: np.ndarray
    valid: np.ndarray
    dx: float
    dy: float
    scale: float
    mean: float
    work: Workspace
    is_flat: bool
    found: dict[type, Any] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every pixel is valid."""
        return self.valid.size == self.z.size

    def ingredient(self, kind: type) -> Any:
        """The ingredient of that type, computed at the first request."""
        if kind not in self.found:
            self.found[kind] = self._compute(kind)
        return self.found[kind]

    def _compute(self, kind: type) -> Any:
        needs_relief, needs_all, make = INGREDIENTS[kind]
        if self.valid.size == 0 or min(self.z.shape) < 2:
            return nothing(kind)
        if (needs_all and not self.is_complete) or (needs_relief and self.is_flat):
            return nothing(kind)
        return make(self)


def nothing(kind: type) -> Any:
    """The ingredient of an image that has none: NaN throughout."""
    return kind(*[math.nan] * len(kind._fields))  # type: ignore[attr-defined]


def _raw(surface: Surface) -> RawHeights:
    return RawHeights(surface.mean / surface.scale)


def _heights(surface: Surface) -> HeightMoments:
    return amplitude.height_moments(surface.valid)


def _material_ratio(surface: Surface) -> MaterialRatio:
    ascending = surface.work.sorted[: surface.valid.size]
    ascending[:] = surface.valid
    ascending.sort()
    return ratio.material_ratio(ascending, surface.ingredient(HeightMoments).rms)


def _slopes(surface: Surface) -> Slopes:
    return slopes.slope_moments(surface.z, surface.dx, surface.dy)


def _smooth_slopes(surface: Surface) -> SmoothSlopes:
    return slopes.smooth_slope_moments(surface.z, surface.dx, surface.dy)


def _area(surface: Surface) -> DevelopedArea:
    return slopes.developed_area(surface.z, surface.dx, surface.dy, surface.scale)


def _summits(surface: Surface) -> Summits:
    return summits.summits(surface.z, surface.dx, surface.dy)


def _correlation(surface: Surface) -> Correlation:
    *arrays, acf = surface.work.correlation
    correlation.autocorrelation(surface.z, *arrays, acf)
    return correlation.decay(acf, surface.dx, surface.dy)


def _spectrum(surface: Surface) -> Spectrum:
    *arrays, amplitudes = surface.work.spectrum
    spectrum.windowed_amplitude(surface.z, *arrays, amplitudes)
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


#: Ingredient: does it need a surface that is not flat, does it need every pixel, how it is made.
INGREDIENTS: dict[type, tuple[bool, bool, Callable[[Surface], Any]]] = {
    RawHeights: (False, False, _raw),
    HeightMoments: (False, False, _heights),
    MaterialRatio: (False, False, _material_ratio),
    Slopes: (False, True, _slopes),
    SmoothSlopes: (False, True, _smooth_slopes),
    DevelopedArea: (False, True, _area),
    Summits: (False, True, _summits),
    Correlation: (True, True, _correlation),
    Spectrum: (True, True, _spectrum),
}
