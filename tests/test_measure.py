"""Measuring: units and scale, levelling, missing pixels, degenerate images, blocks, tiles, the table on disk."""

import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import scipy.fft
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from afmfast.errors import DataError, SettingsError
from afmfast.features import levelling
from afmfast.features.measure import heights_of, measure, measure_image, spread_angles, warm
from afmfast.features.recipes import ingredient
from afmfast.features.table import PARAMETERS, SETS, applicable, columns_of, resolve
from afmfast.kernels.results import HeightMoments, SpectralSlopes, Spectrum
from afmfast.schedule import open_pool

D = 1e-8


def relief(shape=(32, 36), seed=0):
    rng = np.random.default_rng(seed)
    frequency = np.hypot(scipy.fft.fftfreq(shape[0])[:, None], scipy.fft.rfftfreq(shape[1])) + 0.03
    z = scipy.fft.irfft2(scipy.fft.rfft2(rng.standard_normal(shape)) * frequency**-1.6, s=shape)
    return (z - z.mean()) / z.std()


# units and scale


@pytest.mark.parametrize("size", [1e-19, 3e-9, 1.0, 2e5, 1e11])
def test_measure_image__means_the_same_from_joules_to_pascals(size):
    z = relief()
    units = measure_image(z, D, D, unit="N")
    found = measure_image(z * size, D, D, unit="N")
    powers = np.array([row.z_power for row in applicable("classic", "N")], float)
    expected = units * size**powers
    expected["Smean"], found["Smean"] = 0.0, 0.0  # next to zero
    np.testing.assert_allclose(found, expected, rtol=2e-5)


@settings(max_examples=12, deadline=None)
@given(st.integers(-60, 60), st.integers(-30, 30), st.integers(0, 5))
def test_measure_image__powers_of_two_scale_exactly(height, length, seed):
    """Heights times 2^k give each value times exactly 2^(k * z_power), and so for pixels."""
    z = relief((16, 15), seed) + 3.0
    rows = [row for row in resolve("classic") if row.needs != "length"]
    symbols = [row.symbol for row in rows]
    before = measure_image(z, D, 2 * D, unit="N", parameters=symbols)
    after = measure_image(z * 2.0**height, D * 2.0**length, 2 * D * 2.0**length, unit="N", parameters=symbols)
    for row in rows:
        assert after[row.symbol] == pytest.approx(
            before[row.symbol] * 2.0 ** (height * row.z_power + length * row.xy_power), rel=0, abs=0, nan_ok=True
        )


def test_measure_image__area_scales_with_heights_and_pixels_together():
    z = relief()
    before = measure_image(z * 1e-8, D, D, parameters=["S3A", "Sdr"])
    after = measure_image(z * 1e-8 * 2**20, D * 2**20, D * 2**20, parameters=["S3A", "Sdr"])
    assert after["Sdr"] == before["Sdr"]
    assert after["S3A"] == before["S3A"] * 2.0**40


def test_measure_image__single_and_double_precision_agree():
    z = (relief() * 1e-9 + 5e-8).astype(np.float32)
    np.testing.assert_allclose(measure_image(z, D, D), measure_image(z.astype(float), D, D), rtol=1e-6)


@pytest.mark.parametrize("kind", ["i2", ">i4", "u1", ">f4", "f2", "?"])
def test_measure_image__takes_any_real_type(kind):
    z = np.random.default_rng(0).integers(0, 2 if kind == "?" else 100, (16, 16)).astype(kind)
    pd.testing.assert_series_equal(
        measure_image(z, D, D, unit="V"), measure_image(z.astype(float), D, D, unit="V"), rtol=1e-6
    )


def test_measure_image__takes_any_memory_order():
    z = relief()
    pd.testing.assert_series_equal(measure_image(np.asfortranarray(z), D, D), measure_image(z, D, D))


def test_measure_image__carries_units():
    found = measure_image(relief(), D, D, unit="N", parameters=["Sq", "Sdq", "Sds", "Std", "Ssk"])
    assert found.attrs["units"] == {"Sq": "N", "Sdq": "N/m", "Sds": "1/m2", "Std": "deg", "Ssk": ""}
    assert found.dtype == np.float64


def test_measure_image__ignores_a_large_offset():
    z = relief()
    np.testing.assert_allclose(measure_image(z + 1e6, D, D), measure_image(z, D, D), rtol=2e-5)


def test_measure_image__leaves_its_input_alone():
    z = relief()
    before = z.copy()
    measure_image(z, D, D, lines="median")
    np.testing.assert_array_equal(z, before)


# which parameters


