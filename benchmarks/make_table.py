"""Measures everything in one run and writes the README's table of speeds between its two markers.

    python benchmarks/make_table.py --peer-python PYTHON [--readme FILE]

PYTHON is that of an environment with surfalize. One thread and CPU time, except where two threads are said.
"""

from __future__ import annotations

import math
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import bench_accuracy
import bench_peers
import bench_stack
import cpuinfo
from bench_stack import TOGETHER
from paired import paired, surfaces

from afmfast.features.measure import measure_image
from afmfast.features.table import applicable

README = Path(__file__).parents[1] / "README.md"
SHAPES = ("256x256", "512x512", "1024x1024", "2048x2048", "4096x4096", "509x517", "384x640")
#: Multiples of one rfft2 that are asked for, and aimed at, by the longer side; other shapes are measured beside them.
MULTIPLES = {256: (16.0, 12.0), 512: (13.0, 9.0)}
LARGER = (14.0, 10.0)
GROWTH = 1.1
START = """
import sys, time, numpy as np
from afmfast.features.measure import measure_image
image = np.random.default_rng(0).standard_normal((64, 64)).astype(np.float32)
start = time.process_time()
measure_image(image, 1e-8, 1e-8, parameters=sys.argv[1:])
print(time.process_time() - start)
"""


class Row(NamedTuple):
    """One line: what was measured, what is asked for and aimed at, in the unit of `form`; `up`: more is better."""

    work: str
    value: float
    least: float | None
    aim: float | None
    form: str = "{:.1f}x"
    up: bool = False
    note: str = ""

    def __str__(self) -> str:
        return f"| {self.work} | {self._said(self.least)} | {self._said(self.aim)} | {self._result()} |"

    def _said(self, bound: float | None) -> str:
        return "" if bound is None else ("≥ " if self.up else "≤ ") + self.form.format(bound)

    def _reaches(self, bound: float | None) -> bool:
        return bound is None or (self.value >= bound if self.up else self.value <= bound)

    def _result(self) -> str:
        found = f"**{self.form.format(self.value)}**{self.note}"
        if not self._reaches(self.least):
            return f"{found}, not reached"
        return found if self._reaches(self.aim) else f"{found}, short of the aim"


