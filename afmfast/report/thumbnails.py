"""Sample images with scale bar and colour scale, drawn small and self-contained."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps

from ..units import for_reading, is_length
from .png import indexed
from .wording import DASH, readable, significant

#: Colour maps that rise evenly in lightness (read the same by the colour-blind and in grey): the usual
#: brown of microscope software for heights, another for everything else.
_MAPS = {True: "YlOrBr_r", False: "viridis"}
_MISSING = (176, 190, 197)
_LEVELS = 255
_BAR_STEPS = (1, 2, 5)


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """One channel of one row, to be shown.

    `z` (ny, nx) in the SI unit `unit`, NaN = not measured; `width` of the whole image in metres (NaN = unknown,
    no scale bar); `height` in metres, default: square pixels.
    """

    channel: str
    label: str
    row: str
    z: np.ndarray
    width: float
    unit: str
    height: float | None = None


def limits(images: Iterable[np.ndarray]) -> tuple[float, float]:
    """Colour limits that suit several images: the 0.5-99.5 % range of their pixels, so a spike decides nothing.

    (NaN, NaN) where no pixel is measured.
    """
    pixels = [z[np.isfinite(z)][:: max(1, z.size // 65536)] for z in map(np.asarray, images)]
    together = np.concatenate([p.ravel() for p in pixels]) if pixels else np.empty(0)
    if not together.size:
        return math.nan, math.nan
    low, high = np.percentile(together, [0.5, 99.5])
    return float(low), float(high)


def shrunk(z: np.ndarray, at_most: int) -> np.ndarray:
    """Mean over blocks, so that no side exceeds `at_most` pixels; NaN where a block holds no measured pixel."""
    z = np.asarray(z, np.float64)
    ny, nx = z.shape
    step = math.ceil(max(ny, nx) / at_most)
    if step < 2:
        return z
    starts = [np.arange(0, n, step) for n in (ny, nx)]
    measured = np.isfinite(z)
    total = np.add.reduceat(np.add.reduceat(np.where(measured, z, 0.0), starts[0], axis=0), starts[1], axis=1)
    n = np.add.reduceat(np.add.reduceat(measured.astype(float), starts[0], axis=0), starts[1], axis=1)
    return np.divide(total, n, out=np.full_like(total, np.nan), where=n > 0)


def without_plane(z: np.ndarray) -> np.ndarray:
    """`z` less its least-squares plane over the measured pixels; unchanged where fewer than three are measured."""
    measured = np.isfinite(z)
    if np.count_nonzero(measured) < 3:
        return z
    y, x = np.indices(z.shape, float)
    terms = np.stack([np.ones_like(x), x - x.mean(), y - y.mean()], axis=-1)
    return z - terms @ np.linalg.lstsq(terms[measured], z[measured], rcond=None)[0]


def for_show(thumb: Thumbnail, *, at_most: int, flat: bool) -> np.ndarray:
    """Pixels to draw: shrunk, and less a plane where `flat` (raw heights show little but tilt and piezo position)."""
    small = shrunk(thumb.z, at_most)
    return without_plane(small) if flat else small


def picture(small: np.ndarray, unit: str, low: float, high: float) -> str:
    """Data URI of a PNG with colours from `low` to `high`; NaN pixels are grey."""
    span = high - low if high > low else 1.0
    scaled = np.clip((small - low) / span, 0, 1) if high > low else np.where(np.isfinite(small), 0.5, np.nan)
    pixels = np.where(np.isfinite(scaled), np.nan_to_num(scaled) * (_LEVELS - 1), _LEVELS).round().astype(np.uint8)
    return uri(indexed(pixels, palette(unit)))


def palette(unit: str) -> np.ndarray:
    """Colours (256, 3) uint8 for images in this unit; the last one means not measured."""
    colours = colormaps[_MAPS[is_length(unit)]](np.linspace(0, 1, _LEVELS))[:, :3]
    return np.vstack([(colours * 255).round(), [_MISSING]]).astype(np.uint8)


def uri(png: bytes) -> str:
    """A PNG as part of the page."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def scale_bar(width: float) -> tuple[float, str] | None:
    """Length of a round bar as a share of `width` (0.2-0.5) with its text, or None where the width is unknown."""
    if not (math.isfinite(width) and width > 0):
        return None
    target = width / 2
    decade = 10.0 ** math.floor(math.log10(target) + 1e-9)
    length = max(step * decade for step in _BAR_STEPS if step * decade <= target * (1 + 1e-9))
    for unit, factor in (("mm", 1e3), ("µm", 1e6), ("nm", 1e9), ("pm", 1e12)):
        if length * factor > 1 - 1e-9 or unit == "pm":
            return length / width, f"{length * factor:g} {unit}"
    raise AssertionError("unreachable: pm takes every length")


def tile(thumb: Thumbnail, shown: np.ndarray, low: float, high: float) -> dict[str, Any]:
    """What the template draws of one image: picture of `shown`, sides in units of 100, bar, alternative text."""
    ny, nx = thumb.z.shape
    tall = thumb.height / thumb.width if thumb.height and thumb.width > 0 else ny / nx
    bar = scale_bar(thumb.width)
    size = f", {significant(thumb.width * 1e6)} µm wide" if bar else ""
    return {
        "picture": picture(shown, thumb.unit, low, high),
        "tall": round(100 * tall, 2),
        "bar": round(100 * bar[0], 2) if bar else 0,
        "bar_text": bar[1] if bar else "",
        "row": thumb.row,
        "label": thumb.label,
        "channel": thumb.channel,
        "alt": f"{thumb.channel} of {thumb.row}, {thumb.label}{size}",
        "range": range_text(low, high, thumb.unit),
    }


def range_text(low: float, high: float, unit: str) -> str:
    """Colour limits as `−12.1 to 14.8 nm`."""
    (first, second), label = readable([low, high], unit)
    return DASH if first == DASH else f"{first} to {second} {label}".strip()


def by_channel(
    thumbnails: Sequence[Thumbnail], classes: Sequence[str], levels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Per channel one strip of images in the order of the classes: in one colour scale for all, and each in its own.

    A plane is taken off channels that `levels` (channel: levelling) levels for measuring.
    """
    at_most = 224 if len(thumbnails) <= 12 else 160 if len(thumbnails) <= 36 else 112
    order = {name: place for place, name in enumerate(classes)}
    strips = []
    for channel in dict.fromkeys(t.channel for t in thumbnails):
        chosen = sorted((t for t in thumbnails if t.channel == channel), key=lambda t: order.get(t.label, len(order)))
        flat = levels.get(channel, "none") != "none"
        shown = [for_show(t, at_most=at_most, flat=flat) for t in chosen]
        low, high = limits(shown)
        ramp = np.arange(_LEVELS, dtype=np.uint8)[None, :]
        ends, unit = readable([low, high], chosen[0].unit)
        strips.append(
            {
                "channel": channel,
                "unit": unit or for_reading(chosen[0].unit)[0],
                "low": ends[0],
                "high": ends[1],
                "ramp": uri(indexed(ramp, palette(chosen[0].unit))),
                # Up to eight share one line of the page; more, or few large ones, flow.
                "columns": f"auto-fit, minmax({6 if len(chosen) <= 8 else 7}rem, 1fr)"
                if len(chosen) > 5
                else "auto-fill, minmax(10.5rem, 1fr)",
                "flat": flat,
                "tiles": [tile(t, z, low, high) for t, z in zip(chosen, shown, strict=True)],
                "own": [tile(t, z, *limits([z])) for t, z in zip(chosen, shown, strict=True)],
            }
        )
    return strips
