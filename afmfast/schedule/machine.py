"""What a worker must have in common with the process that gives it work."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from ..errors import AfmfastError, AfmfastWarning

#: What numbers come from.
_COMPUTING = ("numba", "numpy", "scipy", "scikit-learn")


class Machine(NamedTuple):
    """Where a process runs, and on what."""

    cpu: str
    python: str
    afmfast: str
    versions: str


@cache
def this_machine() -> Machine:
    """The machine of this process."""
    versions = ", ".join(f"{name} {version(name)}" for name in _COMPUTING)
    return Machine(_cpu(), platform.python_version(), version("afmfast"), versions)


def _cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def compare(here: Machine, workers: Mapping[str, Machine | Exception]) -> None:
    """Refuse workers without this afmfast, name those whose results may differ in the last bit."""
    refused, strange = [], []
    for address, there in workers.items():
        if isinstance(there, Exception):
            refused.append(f"{address} ({type(there).__name__}: {there})")
        elif there.afmfast != here.afmfast:
            refused.append(f"{address} (afmfast {there.afmfast})")
        elif there != here:
            strange.append(f"{address} ({there.cpu}, Python {there.python}, {there.versions})")
    if refused:
        raise AfmfastError(
            f"Workers without afmfast {here.afmfast}: {', '.join(refused)}. "
            "Install the same version on all of them, or leave them out"
        )
    if strange:
        warnings.warn(
            f"Workers unlike this machine ({here.cpu}, Python {here.python}): {', '.join(strange)}; "
            "results agree to the last bit on one CPU type and one set of versions only",
            AfmfastWarning,
            stacklevel=2,
        )
