"""JPK images (.jpk, .jpk-qi-image): TIFF pages of integers, each with its own chain of calibrations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from ..errors import FileRefused
from ..records import Image
from .channels import Channel, to_images
from .tiffs import pixels

_WIDTH, _HEIGHT, _REFLECTED, _COLUMNS, _ROWS = 0x8042, 0x8043, 0x8045, 0x8046, 0x8047
_NAME, _RETRACE, _FANCY, _ABOUT = 0x8050, 0x8051, 0x8052, 0x8053
_SLOTS, _DEFAULT = 0x8080, 0x8081
# A slot is a block of tags, 0x30 apart; these are the first one's.
_SLOT, _UNIT, _KIND, _GAIN, _OFFSET = 0x8090, 0x80A2, 0x80A3, 0x80A4, 0x80A5
_STRIDE = 0x30


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """Every channel in the unit of the calibration that the file itself uses (height m, force N, slope N/m).

    Reference: JPK image file format; lines are stored from the bottom unless the grid is reflected.

    Raises:
        FileRefused: force files, another TIFF, scaling that is not linear, a missing calibration.
    """
    with path.open("rb") as file:
        if file.read(2) == b"PK":
            raise FileRefused(path, "JPK force curves, not an image", "Export a .jpk-qi-image from the JPK program")
    with tifffile.TiffFile(path) as tiff:
        grid = tiff.pages[0].tags
        if _WIDTH not in grid or _HEIGHT not in grid:
            raise FileRefused(path, "a TIFF without JPK's tags", "Give it the ending .tif and a pixel size")
        pages = [page for page in tiff.pages[1:] if page.dtype is not None and page.dtype.kind in "iuf"]
        channels = [_channel(path, page, grid) for page in pages if _NAME in page.tags]
    return to_images(path, channels, pixel_size=pixel_size, z_unit=z_unit)


def _channel(path: Path, page: Any, grid: Any) -> Channel:
    tags = page.tags
    name = str(tags[_NAME].value)
    counts = pixels(path, page)
    if counts.shape != (page.imagelength, page.imagewidth):
        raise FileRefused(path, f"channel {name!r} has the shape {counts.shape}", "It is damaged or not an image")
    gain, offset, unit = _calibration(path, tags, name)
    rows, columns = counts.shape
    reflected = bool(grid[_REFLECTED].value) if _REFLECTED in grid else False
    header = {"fancy name": str(tags[_FANCY].value) if _FANCY in tags else name, "slot": str(tags[_DEFAULT].value)}
    operation = re.search(r"^algorithm\.object-name\.(?:\S*\.)?fancy-name : (.+)$", _text(tags, _ABOUT), re.MULTILINE)
    if operation:
        header["operation"] = operation[1].strip()
    return Channel(
        heights=(counts if reflected else counts[::-1]).astype(np.float64) * gain + offset,
        dx=float(grid[_WIDTH].value) / columns,
        dy=float(grid[_HEIGHT].value) / rows,
        unit=unit,
        name=name,
        backward=bool(tags[_RETRACE].value) if _RETRACE in tags else False,
        header=header,
    )


def _calibration(path: Path, tags: Any, name: str) -> tuple[float, float, str]:
    """Gain, offset and unit of the slot that the channel shows by default."""
    wanted = _text(tags, _DEFAULT)
    for slot in range(int(tags[_SLOTS].value)):
        block = slot * _STRIDE
        if _text(tags, _SLOT + block) != wanted:
            continue
        kind = _text(tags, _KIND + block)
        if kind == "NullScaling":
            return 1.0, 0.0, ""
        if kind == "LinearScaling":
            return (
                float(tags[_GAIN + block].value), float(tags[_OFFSET + block].value), _text(tags, _UNIT + block)
            )  # fmt: skip
        raise FileRefused(path, f"channel {name!r} is scaled by {kind!r}", "Export it as text with a linear scale")
    raise FileRefused(path, f"channel {name!r} names a calibration {wanted!r} that is not there", "It is damaged")


def _text(tags: Any, code: int) -> str:
    return str(tags[code].value).strip() if code in tags else ""
