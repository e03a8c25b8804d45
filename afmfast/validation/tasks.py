"""How work is cut into tasks: long enough for one scheduler, short enough for every worker to get some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil

import numpy as np

from .batches import ACTUAL, Batch, Records, Shared, run_batch

#: Handing a task out and keeping its result costs some 5 ms of CPU time, so a hundredth of this.
TASK_SECONDS = 0.35
#: Tasks a second that keep a Dask scheduler half busy; it manages about 500.
HALF_BUSY = 250
#: Tasks a worker gets, so that none waits long for the last one.
_TASKS_PER_WORKER = 4
#: How long a part of a pilot lasts before its time is believed.
PILOT_SECONDS = 0.05


def task_seconds(total: float, workers: int) -> float:
    """Length of a task, from the seconds that all fits take together and the number of workers.

    max(0.35 s, workers / 250 s); where that is less than four tasks for every worker it is shortened, but never
    below workers / 250 s: a scheduler would keep workers waiting that get shorter ones.
    """
    least = workers / HALF_BUSY
    return max(least, min(TASK_SECONDS, total / (_TASKS_PER_WORKER * workers)))


def cut(batches: Sequence[Batch], seconds_per_fit: Mapping[str, float], workers: int) -> list[Batch]:
    """The batches in tasks of the right length, from the seconds that a fit of each kind takes."""
    total = sum(batch.n_fits * seconds_per_fit[batch.kind] for batch in batches)
    length = task_seconds(total, workers) * (1 + 1e-9)
    pieces: list[Batch] = []
    for batch in batches:
        each = max(seconds_per_fit[batch.kind], 1e-9)
        pieces += _pieces(batch, workers / HALF_BUSY / each, length / each)
    return pieces


def _pieces(batch: Batch, least: float, most: float) -> Iterator[Batch]:
    """Parts of `least` to `most` fits: whole labellings, or some splits of one where that takes longer."""
    S = batch.n_splits
    least, most = least / len(batch.lines), most / len(batch.lines)
    step = max(1, ceil(least / S), int(most / S))
    n_splits = ceil(S / max(1, int(S / max(1, least, most))))
    for first in range(0, batch.count, step):
        for split in range(0, S, n_splits):
            yield replace(
                batch, first=batch.first + first, count=min(step, batch.count - first),
                first_split=batch.first_split + split, n_splits=min(n_splits, S - split),
            )  # fmt: skip


def warm(shared: Shared) -> None:
    """One fit of each line, so that everything is imported and compiled in this process."""
    run_batch(Batch(ACTUAL, 0, 1, lines=tuple(range(len(shared[1])))), shared)


def pilot(batch: Batch, shared: Shared) -> tuple[Batch, list[Records], float]:
    """The first repeats of a batch, twice as many each time until that lasts 50 ms, and the seconds of one fit.

    Which part of the batch this was is said in its own batch. How long a fit takes decides how many there are, and
    nothing else.
    """
    parts: list[list[Records]] = []
    done, count = 0, 1
    while True:
        part = replace(batch, first=batch.first + done, count=min(count, batch.count - done))
        records, seconds = run_batch(part, shared)
        parts.append(records)
        done, count = done + part.count, 2 * count
        if seconds >= PILOT_SECONDS or done == batch.count:
            return (
                replace(batch, count=done),
                [_joined(line) for line in zip(*parts, strict=True)],
                seconds / part.n_fits,
            )


def _joined(parts: Sequence[Records]) -> Records:
    """Records one after the other."""
    first = parts[0]
    return {
        name: [line for part in parts for line in part[name]]
        if isinstance(first[name], list)
        else np.concatenate([part[name] for part in parts])
        for name in first
    }
