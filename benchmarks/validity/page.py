"""The tables of docs/validity.md, each between marks that name it."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "validity.md"


def table(head: list[str], lines: list[list[str]]) -> str:
    """A Markdown table."""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def how_many_sets(about: str | None, usual: int) -> int:
    """What a script is asked for by `--sets`."""
    asked = argparse.ArgumentParser(description=about)
    asked.add_argument("--sets", type=int, default=usual)
    return int(asked.parse_args().sets)


def means(found: np.ndarray) -> list[str]:
    """Mean and standard error of each column of (n_sets, k)."""
    errors = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    return [f"{mean:.3f} ± {error:.3f}" for mean, error in zip(found.mean(axis=0), errors, strict=True)]


def put(name: str, text: str) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->`."""
    page = PAGE.read_text("utf-8")
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not marks.search(page):
        raise SystemExit(f"{PAGE} lacks the marks <!-- {name} --> <!-- /{name} -->; write them where the table belongs")
    PAGE.write_text(marks.sub(lambda m: f"{m[1]}{text}\n{m[2]}", page), "utf-8")
