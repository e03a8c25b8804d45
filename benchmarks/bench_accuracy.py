"""How far the single precision of the kernels is from double precision: the float64 twin of the tests beside them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from bench_stack import TOGETHER
from paired import surfaces

from afmfast.features.measure import measure_image
from afmfast.features.table import PARAMETERS

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from naive import naive

CORE = {"Sk", "Spk", "Svk", "Smr1", "Smr2"}
BOXES = {"D_box", "D_dbc"}


class Largest(NamedTuple):
    """Largest relative differences over images and rows."""

    all_others: float
    boxes: float
    core: float


def differences(*, shape: tuple[int, int] = (72, 96), n: int = 6) -> Largest:
    """Of n surfaces; of an angle the share of half a turn."""
    found: dict[str, float] = {}
    for image in surfaces(shape, n=n):
        wanted = naive(image, 1e-8, 1e-8)
        for symbol, value in measure_image(image, 1e-8, 1e-8, parameters=TOGETHER).items():
            scale = 180.0 if PARAMETERS[symbol].is_angle else abs(wanted[symbol])
            found[symbol] = max(found.get(symbol, 0.0), abs(value - wanted[symbol]) / scale)
    others = found.keys() - CORE - BOXES
    return Largest(*(max(found[symbol] for symbol in group) for group in (others, BOXES, CORE)))


def test_single_precision__is_close_to_double():
    found = differences(shape=(64, 72), n=2)
    assert found.all_others < 1e-5
    assert found.boxes < 1e-3
