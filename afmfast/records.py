"""What travels between stages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from .signals import Kind, signal_of

#: Common names of the topography channel in the vendors' own words.
_HEIGHT = re.compile(
    r"(z|z[ _-]?axis|z[ _-]?height\w*|(sens|measured ?)?height( measured)?|topo\w*)([ _-]?sensor)?([ _-]?(re)?trace)?"
    r"|z[ _-]?sensor([ _-]?(re)?trace)?",
    re.IGNORECASE,
)
#: What programs write around a channel's name: NT-MDT's `1F:` and Gwyddion's number of the window, or what it did.
_AROUND = re.compile(r"^\d+[FB]:\s*|\s*\([^()]*\)$")
RETRACE = " (retrace)"
#: The common name of the topography channel.
HEIGHT = "height"


def common_name(channel: str, unit: str) -> str:
    """`height` for a vendor's topography channel in metres, else the vendor's own name."""
    base = _AROUND.sub("", channel.removesuffix(RETRACE).strip())
    if unit == "m" and _HEIGHT.fullmatch(base):
        return HEIGHT + (RETRACE if channel.endswith(RETRACE) else "")
    return channel


@dataclass(frozen=True, eq=False)
class Image:
    """One channel of one scan.

    `heights` (ny, nx) float, row 0 is the top of the scan as the microscope shows it, NaN = not measured;
    `dx`, `dy` pixel sizes L/N in metres (NaN where the file does not say); `unit` the SI unit of `heights`;
    `calibrated` False where the file gives no physical unit (V/V, arb.); `source` path, `sha256` of the file.
    """

    heights: np.ndarray
    dx: float
    dy: float
    unit: str
    channel: str
    calibrated: bool = True
    source: str = ""
    sha256: str = ""
    header: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def kind(self) -> Kind:
        """`absolute` or `instrument-dependent`, from the channel's name and unit."""
        return signal_of(self.channel, self.unit).kind

    @property
    def is_retrace(self) -> bool:
        """Whether this is the way back of a line that the trace shows already: a repeat, never a sample."""
        return self.channel.endswith(RETRACE)

    def renamed(self, channel: str) -> Image:
        """The same image under another channel name."""
        return replace(self, channel=channel)

    def __repr__(self) -> str:
        ny, nx = self.heights.shape
        return f"Image({self.channel!r}, {ny}x{nx}, dx={self.dx:.4g} m, dy={self.dy:.4g} m, unit={self.unit!r})"
