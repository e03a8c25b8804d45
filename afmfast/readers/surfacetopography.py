"""Every other format, through SurfaceTopography (5 s to import: only here, and only when such a file comes)."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FileRefused
from ..records import Image
from ..units import to_si
from .channels import Channel, to_images, way_of

#: Readers of SurfaceTopography that are not asked: we read these ourselves, or they take any container of
#: numbers for a scan (.asd and .nms as MATLAB, every HDF5 as heights, ordinary TIFF as JPK).
_NOT_ASKED = frozenset({"mat", "h5", "npy", "jpk", "xyz", "asc", "di", "ibw", "gwy", "ps", "ezd"})

#: What a file is that no reader knows, by its first bytes.
_CONTAINERS = (
    (b"\x89HDF", "an HDF5 container", "Export each image as .gwy, .gsf or text"),
    (b"PK\x03\x04", "a ZIP container", "Unpack it, or export each image as .gwy or text"),
    (b"CDF", "a netCDF file", "Open it in GXSM or Gwyddion and save it as .gwy"),
    (b"\x1f\x8b", "a gzip file", "Unpack it, or export the scan as text"),
    (b"\xfd7zXZ", "an xz file", "Unpack it, or export the scan as text"),
)

#: More pixels than any scan has: a file taken for another format asks for them.
MOST_PIXELS = 2**27

_lock = threading.Lock()


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """Every height channel that SurfaceTopography finds; NaN where it masks pixels.

    Reference: its arrays are indexed [x, y] with y downwards, so the transposed array has its top in row 0
    (checked on formats that are also read here).

    Raises:
        FileRefused: unknown formats, no channel with values, impossible sizes.
    """
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import and its date parsing warn of nothing that concerns a scan
        channels = _channels(path)
    return to_images(path, channels, pixel_size=pixel_size, z_unit=z_unit)


def _channels(path: Path) -> list[Channel]:
    faults = []
    for reader in _readers(path):
        try:
            opened = reader(str(path))
        except Exception as fault:
            faults.append(f"{reader.__name__}: {str(fault).strip()[:100]}")
            continue
        try:
            return _of(path, opened)
        finally:
            opened.close()
    head = path.read_bytes()[:8]
    what, todo = next(
        ((what, todo) for magic, what, todo in _CONTAINERS if head.startswith(magic)),
        ("a file of a kind that no reader knows", "Export it as .gwy, .gsf or text from the microscope's program"),
    )
    raise FileRefused(path, what + (f" ({'; '.join(faults)})" if faults else ""), todo)


def _readers(path: Path) -> Iterator[Any]:
    """Readers whose magic fits, or that know no magic and whose ending the file has."""
    logging.getLogger("SurfaceTopography").addHandler(logging.NullHandler())
    from SurfaceTopography.IO import readers
    from SurfaceTopography.IO.Reader import MagicMatch

    with path.open("rb") as file:
        head = file.read(4096)
    ending = path.suffix.lower().lstrip(".")
    for reader in readers:
        if reader.format() in _NOT_ASKED:
            continue
        match = reader.can_read(head)
        if match == MagicMatch.YES or (match == MagicMatch.MAYBE and ending in reader.file_extensions()):
            yield reader


def _of(path: Path, opened: Any) -> list[Channel]:
    channels = []
    for info in opened.channels:
        shape = tuple(int(n) for n in info.nb_grid_pts)
        if len(shape) != 2 or min(shape) < 2:
            continue
        if np.prod(shape, dtype=float) > MOST_PIXELS:
            raise FileRefused(
                path, f"{shape[0]} x {shape[1]} points announced, more than any scan has", "It is of another format"
            )
        channels.append(_channel(info, opened))
    return channels


def _channel(info: Any, opened: Any) -> Channel:
    sizes = info.physical_sizes
    given = {} if sizes is not None else {"physical_sizes": (1.0, 1.0)}
    topography = opened.topography(channel_index=info.index, **given)
    heights: np.ndarray = np.ma.filled(np.ma.asarray(topography.heights(), dtype=float), np.nan).T
    unit = info.unit
    lateral, z = unit if isinstance(unit, tuple) else (unit, info.data_unit)
    base, factor = to_si(lateral or "")
    rows, columns = heights.shape
    silent = sizes is None or base != "m"
    named = str(info.name) if str(info.name).lower() != "default" else ""
    name, backward = way_of(named)
    return Channel(
        heights,
        float("nan") if silent else float(sizes[0]) * factor / columns,
        float("nan") if silent else float(sizes[1]) * factor / rows,
        z or "",
        name or None,
        backward,
        {"reader": f"SurfaceTopography {type(opened).__name__}"},
    )
