"""Whole repeats beside scikit-learn: filter, ranking, scaling, classifier and scores inside every split.

Ours and theirs take turns on the same cores, BLAS on one thread on both sides, everything compiled beforehand, and
the figure is the median of the ratios of wall time. 70/30, twins dropped at 0.9, ten of 40 columns kept.

    python benchmarks/bench_repeats.py [--rounds N] [--readme FILE]      prints the tables, or writes them there
    pytest benchmarks/bench_repeats.py                                   times of ours
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import scikit_repeats
from make_table import between_markers, machine
from sklearn.ensemble import RandomForestClassifier
from threadpoolctl import threadpool_limits

from afmfast.kernels.learners.forest import DEEPEST, forest
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.validation.data import Table
from afmfast.validation.plan import Plan
from afmfast.validation.run import run


@dataclass(frozen=True)
class Work:
    """A classifier on so many rows; `at_least` times faster is asked for, `aim` times hoped for."""

    classifier: str
    n_rows: int
    at_least: float
    aim: float
    ours: int = 1000
    theirs: int = 24


WORKS = (
    Work("random_forest", 200, 30, 60), Work("extra_trees", 200, 25, 50), Work("gradient_boosting", 200, 25, 50),
    Work("logistic_regression", 200, 35, 70), Work("gaussian_process", 100, 10, 16, ours=300),
    Work("gaussian_process", 200, 4, 8, ours=100), Work("gaussian_process", 400, 4, 6, ours=40, theirs=12),
)  # fmt: skip
FORESTS = ((100, 60, 120), (200, 30, 50), (400, 15, 25))
LONG = (
    ("random_forest", "gini", 300, 150),
    ("logistic_regression", "gini", 120, 70),
    ("logistic_regression", "gini_single", 20, 8),
)
CORES = len(os.sched_getaffinity(0))
START = """
import time, numpy as np, sys
sys.path.insert(0, {here!r})
from bench_repeats import repeats
start = time.process_time()
repeats({classifier!r}, 1, 0, mode="serial")
print(time.process_time() - start)
"""


@cache
def table(n_rows: int = 200, n_columns: int = 40) -> Table:
    """Blocks of four columns that correlate, a third log-normal; two classes that differ a little in three blocks."""
    rng = np.random.default_rng(n_rows)
    y = np.arange(n_rows) % 2
    n_blocks = n_columns // 4
    hidden = rng.normal(size=(n_rows, n_blocks)) + 0.5 * y[:, None] * (np.arange(n_blocks) < 3)
    X = np.repeat(hidden, 4, axis=1) + 0.45 * rng.normal(size=(n_rows, n_columns))
    X[:, ::3] = np.exp(X[:, ::3])
    return Table.of(X, y)


def repeats(
    classifier: str, n: int, permutations: int, *, splits: int = 1, mode: str = "threads", workers: int | None = None,
    n_rows: int = 200, rank: str = "gini", seed: int = 0,
) -> None:  # fmt: skip
    """`n` repeats of the true labels, and so many permuted labellings of some `splits` each."""
    plan = Plan(classifier, n_repeats=n, n_permutations=permutations, splits_per_permutation=splits, seed=seed)
    with open_pool(mode, workers=workers) as pool:
        run(table(n_rows), plan, selector=Selector(rank=rank), pool=pool)


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long a call takes."""
    start = clock()
    work()
    return clock() - start


