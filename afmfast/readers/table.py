"""The table of formats, and `read`: one file in, one image a channel out, or a refusal that says why."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

from ..errors import FileRefused
from ..records import Image
from ..registry import Registry
from .tiffs import first_tags

#: Bytes of a file that are shown to the formats.
HEAD = 1024
Claim = Callable[[bytes, Path], bool]


@dataclass(frozen=True)
class Format:
    """One kind of file: how it is known, which module reads it, through which library.

    `suffixes` are patterns without case (`.[0-9][0-9][0-9]`); `claims(head, path)` looks at the first
    `HEAD` bytes; `module` has `read(path, *, pixel_size, z_unit) -> list[Image]` and is imported when used.
    """

    name: str
    suffixes: tuple[str, ...]
    claims: Claim
    module: str
    library: str = ""
    note: str = ""

    def named(self, path: Path) -> bool:
        """Whether the file's name ends as this format's files do."""
        return any(fnmatch(path.suffix.lower(), pattern) for pattern in self.suffixes)

    def read(self, path: Path, *, pixel_size: float | None, z_unit: str | None) -> list[Image]:
        """All channels of the file."""
        reader = import_module(self.module).read
        return list(reader(path, pixel_size=pixel_size, z_unit=z_unit))


def _begins(*magics: bytes) -> Claim:
    return lambda head, path: head.startswith(magics)


def _tiff_with(*codes: int) -> Claim:
    return lambda head, path: head[:4] in _TIFF and all(code in first_tags(path) for code in codes)


def _igor(head: bytes, path: Path) -> bool:
    return head[:2] in (b"\x05\x00", b"\x00\x05", b"\x02\x00", b"\x00\x02") and path.suffix.lower() == ".ibw"


def _words(head: bytes, path: Path) -> bool:
    return re.match(rb"(\xef\xbb\xbf)?(#[^\n:]+: [^\n]*\n|Data Size:)", head) is not None


def _anything(head: bytes, path: Path) -> bool:
    return True


_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HERE = __package__ + "."

#: In the order in which they look at a file.
FORMATS: Registry[Format] = Registry(
    "file format",
    (
        Format(
            "Bruker Nanoscope", (".spm", ".di", ".[0-9][0-9][0-9]"),
            _begins(b"\\*File list", b"\\*Force file list", b"?*File list"), _HERE + "nanoscope",
            note="2- and 4-byte data, every channel in its own unit",
        ),
        Format("Gwyddion", (".gwy",), _begins(b"GWYP", b"GWYO"), _HERE + "gwy", "gwyfile"),
        Format("Gwyddion simple field", (".gsf",), _begins(b"Gwyddion Simple Field"), _HERE + "gsf"),
        Format("Nanonis", (".sxm",), _begins(b":NANONIS_VERSION:"), _HERE + "sxm", note="ways back are mirrored back"),
        Format("Nanosurf", (".nid",), _begins(b"[DataSet]"), _HERE + "nid"),
        Format("Igor / Asylum", (".ibw",), _igor, _HERE + "ibw", "igor2", "units from the channels' names"),
        Format(
            "JPK", (".jpk", ".jpk-qi-image", ".jpk-qi-data", ".jpk-force", ".jpk-force-map"),
            _tiff_with(0x8042, 0x8043), _HERE + "jpk", "tifffile",
        ),
        Format("Park", (), _tiff_with(0xC500, 0xC502), _HERE + "park", "tifffile"),
        Format("TIFF", (".tif", ".tiff"), _begins(*_TIFF), _HERE + "tif", "tifffile", "needs a pixel size"),
        Format("NumPy", (".npy",), _begins(b"\x93NUMPY"), _HERE + "numpy_files", note="needs a pixel size"),
        Format("NumPy archive", (".npz",), lambda head, path: False, _HERE + "numpy_files", note="needs a pixel size"),
        Format(
            "text", (".txt", ".csv", ".tsv", ".asc", ".xyz"), _words, _HERE + "text",
            note="Gwyddion exports in any language, x y z columns, bare numbers with a pixel size",
        ),
        Format("others", (".*", ""), _anything, _HERE + "surfacetopography", "SurfaceTopography"),
    ),
)  # fmt: skip


def read(path: str | Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """Every channel of a scan file.

    `pixel_size` (metres) and `z_unit` are for files that do not say; what the file says wins.
    The format is found by the first bytes, then by the name's ending.

    Raises:
        FileRefused: the file is absent, empty, damaged, of unknown kind, not an image, or has no pixel size.
    """
    path = Path(path)
    if pixel_size is not None and not 0 < pixel_size < 1:
        raise FileRefused(path, f"a pixel size of {pixel_size:g} m was given", "Give the pixel size in metres")
    head, digest = _open(path)
    kind = _format_of(head, path)
    try:
        images = kind.read(path, pixel_size=pixel_size, z_unit=z_unit)
    except FileRefused:
        raise
    except Exception as fault:  # a damaged file makes a library fail in any way at all, MemoryError included
        raise FileRefused(
            path,
            f"it looks like {kind.name}, but reading it failed ({type(fault).__name__}: {str(fault)[:150]})",
            "The file is damaged or a variant that is not known: export it again from the microscope's program",
        ) from fault
    return [
        replace(image, source=str(path), sha256=digest, header={"format": kind.name, **image.header})
        for image in images
    ]


def _open(path: Path) -> tuple[bytes, str]:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise FileRefused(path, f"it cannot be opened ({reason})", "Look at the path and its permissions") from fault
    if not head:
        raise FileRefused(path, "it is empty (0 bytes)", "Copy it again from the microscope")
    return head, digest


def _format_of(head: bytes, path: Path) -> Format:
    rows = list(FORMATS)
    last = FORMATS["others"]
    known = [row for row in rows if row is not last]
    for row in known:
        if row.claims(head, path):
            return row
    return next((row for row in known if row.named(path)), last)
