"""Hills and dales."""

from __future__ import annotations

import math
from collections.abc import Iterator

from strategies import NM, A

from .common import PI, Line, relative


def lines() -> Iterator[Line]:
    dx, period = 10 * NM, 17
    heights = [A * math.cos(2 * PI * n / period) for n in range(-8, 9)]
    saddle = heights[8] + heights[0]  # half way to the next top, on the pixel before it
    volume = sum(max(a + b - saddle, 0.0) for a in heights for b in heights) * dx**2
    area = (period * dx) ** 2
    why = "analytic: sum of two cosines, odd period, a top in the middle of each of 4x5 squares of one period"
    yield from relative("cosine_hills", why, 1e-6, Spd=1 / area, Sha=area, Shv=volume, S5p=2 * A)
    bend = 2 * (heights[8] - heights[9]) / dx**2
    yield from relative("cosine_hills", why, 2e-6, Spc=bend, S10z_iso=2 * A - 2 * heights[0])
    yield from relative("cosine_dales", why + ", upside down", 1e-6, Sda=area, Sdv=volume, S5v=2 * A)

    area, dy = 10 * 20 * NM**2, 20 * NM
    why = "by hand: of tops 80 50 49 100 nm the third is 3 nm above its saddle to the second; mean 30 nm"
    yield from relative("islands", why, 1e-6, Spd=3 / (77 * area), S5p=(230 / 3 - 30) * NM)
    bends = (130 + 24 + 165) / 3 / dx**2 + (160 + 100 + 200) / 3 / dy**2
    yield from relative("islands", why, 2e-6, Spc=bends / 2 * NM, S10z_iso=(230 / 3 - 30 + 30) * NM)
    why += "; three hills of nine pixels inside the rim, 50, 15 + 11 + 14, 65 nm above saddles at 30, 35, 35 nm"
    yield from relative("islands", why, 1e-6, Sha=9 * area, Shv=155 / 3 * NM * area)
    yield from relative("lakes", why + ", upside down", 1e-6, Sda=9 * area, Sdv=155 / 3 * NM * area)
    yield from relative("lakes", why + ", upside down", 1e-6, S5v=(230 / 3 - 30) * NM)
