"""Measures everything and writes the README's table of speeds, between `<!-- speed -->` and `<!-- /speed -->`.

    python benchmarks/make_table.py --peer-python PYTHON [--readme FILE]

PYTHON is that of an environment with surfalize. One thread; CPU time, never the clock on the wall.
"""

from __future__ import annotations

import math
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

import bench_peers
import cpuinfo
from paired import SHAPES, paired, surfaces

from afmfast.features.measure import measure_image
from afmfast.features.table import SETS

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- speed -->", "<!-- /speed -->"
#: The sets that are timed together, and multiples of one rfft2 that were asked for, by the longer side.
TOGETHER = [name for name in ("classic", "fractal", "directional") if name in SETS]
AT_MOST = {256: 16.0, 512: 13.0, 1024: 14.0, 2048: 14.0, 4096: 14.0}
START = """
import time, numpy as np
from afmfast.features.measure import measure_image
image = np.random.default_rng(0).standard_normal((64, 64)).astype(np.float32)
start = time.process_time()
measure_image(image, 1e-8, 1e-8, parameters={together!r})
print(time.process_time() - start)
"""


def sizes(shapes: tuple[tuple[int, int], ...], *, n: int, rounds: int) -> str:
    """The sets together beside one rfft2 of the same image, and how their time grows with the pixels."""
    rows = [
        f"| {' + '.join(TOGETHER)} | CPU ms | rfft2, CPU ms | multiple | asked for |",
        "|---|---|---|---|---|",
    ]
    points = []
    for shape in shapes:
        images = surfaces(shape, n=n if max(shape) <= 600 else max(1, n // 4))
        found = paired(lambda z: measure_image(z, 1e-8, 1e-8, parameters=TOGETHER), images, rounds=rounds)
        points.append((math.log(shape[0] * shape[1]), math.log(found.call_ms)))
        limit = AT_MOST.get(max(shape))
        asked = "" if limit is None else f"at most {limit:g}" + ("" if found.ratio <= limit else ", not reached")
        rows.append(
            f"| {shape[0]}x{shape[1]} | {found.call_ms:.2f} | {found.rfft2_ms:.3f} | {found.ratio:.1f} | {asked} |"
        )
    (x0, y0), (x1, y1) = min(points), max(points)
    if x1 > x0:
        rows.append(
            f"\nFrom the smallest to the largest the time grows as (number of pixels)^{(y1 - y0) / (x1 - x0):.2f}."
        )
    return "\n".join(rows)


def starts() -> str:
    """CPU seconds of the first call in a process: everything compiled, and everything loaded from the cache."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "AFMFAST_CACHE_DIR": folder}
        command = [sys.executable, "-c", START.format(together=TOGETHER)]
        cold, warm = (float(subprocess.check_output(command, env=environment)) for _ in range(2))
    return (
        f"First call in a process, {' + '.join(TOGETHER)}: {cold:.1f} s where kernels are compiled (asked for: "
        f"at most 15), {warm:.2f} s where they are loaded (at most 1)."
    )


def machine() -> str:
    """Machine, versions and day."""
    names = ("afmfast", "numpy", "scipy", "numba", "rocket-fft")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    processor = cpuinfo.get_cpu_info().get("brand_raw", platform.processor())
    return f"{processor}, one thread, Python {platform.python_version()}, {versions}; {date.today():%Y-%m-%d}."


def between_markers(text: str, table: str) -> str:
    """The text with the table in its place."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise SystemExit(f"the file needs one line {BEGIN} and after it one line {END}; the table goes between them")
    return text[: text.index(BEGIN)] + f"{BEGIN}\n{table}\n" + text[text.index(END) :]


def main() -> None:
    """Measure and write."""
    parser = bench_peers.options(__doc__ or "")
    parser.add_argument("--readme", type=Path, default=README)
    parser.add_argument("--shapes", nargs="+", default=[f"{ny}x{nx}" for ny, nx in SHAPES], metavar="NYxNX")
    given = parser.parse_args()
    text = given.readme.read_text("utf-8")
    between_markers(text, "")
    shapes = tuple((int(ny), int(nx)) for ny, nx in (shape.split("x") for shape in given.shapes))
    parts = (
        sizes(shapes, n=given.images, rounds=given.rounds),
        bench_peers.table(python=given.peer_python, side=given.side, n=given.images, rounds=given.rounds),
        starts(),
        machine(),
    )
    given.readme.write_text(between_markers(text, "\n\n".join(parts)), "utf-8")


if __name__ == "__main__":
    main()
