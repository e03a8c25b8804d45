"""Slopes, area, summits."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import special
from strategies import NM, A

from .common import PI, Line, relative


def lines() -> Iterator[Line]:
    dx, dy, theta = 10 * NM, 15 * NM, 2 * PI / 16
    full = math.sqrt(2) * PI * A / (16 * dx)
    why = "analytic: sampled sine, whole periods of differences"
    yield from relative("sine_1_more", why, 1e-6, Sdq=full * np.sinc(1 / 16))
    yield from relative("sine_1_more", why, 1e-6, Sdqx=full * np.sinc(1 / 16), Spar=1.5)
    yield "Sdqy", "sine_1_more", 0.0, 1e-9, "by hand: level along y"
    yield from relative("sine_1_more", "by hand: up 2 A and down 2 A in 16 pixels", 1e-6, Smas=4 * A / (16 * dx))
    why = "analytic: second difference of a sampled sine, whole periods of inner pixels"
    yield from relative("sine_2_more", why, 1e-6, Slap=2 * (1 - math.cos(theta)) / dx**2 * A / math.sqrt(2))
    stencil = (45 * math.sin(theta) - 9 * math.sin(2 * theta) + math.sin(3 * theta)) / (30 * theta)
    yield from relative("sine_6_more", why, 1e-6, Sdq6=full * stencil)
    rises = [A * (math.sin(theta * (j + 1)) - math.sin(theta * j)) for j in range(16)]
    stretch = sum(math.hypot(1, rise / dx) for rise in rises) / 16
    yield from relative("sine_1_more", why, 1e-6, S3A=60 * dy * 96 * dx * stretch, Sdr=stretch - 1)
    elliptic = 2 / PI * math.sqrt(2) * special.ellipe(0.5) - 1
    yield "Sdr", "sine_steep", elliptic, 2e-4, "analytic: arc length of a continuous sine, k A = 1; 64 pixels a period"
    why = "analytic: slopes 0.3 and -0.4"
    yield from relative("plane", why, 1e-6, Sdq=0.5, Sdq6=0.5, Sdr=math.sqrt(1.25) - 1)
    yield from relative("plane", why, 1e-6, S3A=math.sqrt(1.25) * 39 * 20 * NM * 49 * 10 * NM)
    yield from relative("plane", why, 1e-6, Sdqx=0.3, Sdqy=0.4, Smas=0.5, Spar=1.0)
    yield from relative("plane", "by hand: 39 x 49 cells", 1e-12, S2A=39 * 20 * NM * 49 * 10 * NM)
    yield "Sdr", "plane_45", 0.414, 5e-4, "published: Keyence, developed area ratio of a 45 degree plane"

    k = 2 * PI / (160 * NM)
    ssc = A * ((1 - math.cos(k * dx)) / dx**2 + (1 - math.cos(k * 20 * NM)) / (20 * NM) ** 2)
    why = "analytic: second difference at the top of a cosine, along x and y; 2 summits a cell, 4x5 cells"
    yield from relative("eggcrate", why + "; pits like summits", 2e-6, Svc=ssc)
    yield from relative("eggcrate", why, 2e-6, Ssc=ssc, Sds=40 / (39 * 20 * NM * 63 * 10 * NM))
    ssc = 2 * A * (1 - math.cos(k * dx)) / dx**2
    why = "analytic: second difference at the top of a cosine; 1 summit a cell, 4x3 cells"
    yield from relative("cosine_sum", why, 2e-6, Ssc=ssc, Sds=12 / (47 * 63 * dx * dx))
    why = "analytic: |H| = |z''| / 2 / (1 + z'^2)^(3/2) of a sampled sine, by central differences, k A = 1"
    place, theta = 2 * PI / 64 * np.arange(1, 128), 2 * PI / 64
    bend = 64 / PI / dx * (1 - math.cos(theta)) / 2 * np.abs(np.sin(place))
    steep = (32 / PI * math.sin(theta) * np.cos(place)) ** 2
    yield from relative("sine_steep", why, 2e-6, Smcu=float(np.mean(bend / (1 + steep) ** 1.5)))
    why = "analytic: 1/R of a sphere; second differences are off by (width / R)^2 / 10 < 3e-4"
    yield "Smcu", "dome", 1 / 5e-6, 3e-4 / 5e-6, why
    radius = 500 * NM
    drop = sum((radius - math.sqrt(radius**2 - d**2)) / d**2 for d in (10 * NM, 20 * NM))
    yield from relative(
        "cap", "analytic: second differences of a circle", 1e-5, Ssc=drop, Sds=1 / (50 * 40 * 200 * NM**2)
    )
