"""Heights alone: moments and the material ratio curve."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from .common import NAN

N_GRID = 10_000
FUNCTIONAL = (
    "Sk", "Spk", "Svk", "Smr1", "Smr2", "Sbi", "Sci", "Svi", "Sdc0_5", "Sdc5_10", "Sdc10_50", "Sdc50_95",
    "Sdc50_100", "Spkx", "Svkx", "Sxp", "Smc10", "Smr", "Vmp", "Vmc", "Vvc", "Vvv", "Spq", "Svq", "Smq",
)  # fmt: skip


def heights(v: np.ndarray, flat: bool) -> dict[str, float]:
    sq = math.sqrt(np.mean(v**2))
    sp, sv = v.max(), -v.min()
    ratios = {"Ssk": NAN, "Sku": NAN} if flat else {"Ssk": np.mean(v**3) / sq**3, "Sku": np.mean(v**4) / sq**4}
    middle = np.median(v)
    spread = {"Smed": middle, "Smad": np.median(np.abs(v - middle)), "Spr": _curve(v)(0.05) - _curve(v)(0.95)}
    ratios["Sent"] = NAN if flat else _entropy(v)
    return {"Sa": np.mean(np.abs(v)), "Sq": sq, "Sp": sp, "Sv": sv, "Sz": sp + sv, **spread, **ratios}


def variation(mean: float, sq: float) -> float:
    """Scv; a mean below 1e-9 Sq is rounding noise about zero."""
    return sq / abs(mean) if abs(mean) > 1e-9 * sq > 0 else NAN


def _entropy(v: np.ndarray) -> float:
    """Of 256 equal bins; a height within 3e-7 of the range below the edge of a bin is on it."""
    place = 256 * ((v - v.min()) / (v.max() - v.min()) + 3e-7)
    filled = np.bincount(np.minimum(np.floor(place).astype(int), 255))
    p = filled[filled > 0] / v.size
    return -np.sum(p * np.log(p)) / math.log(256)


def _curve(v: np.ndarray):
    """The material ratio curve: height over ratio."""
    fall = np.sort(v)[::-1]
    return lambda p: np.interp(p, (np.arange(v.size) + 0.5) / v.size, fall)


def functional(v: np.ndarray, flat: bool) -> dict[str, float]:
    ratios = ("Smr1", "Smr2", "Sbi", "Sci", "Svi", "Smr", "Smq")
    if flat:
        return {symbol: NAN if symbol in ratios else 0.0 for symbol in FUNCTIONAL}
    fall = np.sort(v)[::-1]
    nodes = (np.arange(v.size) + 0.5) / v.size

    curve = _curve(v)

    def void(p):
        return np.mean(np.maximum(curve(p) - v, 0.0))

    def material(p):
        return np.mean(np.maximum(v - curve(p), 0.0))

    sq = math.sqrt(np.mean(v**2))
    at = {p: curve(p / 100) for p in (0, 5, 10, 50, 95, 100)}
    out = {f"Sdc{a}_{b}": at[a] - at[b] for a, b in ((0, 5), (5, 10), (10, 50), (50, 95), (50, 100))}
    out |= {"Sbi": sq / at[5] if at[5] else NAN, "Sci": (void(0.05) - void(0.80)) / sq, "Svi": void(0.80) / sq}

    out |= {"Sxp": curve(0.025) - curve(0.5), "Smc10": at[10]}
    out["Smr"] = _where_it_falls_to(sq * (1 + 1e-6), nodes, fall)  # heights within 1e-6 Sq of the level are not above
    out |= {"Vmp": material(0.1), "Vmc": material(0.8) - material(0.1)}
    out |= {"Vvc": void(0.1) - void(0.8), "Vvv": void(0.8)}

    upper, lower = _core_line(curve(np.arange(N_GRID + 1) / N_GRID), sq)
    smr1 = _where_it_falls_to(upper, nodes, fall)
    smr2 = 1.0 - _where_it_falls_to(-lower, nodes, -fall[::-1])  # the same rule on the image upside down
    spk = 2 * np.mean(np.maximum(v - upper, 0.0)) / smr1 if smr1 > 0 else 0.0
    svk = 2 * np.mean(np.maximum(lower - v, 0.0)) / (1 - smr2) if smr2 < 1 else 0.0
    out |= {"Spkx": max(v.max() - upper, 0.0), "Svkx": max(lower - v.min(), 0.0)}
    out |= _two_lines(curve)
    return out | {"Sk": upper - lower, "Smr1": smr1, "Smr2": smr2, "Spk": spk, "Svk": svk}


def _two_lines(curve) -> dict[str, float]:
    """Of all ways to lay one line through the first points and one through the rest, the best, of equal ones the first.

    601 points from -3.09 to 3.09 standard deviations, 61 or more a line.
    """
    x = np.linspace(-3.09, 3.09, 601)
    y = curve(special.ndtr(x))
    fits = []
    for end in range(61, 541):
        pair = [np.polyfit(a, b, 1, full=True)[:2] for a, b in ((x[:end], y[:end]), (x[end:], y[end:]))]
        fits.append((sum(left[0] for _, left in pair), *(line for line, _ in pair)))
    least = min(fit[0] for fit in fits)
    _, one, other = next(fit for fit in fits if fit[0] <= least + 1e-9 * np.sum(y**2))
    slopes = -one[0], -other[0]
    differ = abs(slopes[0] - slopes[1]) > 0.01 * max(np.abs(slopes))
    place = (other[1] - one[1]) / (one[0] - other[0]) if differ else NAN
    return {"Spq": slopes[0], "Svq": slopes[1], "Smq": special.ndtr(place) if abs(place) <= 3.09 else NAN}


def _core_line(c: np.ndarray, sq: float) -> tuple[float, float]:
    """Heights at p = 0 and p = 1 of the least-squares line in the flattest 40 % of the sampled curve.

    Of windows that are equally flat to within 1e-6 Sq the first counts: on quantised heights many are, on paper.
    """
    width = 2 * N_GRID // 5
    drop = c[: N_GRID + 1 - width] - c[width:]
    start = int(np.flatnonzero(drop <= drop.min() + 1e-6 * sq)[0])
    window = c[start : start + width + 1]
    if window[0] == window[-1]:  # a plateau: the line is the plateau, to the last bit
        return window[0], window[0]
    p = np.arange(start, start + width + 1) / N_GRID
    slope = np.sum((p - p.mean()) * (window - window.mean())) / np.sum((p - p.mean()) ** 2)
    return window.mean() - slope * p.mean(), window.mean() + slope * (1 - p.mean())


def _where_it_falls_to(level: float, nodes: np.ndarray, fall: np.ndarray) -> float:
    """First p at which the curve is at or below a level; 0 where it starts there."""
    if level >= fall[0]:
        return 0.0
    k = int(np.flatnonzero(fall <= level)[0])
    share = (fall[k - 1] - level) / (fall[k - 1] - fall[k])
    return nodes[k - 1] + share * (nodes[k] - nodes[k - 1])
