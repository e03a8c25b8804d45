"""Bruker, Veeco and Digital Instruments Nanoscope files (.spm, .di, .000 to .999), version 4.3 and later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import FileRefused
from ..records import Image
from ..units import to_si
from .channels import Channel, to_images

Section = dict[str, str]

_IMAGES = ("ciao image list", "afm image list", "stm image list", "ncafm image list")
_KEY = re.compile(r"\\(@?(?:\d+:)?[^:]+):? ?(.*)")
_SCALE = re.compile(r"V\s*(?:\[(?P<sens>[^\]]*)\])?\s*(?:\(.*\))?\s*(?P<value>[-+.\deE]+)\s*(?P<unit>.*)")
_SENS = re.compile(r"V\s+(?P<value>[-+.\deE]+)\s*(?P<unit>.*)")
_NAME = re.compile(r'S\s*\[(?P<inner>[^\]]*)\]\s*"(?P<shown>[^"]*)"')
#: Version from which every pixel is stored in 4 bytes, whatever its depth.
ALL_4_BYTES = 0x09200000
_EXPORT = "Copy the file again from the microscope, or export it as text with Nanoscope Analysis"


class Scale(NamedTuple):
    """Physical value of one count: `factor` in `unit`, as the vendor writes it."""

    factor: float
    unit: str


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """Every image of the file, heights in m, forces in N, uncalibrated signals in V or arb.; the file's
    bottom-up lines are turned.

    Raises:
        FileRefused: force curves, data as text, version 4.2 or older, a header or data block cut off.
    """
    data = path.read_bytes()
    sections = _sections(path, data)
    images = [section for name, section in sections if name in _IMAGES]
    common = {key: value for name, section in sections if name not in _IMAGES for key, value in section.items()}
    if not images:
        raise FileRefused(path, "a Nanoscope file without an image (force curves or profiles)", "Leave it out")
    channels = [_channel(path, data, section, common) for section in images]
    return to_images(path, channels, pixel_size=pixel_size, z_unit=z_unit)


def _sections(path: Path, data: bytes) -> list[tuple[str, Section]]:
    if data.startswith(b"?*"):
        raise FileRefused(path, "a Nanoscope file with its data as text", "Save it in the binary form (.spm)")
    if data.startswith(b"\\*Force file list"):
        raise FileRefused(path, "a Nanoscope force curve, not an image", "Leave it out")
    if not data.startswith(b"\\*File list"):
        raise FileRefused(path, "it does not begin like a Nanoscope file (\\*File list)", "Give it its true ending")
    end = data.find(b"\\*File list end")
    if end < 0:
        raise FileRefused(path, "a Nanoscope header without its end: the file is cut off", _EXPORT)
    sections: list[tuple[str, Section]] = []
    for line in data[:end].decode("latin-1").splitlines():
        if line.startswith("\\*"):
            sections.append((line[2:].strip().lower(), {}))
        elif (match := _KEY.match(line)) and sections:
            sections[-1][1].setdefault(match[1].strip().lower(), match[2].strip())
    return sections


def _channel(path: Path, data: bytes, section: Section, common: Section) -> Channel:
    columns, rows = _whole(path, section, "samps/line"), _whole(path, section, "number of lines")
    version = int(common.get("version", "0"), 16)
    counts = _counts(path, data, section, (rows, columns), version)
    scale = _scale(path, section, common)
    dx, dy = _pixel(path, section, common, rows, columns)
    name = _NAME.match(_numbered(section, "image data"))
    shown = (name["shown"] or name["inner"]) if name else section.get("image data", "").strip('"')
    if section.get("scan line", "").strip().lower() == "interleave":
        shown = f"{shown} (interleave)"
    return Channel(
        heights=counts[::-1] * scale.factor,
        dx=dx,
        dy=dy,
        unit=scale.unit,
        name=shown or None,
        backward=section.get("line direction", "").strip().lower() == "retrace",
        header={**_kept(common), **section},
    )


def _kept(common: Mapping[str, str]) -> Section:
    """The file's own lines that say which instrument, tip and day it was."""
    wanted = ("version", "date", "microscope", "description", "controller", "scanner file", "tip serial number")
    return {key: common[key] for key in wanted if key in common}


