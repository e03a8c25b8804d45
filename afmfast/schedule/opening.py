"""Which pool a scheduler names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import SettingsError
from .pool import Pool, serial, threads

#: A mode by name, the address of a running Dask scheduler, a `distributed.Client`, or None for the best local mode.
Scheduler = Any
MODES = ("serial", "threads", "processes")


@contextmanager
def open_pool(scheduler: Scheduler = None, *, workers: int | None = None, holds_gil: bool = False) -> Iterator[Pool]:
    """A pool for the length of a `with` block.

    `scheduler` None means threads, or processes for tasks that hold Python's lock (`holds_gil`);
    `workers` counts local workers (default: the cores this process may use).
    Raises `SettingsError` for a mode that does not exist, `AfmfastError` for a scheduler that does not answer,
    workers that do not start, die, or have another afmfast; warns of workers of another CPU type, and of none.
    """
    if workers is not None and workers < 1:
        raise SettingsError(f"workers = {workers}; give 1 or more")
    count = workers or _cores()
    mode = scheduler if scheduler is not None else ("processes" if holds_gil and count > 1 else "threads")
    if mode == "serial":
        yield serial()
    elif mode == "threads":
        with threads(count) as pool:
            yield pool
    else:
        from .cluster import connected, local_cluster

        with local_cluster(count) if mode == "processes" else connected(mode, modes=MODES) as cluster:
            yield cluster


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