def beside_scikit_learn(works: Sequence[Work] = WORKS, *, rounds: int = 3) -> Iterator[str]:
    """Rows of the table of whole repeats, wall milliseconds a repeat on all cores."""
    yield (
        f"| classifier, rows | `cross_validate(n_jobs={CORES})`, ms | `permutation_test_score`, ms | afmfast, ms "
        "| times faster | asked for, aim |"
    )
    yield "|---|---|---|---|---|---|"
    for work in works:
        X, y = table(work.n_rows).X, table(work.n_rows).y
        theirs: dict[str, list[float]] = {"repeats": [], "permutations": []}
        ours = []
        repeats(work.classifier, 20, 19, n_rows=work.n_rows)
        for k in range(rounds):
            for name, found in theirs.items():
                call = partial(getattr(scikit_repeats, name), work.classifier, X, y, work.theirs, n_jobs=CORES, seed=k)
                found.append(seconds(call) / work.theirs)
            both = partial(repeats, work.classifier, work.ours, work.ours, n_rows=work.n_rows, seed=k)
            ours.append(seconds(both) / (2 * work.ours))
        ratio = median(t / o for t, o in zip(theirs["repeats"], ours, strict=True))
        yield (
            f"| {work.classifier}, {work.n_rows} | {1e3 * median(theirs['repeats']):.0f} "
            f"| {1e3 * median(theirs['permutations']):.0f} | {1e3 * median(ours):.2f} | {ratio:.0f} "
            f"| {_asked(ratio, work.at_least, work.aim)} |"
        )


def _asked(ratio: float, at_least: float, aim: float) -> str:
    return f"{at_least:g}, {aim:g}" + ("" if ratio >= at_least else ", not reached")


def forests(*, rounds: int = 5) -> Iterator[str]:
    """Rows of the table of one forest of 100 trees on 36 columns, fitted and asked about the test part, CPU."""
    yield "| rows | scikit-learn, CPU ms | afmfast, CPU ms | times faster | asked for, aim |"
    yield "|---|---|---|---|---|"
    for n_rows, at_least, aim in FORESTS:
        X, y = table(n_rows, 36).X, table(n_rows, 36).y
        train = np.arange(n_rows) % 10 < 7
        pairs = []
        for k in range(rounds + 1):  # the first round compiles
            calls = [partial(grown, k, X, y, train) for grown in (_their_forest, _our_forest)]
            pairs.append([min(seconds(call, time.process_time) for _ in range(3)) for call in calls])
        ratio = median(t / o for t, o in pairs[1:])
        theirs, ours = (1e3 * median(column) for column in zip(*pairs[1:], strict=True))
        yield f"| {n_rows} | {theirs:.0f} | {ours:.2f} | {ratio:.0f} | {_asked(ratio, at_least, aim)} |"


def _their_forest(seed: int, X: np.ndarray, y: np.ndarray, train: np.ndarray) -> np.ndarray:
    return np.asarray(RandomForestClassifier(100, random_state=seed).fit(X[train], y[train]).predict_proba(X[~train]))


def _our_forest(seed: int, X: np.ndarray, y: np.ndarray, train: np.ndarray) -> np.ndarray:
    seen, unseen = np.ascontiguousarray(X[train].T), np.ascontiguousarray(X[~train].T)
    order = np.argsort(seen, axis=1).astype(np.int32)
    found, n_try = np.empty((unseen.shape[1], 2)), int(np.sqrt(len(seen)))
    forest(
        seen, order, y[train], np.ones(2), 100, n_try, False, 1, DEEPEST, np.uint64(seed), unseen, found,
        np.empty(len(seen)),
    )  # fmt: skip
    return found


def long_runs(n_permutations: int = 10_000) -> Iterator[str]:
    """Seconds for ten thousand labellings of five splits each."""
    yield f"| {n_permutations:,} permutations x 5 splits, {CORES} cores | wall s | asked for, aim |"
    yield "|---|---|---|"
    for classifier, rank, at_most, aim in LONG:
        repeats(classifier, 5, 19, rank=rank)
        took = seconds(partial(repeats, classifier, 5, n_permutations, splits=5, rank=rank))
        missed = ", not reached" if took > at_most else ""
        yield f"| {classifier}, ranked by `{rank}` | {took:.0f} | {at_most}, {aim}{missed} |"


