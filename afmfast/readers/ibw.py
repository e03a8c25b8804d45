"""Asylum Research images (.ibw), Igor waves read through igor2."""

from __future__ import annotations

import io
import logging
import math
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
from igor2 import binarywave

from ..errors import FileRefused
from ..records import Image
from ..units import to_si
from .channels import Channel, to_images, way_of

# Bytes of Igor's first header, and of it with the wave's own header.
_BIN, _HEADER = 64, 384

logging.getLogger("igor2").addHandler(logging.NullHandler())

#: Asylum writes SI values and no unit per layer: the layer's name says what it is.
_UNITS = (
    (re.compile(r"^(nap|lift)?(height|z ?sensor|z ?lvdt|amplitude|deflection|raw|adhesionheight)", re.IGNORECASE), "m"),
    (re.compile(r"^(nap|lift)?phase", re.IGNORECASE), "deg"),
    (re.compile(r"^(nap|lift)?current", re.IGNORECASE), "A"),
    (re.compile(r"^(nap|lift)?(freq|frequency)", re.IGNORECASE), "Hz"),
    (re.compile(r"^(nap|lift)?(potential|lateral|userin|bias)", re.IGNORECASE), "V"),
)


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """Every layer of the wave; a pixel is L/N, where Igor's own step is L/(N-1).

    Raises:
        FileRefused: force curves and other waves that are no image, files cut off.
    """
    data_bytes = path.read_bytes()
    _check(path, data_bytes)
    record = binarywave.load(io.BytesIO(data_bytes))
    wave = record["wave"]
    data = np.asarray(wave["wData"])
    note = wave["note"].decode("latin-1") if isinstance(wave["note"], bytes) else str(wave["note"])
    header = dict(line.split(":", 1) for line in re.split(r"[\r\n]+", note) if ":" in line and len(line) < 200)
    header = {key.strip(): value.strip() for key, value in header.items()}
    labels = _labels(data_bytes, record)
    if data.ndim not in (2, 3) or any(label for label in labels[1][1:]):
        raise FileRefused(
            path, f"an Igor wave of {' x '.join(map(str, data.shape))} points, a curve and no image", "Leave it out"
        )
    cube = data[:, :, np.newaxis] if data.ndim == 2 else data
    dx, dy = (_pixel(wave["wave_header"], axis, cube.shape[axis], header) for axis in (0, 1))
    whole_unit = _axis_unit(wave["wave_header"].get("dataUnits", b""))
    names = [label or None for label in labels[2][1:]] or [None] * cube.shape[2]
    if len(names) != cube.shape[2]:
        raise FileRefused(path, f"{cube.shape[2]} layers under {len(names)} names", "Save it again in Igor")
    channels = []
    for layer, label in enumerate(names):
        stem, backward = way_of(label) if label else (None, False)
        unit = _unit(label, whole_unit)
        channels.append(Channel(cube[:, ::-1, layer].T, dx, dy, unit, label, backward, header, stem))
    return to_images(path, channels, pixel_size=pixel_size, z_unit=z_unit)


def _check(path: Path, data: bytes) -> None:
    """Refuse what igor2 would spend minutes on: sizes in the header that the file cannot hold.

    Reference: WaveMetrics technical note PTN003, version 5 (earlier ones hold one dimension only).
    """
    order = ">" if data[:1] == b"\0" else "<"
    if len(data) < _HEADER or struct.unpack_from(order + "h", data)[0] != 5:
        raise FileRefused(path, "an Igor wave that is cut off or holds one dimension only", "Leave it out")
    sizes = struct.unpack_from(order + "14i", data, 4)
    points, dimensions = struct.unpack_from(order + "i", data, 76)[0], struct.unpack_from(order + "4i", data, 132)
    lengths = [n for n in dimensions if n]
    if min(sizes) < 0 or _BIN + sum(sizes) > len(data) or math.prod(lengths) != points or points > sizes[0]:
        raise FileRefused(
            path, f"an Igor wave of {' x '.join(map(str, lengths))} points that the file cannot hold", "It is cut off"
        )


def _unit(name: str | None, whole: str) -> str | None:
    for pattern, unit in _UNITS:
        if name and pattern.match(name):
            return unit
    return (whole or None) if name is None else ""


def _pixel(wave_header: Any, axis: int, points: int, note: dict[str, str]) -> float:
    unit, factor = to_si(_axis_unit(wave_header["dimUnits"][axis]))
    if unit != "m":
        return float("nan")
    step = float(wave_header["sfA"][axis]) * factor
    stated = _number(note.get("FastScanSize" if axis == 0 else "SlowScanSize", ""))
    if np.isclose(stated, step * points, rtol=1e-4):
        return step
    return step * (points - 1) / points


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _axis_unit(cells: Any) -> str:
    joined = b"".join(np.atleast_1d(cells).tolist())
    return joined.split(b"\0", 1)[0].decode("latin-1").strip()


def _labels(data: bytes, record: Any) -> list[list[str]]:
    """Labels of each dimension, the dimension's own first, read from the file.

    igor2 joins what stands before and behind a label's closing NUL ("HeightTrace" comes out as "HeightTracee").
    """
    sizes = [int(size) for size in record["wave"]["bin_header"].get("dimLabelsSize", (0, 0, 0, 0))]
    names: list[list[str]] = [[], [], [], []]
    heads = record["wave"]["bin_header"]
    before = ("wfmSize", "formulaSize", "noteSize", "dataEUnitsSize")
    place = _BIN + sum(int(heads[key]) for key in before) + int(np.sum(heads["dimEUnitsSize"]))
    for axis, size in enumerate(sizes):
        cells = [data[at : at + 32] for at in range(place, place + size, 32)]
        names[axis] = [cell.split(b"\0", 1)[0].decode("latin-1").strip() for cell in cells]
        place += size
    return names
