"""One thread for the linear algebra inside, and no word about what is normal for randomized labels."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_inside = 0
_settings = ExitStack()


@contextmanager
def calm() -> Iterator[None]:
    """Limit BLAS and OpenMP to one thread and silence one known warning, for the length of a `with` block.

    Both are settings of the process, so with several threads the first one in makes them and the last one out undoes
    them. `run` goes in before it starts any thread, so that threads never change the list of warnings. With two BLAS
    threads a Gaussian process takes nine times as long on a busy machine.
    """
    global _inside
    with _lock:
        if _inside == 0:
            _enter(_settings)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _settings.close()


@cache
def _controller() -> ThreadpoolController:
    """Looking up the loaded libraries takes 3 ms, and all that compute here are imported by now."""
    return ThreadpoolController()


def _enter(stack: ExitStack) -> None:
    stack.enter_context(_controller().limit(limits=1))
    stack.enter_context(warnings.catch_warnings())
    # Where labels mean nothing there is no optimum to converge to: length scales run to their bounds.
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    # Splitters that know no groups are asked all the same, and what they say is checked.
    warnings.filterwarnings("ignore", message="The groups parameter is ignored by")
