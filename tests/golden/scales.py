"""Power laws over several scales, and the gliding box."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import product

import numpy as np
from strategies import NM, A

from .common import Line, relative

LAGS = (4, 6, 8, 12, 16, 24, 32, 48, 64)  # of 256 pixels
SIDES = (4, 8, 16, 32)


def _slope(scales: Iterable[float], value: Callable[[float], float]) -> float:
    """Log-log least squares."""
    return float(np.polyfit(np.log(list(scales)), [math.log(value(n)) for n in scales], 1)[0])


def _range(side: float) -> float:
    """Of the chequered surface within a block: all the finer levels, up and down."""
    return 2 * sum(2 ** (k / 2) for k in range(round(math.log2(side))))


def _boxes(side: int) -> float:
    """Mean number of boxes a column of the chequered surface fills: its middle is any sum of the coarser levels."""
    lowest, box = -_range(128) / 2, _range(128) * side / 128
    coarser = [2 ** (k / 2) for k in range(round(math.log2(side)), 7)]
    filled = []
    for signs in product((-1, 1), repeat=len(coarser)):
        middle = sum(sign * height for sign, height in zip(signs, coarser, strict=True))
        low, high = ((middle + half - lowest) / box + 1e-6 for half in (-_range(side) / 2, _range(side) / 2))
        filled.append(min(math.floor(high), 128 // side - 1) - math.floor(low) + 1)
    return float(np.mean(filled))


def lines() -> Iterator[Line]:
    why = "analytic: height differences of autocorrelation exp(-(r/xi)^2); mean over 8 surfaces (3 standard errors)"
    slope = _slope(LAGS, lambda n: 2 * A**2 * (1 - math.exp(-((n / 4) ** 2))))
    yield "D_var", "gaussian_short", 3 - slope / 2, 0.02, why
    yield "Hurst", "gaussian_short", slope / 2, 0.0012, why
    why = "analytic: height differences grow as distance^H, H = 0.5; mean over 8 surfaces (3 standard errors)"
    yield "D_var", "self_affine_0.5", 2.5, 0.06, why
    yield "Hurst", "self_affine_0.5", 0.5, 0.04, why

    why = "by hand: a block of the chequered surface holds all its finer levels and lies on one of each coarser one"
    yield "D_part", "checks", 3 - _slope(SIDES, lambda n: n - 1) / 2, 1e-5, why
    yield "D_box", "checks", -_slope(SIDES, lambda n: (_range(n) / (_range(128) * n / 128) + 1) / n**2), 1e-5, why
    yield "D_dbc", "checks", -_slope(SIDES, lambda n: _boxes(n) / n**2), 1e-5, why
    why = (
        "analytic: a block of n pixels, drawn from heights each there once, has the variance of all less that of means"
    )
    yield "D_part", "normal", 3 - _slope(SIDES, lambda n: 1 - n**-2.0) / 2, 1e-3, why
    why = "analytic: H = 0.5; the area of what is steep grows as its mean slope, scale^(H-1); mean over 8 surfaces"
    yield "D_area", "self_affine_0.5", 2.5, 0.06, why
    yield "D_prism", "self_affine_0.5", 2.5, 0.06, why

    why = "analytic: boxes on a plane have their middle's height; those middles are evenly spaced"
    spread = ((1e-3 * 10 * NM) ** 2 * (24**2 - 1) + (2e-3 * 10 * NM) ** 2 * (14**2 - 1)) / 12
    mean = 5e-9 + (1e-3 * 150 + 2e-3 * 100) * NM
    yield from relative("plane_force", why, 1e-6, Slac=1 + spread / mean**2)
