"""One process at a time works in a study's folder, and says there how far it is."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from ..contracts import check, name_of
from ..errors import StoreError
from ..files import write_text
from .folder import Progress, StudyFolder

try:
    import fcntl
except ImportError:  # Windows has no lock that its owner's death would lift and others could read past
    fcntl = None  # type: ignore[assignment]

#: How often progress.json is written, and how long a lock is tried for: `status` holds it for an instant.
_EVERY, _PATIENCE = 1.0, 0.5


@contextmanager
def at_work(folder: StudyFolder, progress: Progress | None) -> Iterator[Progress]:
    """Keep other processes from working in a folder, for the length of a `with` block; yields what to call as progress.

    The lock is the operating system's, so it goes with its owner, however that ends; where the file system has no
    locks there is none. Raises `StoreError` naming the process that is at work, or where the folder cannot be
    written to.
    """
    with _opened(folder.lock) as file:
        _lock(file, folder)
        recorder = _Recorder(folder.progress, progress)
        try:
            yield recorder
        finally:
            with suppress(StoreError):  # what ends the block says it better
                recorder.write()


def who_is_at_work(folder: StudyFolder) -> str | None:
    """The process that works in a folder, None if there is none."""
    try:
        with folder.lock.open(encoding="utf-8") as file:
            return None if fcntl is None or _locked(file, fcntl.LOCK_SH) else file.read().strip()
    except OSError:
        return None


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="utf-8")
    except OSError as fault:
        raise StoreError(
            f"{path.parent}: cannot be written: {fault.strerror or fault}; give the study another folder (--out)"
        ) from fault


def _lock(file: IO[str], folder: StudyFolder) -> None:
    if fcntl is None:
        return
    end = time.monotonic() + _PATIENCE
    while not _locked(file, fcntl.LOCK_EX):
        if time.monotonic() > end:
            file.seek(0)
            raise StoreError(
                f"{folder.path}: {file.read().strip() or 'another process'} is at work here. Wait for it "
                f"(`afmfast status {folder.path}`), stop it, or give this study a folder of its own (--out)"
            )
        time.sleep(0.05)
    with suppress(OSError):  # who it is only serves the others
        file.truncate(0)
        file.write(f"process {os.getpid()} on {platform.node()}, since {time.strftime('%Y-%m-%d %H:%M:%S')},\n")
        file.flush()


def _locked(file: IO[str], kind: int) -> bool:
    """Whether the lock was got, or there are none on this file system."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


class _Recorder:
    """Hands progress on, and keeps the last of every stage in a file."""

    def __init__(self, path: Path, progress: Progress | None) -> None:
        self._path, self._progress = path, progress
        self._stages = recorded(path)
        self._begun: set[str] = set()
        self._written = 0.0

    def __call__(self, stage: str, done: int, total: int, note: str) -> None:
        now = time.time()
        if stage not in self._begun:
            self._stages[stage] = {"first": done, "began": now}
        self._stages[stage] |= {"done": done, "total": total, "note": note, "updated": now}
        self._begun.add(stage)
        if now - self._written >= _EVERY:
            self.write()
        if self._progress is not None:
            self._progress(stage, done, total, note)

    def write(self) -> None:
        """Keep what was said last, for others to read."""
        document = {"schema": name_of("progress"), "stages": self._stages}
        write_text(self._path, json.dumps(document, indent=1))
        self._written = time.time()


def recorded(path: Path) -> dict[str, Any]:
    """The stages of a progress.json, none where it cannot be read: it tells nothing that a product would not."""
    try:
        return dict(check(json.loads(path.read_text("utf-8")), "progress")["stages"])
    except (OSError, ValueError, StoreError):
        return {}
