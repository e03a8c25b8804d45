"""What `afmfast repeatability` prints: a sentence and a table for each comparison."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from ..report.repeatability import lines, told

#: What fits a terminal; the rest is in repeatability.json and in the report.
_SHOWN = ("parameter", "ICC (95 %)", "CV", "smallest difference", "verdict")


def show(document: Mapping[str, Any]) -> None:
    """Print every comparison of a document of data_schemas/repeatability-1.0.json."""
    # Piped into a file, lines keep their whole text.
    console = Console(width=None if sys.stdout.isatty() else 200)
    for comparison in document["comparisons"]:
        table = Table(*_SHOWN)
        for line in lines(comparison):
            table.add_row(*(line[heading] for heading in _SHOWN))
        console.print(told(comparison), table, sep="\n")
