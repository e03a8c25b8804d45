"""What JPK, Park and ordinary TIFFs share: which tags the first page has, and whether all pixels are there."""

from __future__ import annotations

import logging
import struct
from pathlib import Path
from typing import Any

from ..errors import FileRefused

#: More pixels than any scan has; a damaged size would ask for that much memory.
MOST_PIXELS = 2**27

logging.getLogger("tifffile").addHandler(logging.NullHandler())


def first_tags(path: Path) -> frozenset[int]:
    """Codes of the first page's tags; empty where the directory cannot be read."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
            order = "<" if start[:2] == b"II" else ">"
            file.seek(struct.unpack(order + "I", start[4:])[0])
            (count,) = struct.unpack(order + "H", file.read(2))
            entries = file.read(12 * count)
    except (OSError, struct.error):
        return frozenset()
    whole = len(entries) // 12
    return frozenset(struct.unpack_from(order + "H", entries, 12 * i)[0] for i in range(whole))


def pixels(path: Path, page: Any) -> Any:
    """The page's array.

    Raises:
        FileRefused: strips beyond the end of the file, which tifffile fills with zeros, or too many pixels.
    """
    strips = zip(page.dataoffsets, page.databytecounts, strict=False)
    end = max((offset + count for offset, count in strips), default=0)
    size = path.stat().st_size
    stored = sum(page.databytecounts)
    if not 0 < end <= size or (page.compression == 1 and stored < page.nbytes):
        raise FileRefused(path, f"cut off: its pixels need {max(end, page.nbytes)} bytes of {size}", "Copy it again")
    if page.size > MOST_PIXELS:
        raise FileRefused(path, f"{page.size} pixels announced, more than any scan has", "It is damaged")
    return page.asarray()
