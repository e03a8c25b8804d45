"""The surface parameters: one row each, cheap arithmetic on an ingredient. No Numba is imported here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from ..errors import SettingsError
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
from ..registry import Registry
from ..units import is_length, power

#: Changes whenever a number could change; written into every parameter table.
DEFINITIONS_VERSION = "1.0"

Needs = Literal["any", "length", "zero"]
Invariance = Literal["offset", "flip", "turn"]
_ALL: tuple[Invariance, ...] = ("offset", "flip", "turn")
_OFFSET: tuple[Invariance, ...] = ("offset",)


@dataclass(frozen=True, eq=False)
class Parameter:
    """One surface parameter.

    `of` is the ingredient it is read from and `value` how; it scales as heights**z_power * lengths**xy_power.
    `needs`: "length" where heights and lateral lengths are mixed, so that heights must be lengths;
    "zero" where the zero of the heights must mean something, as it does not for topography.
    `invariances`: what leaves it unchanged: adding a constant, mirroring, turning by 90 degrees.
    """

    symbol: str
    title: str
    of: type
    value: Callable[[Any], float]
    z_power: int
    xy_power: int
    family: str
    definition: str
    reference: str
    needs: Needs = "any"
    invariances: tuple[Invariance, ...] = _ALL
    is_angle: bool = False

    @property
    def name(self) -> str:
        """The symbol."""
        return self.symbol

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns in a table: an angle modulo 180 degrees becomes cosine and sine of twice the angle."""
        return (f"{self.symbol}_cos2", f"{self.symbol}_sin2") if self.is_angle else (self.symbol,)

    def unit(self, z_unit: str) -> str:
        """Its SI unit on heights of that unit; degrees for an angle."""
        return "deg" if self.is_angle else power(z_unit, self.z_power, self.xy_power)


_ISO = "ISO 25178-2:2012"
_SPIP = "Image Metrology, SPIP Classic Roughness Parameters"
_EUR = "Stout et al. 1993, EUR 15178 EN"

_HEIGHT = (
    Parameter("Smean", "mean", RawHeights, lambda r: r.mean, 1, 0, "height",
              "Mean of the heights before levelling.", _SPIP, "zero", ("flip", "turn")),
    Parameter("Sa", "mean absolute height", HeightMoments, lambda m: m.mean_abs, 1, 0, "height",
              "Mean distance of the heights from their mean.", f"{_ISO}, 4.1.7"),
    Parameter("Sq", "rms height", HeightMoments, lambda m: m.rms, 1, 0, "height",
              "Root mean square of the heights about their mean.", f"{_ISO}, 4.1.1"),
    Parameter("Ssk", "skewness", HeightMoments, lambda m: m.skewness, 0, 0, "height",
              "Mean cube of the heights over Sq cubed: positive where peaks stand out.", f"{_ISO}, 4.1.2"),
    Parameter("Sku", "kurtosis", HeightMoments, lambda m: m.kurtosis, 0, 0, "height",
              "Mean fourth power of the heights over Sq to the fourth: 3 for a Gaussian surface.", f"{_ISO}, 4.1.3"),
    Parameter("Sp", "highest peak", HeightMoments, lambda m: m.highest, 1, 0, "height",
              "Highest pixel above the mean.", f"{_ISO}, 4.1.4"),
    Parameter("Sv", "deepest pit", HeightMoments, lambda m: m.deepest, 1, 0, "height",
              "Depth of the lowest pixel below the mean.", f"{_ISO}, 4.1.5"),
    Parameter("Sz", "total height", HeightMoments, lambda m: m.highest + m.deepest, 1, 0, "height",
              "Highest less lowest pixel.", f"{_ISO}, 4.1.6"),
    Parameter("S10z", "ten-point height", Summits, lambda s: s.ten_point, 1, 0, "height",
              "Mean of the five highest summits less mean of the five lowest pits, both inside the image "
              "and strictly beyond all eight neighbours.", _EUR),
)  # fmt: skip

