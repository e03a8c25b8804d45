"""The one way to write a file: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import StoreError


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A working name beside `path` to write to; it becomes `path` where the block ends well, else it goes.

    Its folder is made. Raises `StoreError` where the file system refuses.
    """
    working = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield working
        os.replace(working, path)
    except OSError as fault:
        raise refused(path, fault) from fault
    finally:
        with suppress(OSError):
            working.unlink()


def refused(path: Path, fault: OSError) -> StoreError:
    """What to say where the file system refuses to write."""
    return StoreError(
        f"{path}: cannot be written: {fault.strerror or fault}; free some space or write elsewhere (--out)"
    )


def write_text(path: Path, text: str) -> Path:
    """Write UTF-8 text as it stands; returns the path. Raises `StoreError`."""
    with written(path) as working:
        working.write_text(text, "utf-8", newline="")
    return path
