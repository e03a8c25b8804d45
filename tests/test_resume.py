"""A study that is interrupted in every stage, one after the other, ends equal to one that nobody disturbed."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import afmfast
from afmfast.stack.store import open_store
from afmfast.study import pipeline
from afmfast.study.settings import Settings
from afmfast.synthetic import archive
from afmfast.validation import tasks

#: Interrupted at the first call of progress that fits: the stage, a part of the note, how much of it is done.
STOPS = [
    ("ingest", "", 5), ("measure", "height", 1), ("measure", "adhesion", 25), ("classify", "height: true", 5),
    ("classify", "height: permuted", 20), ("classify", "adhesion: permuted", 60),
    ("classify", "height+adhesion: true", 95), ("classify", "height+adhesion: permuted", 115),
]  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    manifest = archive(tmp_path_factory.mktemp("scans"), n_rows=24, shape=(32, 32), seed=2)
    return Settings(
        manifest=manifest, name="small", classifier="logistic_regression", rank="gini_single", repeats=8,
        permutations=19, splits_per_permutation=2,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def many_tasks(monkeypatch):
    monkeypatch.setattr(tasks, "PILOT_SECONDS", 0)
    monkeypatch.setattr(tasks, "task_seconds", lambda total, workers: total / 10)
    monkeypatch.setattr(tasks, "HALF_BUSY", 1e9)


def stopping(stage: str, note: str, done: int) -> Callable[..., None]:
    def progress(in_stage: str, n: int, total: int, said: str) -> None:
        if in_stage == stage and said.startswith(note) and n >= done:
            raise KeyboardInterrupt

    return progress


def images(folder: Path) -> list[np.ndarray]:
    store = open_store(folder / "stack.zarr")
    return [store.image(name, info.name)[0] for name in sorted(store.rows["name"]) for info in store.channels]


def repeats(folder: Path) -> dict[str, list[dict]]:
    """Every repeat by the folder and kind it lies in, in order, however it was cut into files."""
    found: dict[str, list[dict]] = {}
    for path in folder.glob("repeats/*/*.parquet"):
        found.setdefault(f"{path.parent.name}/{path.name.split('-')[0]}", []).extend(pq.read_table(path).to_pylist())
    return {name: sorted(lines, key=lambda line: list(line.values())[:2]) for name, lines in found.items()}


def document(folder: Path, name: str) -> str:
    """A product without the time at which it was made."""
    made = json.loads((folder / "results.json").read_text("utf-8"))["created"]
    return (folder / name).read_text("utf-8").replace(made, "").replace(made[:10], "").replace(made[11:16], "")


@pytest.mark.slow  # eleven studies, one after the other
def test_interrupted__in_every_stage_it_ends_equal(settings, tmp_path, monkeypatch):
    whole, folder = tmp_path / "whole", tmp_path / "interrupted"
    afmfast.run_study(settings, out=whole, scheduler="serial")
    for stop in STOPS:
        with pytest.raises(KeyboardInterrupt):
            afmfast.run_study(settings, out=folder, scheduler="serial", progress=stopping(*stop))
        assert not (folder / "results.json").exists(), stop
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "write_report", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            afmfast.run_study(settings, out=folder, scheduler="threads", workers=2)
    assert not (folder / "report.html").exists()
    afmfast.run_study(settings, out=folder, scheduler="serial")

    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(images(whole), images(folder), strict=True))
    tables = [pd.read_parquet(each / "parameters.parquet") for each in (whole, folder)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    np.testing.assert_equal(repeats(folder), repeats(whole))
    for name in ("study.yaml", "results.json", "report.html"):
        assert document(folder, name) == document(whole, name), name
    assert not list(folder.rglob("*.part"))


def _interrupt(*given: object, **options: object) -> None:
    raise KeyboardInterrupt
