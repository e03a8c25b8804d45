"""Spatial: autocorrelation, summit density, wavelengths."""

from __future__ import annotations

from ...kernels.results import Correlation, Decay, Profiles, Spectrum, Summits, Wavelengths
from ..parameter import EUR, ISO, SPIP, Parameter

_NAYAK = "Nayak 1971, J. Lubr. Technol. 93, 398"

ROWS = (
    Parameter("Scl20", "correlation length to 0.2", Correlation, lambda a: a.length_20, 0, 1, "spatial",
              "Shortest distance over which the autocorrelation falls to 0.2.", f"{ISO}, 4.2.1", aliases=("Sal",)),
    Parameter("Scl37", "correlation length to 1/e", Correlation, lambda a: a.length_37, 0, 1, "spatial",
              "Shortest distance over which the autocorrelation falls to 1/e.", SPIP),
    Parameter("Str20", "texture aspect ratio to 0.2", Correlation, lambda a: a.aspect_20, 0, 0, "spatial",
              "Shortest over longest correlation length to 0.2: 1 without direction, near 0 for grooves; "
              "an upper bound where the autocorrelation does not fall so far inside the image.", f"{ISO}, 4.2.2",
              aliases=("Str",)),
    Parameter("Str37", "texture aspect ratio to 1/e", Correlation, lambda a: a.aspect_37, 0, 0, "spatial",
              "Shortest over longest correlation length to 1/e; an upper bound like Str20.", SPIP),
    Parameter("Smax20", "longest correlation length to 0.2", Correlation, lambda a: a.longest_20, 0, 1, "spatial",
              "Longest distance over which the autocorrelation falls to 0.2; a lower bound where it does not fall "
              "so far inside the image.", f"{ISO}, 4.2.2"),
    Parameter("Sxi", "correlation length of the height-height correlation", Decay, lambda d: d.length, 0, 1, "spatial",
              "Length xi of exp(-(r/xi)^(2H)) fitted, H free, to the autocorrelation along rows and columns together, "
              "each up to its first zero: a line through ln(-ln R) over ln r, weighted by (R ln R)^2.",
              "Sinha et al. 1988, Phys. Rev. B 38, 2297"),
    Parameter("Sds", "summit density", Summits, lambda s: s.density, 0, -2, "spatial",
              "Summits per area, each strictly above its eight neighbours.", EUR),
    Parameter("Svd", "pit density", Summits, lambda s: s.pit_density, 0, -2, "spatial",
              "Pits per area, each strictly below its eight neighbours.", EUR),
    Parameter("Szc", "zero-crossing density", Profiles, lambda p: p.crossings, 0, -1, "spatial",
              "Crossings of the mean height per length of profile, mean of rows and columns.",
              "Longuet-Higgins 1957, Phil. Trans. R. Soc. A 249, 321"),
    Parameter("Sm0", "spectral moment 0", Profiles, lambda p: p.m0, 2, 0, "spatial",
              "Mean square height of the profiles, rows and columns alike: Sq squared.", _NAYAK),
    Parameter("Sm2", "spectral moment 2", Profiles, lambda p: p.m2, 2, -2, "spatial",
              "Mean square slope of the profiles from first differences, mean of rows and columns.", _NAYAK),
    Parameter("Sm4", "spectral moment 4", Profiles, lambda p: p.m4, 2, -4, "spatial",
              "Mean square curvature of the profiles from second differences, mean of rows and columns.", _NAYAK),
    Parameter("Salpha", "Nayak's bandwidth", Profiles, lambda p: p.alpha, 0, 0, "spatial",
              "Sm0 Sm4 / Sm2^2: 1.5 and more on isotropic random surfaces, larger where short waves ride on long ones.",
              _NAYAK),
    Parameter("Srw", "dominant radial wavelength", Spectrum, lambda s: s.wavelength, 0, 1, "spatial",
              "Wavelength of the largest spectral amplitude averaged over directions.", SPIP),
    Parameter("Srwi", "radial wavelength index", Spectrum, lambda s: s.wavelength_index, 0, 0, "spatial",
              "Mean over largest radial amplitude: small where one wavelength dominates.", SPIP),
    Parameter("Shw", "mean half wavelength", Spectrum, lambda s: s.half_wavelength, 0, 1, "spatial",
              "Wavelength that halves the sum of the radial amplitude.", SPIP),
    Parameter("Ssw", "dominant spatial wavelength", Wavelengths, lambda w: w.dominant, 0, 1, "spatial",
              "Wavelength of the largest amplitude of the windowed spectrum.", "ISO 25178-2:2021"),
    Parameter("Sfc", "centroid wavelength", Wavelengths, lambda w: w.centroid, 0, 1, "spatial",
              "One over the mean frequency of the windowed spectrum, all directions, weighted by power.", _NAYAK),
)  # fmt: skip
