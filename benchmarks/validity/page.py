"""The tables of docs/validity.md, each between marks that name it."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "validity.md"


def table(head: list[str], lines: list[list[str]]) -> str:
    """A Markdown table."""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def put(name: str, text: str) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->`."""
    page = PAGE.read_text("utf-8")
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not marks.search(page):
        raise SystemExit(f"{PAGE} lacks the marks <!-- {name} --> <!-- /{name} -->; write them where the table belongs")
    PAGE.write_text(marks.sub(lambda m: f"{m[1]}{text}\n{m[2]}", page), "utf-8")