def test_measure_image__leaves_out_what_means_nothing_on_the_unit():
    assert set(SETS["classic"]) - set(measure_image(relief(), D, D, unit="m").index) == {"Smean"}
    assert set(SETS["classic"]) - set(measure_image(relief(), D, D, unit="N").index) == {"S3A", "Sdr"}


def test_classic__has_forty_parameters_and_forty_one_columns():
    assert len(SETS["classic"]) == 40
    assert len(columns_of(resolve("classic"))) == 41
    assert {"Std_cos2", "Std_sin2"} < set(columns_of(resolve("classic")))


def test_resolve__takes_sets_and_symbols_once_each():
    assert [row.symbol for row in resolve(["Sku", "Sq", "Sku"])] == ["Sku", "Sq"]
    assert resolve(["Sq", "classic"])[0].symbol == "Sq"
    assert len(resolve(["Sq", "classic"])) == 40


def test_resolve__an_alias_is_its_row():
    assert [row.symbol for row in resolve(["Sal", "Scl20", "Smrk2"])] == ["Scl20", "Smr2"]
    assert columns_of(resolve(["St"])) == columns_of(resolve("Sy")) == ("Sz",)
    assert list(measure_image(relief(), D, D, parameters="Str").index) == ["Str20"]


@pytest.mark.parametrize(("given", "near"), [("Sqq", "Sq"), ("sq", "Sq"), ("clasic", "classic"), ("S10Z", "S10z")])
def test_resolve__names_the_near_one(given, near):
    with pytest.raises(SettingsError, match=f"no parameter or set is called '{given}'; did you mean '{near}'"):
        resolve(["Sa", given])


def test_resolve__lists_all_where_none_is_near():
    with pytest.raises(SettingsError, match="allowed: the sets classic, iso, .*, all, and every symbol"):
        resolve("xyz")


@pytest.mark.parametrize(("given", "words"), [([], "no parameters were named"), ([3], "named by text, not by 3")])
def test_resolve__refuses_what_names_nothing(given, words):
    with pytest.raises(SettingsError, match=words):
        resolve(given)


@pytest.mark.parametrize("name", SETS)
def test_set__names_rows_by_their_symbols_once_each(name):
    assert len(set(SETS[name])) == len(SETS[name]) > 1
    assert set(SETS[name]) <= set(PARAMETERS.names())


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.symbol)
def test_parameter__says_what_it_is(row):
    assert row.definition.endswith((".", "image"))
    assert row.title
    assert row.reference
    assert row.columns


def test_table__imports_nothing_heavy():
    code = "import sys, afmfast.features.table; print([m for m in ('numba', 'pandas', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_surface__computes_only_what_is_asked_and_once():
    surface = levelling.levelled(relief(), D, D, "plane", "none")
    first = ingredient(surface, HeightMoments)
    assert ingredient(surface, HeightMoments) is first
    assert Spectrum not in surface.found


# levelling


def tilted(shape, degree):
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    return {0: 0 * x + 2, 1: 4 * x - 3 * y, 2: 2 * x * y - 3 * y**2, 3: x**3 - 2 * x * y**2}[degree]


@pytest.mark.parametrize(("level", "degree"), [("constant", 0), ("plane", 1), ("quadratic", 2), ("cubic", 3)])
def test_level__takes_a_polynomial_away(level, degree):
    z = relief()
    before = measure_image(z, D, D, level=level)
    after = measure_image(z + 10 * tilted(z.shape, degree), D, D, level=level)
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-5 * abs(before["Sq"]))


@pytest.mark.parametrize(("level", "degree"), [("constant", 1), ("plane", 2), ("quadratic", 3)])
def test_level__keeps_what_is_steeper(level, degree):
    assert measure_image(tilted((20, 21), degree), D, D, level=level)["Sq"] > 0.05


def test_level__none_and_constant_are_about_the_mean():
    z = relief() + tilted((32, 36), 1)
    assert measure_image(z, D, D, level="none")["Sq"] == pytest.approx(z.std(), rel=1e-6)
    pd.testing.assert_series_equal(measure_image(z, D, D, level="none"), measure_image(z, D, D, level="constant"))


def test_level__fits_the_valid_pixels():
    z = relief() + tilted((32, 36), 1)
    z[3:9, 5:30] = np.nan
    rows, columns = np.nonzero(np.isfinite(z))
    design = np.stack([np.ones(rows.size), rows, columns], axis=1)
    heights = z[rows, columns]
    heights = heights - design @ np.linalg.lstsq(design, heights, rcond=None)[0]
    assert measure_image(z, D, D)["Sq"] == pytest.approx(heights.std(), rel=1e-6)


def test_lines__median_takes_jumps_between_lines_away():
    z = relief() - np.median(relief(), axis=1, keepdims=True)
    jumps = np.random.default_rng(0).standard_normal((32, 1)) * 50
    np.testing.assert_allclose(
        measure_image(z + jumps, D, D, lines="median"), measure_image(z, D, D, lines="median"), rtol=1e-5
    )


