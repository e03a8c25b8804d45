"""Fractal: how roughness grows with scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...kernels.results import Blocks, CoarseAreas, Differences, Fit, Lacunarity, SpectralSlopes
from ..parameter import ALL, OFFSET, Invariance, Parameter

_PETROV = "Petrov & Sokolov 2023, doi:10.3390/cells12212536"
_GWYDDION = "Nečas & Klapetek 2012, doi:10.2478/s11534-011-0096-2"
_DBC = "Sarkar & Chaudhuri 1994, doi:10.1109/21.259692"
_FLIP: tuple[Invariance, ...] = ("offset", "flip")


def _row(
    symbol: str, title: str, of: type, fit: Callable[[Any], Fit], at_0: float, per_slope: float, definition: str,
    reference: str, invariances: tuple[Invariance, ...] = ALL,
) -> Parameter:  # fmt: skip
    """A value that is a straight line in the slope of a power law."""
    return Parameter(
        symbol, title, of, lambda found: at_0 + per_slope * fit(found).slope, 0, 0, "fractal", definition, reference,
        invariances=invariances, fit=fit,
    )  # fmt: skip


ROWS = (
    _row("Sfd", "Fourier fractal parameter", SpectralSlopes, lambda s: s.amplitude, 2.0, -1.0,
         "2 less the log-log slope of the ring-mean amplitude: 3 + H on a self-affine surface, so it grows with "
         "smoothness.", "Dokukin et al. 2015, doi:10.1088/1367-2630/17/3/033019"),
    _row("Sfd_top", "Sfd of short wavelengths", SpectralSlopes, lambda s: s.short, 2.0, -1.0,
         "Sfd over the upper half (logarithmically) of the frequencies.", _PETROV),
    _row("Sfd_bot", "Sfd of long wavelengths", SpectralSlopes, lambda s: s.long, 2.0, -1.0,
         "Sfd over the lower half (logarithmically) of the frequencies.", _PETROV),
    _row("D_psd", "fractal dimension by the spectrum", SpectralSlopes, lambda s: s.power, 4.0, 0.5,
         "4 plus half the log-log slope of the ring-mean power: 3 - H on a self-affine surface.",
         "Jacobs et al. 2017, doi:10.1088/2051-672X/aa51f8"),
    _row("D_psd1", "fractal dimension by the spectrum of the rows", SpectralSlopes, lambda s: s.rows, 3.5, 0.5,
         "3.5 plus half the log-log slope of the power of the rows, along the fast axis alone, from 4 periods a row to "
         "half the Nyquist frequency.", _GWYDDION, _FLIP),
    _row("D_var", "fractal dimension by height differences", Differences, lambda d: d.fit, 3.0, -0.5,
         "3 less half the log-log slope, common to rows and columns, of the mean square height difference over "
         "distance (the structure function, the variogram). Takes 32 pixels a side.", _GWYDDION),
    _row("Hurst", "Hurst exponent", Differences, lambda d: d.fit, 0.0, 0.5,
         "3 - D_var: heights differ by distance to this power. Takes 32 pixels a side.", _GWYDDION),
    _row("D_part", "fractal dimension by partitioning", Blocks, lambda b: b.variance, 3.0, -0.5,
         "3 less half the log-log slope of the mean variance of the heights in square blocks over their side; blocks "
         "are counted from the upper left corner. Takes 64 pixels a side.", _GWYDDION, OFFSET),
    _row("D_area", "fractal dimension by triangulation", CoarseAreas, lambda a: a.triangles, 2.0, -1.0,
         "2 less the log-log slope of the triangulated area through every so many pixels over their spacing, counted "
         "from the upper left corner; Sq is drawn out to the shorter side, so no unit matters. "
         "Takes 64 pixels a side.", _GWYDDION, OFFSET),
    _row("D_prism", "fractal dimension by prisms", CoarseAreas, lambda a: a.prisms, 2.0, -1.0,
         "As D_area, of prisms whose four triangles meet in the mean of the corners. Takes 64 pixels a side.",
         "Clarke 1986, doi:10.1016/0098-3004(86)90047-6", OFFSET),
    _row("D_box", "fractal dimension by cube counting", Blocks, lambda b: b.anywhere, 0.0, -1.0,
         "As D_dbc, of the mean number over all heights at which the lattice may begin: a column fills its range over "
         "the height of a box, and one box more. Nothing is rounded. Takes 64 pixels a side.", _GWYDDION, OFFSET),
    _row("D_dbc", "fractal dimension by differential box counting", Blocks, lambda b: b.boxes, 0.0, -1.0,
         "Log-log slope, sign changed, of the number of boxes that the surface fills over their side: cells of a cubic "
         "lattice from the lowest pixel up, the range of the heights drawn out to the shorter side; a column fills "
         "those from that of its lowest to that of its highest pixel. Low on rough surfaces. Takes 64 pixels a side.",
         _DBC, OFFSET),
    Parameter("Slac", "lacunarity", Lacunarity, lambda s: s.ratio, 0, 0, "fractal",
              "Mean square over squared mean of the mass in a box of 8 x 8 pixels that glides over all places, heights "
              "counted from zero as mass: 1 without gaps or clusters.",
              "Allain & Cloitre 1991, doi:10.1103/PhysRevA.44.3552", "zero", ("flip", "turn")),
)  # fmt: skip
