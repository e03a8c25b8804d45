"""The parameters a second time: float64, slow, straight from the definitions, nothing shared with the kernels.

Every function takes levelled, mean-free heights `z` (ny, nx) unless it says otherwise.
"""

from __future__ import annotations

import math

import numpy as np

from .common import NAN
from .frequencies import fractal, polar, wavelengths
from .heights import FUNCTIONAL, functional, heights, variation
from .lags import autocorrelation, profiles
from .motifs import FEATURE, motifs
from .neighbours import area, curvatures, slopes, summits, ten_point
from .orientation import orientation
from .scales import areas, blocks, differences, is_rough, lacunarity

DEGREE = {"constant": 0, "plane": 1, "quadratic": 2, "cubic": 3}

HEIGHT = (
    "Smean", "Sa", "Sq", "Ssk", "Sku", "Sp", "Sv", "Sz", "S10z", "Smed", "Smad", "Spr", "Sent", "Scv",
)  # fmt: skip
HYBRID = (
    "Sdq", "Sdq6", "S3A", "Sdr", "Ssc", "Sdqx", "Sdqy", "Smas", "Spar", "S2A", "Svc", "Slap", "Smcu",
)  # fmt: skip
SPATIAL = ("Scl20", "Scl37", "Str20", "Str37", "Sds", "Srw", "Srwi", "Shw")
SPATIAL += ("Smax20", "Sxi", "Svd", "Szc", "Sm0", "Sm2", "Sm4", "Salpha", "Ssw", "Sfc")
DIRECTIONAL = ("Std", "Stdi", "Saent", "Sch", "Goent", "Gcoh", "Gdir")
FRACTAL = (
    "Sfd", "Sfd_top", "Sfd_bot", "D_psd", "D_psd1", "D_var", "Hurst", "D_part", "D_area", "D_prism", "D_box", "D_dbc",
    "Slac",
)  # fmt: skip
SYMBOLS = HEIGHT + FUNCTIONAL + HYBRID + SPATIAL + DIRECTIONAL + FRACTAL + FEATURE
NEEDS_LENGTH = ("S3A", "Sdr", "Smcu")
NEEDS_ZERO = ("Smean", "Scv", "Slac")


def naive(z: np.ndarray, dx: float, dy: float, *, unit: str = "m", level: str = "plane") -> dict[str, float]:
    """Every parameter that this unit allows, by symbol; Std in degrees."""
    values = dict.fromkeys(SYMBOLS, NAN)
    raw = np.where(np.isfinite(z), np.asarray(z, float), NAN)
    valid = ~np.isnan(raw)
    if min(raw.shape) >= 2 and valid.any():
        values["Smean"] = raw[valid].mean()
        z = _levelled(raw, valid, level)
        values.update(_values(z, valid, dx, dy))
        values["Slac"] = lacunarity(z, values["Smean"])
        values["Scv"] = variation(values["Smean"], values["Sq"])
    leave_out = NEEDS_ZERO if unit == "m" else NEEDS_LENGTH
    return {symbol: float(value) for symbol, value in values.items() if symbol not in leave_out}


def _values(z: np.ndarray, valid: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    flat = not z[valid].any()
    out = {**heights(z[valid], flat), **functional(z[valid], flat)}
    out |= {"S10z": ten_point(z), **slopes(z, dx, dy), **area(z, dx, dy), **summits(z, dx, dy)}
    if not flat:
        out |= autocorrelation(z, dx, dy)
        if not valid.all():  # the fit wants every lag along the axes
            out["Sxi"] = NAN
        if is_rough(z):
            out |= differences(z)
            if valid.all():
                out |= {**fractal(z, dx, dy), **blocks(z), **areas(z, dx, dy)}
    if valid.all():
        out |= curvatures(z, dx, dy)
        if not flat:
            out |= {**polar(z, dx, dy), **motifs(z, dx, dy)}
            out |= {**profiles(z, dx, dy), **wavelengths(z, dx, dy), **orientation(z, dx, dy)}
    return out


def _levelled(raw: np.ndarray, valid: np.ndarray, level: str) -> np.ndarray:
    y, x = np.indices(raw.shape)
    x, y = x / max(raw.shape) - 0.5, y / max(raw.shape) - 0.5
    z = raw - raw[valid].mean()
    if level != "none":
        degree = DEGREE[level]
        terms = np.stack([x**i * y**j for i in range(degree + 1) for j in range(degree + 1 - i)], axis=-1)
        z = z - terms @ np.linalg.lstsq(terms[valid], z[valid], rcond=None)[0]
    z = z - z[valid].mean()
    if math.sqrt(np.mean(z[valid] ** 2)) <= 1e-12 * np.abs(raw[valid]).max():
        z[valid] = 0.0
    return z
