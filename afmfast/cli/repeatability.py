"""What `afmfast repeatability` prints: a sentence and a table for each comparison."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from ..report.repeatability import lines, told

#: What fits a terminal, with every ICC that has an interval; the rest is in repeatability.json and in the report.
_SHOWN = ("parameter", "CV", "smallest difference", "verdict")


def show(document: Mapping[str, Any]) -> None:
    """Print every comparison of a document of data_schemas/repeatability-1.0.json."""
    # Piped into a file, lines keep their whole text.
    console = Console(width=None if sys.stdout.isatty() else 200)
    for comparison in document["comparisons"]:
        shown = lines(comparison)
        headings = [heading for heading in shown[0] if _is_shown(heading, comparison["kind"])]
        table = Table(*headings)
        for line in shown:
            table.add_row(*(line[heading] for heading in headings))
        console.print(told(comparison), table, sep="\n")


def _is_shown(heading: str, kind: str) -> bool:
    """Of ways there and back also by how much they differ: ICC(3,1) does not count that."""
    return heading in _SHOWN or heading.endswith("(95 %)") or (kind == "retraces" and heading.endswith("pairs)"))
