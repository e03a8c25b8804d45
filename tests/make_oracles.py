"""Makes tests/reference/oracles.csv and oracles_differing.csv: what other people's programs say of the same images.

    python tests/make_oracles.py [--peer-python PYTHON] [--programs surfalize gwyddion surfacetopography]

PYTHON is that of an environment with NumPy, SciPy, surfalize and SurfaceTopography (default: this one); Gwyddion is
Debian's `libgwyddion2-0`. Programs that are not named keep their lines. Real files are taken from `AFMFAST_DATA`.
`tolerance` is absolute, in the unit of the value; `low` and `high` bound theirs over ours.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from oracles.compared import COMPARISONS, Asked
from oracles.differing import DIFFERENCES
from oracles.images import FILES, NAMED, ROUGH, Image, data, made, scanned
from oracles.worker import PROGRAMS

FOLDER = Path(__file__).parent
COMPARED = FOLDER / "reference" / "oracles.csv"
DIFFERING = FOLDER / "reference" / "oracles_differing.csv"
PLACE = ("surface", "sha256", "channel")
COMPARED_COLUMNS = ("symbol", *PLACE, "value", "program", "version", "tolerance", "reason")
DIFFERING_COLUMNS = ("symbol", *PLACE, "value", "program", "version", "low", "high", "difference")
Place = tuple[str, str, str]
Lines = list[dict[str, str]]


def images() -> dict[Place, Image]:
    """Every image by name of surface or file, SHA-256 and channel."""
    found = {(name, "", ""): made(name) for name in (*NAMED, *ROUGH)}
    for sha256, name, channel in FILES:
        image = scanned(sha256, channel)
        if image is None:
            raise SystemExit(f"{name} ({sha256}) is not below {data()}; set AFMFAST_DATA to the folder of real scans")
        found[name, sha256, channel] = image
    return found


def ask(program: str, python: str, asked: list[Asked]) -> dict[str, Any]:
    """Version and values of every image, from a process of that Python."""
    with tempfile.TemporaryDirectory() as folder:
        for k, image in enumerate(asked):
            np.save(Path(folder) / f"{k}.npy", image.z)
        (Path(folder) / "pixels.json").write_text(json.dumps([(a.dx, a.dy) for a in asked]), "utf-8")
        command = [python, "-m", "oracles.worker", program, folder]
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if done.returncode:
        raise SystemExit(f"{program} could not be asked by {python}:\n{done.stderr[-1000:]}")
    return json.loads(done.stdout)


def environment() -> dict[str, str]:
    """Nothing of ours but the workers, one thread."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": str(FOLDER)}


def compared(program: str, answer: dict[str, Any], places: list[Place], asked: list[Asked]) -> Iterator[dict[str, str]]:
    """A line for every comparison of a program that an image allows."""
    rows = [row for row in COMPARISONS if row.program == program]
    for place, image, values in zip(places, asked, answer["values"], strict=True):
        for row in rows:
            value = values.get(row.symbol, math.nan)
            tolerance = row.tolerance(image, value, values) if math.isfinite(value) else math.nan
            if math.isfinite(tolerance):
                yield {
                    "symbol": row.symbol, **dict(zip(PLACE, place, strict=True)), "value": f"{value:.10g}",
                    "program": program, "version": answer["version"], "tolerance": f"{tolerance:.2g}",
                    "reason": row.reason,
                }  # fmt: skip


def differing(
    program: str, answer: dict[str, Any], places: list[Place], asked: list[Asked]
) -> Iterator[dict[str, str]]:
    """A line for every difference that has no ratio, and one an image for those that have."""
    for row in DIFFERENCES:
        if row.program != program:
            continue
        said = {"symbol": row.symbol, "program": program, "version": answer["version"], "difference": row.difference}
        if row.low is None:
            yield said
            continue
        for place, image, values in zip(places, asked, answer["values"], strict=True):
            value = values[row.symbol]
            if math.isfinite(value) and not image.has_ties and (image.is_fractal or row.symbol[:2] != "D_"):
                bounds = {"low": f"{row.low:g}", "high": f"{row.high:g}"}
                yield {**said, **dict(zip(PLACE, place, strict=True)), "value": f"{value:.10g}", **bounds}


def read(path: Path) -> Lines:
    """The lines of a table, none where it is not there yet."""
    return list(csv.DictReader(path.read_text("utf-8").splitlines())) if path.exists() else []


def write(path: Path, columns: tuple[str, ...], lines: Lines) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        out.writeheader()
        out.writerows(lines)


def main() -> None:
    """Ask and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--programs", nargs="+", default=PROGRAMS, choices=PROGRAMS)
    given = parser.parse_args()
    found = images()
    places, asked = list(found), [Asked(name, image) for (name, _, _), image in found.items()]
    kept, kept_differing = read(COMPARED), read(DIFFERING)
    lines, differences = [], []
    for program in PROGRAMS:
        if program in given.programs:
            answer = ask(program, given.peer_python, asked)
            lines += compared(program, answer, places, asked)
            differences += differing(program, answer, places, asked)
        else:
            lines += [line for line in kept if line["program"] == program]
            differences += [line for line in kept_differing if line["program"] == program]
    write(COMPARED, COMPARED_COLUMNS, lines)
    write(DIFFERING, DIFFERING_COLUMNS, differences)


if __name__ == "__main__":
    main()
