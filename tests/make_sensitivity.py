"""Makes docs/sensitivity.md: what noise, pixels, scan size, levelling and a scar do to every parameter.

    python tests/make_sensitivity.py

On made surfaces of 256 x 256 pixels: isotropic, grainy and with a lay. The tests make the numbers anew and compare.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from afmfast import synthetic
from afmfast.features.measure import measure_image
from afmfast.features.table import PARAMETERS

PATH = Path(__file__).parents[1] / "docs" / "sensitivity.md"
SIDE, PIXEL, SQ = 256, 1e-8, 2e-8
#: Of a force, so that the mean is not zero: as far above zero as three standard deviations.
OFFSET = 3 * SQ


class View(NamedTuple):
    """One way to look at a surface: heights, pixel size, levelling."""

    z: np.ndarray
    pixel: float = PIXEL
    level: str = "plane"


def surfaces() -> list[np.ndarray]:
    """Two of every kind."""
    kinds = [
        {"hurst": 0.6, "roll_off": 64 * PIXEL},
        {"hurst": 0.9, "roll_off": 24 * PIXEL},
        {"hurst": 0.6, "roll_off": 48 * PIXEL, "anisotropy": 3.0},
    ]
    return [
        OFFSET + synthetic.self_affine((SIDE, SIDE), PIXEL, PIXEL, sq=SQ, seed=seed, **kind)
        for kind in kinds
        for seed in (1, 2)
    ]


def _scarred(z: np.ndarray) -> np.ndarray:
    out = z.copy()
    out[100, 32:224] += 3 * SQ
    return out


#: Heading, what is done, and the change of the surface.
CHANGES: tuple[tuple[str, str, Callable[[np.ndarray], View]], ...] = (
    (
        "noise", "white noise of 5 % of Sq is added",
        lambda z: View(z + synthetic.white_noise(z.shape, sq=0.05 * SQ, seed=9)),
    ),
    ("pixel", "the same scan, pixels twice as large", lambda z: View(z[::2, ::2], 2 * PIXEL)),
    ("scan", "the same pixels, sides half as long", lambda z: View(z[64:192, 64:192])),
    ("level", "a parabola is taken off instead of a plane", lambda z: View(z, level="quadratic")),
    ("scar", "three quarters of one line are torn up by three Sq", lambda z: View(_scarred(z))),
)  # fmt: skip


def values(view: View) -> dict[str, float]:
    """Every row: lengths and forces, so that none is missing."""
    found: dict[str, float] = {}
    for unit in ("m", "N"):
        found |= measure_image(view.z, view.pixel, view.pixel, unit=unit, level=view.level, parameters="all")
    return found


def changes() -> dict[str, list[float]]:
    """By symbol, for every change: mean change over mean magnitude, degrees for an angle; NaN without both."""
    originals = [(z, values(View(z))) for z in surfaces()]
    columns = [[(before, values(change(z))) for z, before in originals] for _, _, change in CHANGES]
    return {row.symbol: [_change(row.symbol, pairs) for pairs in columns] for row in PARAMETERS}


def _change(symbol: str, pairs: list[tuple[dict[str, float], dict[str, float]]]) -> float:
    before, after = np.array([(one[symbol], other[symbol]) for one, other in pairs]).T
    if PARAMETERS[symbol].is_angle:
        return float(np.nanmean(np.abs((after - before + 90) % 180 - 90)))
    return float(np.nanmean(np.abs(after - before)) / np.nanmean(np.abs(before)))


def said(symbol: str, value: float) -> str:
    """For a person: two digits."""
    if PARAMETERS[symbol].is_angle:
        return f"{value:.1f}°"
    return "0" if value < 5e-4 else f"{100 * value:.1f} %" if value < 0.0995 else f"{100 * value:.0f} %"


def page(found: dict[str, list[float]]) -> str:
    """The page of Markdown."""
    lines = [
        "# What changes a parameter",
        "",
        "<!-- Made by `python tests/make_sensitivity.py`. -->",
        "",
        f"Mean change over six made surfaces ({SIDE} x {SIDE} pixels of {1e9 * PIXEL:.0f} nm; two isotropic, two",
        "grainy, two with a lay) as a share of the mean magnitude, in degrees for an angle. Compare only scans of one",
        "scan size, pixel size and levelling, and look here what noise and a scar may pretend.",
        "",
        *(f"* **{name}**: {what}" for name, what, _ in CHANGES),
        "",
        "| symbol | " + " | ".join(name for name, _, _ in CHANGES) + " |",
        "|---" * (1 + len(CHANGES)) + "|",
        *(f"| {symbol} | " + " | ".join(said(symbol, v) for v in row) + " |" for symbol, row in found.items()),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PATH.write_text(page(changes()), "utf-8")


if __name__ == "__main__":
    main()
