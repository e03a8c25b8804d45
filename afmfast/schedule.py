"""The only door to Dask: the same tasks run serially, on threads, on processes, or on a cluster."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from .errors import AfmfastError, SettingsError

if TYPE_CHECKING:
    from distributed import Client

#: A mode by name, the address of a running Dask scheduler, a `distributed.Client`, or None for the best local mode.
Scheduler = Any
MODES = ("serial", "threads", "processes")
_ADDRESSES = ("tcp://", "tls://", "ucx://", "ws://", "wss://", "inproc://")
#: A lost worker costs its tasks a new try on another one; a task that kills three workers is at fault itself.
_RETRIES = 3


class Pool(Protocol):
    """Something that calls a function on many tasks."""

    @property
    def workers(self) -> int:
        """How many tasks run at a time."""
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
    Raises `SettingsError` for a mode that does not exist, `AfmfastError` for a scheduler that does not answer.
    """
    if workers is not None and workers < 1:
        raise SettingsError(f"workers = {workers}; give 1 or more")
    count = workers or _cores()
    mode = scheduler if scheduler is not None else ("processes" if holds_gil and count > 1 else "threads")
    if mode == "serial":
        yield _Serial()
    elif mode == "threads":
        with ThreadPoolExecutor(count, thread_name_prefix="afmfast") as executor:
            yield _Threads(executor, count)
    elif mode == "processes":
        with _local_cluster(count) as client:
            yield _Cluster(client)
    elif isinstance(mode, str):
        with _connect(mode) as client:
            yield _Cluster(client)
    else:
        yield _Cluster(mode)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _call(function: Callable[..., Any], task: Any, shared: Any) -> Any:
    return function(task) if shared is None else function(task, shared)


class _Serial:
    workers = 1

    def each(self, function: Callable[..., Any], tasks: Sequence[Any], shared: Any = None) -> Iterator[tuple[int, Any]]:
        for index, task in enumerate(tasks):
            yield index, _call(function, task, shared)


class _Threads:
    def __init__(self, executor: ThreadPoolExecutor, workers: int) -> None:
        self._executor, self.workers = executor, workers

    def each(self, function: Callable[..., Any], tasks: Sequence[Any], shared: Any = None) -> Iterator[tuple[int, Any]]:
        futures = {self._executor.submit(_call, function, task, shared): i for i, task in enumerate(tasks)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:
                future.cancel()


def _identity(value: Any) -> Any:
    return value


class _Cluster:
    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def workers(self) -> int:
        return max(1, sum(self._client.nthreads().values()))

    def each(self, function: Callable[..., Any], tasks: Sequence[Any], shared: Any = None) -> Iterator[tuple[int, Any]]:
        from distributed import as_completed as as_landed

        # A scattered table is lost when all its holders die; as a task it is made again.
        held = None if shared is None else self._client.submit(_identity, shared, pure=False, retries=_RETRIES)
        futures = {
            self._client.submit(_call, function, task, held, pure=False, retries=_RETRIES): i
            for i, task in enumerate(tasks)
        }
        try:
            for future in as_landed(list(futures), loop=self._client.loop):
                yield futures[future], future.result()
        finally:
            self._client.cancel([future for future in futures if not future.done()])


@contextmanager
def _local_cluster(count: int) -> Iterator[Client]:
    from dask import config
    from distributed import Client, LocalCluster

    # A spawned worker runs the user's script again up to its main guard; without one it would land here.
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise AfmfastError(
            "Worker processes start by importing your script, and it asks for workers itself. "
            'Put the call under `if __name__ == "__main__":`, or pass scheduler="threads".'
        )
    # Any free port: a second study on this machine must not stumble over the first one's 8787.
    quiet = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.limit": "60s"}
    with (
        config.set(quiet),
        LocalCluster(
            n_workers=count, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def _connect(address: str) -> Iterator[Client]:
    from distributed import Client

    if not address.startswith(_ADDRESSES):
        allowed = ", ".join(MODES)
        raise SettingsError(f"scheduler {address!r} is neither one of {allowed} nor an address like tcp://host:8786")
    try:
        client = Client(address, set_as_default=False, timeout="10s")
    except OSError as fault:
        raise AfmfastError(
            f"no Dask scheduler answers at {address} ({fault}); start one with `dask scheduler`"
        ) from None
    with client:
        yield client
