"""What `afmfast channels` prints: a table, or the page of Markdown that is docs/channels.md."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from ..signals import OTHER, RAW, RAW_UNITS, SIGNALS, Signal

_HEADER = """# Channels

<!-- Made by `afmfast channels --markdown`; the rows are in afmfast/signals.py. -->

A channel is *absolute* where its numbers mean the same on another calibrated instrument, and *instrument-dependent*
where they hang on gains, drive, set-point or probe. A study uses the absolute ones; `channels: [height, Phase]` asks
for others, and the report then says what to distrust. A height in m is one, whatever else its name says; else the first
row tells that begins a word of the vendor's name ("Sample" has no amplitude, "vDeflection" is two words). An absolute
channel in a raw unit ({units}) is a raw signal.

| kind of channel | words in its name begin with | | because |
|---|---|---|---|
"""


def show() -> None:
    """Print the kinds of channels as a table."""
    table = Table("kind of channel", "words in its name", "", "because")
    for row in (*SIGNALS, RAW, OTHER):
        table.add_row(row.name, _words(row), row.kind, row.reason)
    # Piped into a file, lines keep their whole text.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def page() -> str:
    """The same as Markdown."""
    units = ", ".join(sorted(unit or "none" for unit in RAW_UNITS))
    rows = (f"| {row.name} | {_words(row)} | {row.kind} | {row.reason} |" for row in (*SIGNALS, RAW, OTHER))
    return _HEADER.format(units=units) + "\n".join(rows) + "\n"


def _words(row: Signal) -> str:
    return ", ".join(row.words) or "any other"
