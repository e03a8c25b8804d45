"""The autocorrelation."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from strategies import NM, A

from .common import PI, Line, relative


def _stretched() -> float:
    """Length of the stretched exponential through cos(kt), 64 pixels a period, weighted least squares in logarithms."""
    value = np.cos(2 * PI / 64 * np.arange(1, 16))
    x, y, w = np.log(np.arange(1, 16)), np.log(-np.log(value)), (value * np.log(value)) ** 2
    mean_x, mean_y = np.average(x, weights=w), np.average(y, weights=w)
    slope = np.sum(w * (x - mean_x) * (y - mean_y)) / np.sum(w * (x - mean_x) ** 2)
    return 10 * NM * math.exp(mean_x - mean_y / slope)


def _decay() -> Iterator[Line]:
    why = "analytic: cos(u / sqrt 2)^2 = 0.2 along the diagonals of an eggcrate; linear between pixels"
    yield from relative("eggcrate_lags", why, 5e-4, Smax20=640 * NM / (2 * PI) * math.sqrt(2) * math.acos(0.2**0.5))
    why = "analytic: the autocorrelation along x is cos(kt) at every lag, along y 1"
    yield from relative("sine_lags", why, 2e-6, Sxi=_stretched())
    why = "analytic: autocorrelation exp(-(r/xi)^2); mean over 8 surfaces (tolerance: 3 standard errors)"
    yield from relative("gaussian", why, 0.05, Sxi=80 * NM)


def _profiles() -> Iterator[Line]:
    dx, theta, why = 10 * NM, 2 * PI / 16, "analytic: sampled sine along x, flat along y; sum over the samples"
    slope = [A / dx * (math.sin(theta * (j + 1)) - math.sin(theta * j)) for j in range(95)]
    bend = [-4 * A / dx**2 * math.sin(theta / 2) ** 2 * math.sin(theta * (j + 1)) for j in range(94)]
    m0, m2, m4 = A**2 / 2, np.mean(np.square(slope)) / 2, np.mean(np.square(bend)) / 2
    yield from relative("sine", why, 1e-6, Sm0=m0, Sm2=m2, Sm4=m4, Salpha=m0 * m4 / m2**2)
    why = "by hand: a row starts on the mean, then crosses 11 times at a pixel; columns do not cross"
    yield from relative("sine", why, 1e-9, Szc=11.5 / (95 * dx) / 2)
    why = "by hand: six pits on 48 x 40 pixels"
    yield from relative("spikes", why, 1e-9, Svd=6 / (47 * 39 * dx**2))

    one, two = math.exp(-((10 / 80) ** 2)), math.exp(-((20 / 80) ** 2))
    m2, m4 = 2 * A**2 * (1 - one) / dx**2, A**2 * (6 - 8 * one + 2 * two) / dx**4
    why = "analytic: differences of autocorrelation exp(-(r/xi)^2); mean over 8 surfaces (tolerance: 3 standard errors)"
    yield from relative("gaussian", why, 0.04, Sm2=m2, Sm4=m4)
    yield from relative("gaussian", why, 0.02, Szc=math.acos(one) / (PI * dx), Salpha=A**2 * m4 / m2**2)


def lines() -> Iterator[Line]:
    yield from _decay()
    yield from _profiles()
    why = "analytic: at this phase the unbiased autocorrelation is cos(kt) at every lag; linear between pixels"
    k = 2 * PI / 64
    for symbol, threshold in (("Scl20", 0.2), ("Scl37", math.exp(-1))):
        t = math.floor(math.acos(threshold) / k)
        above, below = math.cos(k * t), math.cos(k * (t + 1))
        yield from relative("sine_lags", why, 2e-6, **{symbol: 10 * NM * (t + (above - threshold) / (above - below))})
    why = "analytic: cos(u) = t along the axes, cos(u / sqrt 2)^2 = t along the diagonals of an eggcrate"
    yield "Str20", "eggcrate_lags", math.acos(0.2) / (math.sqrt(2) * math.acos(math.sqrt(0.2))), 5e-4, why
    yield "Str37", "eggcrate_lags", math.acos(math.exp(-1)) / (math.sqrt(2) * math.acos(math.exp(-0.5))), 5e-4, why
