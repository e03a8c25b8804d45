"""How fast this machine measures: every ingredient and set beside one Fourier transform of the same image.

Protocol: per image, CPU time of one call, then of eight calls of `scipy.fft.rfft2` on the same float32 image divided by
eight, and the ratio of the two; the figure is the median over images and rounds. One thread, everything warm. Pairs
cancel what other work on the machine does to both.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import scipy.fft

from ..contracts import name_of
from ..errors import SettingsError
from ..features.levelling import levelled
from ..features.measure import measure_image
from ..features.recipes import RECIPES, ingredient
from ..features.table import SETS, resolve
from ..stack.store import open_store
from ..synthetic import self_affine

#: Side of a pixel of the test images, in metres.
_PIXEL = 1e-8
_CALLS = 8
#: Images of a stack that are timed.
_STACK_IMAGES = 256


@dataclass(frozen=True)
class Paired:
    """Medians over images and rounds: the ratio, and CPU milliseconds of a call and of one rfft2."""

    ratio: float
    call_ms: float
    rfft2_ms: float


def paired(
    function: Callable[[Any], object], images: Sequence[np.ndarray], *, rounds: int = 3,
    prepare: Callable[[np.ndarray], Any] = lambda image: image,
) -> Paired:  # fmt: skip
    """Median ratio of the CPU time of `function(prepare(image))`, prepared beforehand, to that of one rfft2."""
    function(prepare(images[0]))
    scipy.fft.rfft2(images[0], workers=1)
    pairs = []
    for _ in range(rounds):
        for image in images:
            ready = prepare(image)
            start = time.process_time_ns()
            function(ready)
            middle = time.process_time_ns()
            for _ in range(_CALLS):
                scipy.fft.rfft2(image, workers=1)
            pairs.append((middle - start, (time.process_time_ns() - middle) / _CALLS))
    call, transform = np.array(pairs, float).T
    return Paired(float(np.median(call / transform)), 1e-6 * float(np.median(call)), 1e-6 * float(np.median(transform)))


def bench(
    stack: str | Path | None = None,
    *,
    parameters: str | Sequence[str] = "classic",
    size: int = 512,
    rounds: int = 3,
    compile_too: bool = True,
) -> dict[str, Any]:
    """The document of data_schemas/bench-1.0.json for this machine: sets, ingredients, a stack's images a second.

    `stack` a stack.zarr to measure some images of; `size` the side in pixels of the synthetic images; `rounds` over
    eight images; `compile_too`: also time a first call with an empty and with a filled cache of compiled kernels.
    Raises `SettingsError` for an unknown parameter or a size below 16.
    """
    if size < 16:
        raise SettingsError(f"size is {size}; give the side of an image in pixels, 16 or more")
    images = [_image(size, seed) for seed in range(8)]
    chosen = [parameters] if isinstance(parameters, str) else list(parameters)
    whole = {name: _whole([name], images, rounds) for name in dict.fromkeys([*chosen, *SETS])}
    if len(chosen) > 1:
        whole = {"+".join(chosen): _whole(chosen, images, rounds), **whole}
    return {
        "schema": name_of("bench"),
        "machine": machine(),
        "size": size,
        "sets": whole,
        "ingredients": _ingredients(chosen, images, rounds),
        "stack": None if stack is None else _stack(Path(stack), chosen),
        "first_call": _first_calls(chosen) if compile_too else None,
    }


def machine() -> dict[str, Any]:
    """Processor, cores this process may use, system and versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    packages = ("afmfast", "numpy", "scipy", "numba", "rocket-fft")
    return {
        "processor": _processor(), "cores": cores, "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(), **{name: version(name) for name in packages},
    }  # fmt: skip


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _image(size: int, seed: int) -> np.ndarray:
    hurst = 0.2 + 0.1 * (seed % 8)
    z = self_affine((size, size), _PIXEL, _PIXEL, sq=2e-8, hurst=hurst, roll_off=size * _PIXEL / 4, seed=seed)
    return np.ascontiguousarray(z, dtype=np.float32)


def _whole(names: Sequence[str], images: Sequence[np.ndarray], rounds: int) -> dict[str, float]:
    found = paired(lambda z: measure_image(z, _PIXEL, _PIXEL, parameters=names), images, rounds=rounds)
    return {"parameters": len(resolve(names)), **asdict(found)}


