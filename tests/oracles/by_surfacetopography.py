"""SurfaceTopography (MIT): here a reader of files, and a program with parameters of its own."""

from __future__ import annotations

import importlib.metadata
import math
import warnings
from typing import Any

import numpy as np


def version() -> str:
    """The installed version."""
    return importlib.metadata.version("SurfaceTopography")


def topography(z: np.ndarray, dx: float, dy: float) -> Any:
    """Its topography, x first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its imports
        from SurfaceTopography import Topography

    return Topography(z.T, (z.shape[1] * dx, z.shape[0] * dy), periodic=False)


def values(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """Its values by our symbols, in SI units."""
    t = topography(z, dx, dy)
    return {"Sq": float(t.Sq()), "Sdq": float(t.rms_gradient()), "D_psd": dimension(t, z.shape, dx, dy)}


def dimension(t: Any, shape: tuple[int, ...], dx: float, dy: float) -> float:
    """4 plus half the log-log slope of its radial power spectrum, on our rings and by our weights.

    Its own radial Hann window, its own averages; NaN with fewer than four rings.
    """
    sides = shape[1] * dx, shape[0] * dy
    step, first, last = 1 / min(sides), 4 / min(sides), 1 / (4 * max(dx, dy))
    rings = np.arange(math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9) + 1)
    if rings.size < 4:
        return math.nan
    edges = 2 * math.pi * step * (np.append(rings, rings[-1] + 1) - 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, power = t.power_spectrum_from_area(window="hann", reliable=False, collocation=edges)
    power = np.ma.filled(power, np.nan)[: rings.size]
    return float(4 + np.polyfit(np.log(rings), np.log(power), 1, w=rings**-0.5)[0] / 2)
