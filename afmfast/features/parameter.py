"""What a surface parameter is: one row of the table. No Numba is imported here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..units import power

if TYPE_CHECKING:
    from ..kernels.results import Fit

Needs = Literal["any", "length", "zero"]
Invariance = Literal["offset", "flip", "turn"]
ALL: tuple[Invariance, ...] = ("offset", "flip", "turn")
OFFSET: tuple[Invariance, ...] = ("offset",)


@dataclass(frozen=True, eq=False)
class Parameter:
    """One surface parameter.

    `of` is the ingredient it is read from and `value` how; it scales as heights**z_power * lengths**xy_power.
    `needs`: "length" where heights and lateral lengths are mixed, so that heights must be lengths;
    "zero" where the zero of the heights must mean something, as it does not for topography.
    `invariances`: what leaves it unchanged: adding a constant, mirroring, turning by 90 degrees.
    `aliases`: other names of the same number; its columns keep the symbol.
    `fit`: the power law of the ingredient that the value is read from.
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
    invariances: tuple[Invariance, ...] = ALL
    is_angle: bool = False
    aliases: tuple[str, ...] = ()
    fit: Callable[[Any], Fit] | None = None

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


#: Sources that many rows name.
ISO = "ISO 25178-2:2012"
SPIP = "Image Metrology, SPIP Classic Roughness Parameters"
EUR = "Stout et al. 1993, EUR 15178 EN"
STATISTICS = "descriptive statistics"
