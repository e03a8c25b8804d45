"""The autocorrelation."""

from __future__ import annotations

import math
from collections.abc import Iterator

from strategies import NM

from .common import PI, Line, relative


def lines() -> Iterator[Line]:
    why = "analytic: at this phase the unbiased autocorrelation is cos(kt) at every lag; linear between pixels"
    k = 2 * PI / 64
    for symbol, threshold in (("Scl20", 0.2), ("Scl37", math.exp(-1))):
        t = math.floor(math.acos(threshold) / k)
        above, below = math.cos(k * t), math.cos(k * (t + 1))
        yield from relative("sine_lags", why, 2e-6, **{symbol: 10 * NM * (t + (above - threshold) / (above - below))})
    why = "analytic: cos(u) = t along the axes, cos(u / sqrt 2)^2 = t along the diagonals of an eggcrate"
    yield "Str20", "eggcrate_lags", math.acos(0.2) / (math.sqrt(2) * math.acos(math.sqrt(0.2))), 5e-4, why
    yield "Str37", "eggcrate_lags", math.acos(math.exp(-1)) / (math.sqrt(2) * math.acos(math.exp(-0.5))), 5e-4, why
