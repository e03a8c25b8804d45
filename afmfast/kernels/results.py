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


class ProbabilityLines(NamedTuple):
    """Two straight lines through the heights over normal probability: their slopes, and the ratio where they cross."""

    peaks: float
    valleys: float
    crossing: float


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
    """Pixels above all eight neighbours: per area, mean curvature, that of pits; ten-point height; pits per area."""

    density: float
    curvature: float
    pit_curvature: float
    ten_point: float
    pit_density: float


class Profiles(NamedTuple):
    """Mean over rows and columns: spectral moments, Nayak's alpha, crossings of the mean height per length."""

    m0: float
    m2: float
    m4: float
    alpha: float
    crossings: float


class Orientation(NamedTuple):
    """The gradient's structure tensor: coherence, direction (degrees); entropy of the gradient's orientations."""

    coherence: float
    direction: float
    entropy: float


class Autocorrelation(NamedTuple):
    """`acf` (2 hy + 1, hx + 1) float32: lags y = -hy ... hy, x = 0 ... hx; 1 at lag 0."""

    acf: np.ndarray


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
    longest_20: float


class Decay(NamedTuple):
    """Length of the stretched exponential that the autocorrelation follows."""

    length: float


class Amplitudes(NamedTuple):
    """`values`: the windowed amplitude spectrum as `windowed_amplitude` leaves it."""

    values: np.ndarray


class Fit(NamedTuple):
    """A power law: slope in double-logarithmic axes, R squared, the lengths (m) from and to which it is fitted."""

    slope: float
    r2: float
    shortest: float
    longest: float


#: That of an image which has no power law.
NO_FIT = Fit(np.nan, np.nan, np.nan, np.nan)


class Differences(NamedTuple):
    """Mean square height difference over distance, of rows and columns; whether the surface is rough at all."""

    fit: Fit = NO_FIT
    is_rough: bool = False


class Blocks(NamedTuple):
    """Over the side of square blocks: mean variance in them, boxes they fill on a lattice, and wherever it lies."""

    variance: Fit = NO_FIT
    boxes: Fit = NO_FIT
    anywhere: Fit = NO_FIT


class CoarseAreas(NamedTuple):
    """Over the spacing of the pixels that are used: the surface's area, by triangles and by prisms."""

    triangles: Fit = NO_FIT
    prisms: Fit = NO_FIT


class Lacunarity(NamedTuple):
    """Mean square over squared mean of the mass in a gliding box."""

    ratio: float


class SpectralSlopes(NamedTuple):
    """Ring-mean power and amplitude, amplitude at short and at long waves, and power of the rows, over frequency."""

    power: Fit = NO_FIT
    amplitude: Fit = NO_FIT
    short: Fit = NO_FIT
    long: Fit = NO_FIT
    rows: Fit = NO_FIT


class PolarSpectrum(NamedTuple):
    """Amplitude and power by direction, amplitude by radius, as `polar_sums` leaves them; empty with too few radii."""

    by_direction: np.ndarray
    power: np.ndarray
    by_radius: np.ndarray


class AngularSpectrum(NamedTuple):
    """The spectrum by direction: entropy of its power, angle between its two strongest peaks (degrees)."""

    entropy: float
    cross_hatch: float


class Wavelengths(NamedTuple):
    """Over all frequencies: wavelength of the largest amplitude, and of the mean frequency weighted by power."""

    dominant: float
    centroid: float


class Spectrum(NamedTuple):
    """The windowed amplitude spectrum: direction of the lay (degrees), wavelengths."""

    direction: float
    direction_index: float
    wavelength: float
    wavelength_index: float
    half_wavelength: float


class Motifs(NamedTuple):
    """Hills and dales after pruning: the peaks, the five deepest pits as a depth, mean areas and volumes."""

    peak_density: float
    peak_curvature: float
    five_peaks: float
    five_pits: float
    hill_area: float
    hill_volume: float
    dale_area: float
    dale_volume: float
