"""Nanonis images (.sxm): a header of :KEY: lines, then big-endian 32-bit floats."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..errors import FileRefused
from ..records import Image
from .channels import Channel, to_images

_END = b":SCANIT_END:"
_AGAIN = "Copy the file again from the microscope"


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """Every channel there and back; ways back are mirrored so that they lie on the way there.

    Lines that a stopped scan never reached are NaN. A scan upwards has its bottom line first and is turned.

    Raises:
        FileRefused: no end of the header, a type other than big-endian floats, data cut off.
    """
    data = path.read_bytes()
    end, begin = data.find(_END), data.find(b"\x1a\x04")
    if not data.startswith(b":NANONIS_VERSION:") or end < 0 or begin < end:
        raise FileRefused(path, "it does not begin like a Nanonis scan, or its header is cut off", _AGAIN)
    header = _header(data[:end].decode("latin-1"))
    if header.get("SCANIT_TYPE", "").split() != ["FLOAT", "MSBFIRST"]:
        raise FileRefused(path, f"data of the type {header.get('SCANIT_TYPE', '')!r}", "Save it with Nanonis' defaults")
    columns, rows = (int(word) for word in header["SCAN_PIXELS"].split())
    width, height = (float(word) for word in header["SCAN_RANGE"].split())
    planes = _planes(header["DATA_INFO"])
    numbers = np.frombuffer(data, ">f4", offset=begin + 2, count=(len(data) - begin - 2) // 4)
    if min(columns, rows) < 1 or numbers.size < len(planes) * rows * columns:
        raise FileRefused(
            path, f"{len(planes)} planes of {columns} x {rows} pixels announced, {numbers.size} numbers there", _AGAIN
        )
    cube = numbers[: len(planes) * rows * columns].reshape(len(planes), rows, columns)
    upwards = header.get("SCAN_DIR", "").strip().lower() == "up"
    kept = {key: value for key, value in header.items() if len(value) < 200}
    channels = []
    for plane, (name, unit, backward) in zip(cube, planes, strict=True):
        lines = plane[:, ::-1] if backward else plane
        heights = lines[::-1] if upwards else lines
        channels.append(Channel(heights, width / columns, height / rows, unit, name, backward, kept))
    return to_images(path, channels, pixel_size=pixel_size, z_unit=z_unit)


def _header(text: str) -> dict[str, str]:
    parts = re.split(r"^:([^:\n]+(?:>[^:\n]+)*):\s*$", text, flags=re.MULTILINE)
    return {key: value.strip("\n") for key, value in zip(parts[1::2], parts[2::2], strict=True)}


def _planes(table: str) -> list[tuple[str, str, bool]]:
    """Name, unit and "is the way back" of each block of data, in the file's order."""
    rows = [line.strip("\t\r ").split("\t") for line in table.splitlines() if line.strip()]
    planes = []
    for row in rows[1:]:
        _, name, unit, direction = (cell.strip() for cell in row[:4])
        if direction.lower() in ("both", "forward"):
            planes.append((name, unit, False))
        if direction.lower() in ("both", "backward"):
            planes.append((name, unit, True))
    return planes
