"""Gwyddion Simple Field files (.gsf): a header of lines, then 32-bit floats."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import FileRefused
from ..records import Image
from ..units import to_si
from .channels import Channel, to_images

_MAGIC = b"Gwyddion Simple Field 1.0\n"


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """The one field of the file; NaN in it are pixels that were not measured.

    Reference: Gwyddion user guide, "Gwyddion Simple Field files".

    Raises:
        FileRefused: another beginning, no resolution, data cut off, no length along x and y.
    """
    data = path.read_bytes()
    end = data.find(b"\0")
    if not data.startswith(_MAGIC) or end < 0:
        raise FileRefused(path, "it does not begin like a Gwyddion simple field", "Export it again from Gwyddion")
    lines = data[len(_MAGIC) : end].decode("utf-8").splitlines()
    header = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines) if key.strip()}
    columns, rows = int(header["XRes"]), int(header["YRes"])
    begin = end + 4 - end % 4
    if columns < 1 or rows < 1 or len(data) - begin != 4 * rows * columns:
        raise FileRefused(
            path,
            f"{columns} x {rows} pixels need {4 * rows * columns} bytes, {len(data) - begin} follow the header",
            "It is cut off: export it again from Gwyddion",
        )
    heights = np.frombuffer(data, "<f4", rows * columns, begin).reshape(rows, columns)
    unit, factor = to_si(header.get("XYUnits", ""))
    known = unit == "m" and "XReal" in header and "YReal" in header
    channel = Channel(
        heights,
        float(header["XReal"]) * factor / columns if known else float("nan"),
        float(header["YReal"]) * factor / rows if known else float("nan"),
        header.get("ZUnits"),
        header.get("Title"),
        header=header,
    )
    return to_images(path, [channel], pixel_size=pixel_size, z_unit=z_unit)
