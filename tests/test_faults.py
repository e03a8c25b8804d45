"""Workers, schedulers, clients and disks that fail, for real: a clear error or none, and in the end the same table."""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from dask_processes import Processes
from sklearn.base import BaseEstimator, ClassifierMixin
from threadpoolctl import threadpool_info

from afmfast.errors import AfmfastError, StoreError
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.study import pipeline
from afmfast.study.at_work import who_is_at_work
from afmfast.study.folder import StudyFolder
from afmfast.study.settings import Settings
from afmfast.synthetic import archive
from afmfast.validation import tasks
from afmfast.validation.outcome import Scores
from afmfast.validation.plan import Plan, Table
from afmfast.validation.run import run

resource = pytest.importorskip("resource", reason="kill -9 and the limits of a process are POSIX")

SELECTOR = Selector(rank="gini_single", keep=3)


class Slow(ClassifierMixin, BaseEstimator):
    """Nearest class mean, after a while without using the processor."""

    def fit(self, X, y):
        time.sleep(0.01)
        self.classes_ = np.unique(y)
        self.means_ = np.stack([X[y == c].mean(axis=0) for c in self.classes_])
        return self

    def decision_function(self, X):
        distance = ((X[:, None] - self.means_) ** 2).sum(axis=2)
        return distance[:, 0] - distance[:, 1]


class OneThread(Slow):
    """Refuses to learn where the linear algebra has more than one thread."""

    def fit(self, X, y):
        if blas_threads(0) != {1}:
            raise RuntimeError(f"BLAS has {blas_threads(0)} threads")
        return super().fit(X, y)


def blas_threads(task: int) -> set[int]:
    return {library["num_threads"] for library in threadpool_info()}


PLAN = Plan(Slow(), n_repeats=24, n_permutations=24, splits_per_permutation=4)
N_FITS = 24 + 24 * 4


@pytest.fixture(scope="module")
def table() -> Table:
    rng = np.random.default_rng(0)
    y = np.arange(24) % 2
    X = rng.normal(size=(24, 6))
    X[:, 0] += y
    return Table.of(X, np.array(["a", "b"])[y])


@pytest.fixture(scope="module")
def serial(table) -> Scores:
    with open_pool("serial") as pool:
        return run(table, PLAN, selector=SELECTOR, pool=pool)


@pytest.fixture(autouse=True)
def many_tasks(monkeypatch):
    monkeypatch.setattr(tasks, "task_seconds", lambda total, workers: total / 20)


@pytest.fixture(scope="module")
def processes(tmp_path_factory) -> Iterator[Processes]:
    started = Processes(tmp_path_factory.mktemp("dask"))
    yield started
    started.close()


@pytest.fixture
def cluster(processes) -> Processes:
    return processes.keep(1)


class At:
    """Progress that does something once, when so many fits are done."""

    def __init__(self, done: int, act: Callable[[], None]) -> None:
        self.done, self.act, self.acted = done, act, False

    def __call__(self, done: int, total: int, note: str) -> None:
        if done >= self.done and not self.acted:
            assert done < total, "it came too late"
            self.acted = True
            self.act()


def go(table: Table, scheduler: str, folder: Path | None = None, progress: At | None = None, plan=PLAN) -> Scores:
    with open_pool(scheduler) as pool:
        return run(table, plan, selector=SELECTOR, pool=pool, folder=folder, progress=progress)


def assert_equal(first: Scores, second: Scores) -> None:
    for name in ("draw", "split_seed", "fate", "importances", "accuracy", "auc", "recall", "train_auc"):
        np.testing.assert_array_equal(first.repeats[name], second.repeats[name])
    for name in ("kept", "test_rows", "probability"):
        assert all(np.array_equal(a, b) for a, b in zip(first.repeats[name], second.repeats[name], strict=True))
    for name in ("accuracy", "auc", "recall", "specificity"):
        np.testing.assert_array_equal(getattr(first.permuted.parts, name), getattr(second.permuted.parts, name))


# Workers


def test_worker__one_that_is_killed_costs_nothing(cluster, table, serial, tmp_path):
    at = At(40, lambda: cluster.kill_workers(1))
    cluster.keep(2)
    assert_equal(serial, go(table, cluster.address, tmp_path, at))
    assert at.acted


def test_worker__all_that_are_killed_are_waited_for_until_others_come(cluster, table, serial, tmp_path):
    def replace() -> None:
        cluster.kill_workers()
        cluster.add_workers(1)

    at = At(40, replace)
    cluster.keep(2)
    assert_equal(serial, go(table, cluster.address, tmp_path, at))
    assert at.acted


def test_worker__has_one_thread_for_linear_algebra(cluster, table):
    with open_pool(cluster.address) as pool:
        run(table, Plan(OneThread(), n_repeats=4, n_permutations=0), selector=SELECTOR, pool=pool)
        (_, outside), *_ = pool.each(blas_threads, [0])
    if len(os.sched_getaffinity(0)) > 1:
        assert outside != {1}, "the worker had one thread anyway, so this proved nothing"


def test_worker__of_another_version_is_refused_by_name(cluster, table, serial, tmp_path):
    about = tmp_path / "there" / "afmfast-9.9.9.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: afmfast\nVersion: 9.9.9\n")
    folder = tmp_path / "repeats"

    def replace() -> None:
        cluster.kill_workers()
        cluster.add_workers(1, path=(about.parent,))

    with pytest.raises(AfmfastError, match=r"worker tcp://\S+ has afmfast 9\.9\.9, the others .*; stop it"):
        go(table, cluster.address, folder, At(40, replace))
    with pytest.raises(AfmfastError, match=r"Workers without afmfast .*: tcp://\S+ \(afmfast 9\.9\.9\)\. Install"):
        go(table, cluster.address)
    cluster.kill_workers()
    assert_equal(serial, go(table, "serial", folder))


