"""The only door to Dask: the same tasks run serially, on threads, on processes, or on a cluster."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import platform
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from importlib.metadata import version as version_of
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .errors import AfmfastError, AfmfastWarning, SettingsError

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

#: A mode by name, the address of a running Dask scheduler, a `distributed.Client`, or None for the best local mode.
Scheduler = Any
MODES = ("serial", "threads", "processes")
_ADDRESSES = ("tcp://", "tls://", "ucx://", "ws://", "wss://", "inproc://")
#: A lost worker costs its tasks a new try on another one; a task that kills three workers is at fault itself.
_RETRIES = 3
#: Seconds a worker gets to end by itself after an interrupt; its task is computed again anyway.
_LAST_SECONDS = 0.25
_NO_GUARD = (
    "Worker processes start by importing your script, and it asks for workers itself. "
    'Put the call under `if __name__ == "__main__":`, or pass scheduler="threads".'
)
_GOES_ON = "what was finished is kept, the same command goes on from there"


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
    workers that do not start, die, or have another afmfast; warns of workers of another CPU type.
    """
    if workers is not None and workers < 1:
        raise SettingsError(f"workers = {workers}; give 1 or more")
    count = workers or _cores()
    mode = scheduler if scheduler is not None else ("processes" if holds_gil and count > 1 else "threads")
    if mode == "serial":
        yield _Serial()
    elif mode == "threads":
        with ThreadPoolExecutor(count, thread_name_prefix="afmfast") as executor:
            try:
                yield _Threads(executor, count)
            finally:
                # After an interrupt outside of `each` its generator still lives, and with it every waiting task.
                executor.shutdown(cancel_futures=True)
    elif mode == "processes":
        with _local_cluster(count) as client:
            yield _Cluster(client)
    elif isinstance(mode, str):
        with _connect(mode) as client:
            _check_workers(client)
            yield _Cluster(client)
    else:
        _check_workers(mode)
        yield _Cluster(mode)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _call(function: Callable[..., Any], task: Any, shared: Any) -> Any:
    return function(task) if shared is None else function(task, shared)


class _Serial:
    workers = 1
    is_remote = False

    def each(self, function: Callable[..., Any], tasks: Sequence[Any], shared: Any = None) -> Iterator[tuple[int, Any]]:
        for index, task in enumerate(tasks):
            yield index, _call(function, task, shared)


class _Threads:
    is_remote = False

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
    is_remote = True

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def workers(self) -> int:
        return max(1, sum(self._client.nthreads().values()))

    def each(self, function: Callable[..., Any], tasks: Sequence[Any], shared: Any = None) -> Iterator[tuple[int, Any]]:
        from distributed import KilledWorker
        from distributed import as_completed as as_landed
        from distributed.comm import CommClosedError

        futures: dict[Any, int] = {}
        try:
            # A scattered table is lost when all its holders die; as a task it is made again.
            held = None if shared is None else self._client.submit(_identity, shared, pure=False, retries=_RETRIES)
            for i, task in enumerate(tasks):
                futures[self._client.submit(_call, function, task, held, pure=False, retries=_RETRIES)] = i
            for future in as_landed(list(futures), loop=self._client.loop):
                yield futures[future], future.result()
        except KilledWorker:
            raise AfmfastError(
                f"Worker processes died of the same task again and again (out of memory?). "
                f"Ask for fewer workers or give them more memory; {_GOES_ON}"
            ) from None
        except (CancelledError, CommClosedError) as fault:
            reason = " ".join(str(fault).split())
            raise AfmfastError(
                f"The connection to the Dask scheduler was lost ({reason}). Start it again; {_GOES_ON}"
            ) from None
        finally:
            # A generator may be closed after its client, or after its scheduler went away.
            if self._client.status == "running":
                with suppress(CommClosedError):
                    self._client.cancel([future for future in futures if not future.done()])


@contextmanager
def _local_cluster(count: int) -> Iterator[Client]:
    # A spawned worker runs the user's script again up to its main guard; without one it would land here.
    # The sentence alone, without a traceback for every worker; the process that asked raises the error.
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(_NO_GUARD)
    from dask import config
    from distributed import Client

    quiet = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.limit": "60s"}
    with config.set(quiet), _start_cluster(count) as cluster, Client(cluster, set_as_default=False) as client:
        try:
            yield client
        except KeyboardInterrupt:
            cluster.sync(_stop_workers, cluster)
            raise


def _start_cluster(count: int) -> LocalCluster:
    """Workers of this machine that leave Ctrl-C to this process."""
    from distributed import LocalCluster

    with _interrupts_held_back():
        try:
            # Any free port: a second study on this machine must not stumble over the first one's 8787.
            return LocalCluster(
                n_workers=count, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
            )
        except (RuntimeError, OSError) as fault:
            raise AfmfastError(
                f"{count} worker processes could not be started ({fault}). If your script has no main guard: "
                f"{_NO_GUARD} If it has one, memory or processes are short: ask for fewer workers."
            ) from None


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C waits until the block ends, and for ever in the threads and processes that start in it.

    A terminal sends it to the workers too, where it would end tasks with tracebacks. Threads inherit the mask, and
    processes that they start later, such as a worker in place of a dead one, inherit it from them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Python's own helper process, started inside the block, would lift the mask of the thread that starts it.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


async def _stop_workers(cluster: LocalCluster) -> None:
    """Do not wait for running tasks."""
    closing = [nanny.close(timeout=_LAST_SECONDS) for nanny in cluster.workers.values()]
    await asyncio.gather(*closing, return_exceptions=True)


class _Machine(NamedTuple):
    cpu: str
    python: str
    afmfast: str


def _this_machine() -> _Machine:
    return _Machine(_cpu(), platform.python_version(), version_of("afmfast"))


def _cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _check_workers(client: Client) -> None:
    _compare(_this_machine(), client.run(_this_machine, on_error="return"))


def _compare(here: _Machine, workers: Mapping[str, _Machine | Exception]) -> None:
    """Refuse workers without this afmfast, name those whose results may differ in the last bit."""
    refused, strange = [], []
    for address, there in workers.items():
        if isinstance(there, Exception):
            refused.append(f"{address} ({type(there).__name__}: {there})")
        elif there.afmfast != here.afmfast:
            refused.append(f"{address} (afmfast {there.afmfast})")
        elif there != here:
            strange.append(f"{address} ({there.cpu}, Python {there.python})")
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
