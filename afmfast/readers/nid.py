"""Nanosurf images (.nid): sections of text, then the channels' integers one behind the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import FileRefused
from ..records import Image
from ..units import to_si
from .channels import Channel, text_of, to_images

Section = dict[str, str]
_AGAIN = "Copy the file again from the microscope"
_DATA = b"#!"


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """Every channel there and back, each in its own unit; the first line is the bottom one and is turned.

    Reference: SurfaceTopography's nid reader agrees to the last digit on the channels it keeps (lengths only).

    Raises:
        FileRefused: sweeps and curves, data as text, data cut off.
    """
    data = path.read_bytes()
    begin = data.find(b"\n" + _DATA)
    if not data.startswith(b"[DataSet]") or begin < 0:
        raise FileRefused(path, "it does not begin like a Nanosurf scan, or its header is cut off", _AGAIN)
    sections = _sections(text_of(data[:begin]))
    place = begin + 1 + len(_DATA)
    channels = []
    for section in _in_order(path, sections):
        form = _form(path, section)
        columns, rows = int(section["Points"]), int(section["Lines"])
        if "sweep" in section.get("Frame", "").lower() or min(columns, rows) < 2:
            raise FileRefused(path, f"a {section.get('Frame', 'curve').lower()}, not an image", "Leave it out")
        if place + rows * columns * form.itemsize > len(data):
            raise FileRefused(path, f"cut off: channel {section.get('Dim2Name')!r} ends behind the file's end", _AGAIN)
        counts = np.frombuffer(data, form, rows * columns, place).reshape(rows, columns)
        place += counts.nbytes
        channels.append(_channel(section, counts))
    return to_images(path, channels, pixel_size=pixel_size, z_unit=z_unit)


def _sections(text: str) -> dict[str, Section]:
    sections: dict[str, Section] = {}
    current: Section = {}
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], {})
        elif "=" in line:
            key, _, value = line.partition("=")
            current.setdefault(key.strip(), value.strip())
    return sections


def _in_order(path: Path, sections: dict[str, Section]) -> list[Section]:
    """Sections of the channels in the order of their data: group by group, channel by channel."""
    first = sections["DataSet"]
    names = [
        first[key]
        for group in range(int(first["GroupCount"]))
        for channel in range(int(first[f"Gr{group}-Count"]))
        if (key := f"Gr{group}-Ch{channel}") in first
    ]
    absent = [name for name in names if name not in sections]
    if absent:
        raise FileRefused(path, f"the channel {absent[0]} is announced and not described", _AGAIN)
    return [sections[name] for name in names]


def _form(path: Path, section: Section) -> np.dtype:
    if section.get("SaveMode") != "Binary":
        raise FileRefused(path, f"data saved as {section.get('SaveMode')!r}", "Save it in Nanosurf's binary form")
    order = "<" if section["SaveOrder"] == "Intel" else ">"
    sign = "i" if section["SaveSign"] == "Signed" else "u"
    return np.dtype(f"{order}{sign}{int(section['SaveBits']) // 8}")


def _channel(section: Section, counts: np.ndarray) -> Channel:
    """The integers span the range from Dim2Min to Dim2Min + Dim2Range."""
    full, lowest = float(section["Dim2Range"]), float(section["Dim2Min"])
    zero = lowest + full / 2 if counts.dtype.kind == "i" else lowest
    rows, columns = counts.shape
    return Channel(
        heights=counts[::-1] * (full / 256.0**counts.dtype.itemsize) + zero,
        dx=_length(section, "Dim0") / columns,
        dy=_length(section, "Dim1") / rows,
        unit=section.get("Dim2Unit", ""),
        name=section.get("Dim2Name") or None,
        backward="backward" in section.get("Frame", "").lower(),
        header=section,
    )


def _length(section: Section, axis: str) -> float:
    unit, factor = to_si(section.get(f"{axis}Unit", ""))
    return float(section[f"{axis}Range"]) * factor if unit == "m" else float("nan")
