"""Heights alone: moments and the material ratio curve."""

from __future__ import annotations

import math

import numpy as np

from .common import NAN

N_GRID = 10_000
FUNCTIONAL = (
    "Sk", "Spk", "Svk", "Smr1", "Smr2", "Sbi", "Sci", "Svi", "Sdc0_5", "Sdc5_10", "Sdc10_50", "Sdc50_95",
)  # fmt: skip


def heights(v: np.ndarray, flat: bool) -> dict[str, float]:
    sq = math.sqrt(np.mean(v**2))
    sp, sv = v.max(), -v.min()
    ratios = {"Ssk": NAN, "Sku": NAN} if flat else {"Ssk": np.mean(v**3) / sq**3, "Sku": np.mean(v**4) / sq**4}
    return {"Sa": np.mean(np.abs(v)), "Sq": sq, "Sp": sp, "Sv": sv, "Sz": sp + sv, **ratios}


def functional(v: np.ndarray, flat: bool) -> dict[str, float]:
    ratios = ("Smr1", "Smr2", "Sbi", "Sci", "Svi")
    if flat:
        return {symbol: NAN if symbol in ratios else 0.0 for symbol in FUNCTIONAL}
    fall = np.sort(v)[::-1]
    nodes = (np.arange(v.size) + 0.5) / v.size

    def curve(p):
        return np.interp(p, nodes, fall)

    def void(p):
        return np.mean(np.maximum(curve(p) - v, 0.0))

    sq = math.sqrt(np.mean(v**2))
    at = {p: curve(p / 100) for p in (0, 5, 10, 50, 95)}
    out = {f"Sdc{a}_{b}": at[a] - at[b] for a, b in ((0, 5), (5, 10), (10, 50), (50, 95))}
    out |= {"Sbi": sq / at[5] if at[5] else NAN, "Sci": (void(0.05) - void(0.80)) / sq, "Svi": void(0.80) / sq}

    upper, lower = _core_line(curve(np.arange(N_GRID + 1) / N_GRID), sq)
    smr1 = _where_it_falls_to(upper, nodes, fall)
    smr2 = 1.0 - _where_it_falls_to(-lower, nodes, -fall[::-1])  # the same rule on the image upside down
    spk = 2 * np.mean(np.maximum(v - upper, 0.0)) / smr1 if smr1 > 0 else 0.0
    svk = 2 * np.mean(np.maximum(lower - v, 0.0)) / (1 - smr2) if smr2 < 1 else 0.0
    return out | {"Sk": upper - lower, "Smr1": smr1, "Smr2": smr2, "Spk": spk, "Svk": svk}


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