_FUNCTIONAL = (
    Parameter("Sk", "core height", MaterialRatio, lambda c: c.core, 1, 0, "functional",
              "Height span of the line through the flattest 40 % of the material ratio curve.", "ISO 13565-2:1996"),
    Parameter("Spk", "reduced peak height", MaterialRatio, lambda c: c.peak, 1, 0, "functional",
              "Height of the triangle as large as the material above the core.", "ISO 13565-2:1996"),
    Parameter("Svk", "reduced valley depth", MaterialRatio, lambda c: c.valley, 1, 0, "functional",
              "Depth of the triangle as large as the void below the core.", "ISO 13565-2:1996"),
    Parameter("Smr1", "peak material portion", MaterialRatio, lambda c: c.peak_portion, 0, 0, "functional",
              "Share of the surface that lies above the core.", "ISO 13565-2:1996"),
    Parameter("Smr2", "valley material portion", MaterialRatio, lambda c: c.valley_portion, 0, 0, "functional",
              "Share of the surface that lies above the bottom of the core.", "ISO 13565-2:1996"),
    Parameter("Sbi", "surface bearing index", MaterialRatio, lambda c: c.bearing, 0, 0, "functional",
              "Sq over the height, from the mean, that 5 % of the surface exceeds.", _EUR),
    Parameter("Sci", "core fluid retention index", MaterialRatio, lambda c: c.core_retention, 0, 0, "functional",
              "Void volume between the heights of 5 % and 80 % material, per area, over Sq.", _EUR),
    Parameter("Svi", "valley fluid retention index", MaterialRatio, lambda c: c.valley_retention, 0, 0, "functional",
              "Void volume below the height of 80 % material, per area, over Sq.", _EUR),
    Parameter("Sdc0_5", "height interval 0-5 %", MaterialRatio, lambda c: c.interval_0_5, 1, 0, "functional",
              "Height between the top and 5 % material.", _SPIP),
    Parameter("Sdc5_10", "height interval 5-10 %", MaterialRatio, lambda c: c.interval_5_10, 1, 0, "functional",
              "Height between 5 % and 10 % material.", _SPIP),
    Parameter("Sdc10_50", "height interval 10-50 %", MaterialRatio, lambda c: c.interval_10_50, 1, 0, "functional",
              "Height between 10 % and 50 % material.", _SPIP),
    Parameter("Sdc50_95", "height interval 50-95 %", MaterialRatio, lambda c: c.interval_50_95, 1, 0, "functional",
              "Height between 50 % and 95 % material.", _SPIP),
)  # fmt: skip

_HYBRID = (
    Parameter("Sdq", "rms gradient", Slopes, lambda s: s.rms, 1, -1, "hybrid",
              "Root mean square slope from neighbouring pixels, the left one and the one above.", _SPIP,
              invariances=_OFFSET),
    Parameter("Sdq6", "rms gradient, seven-point", SmoothSlopes, lambda s: s.rms, 1, -1, "hybrid",
              "Root mean square slope from a seven-point stencil.", "ASME B46.1; ISO 25178-3"),
    Parameter("S3A", "surface area", DevelopedArea, lambda a: a.area, 0, 2, "hybrid",
              "Area of the triangulated surface, mean of both diagonals.", _SPIP, "length"),
    Parameter("Sdr", "developed area ratio", DevelopedArea, lambda a: a.excess, 0, 0, "hybrid",
              "Surface area over projected area, less one (a fraction).", f"{_ISO}, 4.3.2", "length"),
    Parameter("Ssc", "mean summit curvature", Summits, lambda s: s.curvature, 1, -2, "hybrid",
              "Mean curvature of the summits, positive for domes.", _EUR),
)  # fmt: skip

