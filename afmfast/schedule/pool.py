"""Pools of this process, and the door to those of others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import contextmanager
from typing import Any, Protocol

from ..errors import SettingsError

#: A mode by name, the address of a running Dask scheduler, a `distributed.Client`, or None for the best local mode.
Scheduler = Any
MODES = ("serial", "threads", "processes")
#: Seconds that running tasks get to end after an interrupt; they are computed again anyway.
_LAST_SECONDS = 0.5


class Pool(Protocol):
    """Something that calls a function on many tasks."""

    @property
    def workers(self) -> int:
        """How many tasks run at a time."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether tasks leave this process."""
        ...

    def everywhere(self, function: Callable[..., Any], shared: Any = None) -> None:
        """Call `function()`, or `function(shared)`, once in every process that does tasks, such as to compile."""
        ...

    def each(self, function: Callable[..., Any], tasks: Sequence[Any], shared: Any = None) -> Iterator[tuple[int, Any]]:
        """Yield (index of task, `function(task)`) as results come; with `shared`, `function(task, shared)`.

        `function` is a module-level function; an exception in it is raised here.
        """
        ...


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
        yield _Serial()
    elif mode == "threads":
        with _threads(count) as pool:
            yield pool
    else:
        from .cluster import connected, local_cluster

        with local_cluster(count) if mode == "processes" else connected(mode, modes=MODES) as cluster:
            yield cluster


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def call(function: Callable[..., Any], *given: Any) -> Any:
    """Call a function with what is given; None at the end means nothing."""
    return function(*given[:-1]) if given[-1] is None else function(*given)


class _Serial:
    workers = 1
    is_remote = False

    def everywhere(self, function: Callable[..., Any], shared: Any = None) -> None:
        call(function, shared)

    def each(self, function: Callable[..., Any], tasks: Sequence[Any], shared: Any = None) -> Iterator[tuple[int, Any]]:
        for index, task in enumerate(tasks):
            yield index, call(function, task, shared)


@contextmanager
def _threads(count: int) -> Iterator[Pool]:
    executor = ThreadPoolExecutor(count, thread_name_prefix="afmfast")
    pool = _Threads(executor, count)
    try:
        yield pool
    except BaseException:
        # A thread cannot be stopped; one that fits for minutes is left behind.
        executor.shutdown(wait=False, cancel_futures=True)
        wait([future for future in pool.futures if future.running()], _LAST_SECONDS)
        raise
    executor.shutdown()


class _Threads:
    is_remote = False

    def __init__(self, executor: ThreadPoolExecutor, workers: int) -> None:
        self._executor, self.workers = executor, workers
        #: Tasks under way, by their index.
        self.futures: dict[Future[Any], int] = {}

    def everywhere(self, function: Callable[..., Any], shared: Any = None) -> None:
        call(function, shared)

    def each(self, function: Callable[..., Any], tasks: Sequence[Any], shared: Any = None) -> Iterator[tuple[int, Any]]:
        futures = {self._executor.submit(call, function, task, shared): i for i, task in enumerate(tasks)}
        self.futures = futures
        try:
            for future in as_completed(list(futures)):
                yield futures.pop(future), future.result()
        finally:
            for future in futures:
                future.cancel()
