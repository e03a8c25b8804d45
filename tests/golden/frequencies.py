"""The spectrum."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from strategies import NM

from .common import PI, Line, relative


def _tents(*waves: tuple[int, int]) -> np.ndarray:
    """By direction and radius, the windowed spectrum of sines: tents (1 - |k - k0|/2)(1 - |l - l0|/2) and images."""
    lx, ly = 96 * 10 * NM, 60 * 15 * NM
    step, n_radii = 1 / ly, 29  # f_max / step = 30 exactly, left out
    alpha = np.arange(512)[:, None] * PI / 512
    f = step * np.arange(1, n_radii + 1)
    grid = np.zeros((512, n_radii))
    for sign in (1, -1):
        for wave in waves:
            k, up = f * np.cos(alpha) * lx - sign * wave[0], f * np.sin(alpha) * ly + sign * wave[1]
            grid += np.maximum(1 - np.abs(k) / 2, 0) * np.maximum(1 - np.abs(up) / 2, 0)
    return grid


def _polar(waves: tuple[int, int]) -> dict[str, float]:
    grid, step = _tents(waves), 1 / (60 * 15 * NM)
    n_radii = grid.shape[1]
    share = np.sum(grid**2 * np.arange(1, n_radii + 1), axis=1)
    share = share[share > 0] / share.sum()
    beta, by_angle = grid.mean(axis=0), grid.sum(axis=1)
    cumulative = np.concatenate([[0], np.cumsum(beta)])
    half = np.interp(cumulative[-1] / 2, cumulative, step * np.arange(n_radii + 1))
    return {
        "Std": (np.argmax(by_angle) * 180 / 512 + 90) % 180,
        "Stdi": by_angle.mean() / by_angle.max(),
        "Srw": 1 / ((1 + np.argmax(beta)) * step),
        "Srwi": beta.mean() / beta.max(),
        "Shw": 1 / half,
        "Saent": -np.sum(share * np.log(share)) / math.log(512),
    }


def _sine_frequency() -> float:
    """Mean frequency of six periods along x: the squared tents at the nine frequencies that they reach."""
    tent = np.array([0.25, 1.0, 0.25])
    power = tent[:, None] * tent
    f = np.hypot((np.arange(-1, 2) / (60 * 15 * NM))[:, None], (6 + np.arange(-1, 2)) / (96 * 10 * NM))
    return float(np.sum(power * f) / power.sum())


def lines() -> Iterator[Line]:
    why = "analytic: the Hann window turns each line of the spectrum into a tent two steps wide; polar sums of tents"
    for surface, waves in (("sine", (6, 0)), ("sine_oblique", (6, -4))):
        yield from relative(surface, why, 1e-5, **_polar(waves))
    lay = math.degrees(math.atan2(4 / 900, 6 / 960)) + 90
    yield (
        "Std",
        "sine_oblique",
        lay,
        0.5,
        "analytic: crests at right angles to the wave vector; directions every 0.35 degrees",
    )
    yield (
        "Srw",
        "sine",
        160 * NM,
        10.1 * NM,
        "analytic: the period, 5.6 steps of the frequency grid; nearest is 6 steps",
    )

    crossed = 2 * math.degrees(math.atan2(6 / 900, 12 / 960))
    yield "Sch", "hatch", crossed, 0.5, "analytic: angle between the crests; directions every 0.35 degrees"
    why = "analytic: whole periods"
    yield from relative("sine", why, 1e-9, Ssw=160 * NM)
    yield from relative("eggcrate", f"{why}, whose waves run along the diagonals", 1e-9, Ssw=160 * NM / math.sqrt(2))
    why = "analytic: the Hann window spreads a line of the spectrum over its neighbours by a half along each axis"
    yield from relative("sine", why, 1e-6, Sfc=1 / _sine_frequency())
    why = "analytic: mean frequency of exp(-(pi xi f)^2); mean over 8 surfaces (tolerance: 3 standard errors)"
    yield from relative("gaussian", why, 0.06, Sfc=2 * math.sqrt(PI) * 80 * NM)

    why = "analytic: the spectrum of one spike is flat"
    for symbol, value in (("Sfd", 2.0), ("Sfd_top", 2.0), ("Sfd_bot", 2.0), ("D_psd", 4.0), ("D_psd1", 3.5)):
        yield symbol, "spike", value, 2e-5, why
    why += "; the two smallest radii touch DC, which counts as 0: tolerance"
    everywhere = np.hypot(np.fft.fftfreq(64, 10 * NM)[:, None], np.fft.fftfreq(96, 10 * NM))
    yield from relative("spike", why, 1e-3, Saent=1.0, Sfc=(64 * 96 - 1) / everywhere.sum())
    yield from relative("spike", why, 0.01, Srwi=1.0, Stdi=1.0, Shw=2 * 640 * NM / 31)

    for hurst in (0.2, 0.5, 0.8):
        why = f"analytic: power falls as f^-(2+2H), H = {hurst}; mean over 8 surfaces (tolerance: 3 standard errors)"
        surface = f"self_affine_{hurst}"
        yield "D_psd", surface, 3 - hurst, 0.05, why
        yield "D_psd1", surface, 3 - hurst, 0.05, why
        yield "Sfd", surface, 3 + hurst, 0.05, why
        yield "Sfd_top", surface, 3 + hurst, 0.05, why
        yield "Sfd_bot", surface, 3 + hurst, 0.15, why
    why = "analytic: flat above the roll-off in the middle of the fit range, H = 0.8 below; mean over 8 surfaces"
    yield "Sfd_bot", "self_affine_rolled", 2.0, 0.15, why
    yield "Sfd_top", "self_affine_rolled", 3.8, 0.15, why