def test_lines__median_works_with_missing_pixels():
    z = relief() + np.arange(32)[:, None] ** 2
    z[4, 4:] = np.nan
    z[5] = np.nan
    centred = z[np.isfinite(z).any(1)]
    centred = centred - np.nanmedian(centred, axis=1, keepdims=True)
    found = measure_image(z, D, D, lines="median", level="constant")["Sq"]
    assert found == pytest.approx(np.nanstd(centred), rel=1e-6)


def test_mean__is_of_the_raw_heights():
    z = relief() + tilted((32, 36), 1) + 7.0
    for lines in ("none", "median"):
        assert measure_image(z, D, D, unit="N", level="cubic", lines=lines)["Smean"] == pytest.approx(7.0, rel=1e-9)
    z[0, :3] = np.nan
    assert measure_image(z, D, D, unit="N")["Smean"] == pytest.approx(np.nanmean(z), rel=1e-9)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"level": "sphere"}, "level is 'sphere'; allowed: none, constant, plane, quadratic, cubic, facet"),
        ({"lines": "mode"}, "lines is 'mode'; allowed: none, median, mean, linear, quadratic, matched"),
        ({"fill": "zero"}, "fill is 'zero'; allowed: none, nearest, plane"),
        ({"level": "facet", "unit": "N"}, "level 'facet' .* heights must be lengths; these are in 'N'"),
        ({"s_filter": 0.0}, "s_filter is 0.0; give a cut-off wavelength in metres, above zero"),
        ({"l_filter": math.nan}, "l_filter is nan"),
        ({"s_filter": 2e-7, "l_filter": 1e-7}, r"s_filter \(2e-07 m\) is not below l_filter \(1e-07 m\)"),
        ({"dx": 0.0}, "pixel sizes are dx=0.0"),
        ({"dy": math.nan}, "give both in metres"),
    ],
)
def test_measure_image__refuses_settings_that_do_not_exist(options, words):
    with pytest.raises(SettingsError, match=words):
        measure_image(relief(), **({"dx": D, "dy": D} | options))


@pytest.mark.parametrize(
    ("z", "words"), [(np.zeros(5), r"shape \(5,\)"), (np.zeros((4, 4), complex), "complex128; give real numbers")]
)
def test_measure_image__refuses_what_is_no_image(z, words):
    with pytest.raises(DataError, match=words):
        measure_image(z, D, D)


# degenerate images


@pytest.mark.parametrize("z", [np.zeros((1, 9)), np.zeros((9, 1)), np.zeros((0, 4)), np.full((5, 5), np.nan)])
def test_measure_image__of_nothing_is_nan(z):
    assert measure_image(z, D, D, unit="N").isna().all()


@pytest.mark.parametrize("z", [np.zeros((20, 22)), np.full((20, 22), 0.1), 1e5 + tilted((20, 22), 1)])
def test_measure_image__of_a_flat_one(z):
    found = measure_image(z, D, D)
    zero = ["Sa", "Sq", "Sp", "Sv", "Sz", "Sk", "Spk", "Svk", "Sdq", "Sdq6", "Sdr", "Sds"]
    zero += [symbol for symbol in found.index if symbol.startswith("Sdc")]
    assert (found[zero] == 0).all()
    assert found["S3A"] == pytest.approx(19 * 21 * D * D)
    assert found.drop([*zero, "S3A"]).isna().all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_measure_image__with_a_missing_pixel_keeps_all_but_the_spectrum(bad):
    z = relief()
    z[3, 3] = bad
    found = measure_image(z, D, D, unit="N")
    lost = {row.symbol for row in applicable("classic", "N") if row.of in (Spectrum, SpectralSlopes)}
    assert set(found.index[found.isna()]) == lost == set(found.attrs["undefined"])


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64]),
        st.tuples(st.integers(1, 12), st.integers(1, 12)),
        elements=st.sampled_from([0.0, 1.0, -1.0, 1e-30, 1e30, 0.1, np.nan, np.inf, 3.0]),
        fill=st.sampled_from([0.0, 0.1]),
    ),
    st.sampled_from(["none", "plane", "cubic"]),
    st.sampled_from(["none", "median"]),
    st.sampled_from(["m", "Pa"]),
)
def test_measure_image__is_never_an_exception_or_infinite(z, level, lines, unit):
    found = measure_image(z, D, 3 * D, unit=unit, level=level, lines=lines)
    assert not np.isinf(found).any()


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (7, 7), (6, 30), (13, 17), (31, 29), (47, 40)])
def test_measure_image__has_values_at_odd_and_prime_sizes(shape):
    z = np.random.default_rng(0).standard_normal(shape)
    found = measure_image(z, D, 1.3 * D, level="constant")
    assert found[["Sq", "Sk", "Sdq", "Sdr", "Sds"]].notna().all()
    if min(shape) > 30:
        assert found[["Sfd", "D_psd", "Std", "Shw", "Scl20"]].notna().all()


