"""Park Systems images (.tiff): the measured values lie in the tags of a TIFF preview."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import tifffile

from ..errors import FileRefused
from ..records import Image
from .channels import Channel, to_images

_VERSION, _DATA, _HEADER = 0xC501, 0xC502, 0xC503
_TYPES = {0: "<i2", 1: "<i4", 2: "<f4"}
# image type, source, mode, filter, flatten, track, columns, rows, angle, sine, overscan, forward, up, swapped,
# width, height [um], x, y, rate, set point, its unit, tip bias, sample bias, gain, scale, offset, unit
_LAYOUT = struct.Struct("<I64s16sdIIIIdIdIIIdddddd16sddddd16s")
# Version 2 writes more, the kind of number among it: after min, max, mean, compression, log, square,
# servo gain, range and four modes.
_KIND_AT = _LAYOUT.size + 6 * 4 + 2 * 8 + 3 * 16


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """The file's one channel; its first line is the bottom one and is turned.

    Reference: Gwyddion's psia reader: value = gain (scale raw + offset), a scale of 0 means 1, no unit means um.

    Raises:
        FileRefused: line profiles, spectra, a header or data cut off.
    """
    with tifffile.TiffFile(path) as tiff:
        tags = tiff.pages[0].tags
        header, data = bytes(tags[_HEADER].value), bytes(tags[_DATA].value)
        version = int(tags[_VERSION].value) if _VERSION in tags else 0
    if len(header) < _LAYOUT.size:
        raise FileRefused(path, "a Park header that is cut off", "Copy the file again from the microscope")
    values = _LAYOUT.unpack_from(header)
    kind, source, columns, rows, forward = values[0], _words(values[1]), values[6], values[7], values[11]
    width, height, gain, scale, offset = values[14], values[15], values[23], values[24], values[25]
    if kind != 0:
        raise FileRefused(path, f"a Park file of type {kind} (profile or spectra), not an image", "Leave it out")
    number = 0
    if version >= 0x01000002 and len(header) >= _KIND_AT + 4:
        (number,) = struct.unpack_from("<I", header, _KIND_AT)
    form = np.dtype(_TYPES[number])
    if rows * columns * form.itemsize != len(data):
        raise FileRefused(
            path, f"{columns} x {rows} pixels announced, {len(data)} bytes there", "It is cut off: copy it again"
        )
    counts = np.frombuffer(data, form).reshape(rows, columns)[::-1].astype(np.float64)
    channel = Channel(
        heights=gain * ((scale or 1.0) * counts + offset),
        dx=width * 1e-6 / columns,
        dy=height * 1e-6 / rows,
        unit=_words(values[26]) or "um",
        name=source or None,
        backward=not forward,
        header={"mode": _words(values[2]), "forward": str(bool(forward))},
    )
    return to_images(path, [channel], pixel_size=pixel_size, z_unit=z_unit)


def _words(text: bytes) -> str:
    return text.decode("utf-16-le", "replace").split("\0", 1)[0].strip()
