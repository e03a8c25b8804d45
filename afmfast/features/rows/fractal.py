"""Fractal: how roughness grows with scale."""

from __future__ import annotations

from ...kernels.results import Spectrum
from ..parameter import Parameter

ROWS = (
    Parameter("Sfd", "Fourier fractal parameter", Spectrum, lambda s: 2.0 - s.amplitude_slope, 0, 0, "fractal",
              "2 less the log-log slope of the ring-mean amplitude: 3 + H on a self-affine surface, so it grows "
              "with smoothness.", "Dokukin et al. 2015, doi:10.1088/1367-2630/17/3/033019"),
    Parameter("Sfd_top", "Sfd of short wavelengths", Spectrum, lambda s: 2.0 - s.amplitude_slope_short, 0, 0,
              "fractal", "Sfd over the upper half (logarithmically) of the frequencies.",
              "Petrov & Sokolov 2023, doi:10.3390/cells12212536"),
    Parameter("Sfd_bot", "Sfd of long wavelengths", Spectrum, lambda s: 2.0 - s.amplitude_slope_long, 0, 0,
              "fractal", "Sfd over the lower half (logarithmically) of the frequencies.",
              "Petrov & Sokolov 2023, doi:10.3390/cells12212536"),
    Parameter("D_psd", "fractal dimension", Spectrum, lambda s: 4.0 + 0.5 * s.power_slope, 0, 0, "fractal",
              "4 plus half the log-log slope of the ring-mean power: 3 - H on a self-affine surface.",
              "Jacobs et al. 2017, doi:10.1088/2051-672X/aa51f8"),
)  # fmt: skip
