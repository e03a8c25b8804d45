"""The parameters against other people's programs, whose answers `make_oracles.py` wrote down."""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

import make_oracles
import numpy as np
import pandas as pd
import pytest
from oracles import by_gwyddion, by_surfacetopography, by_surfalize, worker
from oracles.compared import COMPARISONS
from oracles.differing import DIFFERENCES
from oracles.images import FILES, NAMED, ROUGH, data, made, scanned
from test_readers_real import STATED, _channel

from afmfast.features.measure import measure_image
from afmfast.features.table import PARAMETERS

LINES = make_oracles.read(make_oracles.COMPARED)
DIFFERING = make_oracles.read(make_oracles.DIFFERING)


@cache
def measured(surface: str, sha256: str, channel: str) -> pd.Series:
    image = scanned(sha256, channel) if sha256 else made(surface)
    if image is None:
        pytest.skip(f"{surface} ({sha256}) is not below {data()}")
    return measure_image(image.z, image.dx, image.dy, parameters="all", level=image.level)


def _name(line: dict[str, str]) -> str:
    return f"{line['program']}-{line['symbol']}-{line['surface']}"


@pytest.mark.parametrize("line", LINES, ids=_name)
def test_parameter__as_another_program_has_it(line: dict[str, str]) -> None:
    found = measured(line["surface"], line["sha256"], line["channel"])[line["symbol"]]
    assert found == pytest.approx(float(line["value"]), rel=0, abs=float(line["tolerance"])), line["reason"]


BOUNDED = [line for line in DIFFERING if line["low"]]


@pytest.mark.parametrize("line", BOUNDED, ids=_name)
def test_difference__is_as_large_as_it_is_said_to_be(line: dict[str, str]) -> None:
    found = measured(line["surface"], line["sha256"], line["channel"])[line["symbol"]]
    assert float(line["low"]) * found <= float(line["value"]) <= float(line["high"]) * found, line["difference"]


def test_oracles__answer_for_no_parameter_that_is_not_there() -> None:
    assert {line["symbol"] for line in LINES + DIFFERING} <= set(PARAMETERS.names())


def test_oracles__every_comparison_and_difference_has_a_line_and_no_other() -> None:
    asked = [(row.program, row.symbol) for row in COMPARISONS]
    assert len(set(asked)) == len(asked)
    assert {(line["program"], line["symbol"]) for line in LINES} == set(asked)
    told = {(row.program, row.symbol, row.difference) for row in DIFFERENCES}
    assert {(line["program"], line["symbol"], line["difference"]) for line in DIFFERING} == told


def test_oracles__every_image_has_lines() -> None:
    images = {(name, "", "") for name in (*NAMED, *ROUGH)} | {
        (name, sha256, channel) for sha256, name, channel in FILES
    }
    assert {(line["surface"], line["sha256"], line["channel"]) for line in LINES} == images


def test_oracles__every_tolerance_has_a_reason() -> None:
    assert all(line["reason"] and line["version"][0].isdigit() for line in LINES)


@pytest.mark.parametrize("program", [by_surfalize, by_gwyddion, by_surfacetopography, worker], ids=lambda m: m.__name__)
def test_worker__imports_nothing_that_its_environment_may_lack(program) -> None:
    allowed = {"numpy", "__future__", *sys.stdlib_module_names}
    tree = ast.parse(Path(program.__file__).read_text("utf-8"))
    names = {name.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import) for name in node.names}
    names |= {node.module.split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert names <= allowed


def test_tests__import_no_program_under_the_gpl() -> None:
    assert "surfalize" not in sys.modules


STATED_AS = {"Ra": "Sa", "rms": "Sq", "Rq": "Sq", "Rp": "Sp", "Rv": "Sv"}
PARAMETERS_STATED = [row for row in STATED if row["quantity"].removeprefix("line ") in STATED_AS]


def straightened(z: np.ndarray) -> np.ndarray:
    """Each row less its own straight line."""
    x = np.arange(z.shape[1])
    return np.stack([row - np.polyval(np.polyfit(x, row, 1), x) for row in z])


@pytest.mark.parametrize("row", PARAMETERS_STATED, ids=lambda row: f"{row['file']}:{row['channel']}:{row['quantity']}")
def test_parameter__as_the_origin_of_a_file_states_it(row: dict[str, str]) -> None:
    if not data().is_dir():
        pytest.skip(f"real scans are not here: {data()} is absent")
    image = _channel(data(), row)
    z = image.heights.astype(float)
    if row["quantity"].startswith("line "):
        z = straightened(z)
    symbol = STATED_AS[row["quantity"].removeprefix("line ")]
    found = measure_image(z, image.dx, image.dy, unit=image.unit, parameters=symbol, level="none")[symbol]
    assert found == pytest.approx(float(row["value"]), rel=max(float(row["rtol"]), 1e-6), abs=0)