def _ingredients(names: Sequence[str], images: Sequence[np.ndarray], rounds: int) -> dict[str, dict[str, float]]:
    """Levelling by a plane, then every ingredient behind the named parameters alone; what it needs is made before."""
    level = partial(levelled, dx=_PIXEL, dy=_PIXEL, level="plane", lines="none")
    found = {"levelling": paired(level, images, rounds=rounds)}
    for kind in _behind(dict.fromkeys(row.of for row in resolve(names))):

        def prepare(image: np.ndarray, kind: type = kind) -> Any:
            surface = level(image)
            for other in RECIPES[kind].of:
                ingredient(surface, other)
            return surface

        found[kind.__name__] = paired(partial(_make, kind), images, rounds=rounds, prepare=prepare)
    total = sum(one.call_ms for one in found.values())
    return {name: {"share": one.call_ms / total, **asdict(one)} for name, one in found.items()}


def _behind(kinds: Iterable[type]) -> dict[type, None]:
    """These ingredients, and those that they are made of, each once and ahead of what needs it."""
    found: dict[type, None] = {}
    for kind in kinds:
        found.update(_behind(RECIPES[kind].of))
        found[kind] = None
    return found


def _make(kind: type, surface: Any) -> Any:
    return ingredient(surface, kind)


def _stack(path: Path, names: Sequence[str]) -> dict[str, Any]:
    """Reading and measuring the first images of the first channel of a stack, one thread."""
    store = open_store(path)
    channel = store.channels[0]
    reading = measuring = 0.0
    n = 0
    begun = time.perf_counter()
    for block in store.blocks(channel.name):
        start = time.process_time()
        heights, dx, dy = block.load()
        middle = time.process_time()
        for z, pixel_x, pixel_y in zip(heights, dx, dy, strict=True):
            measure_image(z, float(pixel_x), float(pixel_y), unit=channel.unit, parameters=names)
        reading, measuring = reading + middle - start, measuring + time.process_time() - middle
        n += len(heights)
        if n >= _STACK_IMAGES:
            break
    seconds = time.perf_counter() - begun
    return {
        "channel": channel.name, "images": n, "images_per_second": n / seconds,
        "read_ms": 1e3 * reading / n, "measure_ms": 1e3 * measuring / n,
    }  # fmt: skip


_FIRST_CALL = """
import time, sys, numpy
from afmfast.features.measure import measure_image
z = numpy.random.default_rng(0).standard_normal((64, 64), dtype=numpy.float32)
start = time.process_time()
measure_image(z, 1.0, 1.0, parameters=sys.argv[1:])
print(time.process_time() - start)
"""


def _first_calls(names: Sequence[str]) -> dict[str, float]:
    """CPU seconds of the first call in a new process, with an empty and with a filled cache."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "AFMFAST_CACHE_DIR": folder}
        command = [sys.executable, "-c", _FIRST_CALL, *names]
        runs = [subprocess.run(command, env=environment, capture_output=True, text=True, check=True) for _ in range(2)]
    return {"compiling_s": float(runs[0].stdout), "cached_s": float(runs[1].stdout)}


def told(document: dict[str, Any]) -> str:
    """The document as text for a terminal."""
    host = document["machine"]
    lines = [f"{host['processor']}, {host['cores']} cores, {host['system']}, afmfast {host['afmfast']}", ""]
    size = f"{document['size']} x {document['size']} float32"
    lines.append(f"{size:<24}{'CPU ms':>9}{'x rfft2':>9}")
    for name, one in document["sets"].items():
        label = f"{name} ({one['parameters']})"
        lines.append(f"{label:<24}{one['call_ms']:9.2f}{one['ratio']:9.1f}")
    lines += ["", f"{'where it goes':<24}{'CPU ms':>9}{'x rfft2':>9}{'share':>9}"]
    for name, one in sorted(document["ingredients"].items(), key=lambda item: -item[1]["share"]):
        lines.append(f"{name:<24}{one['call_ms']:9.2f}{one['ratio']:9.2f}{one['share']:9.0%}")
    held, first = document["stack"], document["first_call"]
    if held:
        lines += ["", f"{held['channel']} of the stack: {held['images_per_second']:.0f} images/s in one thread; CPU ms "
                  f"an image: reading {held['read_ms']:.2f}, measuring {held['measure_ms']:.2f}"]  # fmt: skip
    if first:
        lines += ["", f"first call: {first['compiling_s']:.1f} CPU s compiling, {first['cached_s']:.2f} from the cache"]
    return "\n".join(lines)
