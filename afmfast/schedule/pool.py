"""What a pool is, and the pools of this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import contextmanager
from typing import Any, Protocol

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


def serial() -> Pool:
    """One task after the other."""
    return _Serial()


@contextmanager
def threads(count: int) -> Iterator[Pool]:
    """So many threads of this process."""
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
