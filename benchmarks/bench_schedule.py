"""The rule of task length, with simulated workers: how busy the scheduler is and how long the workers wait.

python benchmarks/bench_schedule.py                   the table, and what Dask's scheduler does on this machine
pytest benchmarks/bench_schedule.py                   that the rule keeps its promises, and the time of one hand-out

The simulation: one scheduler hands out a task in 2 ms (500 a second, as `distributed` does), to whichever of the
workers is free first; a worker keeps one task waiting while it does another. Simulated seconds, so any machine will do.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass

import pytest

from afmfast.schedule import open_pool
from afmfast.validation.batches import Batch
from afmfast.validation.tasks import TASK_SECONDS, cut, task_seconds

HAND_OUT = 1 / 500
WORKERS = (1, 2, 8, 32, 100, 300, 1000)
#: 500 repeats, and 9,999 labellings with 5 splits each; how long the fits last on each worker: a minute.
PLAN = [Batch("actual", 0, 500), Batch("permuted", 0, 9999, 0, 5)]


@dataclass(frozen=True)
class Simulated:
    """Seconds from first to last, share of them in which the scheduler works, and share in which workers do."""

    seconds: float
    scheduler: float
    workers: float


def simulate(lengths: list[float], workers: int, hand_out: float = HAND_OUT) -> Simulated:
    """Tasks of these lengths, handed out one after the other; two places a worker, one of them to wait in."""
    places = [(0.0, w) for w in range(workers)] * 2
    heapq.heapify(places)
    free = [0.0] * workers
    scheduler = 0.0
    for length in lengths:
        ready, w = heapq.heappop(places)
        scheduler = max(scheduler, ready) + hand_out
        begun = max(scheduler, free[w])
        free[w] = begun + length
        heapq.heappush(places, (begun, w))
    end = max(free)
    return Simulated(end, len(lengths) * hand_out / end, sum(lengths) / (workers * end))


def of_rule(workers: int, seconds: float) -> tuple[int, Simulated]:
    """The plan cut by the rule, where every worker has `seconds` of work: the number of tasks, and what comes of it."""
    fit = seconds * workers / sum(batch.n_fits for batch in PLAN)
    pieces = cut(PLAN, {"actual": fit, "permuted": fit}, workers)
    return len(pieces), simulate([piece.n_fits * fit for piece in pieces], workers)


def of_length(workers: int, seconds: float, length: float) -> Simulated:
    """The same work in tasks of one length."""
    return simulate([length] * max(1, round(seconds * workers / length)), workers)


@pytest.mark.parametrize("seconds", [20.0, 60.0, 600.0])
@pytest.mark.parametrize("workers", WORKERS)
def test_rule__keeps_workers_busy_and_the_scheduler_no_more_than_half(workers, seconds):
    _, found = of_rule(workers, seconds)
    assert found.scheduler <= 0.51
    assert found.workers >= 0.75


def test_rule__is_needed():
    """Tasks of 0.35 s for a thousand workers: the scheduler has no rest, and workers wait most of the time."""
    found = of_length(1000, 60.0, TASK_SECONDS)
    assert found.scheduler > 0.95
    assert found.workers < 0.2


def test_hand_out(benchmark):
    """A task that does nothing, through worker processes of this machine."""
    with open_pool("processes", workers=2) as pool:
        benchmark.pedantic(lambda: list(pool.each(abs, range(200))), rounds=3, warmup_rounds=1)


def main() -> None:
    """Print the tables."""
    print("| workers | task, s | tasks | scheduler busy | workers busy | workers busy with tasks of 0.35 s |")
    print("|---|---|---|---|---|---|")
    for workers in WORKERS:
        n, found = of_rule(workers, 60.0)
        fixed = of_length(workers, 60.0, TASK_SECONDS)
        length = task_seconds(60.0 * workers, workers)
        print(f"| {workers} | {length:.2f} | {n} | {found.scheduler:.0%} | {found.workers:.0%} | {fixed.workers:.0%} |")
    n = 2000
    with open_pool("processes", workers=2) as pool:
        list(pool.each(abs, range(100)))
        start = time.perf_counter()
        list(pool.each(abs, range(n)))
    print(f"\nhere, through 2 worker processes: {n / (time.perf_counter() - start):.0f} tasks/s that do nothing")


if __name__ == "__main__":
    main()
