"""The classic set, whole and by ingredient, beside one rfft2 of the same image.

pytest benchmarks/bench_features.py                  times
pytest benchmarks --benchmark-disable                only that everything runs
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import scipy.fft
from paired import SHAPES, surfaces

from afmfast.features.measure import measure_image
from afmfast.features.table import PARAMETERS
from afmfast.study.bench import paired

BY_INGREDIENT = {row.of.__name__: row.symbol for row in PARAMETERS if row.needs != "zero"}


@cache
def image_of(shape: tuple[int, int]) -> np.ndarray:
    return surfaces(shape, n=1)[0]


def name_of(shape: tuple[int, int]) -> str:
    return f"{shape[0]}x{shape[1]}"


@pytest.mark.parametrize("shape", SHAPES, ids=name_of)
def test_classic_set(benchmark, shape):
    image = image_of(shape)
    if benchmark.enabled:
        benchmark.extra_info["times_rfft2"] = paired(lambda z: measure_image(z, 1e-8, 1e-8), [image], rounds=10).ratio
    values = benchmark(measure_image, image, 1e-8, 1e-8)
    assert np.isfinite(values).all()


@pytest.mark.parametrize("symbol", BY_INGREDIENT.values(), ids=BY_INGREDIENT)
def test_ingredient(benchmark, symbol):
    """One parameter of each ingredient, levelling included."""
    assert np.isfinite(benchmark(measure_image, image_of((512, 512)), 1e-8, 1e-8, parameters=symbol)).all()


@pytest.mark.parametrize("shape", SHAPES, ids=name_of)
def test_rfft2(benchmark, shape):
    """What everything is compared with."""
    assert benchmark(scipy.fft.rfft2, image_of(shape), workers=1).dtype == np.complex64
