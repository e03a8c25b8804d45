"""Worker processes of this machine, which leave Ctrl-C to the process that started them."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

from ..errors import AfmfastError

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

#: Seconds a worker gets to end by itself after an interrupt; its task is computed again anyway.
_LAST_SECONDS = 0.25
_NO_GUARD = (
    "Worker processes start by importing your script, and it asks for workers itself. "
    'Put the call under `if __name__ == "__main__":`, or pass scheduler="threads".'
)


@contextmanager
def started(count: int) -> Iterator[Client]:
    """A client of `count` new workers with a thread each. Raises `AfmfastError` where they cannot be started."""
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