def test_measure_image__of_quantised_heights_has_values():
    assert measure_image(np.round(relief() * 4) / 4, D, D, level="none").drop(["Sfd_top", "Sfd_bot"]).notna().all()


def test_measure_image__turned_surface_turns_its_direction():
    z = relief((40, 40)) + 3 * np.sin(np.arange(40) * 1.2 + 0.5 * np.arange(40)[:, None])
    before, after = measure_image(z, D, D), measure_image(np.rot90(z), D, D)
    assert (after["Std"] - before["Std"]) % 180 == pytest.approx(90.0)
    same = [row.symbol for row in applicable("classic", "m") if "turn" in row.invariances]
    np.testing.assert_allclose(after[same], before[same], rtol=1e-5)


# blocks, tiles


@dataclass(frozen=True)
class Images:
    """A block that makes its images where it is opened."""

    seeds: tuple[int, ...]
    shape: tuple[int, int] = (24, 27)

    @property
    def count(self):
        return len(self.seeds)

    @property
    def names(self):
        return [f"image {seed}" for seed in self.seeds]

    def load(self):
        heights = np.stack([relief(self.shape, seed) for seed in self.seeds]).astype(np.float32)
        return heights, np.full(self.count, D), np.full(self.count, 2 * D)


@pytest.mark.parametrize("scheduler", ["serial", "threads"])
def test_measure__is_measure_image_of_each(scheduler):
    blocks = [Images((1, 2)), Images((3,)), Images((4, 5, 6))]
    seen = []
    with open_pool(scheduler, workers=2) as pool:
        values, is_incomplete = measure(blocks, pool=pool, progress=lambda *step: seen.append(step))
    assert not is_incomplete.any()
    assert values.shape == (6, 1, 40)
    rows = applicable("classic", "m")
    for k, seed in enumerate(range(1, 7)):
        alone = measure_image(relief((24, 27), seed).astype(np.float32), D, 2 * D)
        np.testing.assert_array_equal(values[k, 0], spread_angles(rows, alone.to_list()))
    assert sorted(done for done, _, _ in seen)[-1] == 6
    assert {total for _, total, _ in seen} == {6}


def test_measure__cuts_tiles_row_by_row_and_levels_each():
    with open_pool("serial") as pool:
        values, _ = measure([Images((1,))], parameters=["Sq"], tiles=(2, 3), unit="m", pool=pool)
    z = relief((24, 27), 1).astype(np.float32)
    assert values.shape == (1, 6, 1)
    assert values[0, 4, 0] == measure_image(z[12:24, 9:18], D, 2 * D, parameters="Sq")["Sq"]


def test_measure__refuses_tiles_of_nothing():
    with open_pool("serial") as pool, pytest.raises(SettingsError, match="at least 1"):
        measure([Images((1,))], tiles=(0, 2), pool=pool)


def test_measure_image__from_many_threads_is_the_same():
    images = [relief((20, 20 + seed % 5), seed) for seed in range(24)]
    alone = [measure_image(z, D, D) for z in images]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda z: measure_image(z, D, D), images))
    for one, other in zip(alone, together, strict=True):
        pd.testing.assert_series_equal(one, other, check_exact=True)


def test_warm__leaves_nothing_to_compile():
    from test_kernels import compiled_functions

    warm()
    before = {name: len(kernel.signatures) for name, kernel in compiled_functions().items()}
    for kind in (np.float32, np.float64):
        measure_image(relief((33, 41)).astype(kind), D, D)
        measure_image(relief((33, 41), 2).astype(kind).T, D, D, unit="N", lines="median", level="cubic")
    assert {name: len(kernel.signatures) for name, kernel in compiled_functions().items()} == before


def test_spread_angles__opposite_directions_are_the_same():
    rows = resolve(["Sq", "Std"])
    assert spread_angles(rows, [3.0, 0.0]) == pytest.approx([3.0, 1.0, 0.0])
    assert spread_angles(rows, [3.0, 180.0]) == pytest.approx([3.0, 1.0, 0.0])
    assert spread_angles(rows, [3.0, 45.0]) == pytest.approx([3.0, 0.0, 1.0])
    assert all(math.isnan(value) for value in spread_angles(rows, [math.nan] * 2))


def test_heights_of__keeps_what_fits_as_it_is():
    z = np.zeros((3, 4), np.float32)
    assert heights_of(z) is z
