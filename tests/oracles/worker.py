"""One program in a process of its own: `python -m oracles.worker PROGRAM FOLDER [WORK]`, from the folder above.

FOLDER holds images `0.npy`, `1.npy` ... and `pixels.json`, the pixel sizes (dx, dy) in metres. Without WORK it prints
the program's version and values as JSON. With it, it answers every number of an image that comes in with the CPU
seconds that WORK took on that image, warm and on one thread.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

PROGRAMS = ("surfalize", "gwyddion", "surfacetopography")


def ask(program: Any, folder: Path) -> dict[str, Any]:
    """Version and values of every image."""
    pixels = json.loads((folder / "pixels.json").read_text("utf-8"))
    images = [np.load(folder / f"{k}.npy") for k in range(len(pixels))]
    values = [program.values(z, dx, dy) for z, (dx, dy) in zip(images, pixels, strict=True)]
    return {"version": program.version(), "values": values}


def serve(program: Any, folder: Path, work: str) -> None:
    """CPU seconds for every number that comes in, until the input ends."""
    pixels = json.loads((folder / "pixels.json").read_text("utf-8"))
    images = [np.load(folder / f"{k}.npy") for k in range(len(pixels))]
    run = program.work(work, *pixels[0])
    run(images[0])
    _say(program.version())
    for number in sys.stdin:
        start = time.process_time()
        run(images[int(number)])
        _say(repr(time.process_time() - start))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Answer."""
    name, folder, *work = sys.argv[1:]
    program = import_module(f"{__package__}.by_{name}")
    if work:
        serve(program, Path(folder), work[0])
    else:
        _say(json.dumps(ask(program, Path(folder))))


if __name__ == "__main__":
    main()
