"""The folder of one study: where each stage's product lies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ..errors import AfmfastError, StoreError
from ..files import write_text
from . import settings_file
from .settings import Settings

#: Called as progress(stage, done, total, note); stages: ingest, measure, classify.
Progress = Callable[[str, int, int, str], None]
#: What a single stage calls: progress(done, total, note).
StageProgress = Callable[[int, int, str], None]


def of_stage(progress: Progress | None, stage: str) -> StageProgress | None:
    """The progress of one stage."""
    return None if progress is None else partial(progress, stage)


class StudyFolder:
    """Paths of a study's products: study.yaml, stack.zarr, parameters.parquet, repeats/, results.json and so on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings_file = path / "study.yaml"
        self.stack = path / "stack.zarr"
        self.ingest_report = path / "ingest.json"
        self.parameters = path / "parameters.parquet"
        self.repeatability = path / "repeatability.json"
        self.power = path / "power.json"
        self.repeats = path / "repeats"
        self.results = path / "results.json"
        self.report = path / "report.html"
        self.progress = path / "progress.json"
        self.lock = path / ".lock"

    @classmethod
    def default_for(cls, settings: Settings) -> StudyFolder:
        """`./<name>-study`. Raises `StoreError` where a study of another manifest lies there."""
        folder = cls(Path(f"{settings.title}-study"))
        if folder.settings_file.is_file():
            theirs = folder.load().manifest.resolve()
            if theirs != settings.manifest.resolve():
                raise StoreError(
                    f"{folder.path}: holds the study of {theirs}, and this one is of {settings.manifest}; give it a "
                    "folder of its own (--out)"
                )
        return folder

    @contextmanager
    def trying(self, settings: Settings) -> Iterator[None]:
        """Keep the settings, for the length of a `with` block alone if they are refused in it."""
        before = self.settings_file.read_text("utf-8") if self.settings_file.is_file() else None
        self.save(settings)
        try:
            yield
        except AfmfastError:
            if before is None:
                self.settings_file.unlink(missing_ok=True)
            else:
                write_text(self.settings_file, before)
            raise

    def save(self, settings: Settings) -> None:
        """Keep the settings beside the products; the manifest is named relative to the folder."""
        kept = settings.model_copy(update={"manifest": self._seen_from_here(settings.manifest), "name": settings.title})
        write_text(self.settings_file, settings_file.dump(kept))

    def _seen_from_here(self, path: Path) -> Path:
        """A path relative to the folder, so that both can move together; absolute on another Windows drive."""
        try:
            return Path(os.path.relpath(path.resolve(), self.path.resolve()))
        except ValueError:
            return path.resolve()

    def load(self, **changes: object) -> Settings:
        """The study's settings; `changes` win. Raises `StoreError` where no study lies."""
        self.check_there()
        return settings_file.load(self.settings_file, **changes)

    def check_there(self) -> None:
        """Raise `StoreError` where no study lies."""
        if not self.settings_file.is_file():
            raise StoreError(
                f"{self.path}: no study here (study.yaml is missing); start one with `afmfast study MANIFEST`"
            )


def study_of(source: Settings | str | Path, out: str | Path | None, **changes: object) -> tuple[StudyFolder, Settings]:
    """Folder and settings of a study from its manifest.csv or study.yaml; `changes` (None = not given) win.

    A manifest says nothing of settings, so a study of it that was begun goes on with its own. The folder is `out`, or
    that of a study.yaml which a study has begun beside, or `./<name>-study`.
    """
    if isinstance(source, Settings):
        return StudyFolder(Path(out)) if out is not None else StudyFolder.default_for(source), source
    path = Path(source)
    settings = settings_file.load(path, **changes)
    is_manifest = path.suffix.lower() not in settings_file.YAML
    if out is not None:
        folder = StudyFolder(Path(out))
    elif not is_manifest and StudyFolder(path.parent).lock.exists():
        folder = StudyFolder(path.parent)
    else:
        folder = StudyFolder.default_for(settings)
    if is_manifest and folder.settings_file.is_file():
        begun = folder.load(**changes)
        settings = begun if begun.manifest.resolve() == settings.manifest.resolve() else settings
    return folder, settings
