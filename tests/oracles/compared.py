"""What is compared with whom, how closely, and why no closer. Tolerances are absolute, from the image itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .images import FRACTAL, PERIODIC, Image, prepared


class Asked:
    """An image as the programs got it, with what tolerances are made of."""

    def __init__(self, name: str, image: Image) -> None:
        self.is_periodic = name in PERIODIC
        self.is_fractal = name in FRACTAL
        self.has_ties = name in (*PERIODIC, "uniform")
        self.z, self.dx, self.dy = prepared(image), image.dx, image.dy
        self.sq = float(self.z.std())
        self.pixel = min(self.dx, self.dy)
        self.shortest_side = min(self.z.shape[0] * self.dy, self.z.shape[1] * self.dx)

    @cached_property
    def fall(self) -> np.ndarray:
        """Heights, highest first."""
        return np.sort(self.z.ravel())[::-1]

    def drop(self, ratio: float, share: float) -> float:
        """How far the material ratio curve falls within `share`, but at least a rank, to both sides of a ratio."""
        reach = max(share, 1.0 / self.fall.size)
        first, last = np.clip(np.array([ratio - reach, ratio + reach]) * (self.fall.size - 1), 0, self.fall.size - 1)
        return float(self.fall[math.floor(first)] - self.fall[math.ceil(last)])


Tolerance = Callable[[Asked, float, dict[str, float]], float]


class Comparison(NamedTuple):
    """One symbol of one program: an absolute tolerance for (image, value, all its values), or NaN: not comparable."""

    program: str
    symbol: str
    tolerance: Tolerance
    reason: str


#: Width of surfalize's classes of material ratio; it cuts at the nearest, so two make up for both ends.
CLASS = 1e-4
SINGLE = 1e-5


def _same(scale: Callable[[Asked], float]) -> Tolerance:
    return lambda asked, value, _: SINGLE * max(abs(value), 0.1 * scale(asked))


def _first_row(asked: Asked, value: float, _: dict[str, float]) -> float:
    return value / min(asked.z.shape)


def _ranks(*ratios: float) -> Tolerance:
    """The height at a ratio is one of the ranks about it; that at 0 is the highest pixel for everybody."""
    return lambda asked, value, _: SINGLE * asked.sq + sum(asked.drop(p, CLASS / 2) for p in ratios if p > 0)


def _retention(*ratios: float) -> Tolerance:
    """An integral up to the height at a ratio: its height's error times its width, and half a rank of all heights.

    On a plateau the nearest class may be anywhere.
    """

    def tolerance(asked: Asked, value: float, _: dict[str, float]) -> float:
        if asked.is_periodic:
            return math.nan
        half_rank = 0.5 / asked.fall.size * float(asked.fall[0] - asked.fall[-1])
        return half_rank + sum((p + CLASS) * asked.drop(p, 2 * CLASS) for p in ratios)

    return tolerance


def _over_sq(tolerance: Tolerance) -> Tolerance:
    return lambda asked, value, values: tolerance(asked, value, values) / asked.sq


def _bearing(asked: Asked, value: float, values: dict[str, float]) -> float:
    return value * (SINGLE + asked.drop(0.05, CLASS / 2) / (asked.sq / value))


def _core(asked: Asked, value: float, values: dict[str, float]) -> float:
    return math.nan if asked.has_ties else 3e-3 * values["Sk"]


def _triangle(portion: Callable[[dict[str, float]], float]) -> Tolerance:
    def tolerance(asked: Asked, value: float, values: dict[str, float]) -> float:
        ends = 2 * asked.drop(portion(values), 2 * CLASS)
        return math.nan if asked.has_ties else ends + 6e-3 * values["Sk"]

    return tolerance


def _portion(asked: Asked, value: float, values: dict[str, float]) -> float:
    """How far the curve runs while it falls by the tolerance of Sk, and two classes."""
    level = asked.fall[min(int(value * asked.fall.size), asked.fall.size - 1)]
    shift = 3e-3 * values["Sk"]
    near = np.count_nonzero(np.abs(asked.fall - level) <= shift) / asked.fall.size
    return math.nan if asked.has_ties else near + 2 * max(CLASS, 1 / asked.fall.size)


#: Linear against cubic between lags: at most 0.12 pixel, on white noise, whose autocorrelation is one pixel wide.
LAG = 0.12


def _lag(asked: Asked, value: float, _: dict[str, float]) -> float:
    return LAG * asked.pixel + 2e-3 * value


def _aspect(length: str) -> Tolerance:
    def tolerance(asked: Asked, value: float, values: dict[str, float]) -> float:
        longest = values[length] / value
        if longest > 0.45 * asked.shortest_side:
            return math.nan
        return value * (0.04 + LAG * asked.pixel / values[length])

    return tolerance


def _median(asked: Asked, value: float, _: dict[str, float]) -> float:
    return SINGLE * asked.sq + asked.drop(0.5, 0.0)


def _if_periodic(asked: Asked, value: float, _: dict[str, float]) -> float:
    return SINGLE * value if asked.is_periodic else math.nan


def _hill(asked: Asked, value: float, _: dict[str, float]) -> float:
    return math.nan if asked.has_ties else SINGLE * abs(value)


def _closed(count: str) -> Tolerance:
    """Two of the closed hills may have got a neighbour's pruned hill, or not."""
    return lambda asked, value, values: math.nan if asked.has_ties else 2 / values[count] * value


