"""One image as the kernels see it, its work arrays, and what a recipe for an ingredient states."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import local
from typing import Any

import numpy as np


class Workspace:
    """Work arrays for images of one shape (ny, nx), made when first needed; never shared by two threads."""

    def __init__(self, ny: int, nx: int) -> None:
        self.ny, self.nx = ny, nx
        self.levelled = np.empty((ny, nx), np.float32)
        self.row = np.empty(nx)
        self._made: dict[Callable[[int, int], Any], Any] = {}

    def of(self, make: Callable[[int, int], Any]) -> Any:
        """What `make(ny, nx)` gave at the first request."""
        if make not in self._made:
            self._made[make] = make(self.ny, self.nx)
        return self._made[make]


_own = local()
#: Shapes whose arrays a thread keeps; a stack of one shape needs one, tiles and odd images a few.
_SHAPES_KEPT = 3


def workspace(ny: int, nx: int) -> Workspace:
    """This thread's work arrays for a shape."""
    kept: dict[tuple[int, int], Workspace] = _own.__dict__.setdefault("kept", {})
    found = kept.pop((ny, nx), None) or Workspace(ny, nx)
    kept[ny, nx] = found
    if len(kept) > _SHAPES_KEPT:
        del kept[next(iter(kept))]
    return found


@dataclass
class Surface:
    """One levelled image as the kernels see it, with the ingredients found so far.

    `z` (ny, nx) float32, heights over `scale`, NaN where not measured; `valid` (n,) those that are not NaN;
    `mean` of the raw heights.
    `is_complete`: no NaN. `is_flat`: nothing but rounding noise, `z` is zero.
    """

    z: np.ndarray
    valid: np.ndarray
    dx: float
    dy: float
    scale: float
    mean: float
    work: Workspace
    is_flat: bool
    found: dict[type, Any] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every pixel is valid."""
        return self.valid.size == self.z.size


@dataclass(frozen=True)
class Recipe:
    """How an ingredient is made: `make(surface, *those of the types `of`)`.

    `needs_relief`: a surface that is not flat; `needs_all`: every pixel.
    """

    make: Callable[..., Any]
    of: tuple[type, ...] = ()
    needs_relief: bool = False
    needs_all: bool = True


def nothing(kind: type) -> Any:
    """The ingredient of an image that has none: its defaults, and NaN where it has no default."""
    fields, defaults = kind._fields, kind._field_defaults  # type: ignore[attr-defined]
    return kind(*[defaults.get(name, math.nan) for name in fields])
