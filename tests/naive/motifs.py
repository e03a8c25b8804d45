"""Hills and dales: the watershed pixel by pixel, and Wolf pruning one hill at a time."""

from __future__ import annotations

import numpy as np

from .common import NAN

FEATURE = ("Spd", "Spc", "S5p", "S5v", "S10z_iso", "Sha", "Sda", "Shv", "Sdv")


def motifs(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    spd, spc, s5p, sha, shv = _attributes(z, *pruned(z, _limit(z)), dx, dy)
    _, _, s5v, sda, sdv = _attributes(-z, *pruned(-z, _limit(z)), dx, dy)
    values = (spd, spc, s5p, s5v, s5p + s5v, sha, sda, shv, sdv)
    return dict(zip(FEATURE, values, strict=True))


def _limit(z: np.ndarray) -> float:
    """5 % of Sz, less a millionth of it: what is equal to 5 % on paper is not below it."""
    return (0.05 - 1e-6) * (z.max() - z.min())


Pixel = tuple[int, int]


def _around(at: Pixel, shape: tuple[int, ...]) -> list[Pixel]:
    i, j = at
    near = [(i + a, j + b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
    return [(a, b) for a, b in near if 0 <= a < shape[0] and 0 <= b < shape[1]]


def watershed(z: np.ndarray) -> tuple[dict[Pixel, Pixel], dict[Pixel, int]]:
    """The peak that each pixel's hill has, and the rank of each pixel: highest first, of equals the first."""
    ranked = sorted(np.ndindex(z.shape), key=lambda at: (-z[at], at))
    rank = {at: n for n, at in enumerate(ranked)}
    peak_of: dict[Pixel, Pixel] = {}
    for at in ranked:
        highest = min(_around(at, z.shape), key=rank.__getitem__)
        peak_of[at] = peak_of[highest] if rank[highest] < rank[at] else at
    return peak_of, rank


def pruned(z: np.ndarray, limit: float) -> tuple[dict[Pixel, Pixel], dict[Pixel, dict]]:
    """The peak that each pixel's hill has after pruning, and for each peak left the saddles to its neighbours."""
    peak_of, rank = watershed(z)
    # the saddle of two hills: of all pairs of pixels where they touch that of the highest lower, then upper pixel
    saddles: dict[Pixel, dict[Pixel, tuple[int, int, float]]] = {peak: {} for peak in peak_of.values()}
    for at, peak in peak_of.items():
        for beside in _around(at, z.shape):
            if peak_of[beside] != peak:
                lower, higher = sorted((at, beside), key=rank.__getitem__, reverse=True)
                saddle = (rank[lower], rank[higher], z[lower])
                here = saddles[peak]
                here[peak_of[beside]] = min(here.get(peak_of[beside], saddle), saddle)
    while True:
        least = min(
            ((z[peak] - min(around.values())[2], -rank[peak], peak) for peak, around in saddles.items() if around),
            default=None,
        )
        if least is None or least[0] >= limit:
            return peak_of, saddles
        gone = least[2]
        into = min(saddles[gone], key=saddles[gone].__getitem__)
        assert rank[into] < rank[gone]  # the peak that stays is the higher one
        for other, saddle in saddles.pop(gone).items():
            del saddles[other][gone]
            if other != into:
                saddle = min(saddle, saddles[into].get(other, saddle))
                saddles[into][other] = saddles[other][into] = saddle
        peak_of = {at: into if peak == gone else peak for at, peak in peak_of.items()}


def _attributes(z: np.ndarray, peak_of: dict, saddles: dict, dx: float, dy: float) -> tuple[float, ...]:
    ny, nx = z.shape
    inside = [(i, j) for i, j in saddles if 0 < i < ny - 1 and 0 < j < nx - 1]
    bends = [
        -0.5 * ((z[i, j + 1] - 2 * z[i, j] + z[i, j - 1]) / dx**2 + (z[i + 1, j] - 2 * z[i, j] + z[i - 1, j]) / dy**2)
        for i, j in inside
    ]
    tops = sorted((z[at] for at in inside), reverse=True)[:5]
    is_open = {peak for (i, j), peak in peak_of.items() if i in (0, ny - 1) or j in (0, nx - 1)}
    areas, volumes = [], []
    for peak in set(saddles) - is_open:
        floor = min(saddles[peak].values())[2]
        heights = [z[at] for at, top in peak_of.items() if top == peak]
        areas.append(len(heights) * dx * dy)
        volumes.append(sum(max(h - floor, 0.0) for h in heights) * dx * dy)
    mean = (np.mean(v) if v else NAN for v in (bends, tops, areas, volumes))
    return len(inside) / (ny * nx * dx * dy), *mean
