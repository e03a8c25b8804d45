"""What `afmfast parameters` prints: a table, or the page of Markdown that is docs/parameters.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..features.parameter import Parameter
from ..features.table import SETS, sets_of

_WORDS = {"offset": "offset", "flip": "mirroring", "turn": "quarter turn"}
_NEEDS = {"any": "", "length": " Only where heights are lengths.", "zero": " Only where zero means something."}
_HEADER = """# Surface parameters

<!-- Made by `afmfast parameters all --markdown`; the rows are in afmfast/features/rows. -->

Name sets and symbols, in any mixture: `parameters: [classic, Sal]`. Aliases are other names of the same number; its
column keeps the symbol. In the units, z is the unit of the heights. *Unchanged by* says what leaves a value as it is:
a constant added to all heights, mirroring the image, turning it by 90°. In the definitions “height” is the value of a
pixel, whatever the channel.

A fractal row is read from a power law: a straight line in double-logarithmic axes, from 4 pixels (of the spectrum:
4 pixels a period) to a quarter of the shorter side. `measure_image(...).attrs["fits"]` has its slope, R squared and
range in metres. There is none (NaN, the reason in `attrs["undefined"]`) where heights are smooth (differences over two
pixels are more than 1.97 times those over one), repeat (they differ less, by half in squares, than at some shorter
distance) or do not vary along one axis: a sinusoid, a grating, a plane have no dimension. There is none either where an
image has fewer than three scales: most take 32 or 64 pixels a side. Do not compare dimensions of different estimators.

How much noise, pixels, scan size, levelling and a scar change each: [sensitivity.md](sensitivity.md). Image textures
such as grey-level co-occurrence are not here: they hang on how heights are cut into grey levels, so one spike changes
all of them; Sent, Goent, Saent, Gcoh and Slac say the same of heights, slopes and clusters.
"""


def show(rows: Sequence[Parameter]) -> None:
    """Print parameters as a table."""
    table = Table("symbol", "unit", "meaning", title=f"{len(rows)} surface parameters", show_lines=True)
    for row in rows:
        sets, unchanged = ", ".join(sets_of(row)) or "none", _unchanged_by(row) or "not stated"
        about = f"{row.family}; in sets: {sets}; unchanged by: {unchanged}; {row.reference}"
        meaning = Text.assemble(f"{row.title}: {_definition(row)}\n", (about, "dim"))
        table.add_row("\n= ".join((row.symbol, *row.aliases)), _unit(row), meaning)
    # Piped into a file, lines keep their whole text.
    Console(width=None if sys.stdout.isatty() else 400).print(table)


def page(rows: Sequence[Parameter]) -> str:
    """Sets and parameters as Markdown, a table a family."""
    return "\n".join([_HEADER, *set_lines(rows), *_family_lines(rows)]) + "\n"


def set_lines(rows: Sequence[Parameter]) -> Iterator[str]:
    """The sets that these rows fill, as a table of Markdown; it stands in the README too."""
    shown = {row.symbol for row in rows}
    yield from ("| set | number | symbols |", "|---|---|---|")
    for name, symbols in SETS.items():
        listed = "every parameter" if name == "all" else " ".join(symbols)
        if shown.issuperset(symbols):
            yield f"| `{name}` | {len(symbols)} | {listed} |"


def _family_lines(rows: Sequence[Parameter]) -> Iterator[str]:
    for family in dict.fromkeys(row.family for row in rows):
        yield from ("", f"## {family.capitalize()}", "")
        yield "| symbol | aliases | name | sets | unit | definition | unchanged by | reference |"
        yield "|---|---|---|---|---|---|---|---|"
        for row in rows:
            if row.family == family:
                yield _line(row)


def _line(row: Parameter) -> str:
    sets = ", ".join(name for name in sets_of(row) if name != "all")
    cells = (
        f"**{row.symbol}**", ", ".join(row.aliases), row.title, sets, _unit(row), _definition(row), _unchanged_by(row),
        row.reference,
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _unit(row: Parameter) -> str:
    return row.unit("z") or "1"


def _definition(row: Parameter) -> str:
    return row.definition + _NEEDS[row.needs]


def _unchanged_by(row: Parameter) -> str:
    return ", ".join(_WORDS[kind] for kind in row.invariances)