def scaling(n: int = 3000, *, rounds: int = 3) -> Iterator[str]:
    """How well workers that are there share the work, what handing it out costs, and how a repeat grows with rows."""
    walls: dict[str, list[float]] = {name: [] for name in ("serial", "threads", "processes")}
    cpu: dict[str, list[float]] = {name: [] for name in walls}
    with ExitStack() as opened:
        pools = {mode: opened.enter_context(open_pool(mode, workers=2)) for mode in walls}
        for k in range(-1, rounds):
            for mode, pool in pools.items():
                start = time.process_time()
                plan = Plan("random_forest", n_repeats=n if k >= 0 else 20, n_permutations=0, seed=k + 1)
                wall = seconds(partial(run, table(), plan, selector=Selector(), pool=pool))
                if k >= 0:
                    walls[mode].append(wall)
                    cpu[mode].append(time.process_time() - start)
    speed = {mode: median(s / w for s, w in zip(walls["serial"], found, strict=True)) for mode, found in walls.items()}
    overhead = median(t / s for s, t in zip(cpu["serial"], cpu["threads"], strict=True)) - 1
    grown = [
        seconds(partial(repeats, "random_forest", 60, 0, mode="serial", n_rows=m), time.process_time)
        for m in (200, 800)
    ]
    yield "| random forest repeats | measured | asked for, aim |"
    yield "|---|---|---|"
    threads, processes = speed["threads"] / 2, speed["processes"] / 2
    yield f"| two threads against one, share of twice | {threads:.2f} | {_asked(threads, 0.85, 0.95)} |"
    yield f"| two Dask processes that are there, against one | {processes:.2f} | {_asked(processes, 0.8, 0.9)} |"
    yield f"| CPU over serial, threads | {100 * overhead:+.0f} % | 10 %, 3 % |"
    yield f"| growth from 200 to 800 rows | n^{np.log(grown[1] / grown[0]) / np.log(4):.2f} | n^1.3 |"


def starts(classifiers: Sequence[str] = ("random_forest", "logistic_regression")) -> Iterator[str]:
    """CPU seconds of the first repeat in a process, compiled and from the cache."""
    yield "| first repeat in a process, CPU s | compiled, at most 20 | from the cache, at most 1 |"
    yield "|---|---|---|"
    here = os.path.dirname(os.path.abspath(__file__))
    for classifier in classifiers:
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "AFMFAST_CACHE_DIR": folder}
            command = [sys.executable, "-c", START.format(classifier=classifier, here=here)]
            cold, warm = (float(subprocess.check_output(command, env=environment)) for _ in range(2))
        late = [", not reached" if found > limit else "" for found, limit in ((cold, 20), (warm, 1))]
        yield f"| {classifier} | {cold:.1f}{late[0]} | {warm:.2f}{late[1]} |"


def tables(rounds: int) -> str:
    """All tables, as Markdown."""
    with threadpool_limits(1):
        parts = (beside_scikit_learn(rounds=rounds), forests(), long_runs(), scaling(rounds=rounds), starts())
        return "\n\n".join("\n".join(part) for part in parts)


@pytest.mark.parametrize("classifier", sorted({work.classifier for work in WORKS}))
def test_repeats(benchmark, classifier):
    """A few repeats on one thread."""
    benchmark(repeats, classifier, 3, 0, mode="serial")


def test_scikit_learn__does_the_same_steps():
    found = scikit_repeats.repeats("logistic_regression", table().X, table().y, 2, n_jobs=1)
    assert found.shape == (2,)
    assert scikit_repeats.permutations("logistic_regression", table().X, table().y, 2, n_jobs=1).shape == (2,)


def main() -> None:
    """Print the tables, or put them between `<!-- repeats -->` and `<!-- /repeats -->`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    if given.readme is None:
        print(tables(given.rounds))
        return
    text = given.readme.read_text("utf-8")
    between_markers(text, "", "repeats")
    given.readme.write_text(between_markers(text, f"{tables(given.rounds)}\n\n{machine()}", "repeats"), "utf-8")


if __name__ == "__main__":
    main()
