"""What is done to heights before they are measured. No Numba is imported here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ..errors import SettingsError
from ..units import is_length

Fill = Literal["none", "nearest", "plane"]
Lines = Literal["none", "median", "mean", "linear", "quadratic", "matched"]
Level = Literal["none", "constant", "plane", "quadratic", "cubic", "facet"]


@dataclass(frozen=True)
class Preparation:
    """Fill missing pixels, correct lines, level, then the Gaussian filters of ISO 16610-61: in this order.

    `s_filter` and `l_filter` are cut-off wavelengths in metres: shorter waves than the first and longer
    ones than the second are removed; None leaves them. Levelling comes before the filters, so that a
    tilt does not bend what they leave at the edges.
    """

    level: str = "plane"
    lines: str = "none"
    fill: str = "none"
    s_filter: float | None = None
    l_filter: float | None = None

    def check(self, unit: str) -> Preparation:
        """Itself; raises `SettingsError` for a choice that does not exist or does not fit heights in this unit."""
        choices: tuple[tuple[str, str, Any], ...] = (
            ("level", self.level, Level), ("lines", self.lines, Lines), ("fill", self.fill, Fill),
        )  # fmt: skip
        for what, given, known in choices:
            if given not in get_args(known):
                raise SettingsError(f"{what} is {given!r}; allowed: {', '.join(get_args(known))}")
        if self.level == "facet" and not is_length(unit):
            raise SettingsError(
                f"level 'facet' makes a facet horizontal, so heights must be lengths; these are in {unit!r}. "
                "Use another level, such as plane"
            )
        for what, cutoff in (("s_filter", self.s_filter), ("l_filter", self.l_filter)):
            if cutoff is not None and not 0.0 < cutoff < math.inf:
                raise SettingsError(f"{what} is {cutoff}; give a cut-off wavelength in metres, above zero")
        if self.s_filter is not None and self.l_filter is not None and self.s_filter >= self.l_filter:
            raise SettingsError(
                f"s_filter ({self.s_filter:g} m) is not below l_filter ({self.l_filter:g} m): together they would "
                "remove every wave; s_filter removes the short ones, l_filter the long ones"
            )
        return self
