"""Makes tests/reference/parameters.csv: `python tests/make_parameters.py`. No afmfast kernel and no naive twin in here.

Every line is a closed form of a surface in `strategies.SURFACES`, a published value, or an outside program's answer.
`tolerance` is absolute, in the unit of the value.
"""

from __future__ import annotations

import csv
from pathlib import Path

from golden import frequencies, heights, lags, motifs, neighbours, orientation, scales
from golden.common import Line

PATH = Path(__file__).parent / "reference" / "parameters.csv"
FAMILIES = (heights, neighbours, lags, frequencies, motifs, orientation, scales)


def lines() -> list[Line]:
    """All lines in the order of the file."""
    return [line for family in FAMILIES for line in family.lines()]


def main() -> None:
    """Write the table."""
    with PATH.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("symbol", "surface", "value", "tolerance", "pedigree"))
        out.writerows((s, f, f"{value:.10g}", f"{tolerance:.2g}", why) for s, f, value, tolerance, why in lines())


if __name__ == "__main__":
    main()
