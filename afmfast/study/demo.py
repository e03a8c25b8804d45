"""A study of a synthetic archive whose answer is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..schedule import Scheduler
from ..synthetic import PLANTED, archive
from .folder import Progress
from .pipeline import run_study
from .result import StudyResult
from .settings import Settings


@dataclass(frozen=True)
class Size:
    """How large a demonstration is."""

    n_rows: int
    pixels: int
    repeats: int
    permutations: int
    splits_per_permutation: int


SIZES = {"normal": Size(200, 256, 500, 199, 10), "small": Size(24, 128, 10, 19, 2)}


def known_answer(size: str, *, null: bool) -> str:
    """What a study of the archive should find, in a sentence."""
    if null:
        return "Known answer: A and B do not differ; about one seed in twenty finds p up to 0.05 all the same."
    found = f"Known answer: A and B differ in {PLANTED.channel} and in nothing else"
    return f"{found}; so few groups seldom show it." if size == "small" else f"{found}."


def demo(
    out: str | Path = "afmfast-demo",
    *,
    size: Literal["normal", "small"] = "normal",
    null: bool = False,
    seed: int = 0,
    scheduler: Scheduler = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> StudyResult:
    """Make a labelled two-channel archive, study it, and write its report.

    Lines are scanned forth and back, so that `afmfast repeatability` has something to compare.
    `null` makes the same archive without any difference between its classes: an honest p is then uniform.
    """
    chosen = SIZES[size]
    folder = Path(out) / f"{size}{'-null' if null else ''}-seed-{seed}"
    shape = (chosen.pixels, chosen.pixels)
    manifest = archive(folder / "scans", n_rows=chosen.n_rows, shape=shape, seed=seed, null=null, retraces=True)
    settings = Settings(
        manifest=manifest, name="demo-null" if null else "demo", seed=seed, retraces=True, repeats=chosen.repeats,
        permutations=chosen.permutations, splits_per_permutation=chosen.splits_per_permutation,
    )  # fmt: skip
    return run_study(settings, out=folder / "study", scheduler=scheduler, workers=workers, progress=progress)
