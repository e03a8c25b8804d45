"""Ordinary TIFF pictures of heights (.tif): nothing in them says how large a pixel is."""

from __future__ import annotations

from pathlib import Path

import tifffile

from ..errors import FileRefused
from ..records import Image
from .channels import Channel, to_images
from .tiffs import pixels


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """Every grey page as a channel ("page 1" ... where there are more), row 0 the top.

    Raises:
        FileRefused: pictures in colour, no pixel size given, files cut off.
    """
    with tifffile.TiffFile(path) as tiff:
        colour = any(page.photometric in (2, 3) for page in tiff.pages)
        pages = [] if colour else [pixels(path, page) for page in tiff.pages]
    if colour or any(page.ndim != 2 for page in pages):
        raise FileRefused(path, "a picture in colour, not a map of heights", "Export the heights as 32-bit grey")
    nan = float("nan")
    names = [None] if len(pages) == 1 else [f"page {i}" for i in range(1, len(pages) + 1)]
    channels = [Channel(page, nan, nan, None, name) for page, name in zip(pages, names, strict=True)]
    return to_images(path, channels, pixel_size=pixel_size, z_unit=z_unit)
