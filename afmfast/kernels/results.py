"""What the kernels hand back: ingredients, in dimensionless heights and lateral SI units; no Numba here."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class RawHeights(NamedTuple):
    """The image before levelling: `mean` of its valid pixels."""

    mean: float


class HeightMoments(NamedTuple):
    """Moments of the levelled heights about their mean; `highest`, `deepest` >= 0."""

    mean_abs: float
    rms: float
    skewness: float
    kurtosis: float
    highest: float
    deepest: float


class Variation(NamedTuple):
    """Root mean square height over the magnitude of the mean before levelling."""

    coefficient: float


class SortedHeights(NamedTuple):
    """The levelled heights (n,) float32, lowest first: what the curve and the order statistics are read from."""

    ascending: np.ndarray


class MaterialRatio(NamedTuple):
    """The material ratio curve: core, peaks, valleys, and height intervals between two ratios (per cent)."""

    core: float
    peak: float
    valley: float
    peak_portion: float
    valley_portion: float
    bearing: float
    core_retention: float
    valley_retention: float
    interval_0_5: float
    interval_5_10: float
    interval_10_50: float
    interval_50_95: float
    highest_peak: float
    deepest_valley: float


class Order(NamedTuple):
    """Order statistics: heights and intervals of the material ratio curve, spread, the share above one rms."""

    median: float
    deviation: float
    range_5_95: float
    interval_50_100: float
    extreme_peak: float
    height_10: float
    above_rms: float


class Entropy(NamedTuple):
    """Entropy of the histogram of heights, over the largest it can be."""

    heights: float


class Volumes(NamedTuple):
    """Material and void per area of peaks, core and valleys, divided at 10 % and 80 % material."""

    peak_material: float
    core_material: float
    core_void: float
    valley_void: float


class Slopes(NamedTuple):
    """Root mean square gradient from neighbouring pixels, whole and along either axis."""

    rms: float
    along_x: float
    along_y: float


class Gradients(NamedTuple):
    """Mean magnitude of the gradient from neighbouring pixels, and its fourth moment over the second one squared."""

    mean: float
    kurtosis: float


class SmoothSlopes(NamedTuple):
    """Root mean square gradient from seven points."""

    rms: float


class ProjectedArea(NamedTuple):
    """Area of the cells between the pixels."""

    area: float


class DevelopedArea(NamedTuple):
    """True area, and what it has more than its projection, as a fraction."""

    area: float
    excess: float


class Summits(NamedTuple):
    """Pixels above all eight neighbours: per area, their mean curvature, that of pits; the ten-point height."""

    density: float
    curvature: float
    pit_curvature: float
    ten_point: float


class Laplacian(NamedTuple):
    """Root mean square Laplacian."""

    rms: float


class MeanCurvature(NamedTuple):
    """Mean magnitude of the mean curvature."""

    mean_abs: float


class Correlation(NamedTuple):
    """Shortest decay lengths of the autocorrelation to 0.2 and 1/e, and their ratios to the longest."""

    length_20: float
    length_37: float
    aspect_20: float
    aspect_37: float


class Spectrum(NamedTuple):
    """The windowed amplitude spectrum: direction of the lay (degrees), wavelengths, log-log slopes."""

    direction: float
    direction_index: float
    wavelength: float
    wavelength_index: float
    half_wavelength: float
    power_slope: float
    amplitude_slope: float
    amplitude_slope_short: float
    amplitude_slope_long: float
