"""The autocorrelation."""

from __future__ import annotations

import math

import numpy as np

from .common import EPS, NAN, bilinear, known_mean

N_RAYS = 360


def autocorrelation(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    my, mx = ny // 2, nx // 2
    acf, pairs = np.empty((2 * my + 1, 2 * mx + 1)), np.empty((2 * my + 1, 2 * mx + 1), int)
    for ly in range(my + 1):
        for lx in range(-mx, mx + 1):
            here = z[: ny - ly, max(0, -lx) : nx - max(0, lx)]
            there = z[ly:, max(0, lx) : nx - max(0, -lx)]
            acf[my + ly, mx + lx] = acf[my - ly, mx - lx] = known_mean(here * there)
            pairs[my + ly, mx + lx] = pairs[my - ly, mx - lx] = np.sum(~np.isnan(here * there))
    acf /= acf[my, mx]
    if np.isnan(z).any():
        ry, rx = _window(pairs >= pairs[my, mx] / 8)
        if ry * rx == 0:
            return {}
        acf = acf[my - ry : my + ry + 1, mx - rx : mx + rx + 1]

    out = {}
    rays = [_along(acf, math.radians(q * 180 / N_RAYS), dx, dy) for q in range(N_RAYS)]
    for name, threshold in (("20", 0.2), ("37", math.exp(-1))):
        crossings = [_crossing(profile, threshold, min(dx, dy) / 2) for profile in rays]
        ends = [(len(profile) - 1) * min(dx, dy) / 2 for profile in rays]
        shortest = min((c for c in crossings if c is not None), default=NAN)
        longest = max(end if c is None else c for c, end in zip(crossings, ends, strict=True))
        out |= {f"Scl{name}": shortest, f"Str{name}": shortest / longest}
        if name == "20":
            out["Smax20"] = NAN if math.isnan(shortest) else longest
    return out | {"Sxi": _stretched(acf, dx, dy)}


def _stretched(acf: np.ndarray, dx: float, dy: float) -> float:
    """Weighted line through ln(-ln R) over ln r, along x and y, each up to its first R <= 0."""
    my, mx = acf.shape[0] // 2, acf.shape[1] // 2
    points = []
    for values, step in ((acf[my, mx + 1 :], dx), (acf[my + 1 :, mx], dy)):
        below = np.flatnonzero(values <= 0)
        end = below[0] if below.size else values.size
        points += [(step * (k + 1), values[k]) for k in range(end) if values[k] <= 1 - 1e-4]
    if len(points) < 3:
        return NAN
    r, value = np.array(points).T
    # polyfit multiplies residuals by w, so w squared is the weight
    slope, height = np.polyfit(np.log(r / dx), np.log(-np.log(value)), 1, w=-value * np.log(value))
    length = dx * np.exp(-height / slope) if slope > 0 else NAN
    return length if min(dx, dy) <= length <= max(mx * dx, my * dy) else NAN


def profiles(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """Each moment is the mean over rows and the mean over columns, averaged."""
    sign = np.where(np.abs(z) <= 1e-6 * math.sqrt(np.mean(z**2)), 0, np.sign(z))
    m0, m2, m4, crossings = np.mean(z**2), 0.0, 0.0, 0.0
    for axis, step in ((0, dy), (1, dx)):
        m2 += 0.5 * np.mean((np.diff(z, axis=axis) / step) ** 2)
        m4 += 0.5 * np.mean((np.diff(z, 2, axis=axis) / step**2) ** 2) if min(z.shape) > 2 else NAN
        crossings += 0.5 * np.mean(np.abs(np.diff(sign, axis=axis))) / 2 / step
    return {"Sm0": m0, "Sm2": m2, "Sm4": m4, "Salpha": m0 * m4 / m2**2, "Szc": crossings}


def _window(known: np.ndarray) -> tuple[int, int]:
    """Half sides of the largest window about lag 0 in which every lag is known; the flattest of equal ones."""
    my, mx = known.shape[0] // 2, known.shape[1] // 2
    windows = [
        (ry * rx, -ry, rx)
        for ry in range(my + 1)
        for rx in range(mx + 1)
        if known[my - ry : my + ry + 1, mx - rx : mx + rx + 1].all()
    ]
    _, ry, rx = max(windows)
    return -ry, rx


def _along(acf: np.ndarray, theta: float, dx: float, dy: float) -> list[float]:
    """The autocorrelation from lag 0 outwards, every half of the smaller pixel, as far as the window goes."""
    my, mx = acf.shape[0] // 2, acf.shape[1] // 2
    profile = []
    while True:
        r = len(profile) * min(dx, dy) / 2
        lx, ly = r * math.cos(theta) / dx, r * math.sin(theta) / dy
        if abs(lx) > mx + EPS or abs(ly) > my + EPS:
            return profile
        profile.append(bilinear(lambda i, j: acf[min(i, 2 * my), min(j, 2 * mx)], my + ly, mx + lx))


def _crossing(profile: list[float], threshold: float, step: float) -> float | None:
    for s in range(1, len(profile)):
        above, below = profile[s - 1], profile[s]
        if below < threshold:
            return step * (s - 1 + (above - threshold) / (above - below))
    return None
