"""What every family of golden values is written with."""

from __future__ import annotations

import math
from collections.abc import Iterator

#: Symbol, surface, value, absolute tolerance, pedigree.
Line = tuple[str, str, float, float, str]
PI = math.pi


def relative(surface: str, pedigree: str, accuracy: float, **values: float) -> Iterator[Line]:
    """Lines whose tolerance is a share of the value."""
    for symbol, value in values.items():
        yield symbol, surface, value, accuracy * abs(value), pedigree