def _counts(path: Path, data: bytes, section: Section, shape: tuple[int, int], version: int) -> np.ndarray:
    """The image's integers (rows, columns) in the file's order.

    From version 9.2 on every pixel takes 4 bytes even where "Bytes/pixel" says 2, so the length decides.
    """
    offset, length = _whole(path, section, "data offset"), _whole(path, section, "data length")
    allowed = {_whole(path, section, "bytes/pixel", 2)} | ({4} if version >= ALL_4_BYTES else set())
    rows, columns = shape
    size = next((size for size in sorted(allowed) if size * rows * columns == length), None)
    if size is None:
        raise FileRefused(
            path, f"an image of {columns} x {rows} pixels in {length} bytes, which is not {allowed} a pixel", _EXPORT
        )
    if offset + length > len(data):
        raise FileRefused(
            path, f"cut off: an image should end at byte {offset + length}, the file ends at {len(data)}", _EXPORT
        )
    return np.frombuffer(data, f"<i{size}", rows * columns, offset).reshape(rows, columns)


def _scale(path: Path, section: Section, common: Section) -> Scale:
    """What one count means: the full range of "Z scale" over 2^(8 Bytes/pixel), times the sensitivity it names.

    Reference: Gwyddion and SurfaceTopography read the same full range; the value per LSB in parentheses
    differs from it where an image was stretched on saving.
    """
    written = _numbered(section, "z scale")
    match = _SCALE.match(written)
    if match is None:
        raise FileRefused(
            path, f"an image without a readable '@2:Z scale' ({written!r})", "Files before version 4.3 are not read"
        )
    depth = _whole(path, section, "bytes/pixel", 2)
    if depth not in (2, 4):
        raise FileRefused(path, f"{depth} bytes a pixel, where 2 or 4 are known", _EXPORT)
    count = float(match["value"]) / 256.0**depth
    if count == 0:
        raise FileRefused(path, f"an image whose full range is 0 ({written!r})", _EXPORT)
    hard = match["unit"].strip()
    soft = _SENS.match(common.get("@" + (match["sens"] or "").strip().lower(), ""))
    above, below = _ratio(soft["unit"].strip()) if soft else ("", "")
    hard_base, hard_factor = to_si(hard)
    below_base, below_factor = to_si(below)
    if soft is None or not below or hard_base != below_base or above == below:
        return Scale(count, hard)
    return Scale(count * hard_factor / below_factor * float(soft["value"]), above)


def _ratio(unit: str) -> tuple[str, str]:
    """Unit above and below the last stroke: "nm/V", "log(Pa)/log(Arb)", and Bruker's "N/m*Arb" for (N/m)/Arb."""
    above, _, below = unit.rpartition("*") if "*" in unit else unit.rpartition("/")
    return above.strip(), below.strip()


def _pixel(path: Path, section: Section, common: Section, rows: int, columns: int) -> tuple[float, float]:
    text = section.get("scan size") or common.get("scan size", "")
    words = text.split()
    numbers = [float(word) for word in words[:-1]]
    unit, factor = to_si(words[-1]) if words else ("", 1.0)
    if unit != "m" or len(numbers) not in (1, 2):
        raise FileRefused(path, f"a scan size of {text!r}", _EXPORT)
    width = numbers[0] * factor
    height = numbers[1] * factor if len(numbers) == 2 else width / _aspect(section)
    planned = int(common.get("lines", "0")) if common.get("lines", "0").isdigit() else 0
    stopped_early = planned > rows and np.isclose(width / columns, height / planned, rtol=0.01)
    return width / columns, height / (planned if stopped_early else rows)


def _aspect(section: Section) -> float:
    wide, _, high = section.get("aspect ratio", "1:1").partition(":")
    return float(wide) / float(high or 1)


def _numbered(section: Section, name: str) -> str:
    """Value of "@2:Z scale" and the like, whatever the number."""
    return next((value for key, value in section.items() if re.fullmatch(rf"@\d+:{name}", key)), "")


def _whole(path: Path, section: Section, key: str, default: int | None = None) -> int:
    text = section.get(key, "" if default is None else str(default)).split()
    if not text or not text[0].isdigit() or int(text[0]) < 1:
        raise FileRefused(path, f"a Nanoscope header with {key!r} = {' '.join(text)!r}", _EXPORT)
    return int(text[0])
