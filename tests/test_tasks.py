"""The rule by which work is cut: what it promises to the scheduler, the workers and the disk."""

import math
from dataclasses import replace

import numpy as np
import pytest

from afmfast.validation import tasks
from afmfast.validation.batches import Batch
from afmfast.validation.tasks import HALF_BUSY, TASK_SECONDS, cut, pilot, task_seconds

FITS = [1e-4, 1e-3, 0.02, 0.2, 3.0]
WORKERS = [1, 2, 16, 87, 88, 300, 1000]
ALL = [Batch("actual", 0, 500), Batch("permuted", 0, 9999, 0, 5)]


def places(batches: list[Batch]) -> list[tuple[str, int, int]]:
    """Every (kind, repeat, split) of the batches, sorted."""
    found = []
    for b in batches:
        found += [(b.kind, b.first + i, b.first_split + k) for i in range(b.count) for k in range(b.n_splits)]
    return sorted(found)


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("total", [0.01, 5.0, 700.0, 1e6])
def test_task_seconds__never_keeps_the_scheduler_more_than_half_busy(workers, total):
    assert workers / task_seconds(total, workers) <= HALF_BUSY * (1 + 1e-12)


@pytest.mark.parametrize("workers", WORKERS)
def test_task_seconds__of_long_work_is_the_longer_of_the_two_limits(workers):
    assert task_seconds(1e9, workers) == max(TASK_SECONDS, workers / 250)


@pytest.mark.parametrize("workers", [1, 2, 16, 87])
def test_task_seconds__gives_every_worker_four_where_that_is_possible(workers):
    shortest = 4 * workers**2 / HALF_BUSY
    for total in (shortest, 2 * shortest, 4 * workers * TASK_SECONDS):
        assert total / task_seconds(total, workers) >= 4 * workers * (1 - 1e-12)


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("fit", FITS)
def test_cut__keeps_the_scheduler_no_more_than_half_busy(fit, workers):
    seconds_on_all_workers = 50_495 * fit / workers
    assert len(cut(ALL, {"actual": fit, "permuted": fit}, workers)) <= HALF_BUSY * seconds_on_all_workers + len(ALL)


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("fit", [1e-4, 1e-3, 0.02])
def test_cut__tasks_of_short_fits_have_the_length_of_the_rule(fit, workers):
    wanted = task_seconds(49_995 * fit, workers)
    pieces = cut(ALL[1:], {"permuted": fit}, workers)
    lengths = np.array([piece.n_fits * fit for piece in pieces[:-1]])
    assert (abs(lengths - wanted) < 5 * fit).all()


@pytest.mark.parametrize("fit", FITS)
def test_cut__covers_every_repeat_once(fit):
    some = [Batch("actual", 3, 50), Batch("permuted", 7, 99, 2, 5), Batch("permuted", 106, 40, 0, 7)]
    pieces = cut(some, {"actual": fit, "permuted": fit}, 2)
    assert places(pieces) == places(some)


def test_cut__fifty_thousand_quick_fits_are_a_few_files_not_thousands():
    assert len(cut(ALL, {"actual": 1e-4, "permuted": 1e-4}, 2)) <= 20


def test_cut__kinds_are_cut_by_their_own_time():
    pieces = cut(ALL, {"actual": 1.0, "permuted": 1e-3}, 2)
    assert {piece.count for piece in pieces if piece.kind == "actual"} == {1}
    assert all(piece.n_fits >= 345 for piece in pieces if piece.kind == "permuted" and piece.first < 9000)


def test_cut__a_labelling_of_long_fits_is_cut_by_its_splits():
    pieces = cut([Batch("permuted", 3, 2, 0, 10)], {"permuted": 0.1}, 1)
    assert max(piece.n_fits for piece in pieces) <= 5
    assert {piece.count for piece in pieces} == {1}


def test_cut__a_task_for_two_lines_has_half_as_many_repeats():
    alone, together = (cut([replace(ALL[1], lines=lines)], {"permuted": 1e-3}, 2)[0] for lines in ((0,), (0, 1)))
    assert together.lines == (0, 1)
    assert abs(together.n_fits - alone.n_fits) <= 2 * ALL[1].n_splits


def counted(monkeypatch, seconds_per_fit: float) -> list[int]:
    """How many repeats each part of a pilot has, where a fit takes so long."""
    counts = []

    def run_batch(batch, shared):
        counts.append(batch.count)
        return [{"repeat": np.arange(batch.first, batch.first + batch.count)}], seconds_per_fit * batch.n_fits

    monkeypatch.setattr(tasks, "run_batch", run_batch)
    return counts


@pytest.mark.parametrize(("fit", "parts"), [(0.2, 1), (0.02, 3), (1e-3, 7), (1e-4, 10)])
def test_pilot__doubles_until_it_lasts(monkeypatch, fit, parts):
    counts = counted(monkeypatch, fit)
    done, (records,), seconds = pilot(Batch("actual", 10, 5000), None)
    assert counts == [2**i for i in range(parts)]
    assert done == Batch("actual", 10, sum(counts))
    assert records["repeat"].tolist() == list(range(10, 10 + sum(counts)))
    assert math.isclose(seconds, fit)


def test_pilot__ends_with_its_batch(monkeypatch):
    counts = counted(monkeypatch, 1e-6)
    assert pilot(Batch("permuted", 0, 6, 2, 3), None)[0] == Batch("permuted", 0, 6, 2, 3)
    assert counts == [1, 2, 3]
