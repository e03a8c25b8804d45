"""Spatial: autocorrelation, summit density, wavelengths."""

from __future__ import annotations

from ...kernels.results import Correlation, Spectrum, Summits
from ..parameter import EUR, ISO, SPIP, Parameter

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
    Parameter("Sds", "summit density", Summits, lambda s: s.density, 0, -2, "spatial",
              "Summits per area, each strictly above its eight neighbours.", EUR),
    Parameter("Srw", "dominant radial wavelength", Spectrum, lambda s: s.wavelength, 0, 1, "spatial",
              "Wavelength of the largest spectral amplitude averaged over directions.", SPIP),
    Parameter("Srwi", "radial wavelength index", Spectrum, lambda s: s.wavelength_index, 0, 0, "spatial",
              "Mean over largest radial amplitude: small where one wavelength dominates.", SPIP),
    Parameter("Shw", "mean half wavelength", Spectrum, lambda s: s.half_wavelength, 0, 1, "spatial",
              "Wavelength that halves the sum of the radial amplitude.", SPIP),
)  # fmt: skip