def _ring_slope(asked: Asked, value: float, _: dict[str, float]) -> float:
    """One standard error of the slope, two of the dimension, by 1/r weighted rings of chi-squared powers."""
    if not asked.is_fractal:
        return math.nan
    sides = asked.z.shape[0] * asked.dy, asked.z.shape[1] * asked.dx
    rings = np.arange(4, math.floor(min(sides) / (4 * max(asked.dx, asked.dy))) + 1)
    weights, x = 1 / rings, np.log(rings)
    x = x - np.average(x, weights=weights)
    scatter = 1.5**2 / (math.pi * rings)  # a Hann window ties 1.5 frequencies together, each way
    return math.sqrt(np.sum((weights * x) ** 2 * scatter)) / np.sum(weights * x**2)


SAME_DEFINITION = "the same definition; our kernels are in single precision"
CLASSES = "ranks (r + 1/2)/n here; there r/(n - 1) on 10,000 classes"
CUT = "there the area ends at the nearest of 10,000 classes"
FIT = "the flattest window and its line are sought on other classes; measured up to 0.2 % of Sk"
LAGS = "linear here, cubic there between lags, at most 0.12 pixel, and 1000 points a ray"
EDGE_CELLS = "there averaged over rows and columns of all differences: one row and column of n more"
JUNCTIONS = "where three hills meet in one saddle a pruned one may join either: two of the closed hills"
HILLS = "the same hills; single precision in heights and second differences"

_heights = ("Sa", "Sq", "Sp", "Sv", "Sz")
COMPARISONS: tuple[Comparison, ...] = (
    *(
        Comparison(program, symbol, _same(lambda a: a.sq), SAME_DEFINITION)
        for program in ("surfalize", "gwyddion")
        for symbol in _heights
    ),
    *(
        Comparison(program, symbol, _same(lambda a: 1.0), SAME_DEFINITION)
        for program in ("surfalize", "gwyddion")
        for symbol in ("Ssk", "Sku")
    ),
    Comparison("surfacetopography", "Sq", _same(lambda a: a.sq), SAME_DEFINITION),
    *(Comparison(program, "Sdq", _first_row, EDGE_CELLS) for program in ("surfalize", "gwyddion", "surfacetopography")),
    *(Comparison("surfalize", symbol, _same(lambda a: 0.0), SAME_DEFINITION) for symbol in ("S3A", "Sdr")),
    Comparison("surfalize", "Sk", _core, FIT),
    Comparison("surfalize", "Spk", _triangle(lambda v: v["Smr1"]), f"{FIT}; {CUT}"),
    Comparison("surfalize", "Svk", _triangle(lambda v: v["Smr2"]), f"{FIT}; {CUT}"),
    Comparison("surfalize", "Spkx", _core, FIT),
    Comparison("surfalize", "Svkx", _core, FIT),
    Comparison("surfalize", "Smr1", _portion, f"{FIT}; per cent there"),
    Comparison("surfalize", "Smr2", _portion, f"{FIT}; per cent there"),
    Comparison("surfalize", "Sbi", _bearing, CLASSES),
    Comparison("surfalize", "Sci", _over_sq(_retention(0.05, 0.80)), CUT),
    Comparison("surfalize", "Svi", _over_sq(_retention(0.80)), CUT),
    *(
        Comparison("surfalize", f"Sdc{p}_{q}", _ranks(p / 100, q / 100), CLASSES)
        for p, q in ((0, 5), (5, 10), (10, 50), (50, 95))
    ),
    Comparison("surfalize", "Sxp", _ranks(0.025, 0.5), CLASSES),
    Comparison("surfalize", "Smc10", _ranks(0.1), CLASSES),
    Comparison("surfalize", "Vmp", _retention(0.1), CUT),
    Comparison("surfalize", "Vmc", _retention(0.1, 0.8), CUT),
    Comparison("surfalize", "Vvc", _retention(0.1, 0.8), CUT),
    Comparison("surfalize", "Vvv", _retention(0.8), CUT),
    *(Comparison("surfalize", symbol, _lag, LAGS) for symbol in ("Scl20", "Scl37")),
    *(
        Comparison("surfalize", f"Str{k}", _aspect(f"Scl{k}"), f"{LAGS}; there the last pixels of a region, here rays")
        for k in (20, 37)
    ),
    *(
        Comparison("gwyddion", symbol, _same(lambda a: 0.0), "its autocorrelation, our rays; single precision")
        for symbol in ("Scl20", "Scl37", "Str20", "Str37")
    ),
    Comparison(
        "surfalize", "Ssw", _if_periodic, "one frequency of the grid; windowed here, so on periodic surfaces only"
    ),
    *(Comparison("surfalize", symbol, _hill, HILLS) for symbol in ("Spd", "Spc", "S5p", "S5v", "S10z_iso")),
    *(Comparison("surfalize", symbol, _closed("closed hills"), JUNCTIONS) for symbol in ("Sha", "Shv")),
    *(Comparison("surfalize", symbol, _closed("closed dales"), JUNCTIONS) for symbol in ("Sda", "Sdv")),
    Comparison("gwyddion", "Smed", _median, "the upper one there of the two in the middle"),
    Comparison("surfacetopography", "D_psd", _ring_slope, "a radial window there; two standard errors of the slope"),
)