_SPATIAL = (
    Parameter("Scl20", "correlation length to 0.2", Correlation, lambda a: a.length_20, 0, 1, "spatial",
              "Shortest distance over which the autocorrelation falls to 0.2.", f"{_ISO}, 4.2.1"),
    Parameter("Scl37", "correlation length to 1/e", Correlation, lambda a: a.length_37, 0, 1, "spatial",
              "Shortest distance over which the autocorrelation falls to 1/e.", _SPIP),
    Parameter("Str20", "texture aspect ratio to 0.2", Correlation, lambda a: a.aspect_20, 0, 0, "spatial",
              "Shortest over longest correlation length to 0.2: 1 without direction, near 0 for grooves; "
              "an upper bound where the autocorrelation does not fall so far inside the image.", f"{_ISO}, 4.2.2"),
    Parameter("Str37", "texture aspect ratio to 1/e", Correlation, lambda a: a.aspect_37, 0, 0, "spatial",
              "Shortest over longest correlation length to 1/e; an upper bound like Str20.", _SPIP),
    Parameter("Sds", "summit density", Summits, lambda s: s.density, 0, -2, "spatial",
              "Summits per area, each strictly above its eight neighbours.", _EUR),
    Parameter("Srw", "dominant radial wavelength", Spectrum, lambda s: s.wavelength, 0, 1, "spatial",
              "Wavelength of the largest spectral amplitude averaged over directions.", _SPIP),
    Parameter("Srwi", "radial wavelength index", Spectrum, lambda s: s.wavelength_index, 0, 0, "spatial",
              "Mean over largest radial amplitude: small where one wavelength dominates.", _SPIP),
    Parameter("Shw", "mean half wavelength", Spectrum, lambda s: s.half_wavelength, 0, 1, "spatial",
              "Wavelength that halves the sum of the radial amplitude.", _SPIP),
)  # fmt: skip

_FRACTAL = (
    Parameter("Std", "texture direction", Spectrum, lambda s: s.direction, 0, 0, "directional",
              "Direction of the lay in degrees, anticlockwise from the fast axis of the image as shown.",
              f"{_ISO}, 4.5.1", invariances=_OFFSET, is_angle=True),
    Parameter("Stdi", "texture direction index", Spectrum, lambda s: s.direction_index, 0, 0, "directional",
              "Mean over largest spectral amplitude of the directions: near 1 without a lay.", _SPIP),
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

PARAMETERS: Registry[Parameter] = Registry("parameter", _HEIGHT + _FUNCTIONAL + _HYBRID + _SPATIAL + _FRACTAL)

#: Named sets of symbols.
SETS: dict[str, tuple[str, ...]] = {"classic": PARAMETERS.names()}


def resolve(parameters: str | Sequence[str]) -> tuple[Parameter, ...]:
    """Rows for a set name, a symbol, or a list of both, each once and in the order named.

    Raises `SettingsError` with the nearest name for one that is neither, and for an empty list.
    """
    names = [parameters] if isinstance(parameters, str) else list(parameters)
    symbols: dict[str, None] = {}
    for name in names:
        if not isinstance(name, str):
            raise SettingsError(f"parameters are named by text, not by {name!r}; see `afmfast parameters`")
        if name not in SETS and name not in PARAMETERS:
            raise SettingsError(_unknown(name))
        symbols.update(dict.fromkeys(SETS.get(name, (name,))))
    if not symbols:
        raise SettingsError(f"no parameters were named; name a set ({', '.join(SETS)}) or symbols such as Sq")
    return tuple(PARAMETERS[symbol] for symbol in symbols)


def _unknown(name: str) -> str:
    """Names the nearest set or symbol, whatever its case."""
    known = {known.lower(): known for known in (*PARAMETERS.names(), *SETS)}
    near = get_close_matches(name.lower(), known, n=1)
    hint = f"did you mean {known[near[0]]!r}?" if near else f"allowed: {', '.join((*SETS, *PARAMETERS.names()))}"
    return f"no parameter or set is called {name!r}; {hint}"


def applicable(parameters: str | Sequence[str], unit: str, *, has_zero: bool | None = None) -> tuple[Parameter, ...]:
    """Rows that mean something on heights in this SI unit: see `Parameter.needs`.

    `has_zero`: zero is physical, as for a deformation in metres but not for a height (default: if not in metres).
    """
    met = {"any", "length"} if is_length(unit) else {"any"}
    if has_zero or (has_zero is None and not is_length(unit)):
        met.add("zero")
    return tuple(row for row in resolve(parameters) if row.needs in met)


def columns_of(parameters: Sequence[Parameter]) -> tuple[str, ...]:
    """Columns of a table of these rows."""
    return tuple(column for row in parameters for column in row.columns)
