"""A pool of Dask workers: processes of this machine, or a cluster that runs already."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors import AfmfastError, AfmfastWarning, SettingsError
from .local import started
from .machine import compare, this_machine
from .pool import Pool, call

if TYPE_CHECKING:
    from distributed import Client

_ADDRESSES = ("tcp://", "tls://", "ucx://", "ws://", "wss://", "inproc://")
#: A lost worker costs its tasks a new try on another one; a task that kills three workers is at fault itself.
_RETRIES = 3
#: Tasks that the scheduler holds at a time: at least so many, and four for every worker there is at the start. It
#: sees enough of them to ask a batch system for more workers, and a long run does not wait for a long list.
_AHEAD, _AHEAD_PER_WORKER = 1000, 4
_GOES_ON = "what was finished is kept, the same command goes on from there"


@contextmanager
def local_cluster(count: int) -> Iterator[Pool]:
    """Worker processes of this machine."""
    with started(count) as client:
        yield _Cluster(client)


@contextmanager
def connected(scheduler: Any, *, modes: Sequence[str]) -> Iterator[Pool]:
    """The workers of a client, or of the scheduler at an address."""
    if not isinstance(scheduler, str):
        yield _checked(scheduler)
        return
    from distributed import Client

    if not scheduler.startswith(_ADDRESSES):
        raise SettingsError(
            f"scheduler {scheduler!r} is neither one of {', '.join(modes)} nor an address like tcp://host:8786"
        )
    try:
        client = Client(scheduler, set_as_default=False, timeout="10s")
    except (OSError, ValueError) as fault:  # ValueError: certificates that cannot be read
        raise AfmfastError(
            f"no Dask scheduler answers at {scheduler} ({fault}); start one with `dask scheduler`"
        ) from None
    with client:
        yield _checked(client)


def _checked(client: Client) -> _Cluster:
    found = client.run(this_machine, on_error="return")
    compare(this_machine(), found)
    if not found:
        warnings.warn(
            f"The scheduler at {client.scheduler.address} has no workers yet; the run waits for them, and cuts its "
            "tasks as for one worker",
            AfmfastWarning,
            stacklevel=2,
        )
    return _Cluster(client)


def _identity(value: Any) -> Any:
    return value


def _call(wanted: str, function: Callable[..., Any], *given: Any) -> Any:
    """`call` in a worker, which may have joined after the others were looked at."""
    found = this_machine().afmfast
    if found != wanted:
        from distributed import get_worker

        raise AfmfastError(
            f"worker {get_worker().address} has afmfast {found}, the others {wanted}; stop it, "
            f"or install the same version there; {_GOES_ON}"
        )
    return call(function, *given)


class _Cluster:
    is_remote = True

    def __init__(self, client: Client) -> None:
        self._client = client
        self._held: tuple[Any, Any] = (None, None)

    @property
    def workers(self) -> int:
        return max(1, sum(self._client.nthreads().values()))

    def everywhere(self, function: Callable[..., Any], shared: Any = None) -> None:
        with _losses_told():
            held = self._hold(shared)
            # On one that died meanwhile it cannot run, and another one does no harm.
            futures = [
                self._submit(call, function, held, workers=[address], allow_other_workers=True)
                for address in self._client.nthreads()
            ]
            for future in futures:
                future.result()

    def each(self, function: Callable[..., Any], tasks: Sequence[Any], shared: Any = None) -> Iterator[tuple[int, Any]]:
        from distributed import as_completed as as_landed
        from distributed.comm import CommClosedError

        waiting = iter(enumerate(tasks))
        futures: dict[Any, int] = {}

        def give(n: int) -> None:
            numbered = list(islice(waiting, n))
            new = self._submit_all(function, [task for _, task in numbered], shared)
            futures.update(zip(new, [i for i, _ in numbered], strict=True))
            landed.update(new)

        try:
            with _losses_told():
                landed = as_landed(loop=self._client.loop)
                give(max(_AHEAD, _AHEAD_PER_WORKER * self.workers))
                # All that have landed at once: a call to the scheduler and to workers costs more than a task.
                for batch in landed.batches():
                    results = self._client.gather(batch)
                    give(len(batch))
                    # Forgotten here, a result is forgotten by the worker that has it.
                    yield from zip([futures.pop(future) for future in batch], results, strict=True)
        finally:
            # A generator may be closed after its client, or after its scheduler went away.
            if self._client.status == "running":
                with suppress(CommClosedError):
                    self._client.cancel([future for future in futures if not future.done()])

    def _submit_all(self, function: Callable[..., Any], tasks: list[Any], shared: Any) -> list[Any]:
        if not tasks:
            return []
        wanted, called, held = ([part] * len(tasks) for part in (this_machine().afmfast, function, self._hold(shared)))
        return list(self._client.map(_call, wanted, called, tasks, held, pure=False, retries=_RETRIES))

    def _submit(self, *call: Any, **options: Any) -> Any:
        return self._client.submit(*call, pure=False, retries=_RETRIES, **options)

    def _hold(self, shared: Any) -> Any:
        """What all tasks share, sent once. A scattered table is lost when its holders die; a task's is made again."""
        if shared is not None and shared is not self._held[0]:
            self._held = (shared, self._submit(_identity, shared))
        return None if shared is None else self._held[1]


@contextmanager
def _losses_told() -> Iterator[None]:
    """Losses of workers and schedulers as sentences."""
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    try:
        yield
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
