"""The direction of slopes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from strategies import NM

from .common import PI, Line, relative


def lines() -> Iterator[Line]:
    why = "analytic: slopes 0.3 along x and 0.4 upwards everywhere"
    yield from relative("plane", why, 1e-6, Gcoh=1.0, Gdir=math.degrees(math.atan2(0.4, 0.3)))
    yield "Goent", "plane", 0.0, 1e-6, why
    why = "analytic: one wave, whose differences across a cell of four pixels keep one ratio"
    across, up = math.tan(PI * 6 / 96) / (10 * NM), math.tan(PI * 4 / 60) / (15 * NM)
    yield from relative("sine_oblique", why, 1e-6, Gcoh=1.0, Gdir=math.degrees(math.atan2(up, across)))
    why = "analytic: two waves, mirror images, whole periods of differences across cells of four pixels"
    across, up = math.tan(PI * 12 / 96) / (10 * NM), math.tan(PI * 6 / 60) / (15 * NM)
    yield from relative("hatch_1_more", why, 1e-6, Gcoh=(across**2 - up**2) / (across**2 + up**2))
    # cells of a pyramid with 20 steps: 2 (400 - 20) slope by 1 along x, as many along y, 40 by 1/2 along both diagonals
    share = np.array([760, 760, 20, 20]) / 1560
    why = "by hand: cells of a pyramid by the way they slope"
    yield from relative("pyramid", why, 1e-6, Goent=-np.sum(share * np.log(share)) / math.log(36))
    why = "analytic: differences of autocorrelation exp(-(x/2a)^2 - (y/a)^2); mean over 8 surfaces"
    x, y = math.exp(-((10 / 120) ** 2)), math.exp(-((10 / 60) ** 2))
    across, up = (1 - x) * (1 + y), (1 - y) * (1 + x)
    yield from relative("gaussian_long", why, 0.03, Gcoh=(up - across) / (up + across))
