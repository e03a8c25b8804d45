"""A user's own parameter: a function of the levelled heights that becomes a row like any other."""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from ..errors import ParameterFailed, SettingsError
from .parameter import Needs, Parameter

if TYPE_CHECKING:
    import numpy as np

#: What a user writes: `function(z, dx, dy) -> float`.
Function = Callable[["np.ndarray", float, float], float]
#: As data_schemas/parameters-1.0.json has the names of columns.
_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class LevelledHeights(NamedTuple):
    """The ingredient of every own parameter: heights (ny, nx) in SI units, pixel sizes, the scale of the kernels.

    `z` float64, mean-free, NaN where not measured, and read-only, because the next parameter sees it too.
    """

    z: np.ndarray
    dx: float
    dy: float
    scale: float


@dataclass(frozen=True)
class Own:
    """The value of an own parameter, as a row wants it: over `scale**z_power`, which is exact for a power of two."""

    symbol: str
    function: Function
    z_power: int
    file: str

    def __call__(self, heights: LevelledHeights) -> float:
        """NaN without calling the function where no pixel was measured; raises `ParameterFailed` where it raises."""
        if math.isnan(heights.scale):
            return math.nan
        try:
            return float(self.function(heights.z, heights.dx, heights.dy)) / heights.scale**self.z_power
        except Exception as fault:
            place = traceback.extract_tb(fault.__traceback__)[-1]
            # Code that travelled to a worker has forgotten its file: cloudpickle 3.1.3 calls it <dynamic-code>.
            file = self.file if place.filename.startswith("<") else place.filename
            said = f"{type(fault).__name__}: {fault} ({file}, line {place.lineno})"
            raise ParameterFailed(self.symbol, said) from fault


def own_row(
    symbol: str,
    function: Function,
    *,
    title: str,
    definition: str,
    unit_powers: tuple[int, int],
    reference: str,
    needs: Needs = "any",
) -> Parameter:
    """The row of an own parameter; raises `SettingsError` for what is missing or not allowed."""
    if not isinstance(symbol, str) or not _SYMBOL.fullmatch(symbol):
        raise SettingsError(f"parameter {symbol!r}: a symbol is a letter, then letters, digits and _, such as Shigh")
    if not callable(function):
        raise SettingsError(f"parameter {symbol!r}: {function!r} is no function; give one of (z, dx, dy)")
    for what, text in (("title", title), ("definition", definition)):
        if not isinstance(text, str) or not text.strip():
            raise SettingsError(f"parameter {symbol!r}: {what} is {text!r}; say in words what the report is to show")
    if needs not in get_args(Needs):
        raise SettingsError(f"parameter {symbol!r}: needs is {needs!r}; allowed: {', '.join(get_args(Needs))}")
    z_power, xy_power = _powers(symbol, unit_powers)
    file = getattr(getattr(function, "__code__", None), "co_filename", "<unknown>")
    value = Own(symbol, function, z_power, file)
    return Parameter(
        symbol, title, LevelledHeights, value, z_power, xy_power, "own", definition, reference, needs, invariances=()
    )


def _powers(symbol: str, given: Any) -> tuple[int, int]:
    if isinstance(given, tuple) and len(given) == 2 and all(type(power) is int for power in given):
        return given
    raise SettingsError(
        f"parameter {symbol!r}: unit_powers is {given!r}; give two whole numbers, of the heights and of the lengths "
        "in its unit: (1, 0) for a height, (1, -1) for a slope, (0, 2) for an area, (0, 0) for a plain number"
    )
