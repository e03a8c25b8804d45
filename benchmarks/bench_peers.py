"""afmfast beside other people's programs and plain NumPy: the same images, one thread, CPU time, in pairs.

Ours and theirs take turns on every image and the figure is the median of the ratios, so that other work on the machine
meets both. Other programs run in a process, and if need be an environment, of their own, which measures its own CPU
time; they get the images levelled, in float64, while ours levels its float32 images itself.

    python benchmarks/bench_peers.py [--peer-python PYTHON]      prints the table
    pytest benchmarks/bench_peers.py                             times of ours; PYTHON from AFMFAST_PEER_PYTHON

PYTHON has surfalize; Gwyddion is Debian's libgwyddion2-0. What is not there is left out, with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy_set
import pytest
from paired import surfaces

from afmfast.features.measure import measure_image
from afmfast.features.table import PARAMETERS, SETS

ROOT = Path(__file__).parents[1]
PIXEL = 1e-8


@dataclass(frozen=True)
class Work:
    """The same work twice: `program` does `work`, we measure `symbols`; `at_least`, `aim` times faster are wanted."""

    title: str
    program: str
    work: str
    symbols: tuple[str, ...]
    at_least: float
    aim: float


WORKS = (
    Work("its 27 ISO parameters without segmentation (ours: all but Sak1, Sak2)", "surfalize", "iso", (
        "Sa", "Sq", "Sp", "Sv", "Sz", "Ssk", "Sku", "Sdr", "Sdq", "Scl20", "Str20", "Ssw", "Sk", "Spk", "Svk", "Spkx",
        "Svkx", "Smr1", "Smr2", "Sxp", "Sdc10_50", "Vmp", "Vmc", "Vvv", "Vvc",
    ), 20, 30),
    Work("its 7 feature parameters", "surfalize", "features", ("Spd", "Spc", "S5p", "S5v", "S10z_iso"), 10, 30),
    Work("17 calls that have a counterpart", "gwyddion", "calls", (
        "Smean", "Sa", "Sq", "Ssk", "Sku", "Smed", "Sk", "Smr1", "Smr2", "S3A", "Sdr", "Sdq", "Sds", "Scl20", "Str20",
        "Srw", "Srwi", "Shw", "Std", "Stdi", "Gdir", "Goent", "D_box", "D_area", "D_part", "D_psd", "D_var",
    ), 15, 25),
    Work("the classic set in NumPy and SciPy", "numpy", "classic", SETS["classic"], 20, 30),
)  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """Medians over images and rounds: theirs over ours, and CPU milliseconds of both; theirs by version."""

    ratio: float
    ours_ms: float
    theirs_ms: float
    version: str


class Absent(Exception):
    """A program that does not answer, with what it said."""


class Peer:
    """A program that does its work on images of a folder when told the number of one, in a process of its own."""

    def __init__(self, work: Work, python: str, folder: Path) -> None:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            [python, "-W", "ignore", "-m", "oracles.worker", work.program, str(folder), work.work],
            env={**os.environ, **threads, "PYTHONPATH": str(ROOT / "tests")},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.version = self.process.stdout.readline().strip()
        if not self.version:
            said = self.process.communicate()[1].strip().splitlines() or ["nothing"]
            raise Absent(f"{work.program} is not to be had with {python}: {said[-1]}")

    def seconds(self, number: int) -> float:
        """CPU seconds of its work on that image."""
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        """Let it end."""
        self.process.communicate()


def cpu_seconds(function: Callable[[np.ndarray], object], image: np.ndarray) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    function(image)
    return time.process_time() - start


def known(symbols: Sequence[str]) -> list[str]:
    """Those that are in the table of parameters."""
    return [symbol for symbol in symbols if symbol in PARAMETERS]


def ours(work: Work) -> Callable[[np.ndarray], object]:
    """Our side of the work; `Absent` if there is none of it."""
    symbols = known(work.symbols)
    if not symbols:
        raise Absent(f"none of {', '.join(work.symbols)} is in the table of parameters")
    return lambda z: measure_image(z, PIXEL, PIXEL, parameters=symbols)


def in_pairs(
    one: Callable[[np.ndarray], object], other: Callable[[int], float], images: Sequence[np.ndarray], rounds: int
) -> np.ndarray:
    """CPU seconds (n, 2) of one(image) and, as told by other(number), of its counterpart, both warm."""
    one(images[0])
    other(0)
    return np.array([(cpu_seconds(one, z), other(k)) for _ in range(rounds) for k, z in enumerate(images)])


def compared(work: Work, *, python: str, side: int, n: int, rounds: int) -> Pairs:
    """Ours and theirs on n images of side x side pixels; raises `Absent`."""
    images, one = surfaces((side, side), n=n), ours(work)
    if work.program == "numpy":
        times = in_pairs(one, lambda k: cpu_seconds(_plain, images[k]), images, rounds)
        version = np.__version__
    else:
        with tempfile.TemporaryDirectory() as folder:
            for k, image in enumerate(images):
                np.save(Path(folder) / f"{k}.npy", numpy_set.levelled(image.astype(float)))
            (Path(folder) / "pixels.json").write_text(json.dumps([(PIXEL, PIXEL)] * n), "utf-8")
            peer = Peer(work, python, Path(folder))
            try:
                times = in_pairs(one, peer.seconds, images, rounds)
            finally:
                peer.close()
        version = peer.version
    mine, theirs = times.T
    return Pairs(float(np.median(theirs / mine)), 1e3 * np.median(mine), 1e3 * np.median(theirs), version)


def _plain(image: np.ndarray) -> dict[str, float]:
    return numpy_set.classic(image, PIXEL, PIXEL)


def table(*, python: str, side: int, n: int, rounds: int) -> str:
    """The table in Markdown; a row that was asked for more says so."""
    rows = [
        f"| the same work, {side}x{side} | theirs, CPU ms | ours, CPU ms | times faster | asked for |",
        "|---|---|---|---|---|",
    ]
    for work in WORKS:
        try:
            found = compared(work, python=python, side=side, n=n, rounds=rounds)
        except Absent as reason:
            rows.append(f"| {work.program}: {work.title} | | | not measured: {reason} | {work.at_least:g} |")
            continue
        missing = len(work.symbols) - len(known(work.symbols))
        without = f" (without {missing} of ours)" if missing else ""
        short = "" if found.ratio >= work.at_least else ", not reached"
        rows.append(
            f"| {work.program} {found.version}: {work.title}{without} | {found.theirs_ms:.2f} | {found.ours_ms:.2f} "
            f"| {found.ratio:.1f} | {work.at_least:g}{short} |"
        )
    return "\n".join(rows)


# --- pytest --------------------------------------------------------------------------------------


@pytest.mark.parametrize("work", WORKS, ids=lambda work: f"{work.program}-{work.work}")
def test_peer(benchmark, work):
    """Ours by the benchmark's clock; how many times faster than theirs in `extra_info`."""
    python = os.environ.get("AFMFAST_PEER_PYTHON", sys.executable)
    side, n, rounds = (512, 5, 3) if benchmark.enabled else (64, 1, 1)
    try:
        found = compared(work, python=python, side=side, n=n, rounds=rounds)
    except Absent as reason:
        pytest.skip(str(reason))
    benchmark.extra_info |= {"times_faster": found.ratio, "version": found.version}
    benchmark(ours(work), surfaces((side, side), n=1)[0])


def test_numpy_set__has_our_values():
    image = surfaces((128, 160), n=1)[0]
    found = numpy_set.classic(image, PIXEL, 1.5 * PIXEL)
    wanted = measure_image(image, PIXEL, 1.5 * PIXEL)
    assert set(found) == set(SETS["classic"])
    for symbol, value in wanted.items():
        # of nearly equal windows of the material ratio curve float32 may choose another than float64
        assert found[symbol] == pytest.approx(value, rel=5e-3 if PARAMETERS[symbol].family == "functional" else 1e-5), (
            symbol
        )


def options(description: str) -> argparse.ArgumentParser:
    """What both this script and make_table.py are told."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", default=os.environ.get("AFMFAST_PEER_PYTHON", sys.executable))
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    return parser


def main() -> None:
    """Print the table."""
    given = options(__doc__ or "").parse_args()
    print(table(python=given.peer_python, side=given.side, n=given.images, rounds=given.rounds))


if __name__ == "__main__":
    main()
