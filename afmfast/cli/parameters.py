"""The table that `afmfast parameters` prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from ..features.table import PARAMETERS, resolve
from ..units import power


def show(names: Sequence[str] | None) -> None:
    """Print the parameters of the named sets and symbols, by default all of them."""
    rows = resolve(names) if names else tuple(PARAMETERS)
    table = Table("symbol", "family", "unit", "definition", "reference", title=f"{len(rows)} surface parameters")
    for row in rows:
        table.add_row(row.name, row.family, power("z", row.z_power, row.xy_power) or "1", row.definition, row.reference)
    console = Console()
    # Piped into a file, lines keep their whole text.
    console.print(table, width=None if console.is_terminal else 200)
