"""docs/sensitivity.md holds what its script measures, for every parameter."""

from __future__ import annotations

import make_sensitivity
import pytest

from afmfast.features.table import PARAMETERS


def cells(page: str) -> dict[str, list[float]]:
    """The table of a page: numbers by symbol."""
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")][1:]
    return {symbol: [float(cell.strip(" %°")) for cell in row] for symbol, *row in rows}


@pytest.fixture(scope="module")
def written() -> dict[str, list[float]]:
    return cells(make_sensitivity.PATH.read_text("utf-8"))


def test_page__has_a_line_for_every_parameter_and_no_other(written) -> None:
    assert list(written) == list(PARAMETERS.names())


def test_page__is_what_its_script_measures(written) -> None:
    for symbol, row in cells(make_sensitivity.page(make_sensitivity.changes())).items():
        assert row == pytest.approx(written[symbol], rel=0.05, abs=0.11), symbol


@pytest.mark.parametrize(
    ("symbol", "change", "least", "most"),
    [("Sq", 0, 0.0, 0.3), ("Sq", 4, 0.5, 5.0), ("S3A", 2, 74.0, 76.0), ("Ssk", 4, 1.0, 300.0), ("Spd", 0, 2.0, 30.0)],
)
def test_change__is_of_the_size_that_theory_has(written, symbol: str, change: int, least: float, most: float) -> None:
    """Sq: by the root of 1 + 0.05^2, and of 1 + 192/65536 times 9; S3A: a quarter of the area is left."""
    assert least <= written[symbol][change] <= most