# The scheduler and the client


def test_scheduler__that_is_killed_is_a_sentence_and_the_rest_is_done_later(cluster, table, serial, tmp_path, capfd):
    capfd.readouterr()
    with pytest.raises(AfmfastError, match=r"connection to the Dask scheduler was lost.*same command goes on"):
        go(table, cluster.address, tmp_path, At(40, cluster.kill_scheduler))
    assert "Traceback" not in capfd.readouterr().err
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    assert kept
    assert_equal(serial, go(table, "serial", tmp_path))
    assert all(path.read_bytes() == content for path, content in kept.items())


#: Forty repeats take two seconds, so that there is something to kill.
CHOICES = {
    "classifier": "mlp", "rank": "gini_single", "repeats": 40, "permutations": 19, "splits_per_permutation": 4,
    "channels": ("adhesion",),
}  # fmt: skip


def afmfast(*arguments: object, **options: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "afmfast", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def ended(process: subprocess.Popen) -> tuple[int, str]:
    try:
        _, said = process.communicate(timeout=120)
    finally:
        process.kill()
    return process.returncode, said


@pytest.fixture(scope="module")
def scans(tmp_path_factory) -> Path:
    return archive(tmp_path_factory.mktemp("scans"), n_rows=24, shape=(32, 32), seed=1)


@pytest.fixture(scope="module")
def whole(scans, tmp_path_factory) -> Path:
    """A study that nothing happened to, serially."""
    folder = tmp_path_factory.mktemp("whole") / "study"
    pipeline.run_study(Settings(manifest=scans, **CHOICES), out=folder, scheduler="serial")
    return folder


def found(folder: Path) -> dict:
    return json.loads((folder / "results.json").read_text("utf-8"))["combinations"]


@pytest.mark.slow  # two whole commands, and a worker that starts
def test_client__that_is_killed_between_batches_goes_on(cluster, whole, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(whole, folder, ignore=shutil.ignore_patterns("repeats", "results.json", "report.html"))
    client = afmfast("classify", folder, "--scheduler", cluster.address, "--quiet")
    end = time.monotonic() + 120
    while len(list(folder.glob("repeats/*/*.parquet"))) < 3:
        assert client.poll() is None, ended(client)
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.01)
    client.kill()
    client.communicate()
    assert not (folder / "results.json").exists()
    assert who_is_at_work(StudyFolder(folder)) is None
    before = {path: path.read_bytes() for path in folder.glob("repeats/*/*.parquet")}
    code, said = ended(afmfast("classify", folder, "--scheduler", cluster.address, "--quiet"))
    assert (code, said) == (0, "")
    assert found(folder) == found(whole)
    assert all(path.read_bytes() == content for path, content in before.items())


# Disks

#: What an earlier stage left, and what the next one writes.
BEFORE = {
    "ingest": ("study.yaml",),
    "measure": ("study.yaml", "stack.zarr", "ingest.json"),
    "classify": ("study.yaml", "stack.zarr", "ingest.json", "parameters.parquet"),
    "report": ("study.yaml", "stack.zarr", "ingest.json", "parameters.parquet", "repeats", "results.json"),
}


def left_by(whole: Path, stage: str, folder: Path) -> Path:
    """A copy of a study as it is before a stage."""
    folder.mkdir()
    for name in BEFORE[stage]:
        copy = shutil.copytree if (whole / name).is_dir() else shutil.copy
        copy(whole / name, folder / name)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the diaries of who works there."""
    diary = (".lock", "progress.json")
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in diary)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def do(stage: str, folder: StudyFolder, scans: Path) -> None:
    settings = folder.load(manifest=scans)
    if stage == "ingest":
        pipeline.ingest_stage(folder, settings, progress=None)
    elif stage == "report":
        pipeline.report_stage(folder)
    else:
        stages = {"measure": pipeline.measure_stage, "classify": pipeline.classify_stage}
        stages[stage](folder, settings, scheduler="serial")


PRODUCTS = {
    "ingest": "stack.zarr", "measure": "parameters.parquet", "classify": "results.json", "report": "report.html"
}  # fmt: skip


@pytest.mark.parametrize("stage", PRODUCTS)
def test_disk__a_full_one_is_a_sentence_and_nothing_half_written(stage, scans, whole, tmp_path):
    folder = StudyFolder(left_by(whole, stage, tmp_path / "study"))
    before = contents(folder.path)
    with full_disk(3000), pytest.raises(StoreError, match=r"cannot be written: .*File too large.*(--out|space)"):
        do(stage, folder, scans)
    after = contents(folder.path)
    assert not [name for name in after if name.endswith(".part")]
    assert {name: after[name] for name in before} == before
    assert not (folder.path / PRODUCTS[stage]).exists()
    do(stage, folder, scans)
    assert (folder.path / PRODUCTS[stage]).exists()
    assert found(folder.path) == found(whole) if stage == "classify" else True


def _without_rights_of_root() -> None:
    """Before exec: let file permissions count for root too (PR_CAPBSET_DROP of CAP_DAC_OVERRIDE)."""
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how root loses its rights is Linux's")
def test_disk__a_read_only_folder_is_a_sentence_and_left_as_it_was(whole, tmp_path):
    folder = left_by(whole, "classify", tmp_path / "study")
    before = contents(folder)
    folder.chmod(0o555)
    code, said = ended(afmfast("classify", folder, preexec_fn=_without_rights_of_root))
    folder.chmod(0o755)
    assert (code, said.count("\n")) == (1, 1), said
    assert said.startswith(f"afmfast: {folder}")
    assert "cannot be written: Permission denied" in said
    assert contents(folder) == before
