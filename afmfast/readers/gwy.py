"""Gwyddion's own files (.gwy), through gwyfile; every channel in its own SI unit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import gwyfile
import numpy as np

from ..errors import FileRefused
from ..records import Image
from ..units import to_si
from .channels import Channel, to_images, way_of
from .gwy_walk import Broken, check


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """Every data field of the container, in the order of its numbers; row 0 is the top as Gwyddion shows it.

    Raises:
        FileRefused: Gwyddion 1.x files, containers without an image, files cut off.
    """
    data = path.read_bytes()
    magic = data[:4]
    if magic == b"GWYO":
        raise FileRefused(path, "a Gwyddion 1.x file (GWYO)", "Open it in Gwyddion 2 and save it as .gwy or .gsf")
    if magic != b"GWYP":
        raise FileRefused(path, "it does not begin like a Gwyddion file (GWYP)", "Give it the ending of its own format")
    try:
        check(data)
    except Broken as fault:
        raise FileRefused(path, f"cut off or damaged: {fault}", "Copy it again, or save it again") from fault
    container = gwyfile.load(str(path))
    numbers = sorted(int(match[1]) for key in container if (match := re.fullmatch(r"/(\d+)/data", key)))
    channels = [_channel(path, container, number) for number in numbers]
    return to_images(path, channels, pixel_size=pixel_size, z_unit=z_unit)


def _channel(path: Path, container: Any, number: int) -> Channel:
    field = container[f"/{number}/data"]
    columns, rows = int(field["xres"]), int(field["yres"])
    data = np.asarray(field["data"], dtype="float64")
    if data.size != rows * columns or data.size == 0:
        raise FileRefused(
            path, f"channel {number} announces {columns} x {rows} pixels and holds {data.size}", "It is damaged"
        )
    base, factor = to_si(_unit(field, "si_unit_xy"))
    known = base == "m" and "xreal" in field and "yreal" in field
    title = str(container.get(f"/{number}/data/title", f"channel {number}"))
    stem, backward = way_of(title)
    return Channel(
        data.reshape(rows, columns),
        float(field["xreal"]) * factor / columns if known else float("nan"),
        float(field["yreal"]) * factor / rows if known else float("nan"),
        _unit(field, "si_unit_z"),
        title,
        backward,
        stem=stem,
    )


def _unit(field: Any, key: str) -> str:
    """The unit's own text, empty where the field has none."""
    return str(field[key].get("unitstr", "")) if key in field else ""
