"""Every row on the same surface in other units, upside down, turned, transposed, and cut to whole periods."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import naive
from strategies import NM, A, honed, rough

from afmfast import synthetic
from afmfast.features.measure import heights_of, measure_image, surface_of, values_of
from afmfast.features.preparation import Preparation
from afmfast.features.table import PARAMETERS, applicable

DX, DY = 10 * NM, 11 * NM

# --- units ---------------------------------------------------------------------------------------

#: Standard deviations of a height, an adhesion, a modulus, a dissipated energy.
UNITS = [("m", 2e-8), ("N", 3e-10), ("Pa", 7e8), ("J", 5e-19)]


def right_values() -> dict[str, float]:
    """Every row by the float64 twin, on the surface with lengths and heights near 1."""
    z = rough((75, 64)) / (10 * NM)
    return {**naive(z, 1.0, 1.1, unit="m"), **naive(z, 1.0, 1.1, unit="N")}


@pytest.fixture(scope="module")
def right() -> dict[str, float]:
    return right_values()


@pytest.mark.parametrize(("unit", "sd"), UNITS)
def test_row__is_right_on_the_same_surface_in_any_unit(unit: str, sd: float, right: dict[str, float]) -> None:
    """All rows, those that mix heights and lengths among them: both are scaled alike."""
    z = rough((75, 64)) / (10 * NM) * sd
    rows = tuple(PARAMETERS)
    found = dict(zip(rows, values_of(surface_of(heights_of(z), sd, 1.1 * sd, Preparation()), rows), strict=True))
    for row, value in found.items():
        wanted = right[row.symbol] * sd**row.z_power * sd**row.xy_power
        assert value == pytest.approx(wanted, rel=1e-5, abs=0, nan_ok=True), row.symbol
    for symbol, value in measure_image(z, sd, 1.1 * sd, unit=unit, parameters="all").items():
        assert value == found[PARAMETERS[symbol]] or np.isnan(value), symbol


@pytest.mark.parametrize(("unit", "sd"), UNITS)
def test_row__is_left_out_only_where_it_would_mean_nothing(unit: str, sd: float) -> None:
    left_out = {row.symbol for row in PARAMETERS} - {row.symbol for row in applicable("all", unit)}
    needs = "zero" if unit == "m" else "length"
    assert left_out == {row.symbol for row in PARAMETERS if row.needs == needs}


# --- symmetries ----------------------------------------------------------------------------------

SWAPPED = {"Sp": "Sv", "Ssc": "Svc", "Sds": "Svd", "S5p": "S5v", "Sha": "Sda"}
SWAPPED |= {"Shv": "Sdv"}
SWAPPED |= {other: one for one, other in SWAPPED.items()}
NEGATED = ("Smean", "Ssk", "Smed")
#: Of peaks or of one end of the material ratio curve, without a row for the other; a lattice from the lowest pixel.
ONE_SIDED = {"Sbi", "Sci", "Svi", "Sdc0_5", "Sdc5_10", "Sdc10_50", "Sdc50_95", "Sdc50_100", "Sxp", "Smc10", "Smr"}
ONE_SIDED |= {"Vmp", "Vmc", "Vvc", "Vvv", "Spd", "Spc", "D_dbc"}
#: Windows, breaks and edges of bins lie close together, and of equally good ones the first counts: upside down, one in
#: some hundred surfaces gets another. Their exact surfaces are below and in test_parameters.py.
CHOSEN = {"Sk", "Spk", "Svk", "Smr1", "Smr2", "Spkx", "Svkx", "Spq", "Svq", "Smq", "Sent"}
#: Of equally high pixels the first counts, so on plateaus hills see how the image lies.
TIED = {row.symbol for row in PARAMETERS if row.family == "feature"}
shapes = st.sampled_from([(75, 64), (64, 67), (29, 48), (9, 11)])


@st.composite
def surfaces(draw: st.DrawFn) -> tuple[np.ndarray, set[str]]:
    """A rough surface, with plateaus or without, and the rows that have ties on it."""
    z = rough(draw(shapes), draw(st.integers(0, 999)))
    return (synthetic.quantised(z, step=0.5 * NM), TIED) if draw(st.booleans()) else (z, set())


def every_row(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """Lengths and forces together, so that no row is missing."""
    both = [measure_image(z, dx, dy, unit=unit, parameters="all", level="none") for unit in ("m", "N")]
    return {**both[0], **both[1]}


def near(value: float, scale: float) -> object:
    return pytest.approx(value, rel=2e-4, abs=2e-5 * scale, nan_ok=True)


@settings(max_examples=20, deadline=None)
@given(surfaces())
def test_row__upside_down_is_itself_its_opposite_or_its_counterpart(case: tuple[np.ndarray, set[str]]) -> None:
    z, tied = case
    up, down = every_row(z, DX, DY), every_row(-z, DX, DY)
    for symbol, value in down.items():
        scale = up["Sq"] if (PARAMETERS[symbol].z_power, PARAMETERS[symbol].xy_power) == (1, 0) else 0.0
        if symbol in NEGATED:
            assert value == near(-up[symbol], scale or 1.0), symbol
        elif symbol not in ONE_SIDED | CHOSEN | tied:
            assert value == near(up[SWAPPED.get(symbol, symbol)], scale), symbol


def test_two_lines__upside_down_change_places() -> None:
    up, down = (measure_image(z, DX, DX, parameters=["Spq", "Svq", "Smq"]) for z in (honed((96, 96)), -honed((96, 96))))
    assert down["Spq"] == pytest.approx(up["Svq"], rel=1e-3)
    assert down["Svq"] == pytest.approx(up["Spq"], rel=1e-3)
    assert down["Smq"] == pytest.approx(1 - up["Smq"], rel=1e-3)


@settings(max_examples=20, deadline=None)
@given(surfaces(), st.sampled_from(["turned", "transposed"]))
def test_row__turned_or_transposed_is_what_the_row_declares(case: tuple[np.ndarray, set[str]], move: str) -> None:
    z, tied = case
    before = every_row(z, DX, DY)
    after = every_row(np.rot90(z) if move == "turned" else z.T, DY, DX)
    for symbol, value in after.items():
        row = PARAMETERS[symbol]
        if row.is_angle and symbol != "Sch":
            wanted = before[symbol] + 90 if move == "turned" else 90 - before[symbol]
            assert (value - wanted + 90) % 180 - 90 == pytest.approx(0, abs=1e-3, nan_ok=True), symbol
        elif "turn" in row.invariances and symbol not in tied:
            assert value == near(before[symbol], before["Sq"] if row.xy_power == 0 else 0.0), symbol


#: Rows that know the heights of whole periods and nothing else.
OF_HEIGHTS = ("Sa", "Sq", "Ssk", "Sku", "Sp", "Sv", "Sz", "Smed", "Smad", "Sent")


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 9), st.integers(3, 9), st.integers(2, 6), st.integers(0, 2), st.integers(0, 2))
def test_heights__of_whole_periods_are_those_of_one(ny: int, nx: int, n: int, down: int, right: int) -> None:
    tile = rough((ny, nx), seed=ny * nx)
    whole = np.tile(tile, (n, n))
    cut = whole[down : down + ny * (n - 1), right : right + nx * (n - 1)]
    found, wanted = (measure_image(z, DX, DY, parameters=OF_HEIGHTS, level="none") for z in (cut, whole))
    for symbol in OF_HEIGHTS:
        assert found[symbol] == pytest.approx(
            wanted[symbol], rel=1e-5, abs=1e-6 * wanted["Sq"] if symbol != "Sku" else 0
        )


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(8, 16), st.integers(2, 4))
def test_wavelengths__of_whole_periods_are_those_of_more(kx: int, ky: int, side: int, n: int) -> None:
    z = synthetic.sine((side * n, side * n), amplitude=A, waves=(kx * n, ky * n))
    cut = z[: side * (n - 1) or side, : side * (n - 1) or side]
    found, wanted = (measure_image(k, DX, DX, parameters="Ssw", level="none")["Ssw"] for k in (cut, z))
    assert found == pytest.approx(wanted, rel=1e-6)
