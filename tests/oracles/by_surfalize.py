"""surfalize (GPL-3.0): an outside process only. Heights and pixels go to it in micrometres and come back in metres."""

from __future__ import annotations

import importlib.metadata
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

UM = 1e-6
ISO = (
    "Sa", "Sq", "Sp", "Sv", "Sz", "Ssk", "Sku", "Sdr", "Sdq", "Sal", "Str", "Ssw", "Sk", "Spk", "Svk", "Spkx", "Svkx",
    "Sak1", "Sak2", "Smr1", "Smr2", "Sxp", "Sdc", "Vmp", "Vmc", "Vvv", "Vvc",
)  # fmt: skip
FEATURES = ("Spd", "Svd", "Spc", "Svc", "S5p", "S5v", "S10z")


def version() -> str:
    """The installed version."""
    return importlib.metadata.version("surfalize")


def surface(z: np.ndarray, dx: float, dy: float) -> Any:
    """Its surface object, with nothing computed yet; the warning that dx is not dy is left out."""
    from surfalize import Surface

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Surface(z / UM, dx / UM, dy / UM)


def values(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """Its values by our symbols, in SI units; fractions for its per cents; NaN where it has none."""
    s = surface(z, dx, dy)
    curve = s.get_abbott_firestone_curve()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Str that is not reached
        found = {
            **{name: getattr(s, name)() * UM for name in ("Sa", "Sq", "Sp", "Sv", "Sz", "Ssw")},
            **{name: getattr(s, name)() * UM for name in ("Sk", "Spk", "Svk", "Sxp")},
            **{name: max(getattr(s, name)() * UM, 0.0) for name in ("Spkx", "Svkx")},
            **{name: getattr(s, name)() * UM for name in ("Vmp", "Vmc", "Vvv", "Vvc", "S5p", "S5v")},
            **{name: getattr(s, name)() for name in ("Ssk", "Sku", "Sdq")},
            **{name: getattr(s, name)() / 100 for name in ("Smr1", "Smr2", "Sdr")},
            **{f"Sdc{p}_{q}": s.Sdc(p, q) * UM for p, q in ((0, 5), (5, 10), (10, 50), (50, 95))},
            "S3A": s.surface_area() * UM**2,
            "Scl20": s.Sal(0.2) * UM,
            "Scl37": s.Sal(math.exp(-1)) * UM,
            "Str20": s.Str(0.2),
            "Str37": s.Str(math.exp(-1)),
            "Smc10": s.Smc(10) * UM,
            "Sbi": s.Sq() / s.Smc(5),
            "Sci": (curve.Vv(5) - curve.Vv(80)) / s.Sq(),
            "Svi": curve.Vv(80) / s.Sq(),
            "S10z": s.S10z() * UM,
        }
        found |= hills(s, z, dx, dy)
    return {symbol: float(value) for symbol, value in found.items()}


def hills(s: Any, z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """Feature parameters by our conventions from its segmentation, pruned at 5 % of Sz.

    Peaks of open hills count, those on the border do not; areas and volumes are those of closed hills. Its own
    parameters leave out open hills and divide by (ny - 1)(nx - 1) pixels.
    """
    found, (ny, nx) = {}, z.shape
    tops = []
    for sign, area, volume, count in ((1.0, "Sha", "Shv", "closed hills"), (-1.0, "Sda", "Sdv", "closed dales")):
        segments = s.get_feature_parameters()._segment(invert=sign > 0, pruning=5.0, exclude_edge=False)
        i, j = segments.extrema.T
        inside = (i > 0) & (i < ny - 1) & (j > 0) & (j < nx - 1)
        i, j = i[inside], j[inside]
        tops.append(np.sort(sign * z[i, j])[-5:].mean() if i.size else math.nan)
        if sign > 0:
            bend_x = (z[i, j - 1] + z[i, j + 1] - 2 * z[i, j]) / dx**2
            bend_y = (z[i - 1, j] + z[i + 1, j] - 2 * z[i, j]) / dy**2
            found |= {"Spd": i.size / (ny * nx * dx * dy), "Spc": -np.mean(bend_x + bend_y) / 2 if i.size else math.nan}
        region = segments.region_of[segments.labels]
        pixels, above = closed(region, sign * z)
        if pixels:
            found |= {area: np.mean(pixels) * dx * dy, volume: np.mean(above) * dx * dy, count: len(pixels)}
    return found | {"S5p": tops[0], "S5v": tops[1], "S10z_iso": tops[0] + tops[1]}


def closed(region: np.ndarray, z: np.ndarray) -> tuple[list[int], list[float]]:
    """Pixels of every region (ny, nx) without one on the border, and the sum of heights above its highest saddle."""
    saddle = np.full(region.max() + 1, -np.inf)
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        ny, nx = region.shape
        here = slice(0, ny - down), slice(max(0, -right), nx - max(0, right))
        there = slice(down, ny), slice(max(0, right), nx + min(0, right))
        meet = region[here] != region[there]
        pass_height = np.minimum(z[here], z[there])[meet]
        np.maximum.at(saddle, region[here][meet], pass_height)
        np.maximum.at(saddle, region[there][meet], pass_height)
    border = {*region[0], *region[-1], *region[:, 0], *region[:, -1]}
    inner = [r for r in np.unique(region) if r not in border]
    return (
        [int(np.count_nonzero(region == r)) for r in inner],
        [float(np.maximum(z[region == r] - saddle[r], 0.0).sum()) for r in inner],
    )


def work(name: str, dx: float, dy: float) -> Callable[[np.ndarray], object]:
    """What the benchmark times: "iso", its 27 parameters without segmentation, or "features", its seven with."""
    symbols = {"iso": ISO, "features": FEATURES}[name]

    def run(z: np.ndarray) -> object:
        s = surface(z, dx, dy)
        return [getattr(s, symbol)() for symbol in symbols]

    return run
