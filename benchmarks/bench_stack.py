"""The whole way from a stack of files to the table: what it costs beside the kernels, on two threads, in memory.

The images are written to a zarr stack with the package's own ingest (shards of 64), then measured by `afmfast.measure`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from paired import surfaces

from afmfast.features.measure import Measured, heights_of, measure, surface_of, values_of
from afmfast.features.preparation import Preparation
from afmfast.features.table import applicable
from afmfast.schedule import open_pool
from afmfast.stack.store import open_store
from afmfast.study.ingest import ingest

TOGETHER = ("classic", "fractal", "directional")
PIXEL_NM = 10.0
_HOW = Preparation()


def make_stack(folder: Path, *, n: int, side: int) -> Path:
    """A stack of n images; 20 different ones under as many names as there are images."""
    images = surfaces((side, side), n=min(n, 20))
    for k, image in enumerate(images):
        np.save(folder / f"{k}.npy", image)
    for k in range(len(images), n):
        os.link(folder / f"{k % len(images)}.npy", folder / f"{k}.npy")
    rows = {"path": [f"{k}.npy" for k in range(n)], "channel": "height", "z_unit": "m", "pixel_size_nm": PIXEL_NM}
    pd.DataFrame({**rows, "label": "a"}).to_csv(folder / "manifest.csv", index=False)
    ingest(folder / "manifest.csv", folder / "stack.zarr")
    return folder / "stack.zarr"


def _measured(blocks: list, workers: int = 1) -> Measured:
    with open_pool("threads" if workers > 1 else "serial", workers=workers) as pool:
        return measure(blocks, parameters=TOGETHER, how=_HOW, pool=pool)


def over_kernels(stack: Path) -> float:
    """CPU time of the whole way over that of the kernels on the same images in memory, in turns."""
    rows = applicable(TOGETHER, "m")
    whole = kernels = 0.0
    blocks = open_store(stack).blocks("height")
    _measured(blocks[:1])
    for block in blocks:
        start = time.process_time()
        _measured([block])
        middle = time.process_time()
        heights, dx, dy = block.load()
        ready = time.process_time()
        for z, pixel_x, pixel_y in zip(heights, dx, dy, strict=True):
            values_of(surface_of(heights_of(z), float(pixel_x), float(pixel_y), _HOW), rows)
        whole, kernels = whole + middle - start, kernels + time.process_time() - ready
    return whole / kernels


def two_threads(stack: Path, *, rounds: int = 5) -> float:
    """Images a second on two threads over those on one, by the clock on the wall: the best of the rounds of each."""
    blocks = open_store(stack).blocks("height")[:32]
    best = {1: np.inf, 2: np.inf}
    for workers in (1, 2):
        _measured(blocks[:4], workers)
    for _ in range(rounds):
        for workers in best:
            start = time.perf_counter()
            _measured(blocks, workers)
            best[workers] = min(best[workers], time.perf_counter() - start)
    return best[1] / best[2]


_PEAK = """
import sys
from pathlib import Path
from bench_stack import _measured, open_store
blocks = open_store(sys.argv[1]).blocks("height")
# not getrusage, whose peak a process inherits from the one that started it
peak = lambda: int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
_measured(blocks[:1])
begin = peak()
_measured(blocks)
print(peak() - begin)
"""


def peak_mb(stack: Path) -> float:
    """What a process of one thread takes more, in MB, for all of the stack than for the first block of it (Linux)."""
    command = [sys.executable, "-c", _PEAK, str(stack)]
    folder = str(Path(__file__).parent)
    path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
    return float(subprocess.check_output(command, env={**os.environ, "PYTHONPATH": path}))


def test_whole_way__is_measured(tmp_path):
    stack = make_stack(tmp_path, n=22, side=64)
    assert over_kernels(stack) > 1.0
    assert two_threads(stack, rounds=1) > 0.0
    if Path("/proc/self/status").exists():
        assert 0.0 <= peak_mb(stack) < 64.0


@pytest.mark.parametrize("n", [22])
def test_stack__holds_every_image(tmp_path, n):
    assert len(_measured(open_store(make_stack(tmp_path, n=n, side=32)).blocks("height")).values) == n
