"""From a vendor's numbers to images: SI units, names, ways back, pixel sizes, and what is refused in all formats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import FileRefused
from ..records import RETRACE, Image
from ..units import to_si

#: Units that say nothing about the sample: a signal that nobody calibrated.
RAW_UNITS = frozenset({"", "V", "V/V", "arb.", "LSB"})

#: Bare numbers that are all smaller than this can only be heights in metres: no scanner lifts 0.1 mm.
LARGEST_HEIGHT = 1e-4

#: No scan is wider than this (metres); a file that says so has its unit wrong.
LARGEST_SCAN = 1.0

#: No pixel is narrower than this (metres); atoms are 1e-10 apart.
SMALLEST_PIXEL = 1e-14

_WAYS = (
    (re.compile(r"^scan forward \((?P<name>.+)\)$", re.IGNORECASE), False),
    (re.compile(r"^scan backward \((?P<name>.+)\)$", re.IGNORECASE), True),
    (re.compile(r"^(?P<name>.+?)[ _-]*\(?(retrace|backward|bwd)\)?$", re.IGNORECASE), True),
    (re.compile(r"^(?P<name>.+?)[ _-]*\(?(trace|forward|fwd)\)?$", re.IGNORECASE), False),
)


@dataclass(frozen=True)
class Channel:
    """One channel as a format's reader finds it.

    `heights` (ny, nx), row 0 at the top; `dx`, `dy` in metres, NaN where the file is silent; `unit` as the
    vendor writes it, None where the file is silent; `name` None likewise; `backward` on the way back;
    `stem` the name without its direction where the vendor's name has one ("Height" of "HeightRetrace").
    """

    heights: np.ndarray
    dx: float
    dy: float
    unit: str | None
    name: str | None
    backward: bool = False
    header: Mapping[str, str] = field(default_factory=dict)
    stem: str | None = None


def way_of(name: str) -> tuple[str, bool]:
    """Name without its direction, and whether it is the way back: `("Height", True)` for "HeightRetrace"."""
    for pattern, backward in _WAYS:
        match = pattern.match(name.strip())
        if match:
            return match["name"], backward
    return name.strip(), False


def text_of(data: bytes) -> str:
    """Text as UTF-8, or as Latin-1 where it is not: older programs write µ and ° in one byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def to_images(
    path: Path, channels: Sequence[Channel], *, pixel_size: float | None = None, z_unit: str | None = None
) -> list[Image]:
    """Images of the channels, each checked, in SI and under a name of its own.

    A channel on the way back is `<name> (retrace)` where the way there is in the file too; a lone way back
    is the only picture of that channel and keeps the vendor's name. Names that stay equal get a number.

    Raises:
        FileRefused: no channel, a profile, complex or empty data, no pixel size or an impossible one.
    """
    if not channels:
        raise FileRefused(path, "there is no image in it", "If it holds curves, sweeps or a report, leave it out")
    scaled = [_in_si(path, channel, z_unit) for channel in channels]
    names = _names(channels, [unit for _, unit, _ in scaled])
    images = []
    for channel, (heights, unit, calibrated), name in zip(channels, scaled, names, strict=True):
        dx, dy = _pixel(path, channel, pixel_size)
        images.append(Image(heights, dx, dy, unit, name, calibrated=calibrated, header=dict(channel.header)))
    return images


def _names(channels: Sequence[Channel], units: Sequence[str]) -> list[str]:
    own = [
        channel.name or ("height" if unit == "m" else "values") for channel, unit in zip(channels, units, strict=True)
    ]
    stems = [channel.stem or name for channel, name in zip(channels, own, strict=True)]
    there = {stem: name for channel, stem, name in zip(channels, stems, own, strict=True) if not channel.backward}
    seen: Counter[tuple[str, str]] = Counter()
    names = []
    for channel, stem, name in zip(channels, stems, own, strict=True):
        paired = channel.backward and stem in there
        base, ending = (there[stem], RETRACE) if paired else (name, "")
        seen[base, ending] += 1
        number = f" {seen[base, ending]}" if seen[base, ending] > 1 else ""
        names.append(base + number + ending)
    return names


def _in_si(path: Path, channel: Channel, z_unit: str | None) -> tuple[np.ndarray, str, bool]:
    """Heights in SI, their unit, and whether that unit says something about the sample."""
    heights = _checked(path, channel.heights)
    written = channel.unit or z_unit or channel.unit
    if written is None:
        return heights, _unit_of_bare_numbers(heights), False
    unit, factor = to_si(written)
    return (heights * factor if factor != 1.0 else heights), unit, unit not in RAW_UNITS


def _unit_of_bare_numbers(heights: np.ndarray) -> str:
    largest = float(np.nanmax(np.abs(heights))) if np.isfinite(heights).any() else 0.0
    return "m" if 0 < largest < LARGEST_HEIGHT else ""


def _checked(path: Path, heights: np.ndarray) -> np.ndarray:
    heights = np.asarray(heights)
    if heights.ndim != 2 or min(heights.shape) < 2:
        shape = " x ".join(str(n) for n in heights.shape)
        raise FileRefused(path, f"its data have the shape {shape}, which is no image", "Leave profiles and stacks out")
    if heights.dtype.kind not in "fiub":
        raise FileRefused(path, f"its data are of type {heights.dtype}", "Save the scan as real numbers")
    single = heights.dtype.kind == "f" and heights.dtype.itemsize == 4
    heights = np.ascontiguousarray(heights, dtype=np.float32 if single else np.float64)
    if np.isinf(heights).any():
        heights = np.where(np.isinf(heights), np.nan, heights)
    return heights


def _pixel(path: Path, channel: Channel, pixel_size: float | None) -> tuple[float, float]:
    dx, dy = float(channel.dx), float(channel.dy)
    if np.isnan(dx) or np.isnan(dy):
        if pixel_size is None:
            raise FileRefused(
                path,
                "it does not say how large a pixel is",
                "Write the pixel size into the manifest's column pixel_size_nm, or call read(path, pixel_size=...)",
            )
        return pixel_size, pixel_size
    rows, columns = channel.heights.shape
    if not min(dx, dy) >= SMALLEST_PIXEL or max(dx * columns, dy * rows) > LARGEST_SCAN:
        raise FileRefused(
            path,
            f"its scan size comes out as {dx * columns:.4g} x {dy * rows:.4g} m",
            "The header is damaged or its unit is wrong: export the scan again, or as text with a pixel size",
        )
    return dx, dy
