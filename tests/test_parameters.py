"""Every parameter against its golden values, its slow twin, and what its own row says of it."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import make_parameters
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import naive
from strategies import NM, SURFACES, A, images, pixels, rough

from afmfast import synthetic
from afmfast.features import measure
from afmfast.features.table import PARAMETERS

REFERENCE = Path(__file__).parent / "reference" / "parameters.csv"
LINES = list(csv.DictReader(REFERENCE.read_text("utf-8").splitlines()))
measure_image = partial(measure.measure_image, parameters="all")
LEVELS = ("none", "constant", "plane", "quadratic", "cubic")
#: Found by choosing among nearly equal windows, so a rounded plateau can move them: see `core_line` in naive.py.
CORE = ("Sk", "Spk", "Svk", "Smr1", "Smr2", "Spkx", "Svkx")
#: Found by choosing among nearly equal breaks of a line.
BROKEN = ("Spq", "Svq", "Smq")
DX, DY = 10 * NM, 11 * NM


@cache
def measured(surface: str) -> pd.DataFrame:
    s = SURFACES[surface]
    return pd.DataFrame([measure_image(z, s.dx, s.dy, unit=s.unit, level=s.level) for z in s.make()])


def assert_equal(found: pd.Series, wanted: dict[str, float], *, relative: float, but: tuple[str, ...] = ()) -> None:
    """Equal up to a share of the value or, for differences of heights and for ratios, of Sq or 1; NaN where NaN."""
    assert set(found.index) == set(wanted)
    for symbol, value in found.items():
        scale = wanted["Sq"] if PARAMETERS[symbol].z_power == 1 and PARAMETERS[symbol].xy_power == 0 else 0.0
        if PARAMETERS[symbol].family in ("height", "functional") and PARAMETERS[symbol].z_power == 0:
            scale = 1.0
        if symbol not in but:
            expected = pytest.approx(wanted[symbol], rel=relative, abs=0.1 * relative * scale, nan_ok=True)
            assert value == expected, symbol


# --- golden values -------------------------------------------------------------------------------


def test_reference__has_a_line_for_every_parameter_and_no_other() -> None:
    assert {line["symbol"] for line in LINES} == set(PARAMETERS.names())


def test_reference__every_parameter_has_a_pedigree_outside_this_project() -> None:
    known = ("analytic:", "by hand:", "published:", "outside:")
    assert all(line["pedigree"].startswith(known) for line in LINES)


def test_reference__is_what_its_script_makes() -> None:
    made = [(*line[:2], pytest.approx(line[2], rel=1e-7, abs=0)) for line in make_parameters.lines()]
    assert made == [(line["symbol"], line["surface"], float(line["value"])) for line in LINES]


def test_reference__tolerances_are_tight() -> None:
    for line in LINES:
        value, tolerance = float(line["value"]), float(line["tolerance"])
        assert tolerance <= (0.08 * abs(value) if value else 1e-6), line


@pytest.mark.parametrize("line", LINES, ids=[f"{line['symbol']}-{line['surface']}" for line in LINES])
def test_parameter__golden_value(line: dict[str, str]) -> None:
    found = measured(line["surface"])[line["symbol"]].mean()
    assert found == pytest.approx(float(line["value"]), rel=0, abs=float(line["tolerance"])), line["pedigree"]


# --- the slow twin -------------------------------------------------------------------------------

SHAPES = [(48, 48), (37, 44), (47, 31), (13, 48), (48, 7), (8, 6), (5, 5), (3, 4), (2, 2)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("dx", "dy"), [(DX, DX), (DX, 1.7 * DX), (2 * DX, DX)], ids=["square", "tall", "wide"])
def test_twin__any_shape_and_pixel(shape: tuple[int, int], dx: float, dy: float) -> None:
    z = rough(shape)
    assert_equal(measure_image(z, dx, dy), naive(z, dx, dy), relative=1e-5)


def test_twin__enough_rings_for_both_ranges() -> None:
    z = rough((75, 64))
    found = measure_image(z, DX, DX)
    assert not found.isna().any()
    assert_equal(found, naive(z, DX, DX), relative=1e-5)


@pytest.mark.parametrize("level", LEVELS)
def test_twin__any_levelling(level: str) -> None:
    z = rough((31, 40), seed=3)
    assert_equal(measure_image(z, DX, DY, level=level), naive(z, DX, DY, level=level), relative=1e-5)


def test_twin__heights_that_are_forces() -> None:
    z = rough((31, 40), seed=4)
    found = measure_image(z, DX, DY, unit="N", level="none")
    assert_equal(found, naive(z, DX, DY, unit="N", level="none"), relative=1e-5)


@pytest.mark.parametrize("share", [0.002, 0.1, 0.97])
@pytest.mark.parametrize("level", ["none", "plane", "cubic"])
def test_twin__missing_pixels(share: float, level: str) -> None:
    z = synthetic.with_missing(rough((23, 30), seed=5), share=share)
    z[0, 0] = math.inf
    assert_equal(measure_image(z, DX, DY, level=level), naive(z, DX, DY, level=level), relative=1e-5)


@pytest.mark.parametrize("step", [0.5, 2.0, 10.0])
@pytest.mark.parametrize("shape", [(48, 48), (31, 17), (9, 8)], ids=str)
def test_twin__plateaus(step: float, shape: tuple[int, int]) -> None:
    z = synthetic.quantised(rough(shape, seed=6), step=step * NM)
    assert_equal(measure_image(z, DX, DY, level="none"), naive(z, DX, DY, level="none"), relative=1e-5)


@pytest.mark.parametrize("step", [0.5, 2.0, 10.0])
def test_twin__tilted_plateaus(step: float) -> None:
    z = synthetic.quantised(rough((48, 37), seed=7), step=step * NM)
    found, wanted = measure_image(z, DX, DY), naive(z, DX, DY)
    assert_equal(found, wanted, relative=1e-5, but=(*CORE, *BROKEN))
    # the curve is straight over a plateau, so thousands of windows are flat to within rounding
    assert_equal(found[["Sq", *CORE]], {s: wanted[s] for s in ("Sq", *CORE)}, relative=0.02)


@pytest.mark.parametrize("fill", [0.0, 3.3e-7, math.nan])
@pytest.mark.parametrize("shape", [(12, 9), (2, 2), (1, 9), (9, 1)], ids=str)
@pytest.mark.parametrize("level", ["none", "plane", "cubic"])
def test_twin__constant_images(shape: tuple[int, int], fill: float, level: str) -> None:
    z = np.full(shape, fill)
    assert_equal(measure_image(z, DX, DY, level=level), naive(z, DX, DY, level=level), relative=1e-5)


#: Heights of summits and of hills, of which a flat image has none.
NO_SUMMITS = ("S10z", "Ssc", "Svc", "Spc", "S5p", "S5v", "S10z_iso", "Shv", "Sdv")


def test_constant_image__amplitudes_are_0_and_ratios_nan() -> None:
    found = measure_image(np.full((12, 9), 5e-7), DX, DY)
    zero = [s for s in found.index if PARAMETERS[s].z_power == 1 and s not in NO_SUMMITS]
    zero += ["Sdr", "Sds", "Svd", "Smcu"]
    assert (found[zero] == 0).all()
    assert found["S3A"] == pytest.approx(11 * 8 * DX * DY)
    assert found["S2A"] == pytest.approx(11 * 8 * DX * DY)
    assert found.drop([*zero, "S3A", "S2A"]).isna().all()


@pytest.mark.parametrize("kind", [np.float32, np.int16, ">f8"])
def test_measure_image__any_number_type(kind: str) -> None:
    z = np.round(rough((31, 20)) / NM).astype(np.int64)
    assert_equal(measure_image(z.astype(kind), 1.0, 1.0), naive(z, 1.0, 1.0), relative=1e-5, but=CORE)


@pytest.mark.parametrize("offset", [0.0, 1e-12])
def test_variation__about_zero_is_nan(offset: float) -> None:
    z = np.where(np.indices((6, 8)).sum(axis=0) % 2, 1.0, -1.0) + offset
    assert math.isnan(measure_image(z, DX, DY, unit="N", level="none")["Scv"])


# --- what the row says ---------------------------------------------------------------------------


def rows(z: np.ndarray, dx: float, dy: float, unit: str, level: str = "plane") -> Iterator[tuple[str, float]]:
    yield from measure_image(z, dx, dy, unit=unit, level=level).items()


@pytest.mark.parametrize("unit", ["m", "N"])
@pytest.mark.parametrize(("a", "b"), [(2.0**-9, 2.0**-9), (3.7, 3.7), (2.0**5, 2.0**-3), (1e7, 0.013)])
def test_parameter__scales_as_its_powers_say(unit: str, a: float, b: float) -> None:
    z = rough((75, 64))
    before = dict(rows(z, DX, DY, unit))
    exact = math.frexp(a)[0] == math.frexp(b)[0] == 0.5
    for symbol, value in rows(a * z, b * DX, b * DY, unit):
        row = PARAMETERS[symbol]
        if row.needs == "length" and a != b:
            continue  # heights and lengths are one unit there
        tolerance = 1e-12 if exact else 1e-5
        assert value == pytest.approx(before[symbol] * a**row.z_power * b**row.xy_power, rel=tolerance, abs=0), symbol


@pytest.mark.parametrize("power", [-60, -30, 36])
def test_parameter__powers_of_two_scale_to_the_last_bit(power: int) -> None:
    z = rough((75, 64)).astype(np.float32)
    before = dict(rows(z, DX, DY, "Pa"))
    for symbol, value in rows(z * np.float32(2.0**power), DX, DY, "Pa"):
        assert value == before[symbol] * 2.0 ** (power * PARAMETERS[symbol].z_power), symbol


@pytest.mark.parametrize("sd", [1e-19, 1e-9, 1e11])
def test_parameter__no_unit_is_too_small_or_too_large(sd: float) -> None:
    z = rough((40, 33)) / (10 * NM)
    before = dict(rows(z, DX, DY, "J"))
    for symbol, value in rows(z * sd, DX, DY, "J"):
        wanted = before[symbol] * sd ** PARAMETERS[symbol].z_power
        assert value == pytest.approx(wanted, rel=1e-5, abs=0, nan_ok=True), symbol


@pytest.mark.parametrize("offset", [-3e-6, 5e-9])
def test_parameter__ignores_an_offset(offset: float) -> None:
    z = rough((75, 64))
    before = dict(rows(z, DX, DY, "N", "none"))
    for symbol, value in rows(z + offset, DX, DY, "N", "none"):
        if symbol in ("Scv", "Slac"):
            continue  # over the mean, which is what an offset changes
        wanted = before[symbol] + (offset if symbol == "Smean" else 0.0)
        assert value == pytest.approx(wanted, rel=1e-5, abs=0), symbol


@pytest.mark.parametrize("symbol", ["Sa", "Sdq", "Srwi", "Smr2"])
def test_plane__takes_any_tilt_off(symbol: str) -> None:
    z = rough((31, 44))
    tilted = synthetic.tilted(z, DX, DY, slope_x=0.7, slope_y=-0.3)
    assert measure_image(tilted, DX, DY)[symbol] == pytest.approx(measure_image(z, DX, DY)[symbol], rel=1e-5)


TURNS = {
    "mirrored": (lambda z: z[:, ::-1], False, lambda std: -std),
    "upside down": (lambda z: z[::-1], False, lambda std: -std),
    "half turn": (lambda z: z[::-1, ::-1], False, lambda std: std),
    "quarter turn": (np.rot90, True, lambda std: std + 90),
    "transposed": (np.transpose, True, lambda std: 90 - std),
}


@pytest.mark.parametrize("turn", TURNS)
def test_parameter__does_not_see_how_the_image_lies(turn: str) -> None:
    move, swap, direction = TURNS[turn]
    z = rough((75, 64))
    before = dict(rows(z, DX, DY, "m"))
    for symbol, value in rows(move(z), *((DY, DX) if swap else (DX, DY)), "m"):
        if symbol in ("Std", "Gdir"):
            miss = (value - direction(before[symbol]) + 90) % 180 - 90
            assert miss == pytest.approx(0, abs=1e-5)
        elif ("turn" if swap else "flip") in PARAMETERS[symbol].invariances:
            assert value == pytest.approx(before[symbol], rel=1e-5, abs=0), symbol


#: From the left neighbour and the one above: they leave out the first row and column, whichever those are.
CORNER = {"Sdq": "Sdq", "Sdqx": "Sdqy", "Sdqy": "Sdqx", "Smas": "Smas", "Spar": "Spar"}


@pytest.mark.parametrize("symbol", CORNER)
def test_gradient__sees_how_the_image_lies_by_one_row_and_column(symbol: str) -> None:
    z = rough((75, 64))
    turned = measure_image(np.rot90(z), DY, DX)[CORNER[symbol]]
    assert turned == pytest.approx(measure_image(z, DX, DY)[symbol], rel=0.02)


def test_invariances__of_the_table_are_the_tested_ones() -> None:
    from_corner = {"D_part", "D_box", "D_dbc", "D_area", "D_prism"}
    assert {row.symbol for row in PARAMETERS if "turn" not in row.invariances} == {
        *(*CORNER, "Std", "Gdir", "D_psd1"),
        *from_corner,
    }
    assert {row.symbol for row in PARAMETERS if "flip" not in row.invariances} == {*CORNER, "Std", "Gdir", *from_corner}
    assert {row.symbol for row in PARAMETERS if "offset" not in row.invariances} == {"Smean", "Scv", "Slac"}


UPSIDE_DOWN = {
    "Sp": "Sv",
    "Sv": "Sp",
    "Spk": "Svk",
    "Svk": "Spk",
    "Spkx": "Svkx",
    "Svkx": "Spkx",
    "Ssc": "Svc",
    "Sds": "Svd",
}
SAME = (
    "Sa",
    "Sq",
    "Sku",
    "Sz",
    "S10z",
    "Sk",
    "Sdq",
    "Sdq6",
    "S3A",
    "Sdr",
    "Scl20",
    "Str20",
    "Srw",
    "Shw",
    "Std",
    "Sfd",
    "Smad",
    "Spr",
    "Sdqx",
    "Smas",
    "Spar",
    "Slap",
    "Smcu",
)
SAME += ("Smax20", "Sxi", "Szc", "Sm2", "Sm4", "Ssw", "Sfc", "Saent", "Goent", "Gcoh", "Gdir")


@pytest.mark.parametrize("step", [None, 5.0])
def test_parameter__peaks_and_pits_change_places_when_heights_change_sign(step: float | None) -> None:
    z = rough((75, 64))
    z = z if step is None else synthetic.quantised(z, step=step * NM)
    up, down = (measure_image(k, DX, DY, level="none") for k in (z, -z))
    for symbol, other in {**UPSIDE_DOWN, **dict(zip(SAME, SAME, strict=True))}.items():
        assert down[symbol] == pytest.approx(up[other], rel=1e-4), symbol
    assert down["Ssk"] == pytest.approx(-up["Ssk"], rel=1e-5)
    assert down["Smr1"] == pytest.approx(1 - up["Smr2"], rel=1e-4)
    assert down["Sdc50_95"] > up["Sdc50_95"]  # the long tail is on the other side


def test_direction__turns_with_the_lay_anticlockwise() -> None:
    rising = synthetic.sine((64, 64), amplitude=A, waves=(8, -8))  # the wave runs to the upper right, crests lie across
    assert measure_image(rising, DX, DX, level="none")["Std"] == 135.0


# --- anything at all -----------------------------------------------------------------------------


def test_gradient_direction__is_where_the_wave_runs_anticlockwise() -> None:
    rising = synthetic.sine((64, 64), amplitude=A, waves=(8, -8))
    assert measure_image(rising, DX, DX, level="none")["Gdir"] == pytest.approx(45.0, abs=1e-5)


def test_cross_hatch__one_lay_has_none() -> None:
    z = synthetic.sine((64, 64), amplitude=A, waves=(8, -8))
    assert math.isnan(measure_image(z, DX, DX, level="none")["Sch"])


def test_stretched_exponential__of_white_noise_is_shorter_than_a_pixel() -> None:
    assert math.isnan(measure_image(synthetic.white_noise((40, 40), sq=A), DX, DX)["Sxi"])


def test_nayak__squares_of_absurd_heights_are_nan() -> None:
    found = measure_image(1e200 * rough((12, 12)), DX, DX)
    assert math.isnan(found["Sm2"])
    assert found["Salpha"] > 0


@settings(max_examples=150, deadline=None)
@given(images(), pixels, st.sampled_from(["m", "N", ""]), st.sampled_from(LEVELS), st.booleans())
def test_measure_image__never_infinite_and_never_raises(
    z: np.ndarray, pixel: tuple[float, float], unit: str, level: str, single: bool
) -> None:
    with np.errstate(over="ignore"):
        z = z.astype(np.float32) if single else z
    found = measure_image(z, *pixel, unit=unit, level=level)
    assert found.dtype == np.float64
    assert not np.isinf(found.to_numpy()).any()


@settings(max_examples=60, deadline=None)
@given(images(), st.sampled_from(["m", "N"]), st.sampled_from(LEVELS))
def test_measure_image__ranges_hold_for_any_image(z: np.ndarray, unit: str, level: str) -> None:
    v = measure_image(z, DX, DY, unit=unit, level=level).dropna()
    for symbol in ("Smr1", "Smr2", "Smr", "Sent", "Srwi", "Stdi", "Str20", "Str37", "Saent", "Goent", "Gcoh"):
        assert -1e-9 <= v.get(symbol, 0.0) <= 1 + 1e-6, symbol
    for symbol in ("Sa", "Sq", "Sp", "Sv", "Sk", "Spk", "Svk", "Sdc0_5", "Sdc50_95", "Sdq", "Sdr", "Sds", "Scl20"):
        assert v.get(symbol, 0.0) >= 0, symbol
    for symbol in ("Smad", "Spr", "Spkx", "Svkx", "Sxp", "Vmp", "Vmc", "Vvc", "Vvv", "Smas", "Svc", "Slap", "Smcu"):
        # Heights of 1 m that differ by 1e-9 m have rounding of a millionth of their Sq.
        assert v.get(symbol, 0.0) >= -1e-5 * v.get("Sq", 0.0), symbol
    assert v.get("Spar", 1.0) >= 1 - 1e-6
    if {"Sa", "Sq", "Sz"} <= set(v.index):
        assert v["Sa"] <= v["Sq"] * (1 + 1e-6)
        assert v["Sq"] <= v["Sz"]
    assert v.get("Str37", 0.0) <= 1 + 1e-6


# --- power laws ----------------------------------------------------------------------------------

FITTED = [row.symbol for row in PARAMETERS if row.fit is not None]


def test_fits__are_of_every_estimator_and_give_its_value_from_the_slope() -> None:
    z = synthetic.self_affine((96, 128), DX, DX, sq=A, hurst=0.5)
    found = measure_image(z, DX, DX)
    fits = found.attrs["fits"]
    assert (
        set(fits) == set(FITTED) >= {"Sfd", "D_psd", "D_psd1", "D_var", "D_part", "D_area", "D_prism", "D_box", "D_dbc"}
    )
    assert found["D_var"] == pytest.approx(3 - fits["D_var"]["slope"] / 2)
    assert found["D_psd"] == pytest.approx(4 + fits["D_psd"]["slope"] / 2)
    for symbol, fit in fits.items():
        assert 0.3 < fit["r2"] <= 1, symbol
        # four pixels, or four pixels a period, to a quarter of the shorter side at most
        assert (
            4 * DX * (1 - 1e-9) <= fit["shortest"] < fit["longest"] <= (32 if symbol == "D_psd1" else 24) * DX * 1.01
        ), symbol


@pytest.mark.parametrize(
    "waves",
    [(1, 0), (1.5, 0.3), (3.7, 1.1), (5, 0), (0, 9), (20, 7), (31.4, 0), (64, 64)],
    ids=str,
)
@pytest.mark.parametrize("level", ["none", "plane"])
def test_fractal__a_sinusoid_has_no_dimension(waves: tuple[float, float], level: str) -> None:
    z = synthetic.sine((160, 192), amplitude=A, waves=waves, phase=0.7)
    found = measure_image(z, DX, DX, level=level)
    assert found[FITTED].isna().all()
    assert set(found.attrs["undefined"]) == set(FITTED)
    assert "smooth, repeat" in found.attrs["undefined"]["D_psd"]


@pytest.mark.parametrize(
    ("n", "lost"), [(3, FITTED), (63, ["D_part", "D_area", "D_prism", "D_box", "D_dbc"]), (64, [])]
)
def test_fractal__of_a_small_image_says_so(n: int, lost: list[str]) -> None:
    z = synthetic.self_affine((96, 96), DX, DX, sq=A, hurst=0.5)[:n, :n]
    why = measure_image(z, DX, DX, parameters=FITTED, level="constant").attrs["undefined"]
    assert set(why) == set(lost)
    assert set(why.values()) <= {f"no power law: {n} x {n} pixels are too few for it, three scales at least"}


def test_fractal__a_constant_and_a_plane_have_no_dimension() -> None:
    for z in (np.full((64, 64), 5e-9), synthetic.plane((64, 64), DX, DX, slope_x=0.1, slope_y=0.2)):
        assert measure_image(z, DX, DX, level="none")[FITTED].isna().all()


def test_structure__does_without_missing_pixels() -> None:
    z = synthetic.self_affine((96, 96), DX, DX, sq=A, hurst=0.5)
    holed = measure_image(synthetic.with_missing(z, share=0.05), DX, DX)
    assert holed["D_var"] == pytest.approx(measure_image(z, DX, DX)["D_var"], abs=0.02)
    assert math.isnan(holed["D_part"])
    assert holed.attrs["undefined"]["D_part"].endswith("fills them")
