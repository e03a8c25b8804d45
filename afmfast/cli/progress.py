"""Progress on a terminal as a bar with the remaining time, in a log as one line a minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import TaskID

    from ..study.folder import Progress

_EVERY = 60.0


@contextmanager
def shown(*, quiet: bool) -> Iterator[Progress | None]:
    """A progress callback for the length of a `with` block, or None when quiet."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bars() as progress:
            yield progress
    else:
        yield _Log()


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", style="dim"),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, done: int, total: int, note: str) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, note=note)
            bars.update(tasks[stage], completed=done, total=total, note=note)

        yield progress


class _Log:
    """A line when a stage starts, each minute, and when it ends."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}
        self._began: dict[str, float] = {}

    def __call__(self, stage: str, done: int, total: int, note: str) -> None:
        now = time.monotonic()
        begun = self._began.setdefault(stage, now)
        if stage in self._said and now - self._said[stage] < _EVERY and done < total:
            return
        self._said[stage] = now
        left = f", {(now - begun) / done * (total - done):.0f} s left" if 0 < done < total else ""
        print(f"afmfast {stage}: {done} of {total}{left} {note}".rstrip(), file=sys.stderr, flush=True)