def sizes(shapes: list[str], *, n: int, rounds: int) -> Iterator[Row]:
    """The sets together beside one rfft2 of the same image, and how their time grows with the pixels."""
    points = []
    for shape in shapes:
        ny, nx = (int(side) for side in shape.split("x"))
        images = surfaces((ny, nx), n=max(1, min(n, n * 600**2 // (ny * nx))))
        found = paired(lambda z: measure_image(z, 1e-8, 1e-8, parameters=TOGETHER), images, rounds=rounds)
        least, aim = MULTIPLES.get(nx, LARGER) if ny == nx else (None, None)
        note = f" ({found.call_ms:.2f} ms beside {found.rfft2_ms:.3f} ms)"
        yield Row(
            f"{N_VALUES} values of a {ny} x {nx} image, beside one `scipy.fft.rfft2`",
            found.ratio,
            least,
            aim,
            note=note,
        )
        if ny == nx:
            points.append((math.log(ny * nx), math.log(found.call_ms)))
    if len(points) > 1:
        (x0, y0), (x1, y1) = min(points), max(points)
        yield Row(
            "growth of their time: exponent of the number of pixels", (y1 - y0) / (x1 - x0), GROWTH, 1.05, "{:.2f}"
        )


N_VALUES = len(applicable(TOGETHER, "m"))


def peers(*, python: str, side: int, n: int, rounds: int) -> Iterator[Row | str]:
    """Beside other programs, the same work."""
    for work in bench_peers.WORKS:
        try:
            found = bench_peers.compared(work, python=python, side=side, n=n, rounds=rounds)
        except bench_peers.Absent as reason:
            yield f"| {work.program}: {work.title} | ≥ {work.at_least:g}x | ≥ {work.aim:g}x | not measured: {reason} |"
            continue
        note = f" faster ({found.theirs_ms:.1f} ms beside {found.ours_ms:.2f} ms)"
        title = f"{work.program} {found.version}: {work.title}, {side} x {side}"
        yield Row(title, found.ratio, work.at_least, work.aim, up=True, note=note)


def stacks(*, n: int, side: int) -> Iterator[Row]:
    """From the zarr stack to the table."""
    with tempfile.TemporaryDirectory() as folder:
        stack = bench_stack.make_stack(Path(folder), n=n, side=side)
        yield Row(
            f"the whole way from a zarr stack of {n} images ({side} x {side}): CPU over kernel CPU",
            bench_stack.over_kernels(stack), 1.4, 1.2, "{:.2f}",
        )  # fmt: skip
        yield Row(
            "two threads beside one, by the clock on the wall (other work on the cores counts against it)",
            bench_stack.two_threads(stack),
            1.7,
            1.9,
            "{:.2f}x",
            up=True,
        )
        yield Row(
            f"memory of a process, all {n} images more than the first 16",
            bench_stack.peak_mb(stack),
            64,
            64,
            "{:.0f} MB",
        )


def accuracy() -> Iterator[Row]:
    """Against the float64 twin of the tests."""
    found = bench_accuracy.differences()
    yield Row("largest difference to float64, share of the value", found.all_others, 1e-5, 4e-6, "{:.1e}")
    yield Row("the same of the box dimensions", found.boxes, 1e-3, 1e-3, "{:.1e}")
    yield Row(
        "the same of the core rows, where float32 may choose another of nearly equal windows",
        found.core,
        None,
        None,
        "{:.1e}",
    )


def starts() -> Iterator[Row]:
    """CPU seconds of the first call in a process: everything compiled, and everything loaded from the cache."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "AFMFAST_CACHE_DIR": folder}
        command = [sys.executable, "-c", START, *TOGETHER]
        cold, warm = (float(subprocess.check_output(command, env=environment)) for _ in range(2))
    yield Row("first call where kernels are compiled, CPU", cold, 15, 8, "{:.1f} s")
    yield Row("first call where they are loaded from the cache, CPU", warm, 1, 0.4, "{:.2f} s")


def machine() -> str:
    """Machine, versions, load and day."""
    names = ("afmfast", "numpy", "scipy", "numba", "rocket-fft")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    processor = cpuinfo.get_cpu_info().get("brand_raw", platform.processor())
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the end" if hasattr(os, "getloadavg") else ""
    return f"{processor}, Python {platform.python_version()}, {versions}; {busy}; {date.today():%Y-%m-%d}."


def between_markers(text: str, table: str, name: str = "speed") -> str:
    """The text with the table in its place."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise SystemExit(f"the file needs one line {begin} and after it one line {end}; the table goes between them")
    return text[: text.index(begin)] + f"{begin}\n{table}\n" + text[text.index(end) :]


def main() -> None:
    """Measure and write."""
    parser = bench_peers.options(__doc__ or "")
    parser.add_argument("--readme", type=Path, default=README)
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), metavar="NYxNX")
    parser.add_argument("--stack", type=int, default=2000, metavar="IMAGES")
    given = parser.parse_args()
    text = given.readme.read_text("utf-8")
    between_markers(text, "")
    rows = ["| work | at least | aim | measured |", "|---|---|---|---|"]
    for line in chain(
        sizes(given.shapes, n=given.images, rounds=given.rounds),
        peers(python=given.peer_python, side=given.side, n=min(given.images, 5), rounds=given.rounds),
        stacks(n=given.stack, side=given.side),
        accuracy(),
        starts(),
    ):
        rows.append(str(line))
        print(line, flush=True)
    table = "\n".join(rows)
    given.readme.write_text(between_markers(text, f"{table}\n\n{machine()}"), "utf-8")


if __name__ == "__main__":
    main()
