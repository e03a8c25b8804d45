"""Before measuring: masks, missing pixels and why a value is NaN, filling, lines, facets, filters."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from gwyfile.objects import GwyObject
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import naive
from naive import preparation as twin
from strategies import NM, images, pixels, rough

from afmfast import synthetic
from afmfast.errors import DataError, SettingsError
from afmfast.features import filling, filters, levelling, lines
from afmfast.features.measure import heights_of, measure_image, surface_of
from afmfast.features.preparation import Preparation
from afmfast.features.recipes import ingredient
from afmfast.features.table import PARAMETERS
from afmfast.kernels.results import Correlation, SpectralSlopes, Spectrum
from afmfast.stack.store import open_store
from afmfast.study.checks import missing_pixels
from afmfast.study.folder import StudyFolder
from afmfast.study.pipeline import ingest_stage, measure_stage
from afmfast.study.settings import Settings
from afmfast.study.settings_file import parse

DX, DY = 10 * NM, 13 * NM
LINES = ("median", "mean", "linear", "quadratic", "matched")


def holed(shape=(31, 28), *, share=0.1, seed=0):
    """Missing at random, and one line, one corner."""
    z = synthetic.with_missing(rough(shape, seed), share=share, seed=seed)
    z[shape[0] // 2] = z[:4, :6] = np.nan
    return z


def assert_twin(z, dx=DX, dy=DY, **options):
    found, wanted = measure_image(z, dx, dy, **options), naive(z, dx, dy, **options)
    for symbol, value in found.items():
        row = PARAMETERS[symbol]
        scale = wanted["Sq"] if (row.z_power, row.xy_power) == (1, 0) else float(row.z_power == 0)
        assert value == pytest.approx(wanted[symbol], rel=1e-5, abs=1e-6 * scale, nan_ok=True), symbol


# masks


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int16])
def test_mask__is_as_missing(kind):
    z = np.round(rough((24, 20)) / NM).astype(kind)
    mask = np.random.default_rng(0).random(z.shape) > 0.2
    missing = np.where(mask, z.astype(float), np.nan).astype(z.dtype if z.dtype.kind == "f" else float)
    pd.testing.assert_series_equal(
        measure_image(z, DX, DY, mask=mask), measure_image(missing, DX, DY), check_exact=True
    )


def test_mask__of_true_changes_nothing():
    z = rough((24, 20))
    found = measure_image(z, DX, DY, mask=np.ones(z.shape, bool))
    pd.testing.assert_series_equal(found, measure_image(z, DX, DY), check_exact=True)


@pytest.mark.parametrize("mask", [np.ones((24, 20)), np.ones((20, 24), bool), [[True]]])
def test_mask__refuses_another_type_or_shape(mask):
    with pytest.raises(DataError, match=r"give bool of the image's shape \(24, 20\), True = measure this pixel"):
        measure_image(rough((24, 20)), DX, DY, mask=mask)


def test_mask__of_a_rectangle_measures_the_rectangle():
    z = rough((40, 44))
    mask = np.zeros(z.shape, bool)
    mask[5:33, 9:40] = True
    found = measure_image(z, DX, DY, mask=mask)
    alone = measure_image(z[5:33, 9:40], DX, DY)
    same = ["Sq", "Sku", "S10z", "Sk", "Sdq", "Sdq6", "S3A", "Sdr", "Ssc", "Scl37", "Scl20"]
    np.testing.assert_allclose(found[same], alone[same], rtol=1e-5)


# missing pixels: the slow twin


@pytest.mark.parametrize("shape", [(48, 48), (37, 44), (13, 48), (48, 7), (8, 6), (5, 5), (3, 4), (2, 2)], ids=str)
@pytest.mark.parametrize(("dx", "dy"), [(DX, DX), (DX, 1.7 * DX), (2 * DX, DX)], ids=["square", "tall", "wide"])
@pytest.mark.parametrize("share", [0.01, 0.2, 0.6])
def test_missing__twin_of_any_shape(shape, dx, dy, share):
    assert_twin(synthetic.with_missing(rough(shape), share=share), dx, dy)


def _places(shape):
    y, x = np.indices(shape)
    y, x = y - shape[0] // 2, x - shape[1] // 2
    return {
        "disc": np.hypot(x, y) < 12, "diagonal": abs(x - y) < 6, "stripe": abs(y) < 5, "line": y == 0,
        "comb": x % 3 > 0, "single pixels": (x % 2 + y % 2) == 0, "two parts": abs(x) > 8,
    }  # fmt: skip


@pytest.mark.parametrize("place", _places((4, 4)))
def test_missing__twin_of_masks(place):
    z = rough((34, 39))
    z[~_places(z.shape)[place]] = np.nan
    assert_twin(z)


def test_missing__twin_of_plateaus_and_constants():
    z = np.round(holed() / (5 * NM)) * 5 * NM
    assert_twin(z, level="none")
    z[:] = np.where(np.isnan(z), np.nan, 3e-7)
    assert_twin(z)


def test_missing__a_tilted_plane_has_its_slope_and_area():
    z = synthetic.tilted(np.zeros((30, 33)), DX, DY, slope_x=0.3, slope_y=-0.4)
    z[np.isnan(holed(z.shape))] = np.nan
    found = measure_image(z, DX, DY, level="none")
    assert found["Sdq"] == pytest.approx(0.5, rel=1e-6)
    assert found["Sdq6"] == pytest.approx(0.5, rel=1e-6)
    assert found["Sdr"] == pytest.approx(math.sqrt(1.25) - 1, rel=1e-6)
    known = np.lib.stride_tricks.sliding_window_view(np.isfinite(z), (2, 2)).all(axis=(2, 3)).sum()
    assert found["S3A"] == pytest.approx(known * DX * DY * math.sqrt(1.25), rel=1e-6)


def test_missing__density_of_summits_does_not_fall():
    z = synthetic.white_noise((300, 300), sq=1e-9)
    found = measure_image(synthetic.with_missing(z, share=0.1), DX, DY, parameters="Sds")["Sds"]
    assert found == pytest.approx(measure_image(z, DX, DY, parameters="Sds")["Sds"], rel=0.05)


def test_missing__correlation_lengths_stay():
    z = synthetic.gaussian_field((160, 160), DX, DX, sq=NM, length_x=8 * DX, length_y=8 * DX)
    names = ["Scl20", "Scl37"]
    found = measure_image(synthetic.with_missing(z, share=0.4), DX, DX, parameters=names)
    np.testing.assert_allclose(found, measure_image(z, DX, DX, parameters=names), rtol=0.05)


def test_correlation__needs_lags_in_both_directions():
    z = rough((20, 20))
    z[1:] = np.nan
    surface = surface_of(heights_of(z), DX, DX, Preparation())
    assert all(math.isnan(value) for value in ingredient(surface, Correlation))


def test_missing__from_many_threads_is_the_same():
    every = [holed((120, 90 + k % 3), seed=k) for k in range(16)]
    alone = [measure_image(z, DX, DY, lines="linear", s_filter=3 * DX) for z in every]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda z: measure_image(z, DX, DY, lines="linear", s_filter=3 * DX), every))
    for one, other in zip(alone, together, strict=True):
        pd.testing.assert_series_equal(one, other, check_exact=True)


def test_missing__next_image_of_the_shape_is_not_touched():
    z = rough((31, 28))
    before = measure_image(z, DX, DY)
    measure_image(holed(), DX, DY)
    pd.testing.assert_series_equal(measure_image(z, DX, DY), before, check_exact=True)


# why


def test_undefined__is_empty_where_all_is_there():
    assert measure_image(rough((64, 72)), DX, DY).attrs["undefined"] == {}
    assert measure_image(np.zeros((24, 20)), DX, DY).attrs["undefined"] == {}
    assert measure_image(np.zeros((1, 9)), DX, DY).attrs["undefined"] == {}


def test_undefined__names_what_needs_every_pixel_and_the_way_out():
    z = rough((40, 40))
    z[3, 5:8] = np.nan
    why = measure_image(z, DX, DX).attrs["undefined"]
    of_spectrum = {row.symbol for row in PARAMETERS if row.of in (Spectrum, SpectralSlopes)}
    assert {"Srw", "Sfd"} <= set(why) <= of_spectrum
    assert set(why.values()) == {
        "3 of 1600 pixels are not measured, and it needs every one; fill='nearest' or 'plane' fills them"
    }


def test_undefined__names_what_was_not_found():
    z = rough((30, 30))
    z[::2, ::2] = np.nan
    found = measure_image(z, DX, DX)
    assert math.isnan(found["Sds"])
    assert (
        found.attrs["undefined"]["Sds"] == "225 of 900 pixels are not measured, and it was not found among the others"
    )


def test_undefined__says_why_nothing_was_filled():
    z = rough((10, 10))
    z[:6] = np.nan
    found = measure_image(z, DX, DX, fill="plane")
    assert found.isna().all()
    assert set(found.attrs["undefined"]) == set(found.index)
    assert found.attrs["undefined"]["Sq"] == "60 of 100 pixels are not measured, more than fill='plane' fills (50%)"
    nothing = measure_image(np.full((10, 10), np.nan), DX, DX).attrs["undefined"]
    assert nothing["Sq"] == "100 of 100 pixels are not measured"


# filling


@pytest.mark.parametrize("dy", [DX, 1.7 * DX, 0.4 * DX])
def test_fill__nearest_is_nearest_in_metres(dy):
    z = holed((14, 13), share=0.3)
    found = filling.filled(z, DX, dy, "nearest")
    wanted = twin.nearest(z, DX, dy)
    assert all(found[i, j] in wanted[i][j] for i, j in np.ndindex(z.shape))


def test_fill__plane_is_that_of_the_measured_pixels():
    z = holed()
    y, x = np.indices(z.shape)
    known = np.isfinite(z)
    design = np.stack([np.ones(z.shape), x, y], axis=-1)
    plane = design @ np.linalg.lstsq(design[known], z[known], rcond=None)[0]
    np.testing.assert_allclose(filling.filled(z, DX, DY, "plane"), np.where(known, z, plane), rtol=1e-10)


@pytest.mark.parametrize("fill", ["nearest", "plane"])
def test_fill__gives_every_parameter(fill):
    z = rough((75, 64))
    z[20:24, 11:30] = np.nan
    found = measure_image(z, DX, DX, fill=fill)
    assert found.notna().all()
    assert found.attrs["undefined"] == {}
    pd.testing.assert_series_equal(found, measure_image(filling.filled(z, DX, DX, fill), DX, DX), check_exact=True)


def test_fill__fills_half_and_no_more():
    z = rough((10, 10)).astype(np.float32)
    z[:5] = np.nan
    assert np.isfinite(filling.filled(z, DX, DY, "nearest")).all()
    z[5, 0] = np.nan
    assert np.isnan(filling.filled(z, DX, DY, "nearest")).all()


def test_fill__leaves_a_complete_image_and_none_alone():
    z = rough((10, 10))
    assert filling.filled(z, DX, DY, "plane") is z
    z[0, 0] = np.nan
    assert filling.filled(z, DX, DY, "none") is z


# lines


@pytest.mark.parametrize("how", LINES)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
def test_lines__twin(how, share):
    z = holed((17, 22), share=share) if share else rough((17, 22))
    z = z / NM + np.arange(17)[:, None] ** 2
    np.testing.assert_allclose(lines.corrected(z, how), twin.lines(z, how), atol=1e-9 * np.nanmax(abs(z)))


def test_lines__matched_takes_steps_away_and_leaves_the_lines_as_they_are():
    z = rough((20, 24)) / NM
    steps = np.random.default_rng(0).standard_normal((20, 1)) * 50
    even, stepped = (lines.corrected(k, "matched") for k in (z, z + steps))
    np.testing.assert_allclose(stepped - stepped[0, 0], even - even[0, 0], atol=1e-11)
    np.testing.assert_allclose(np.diff(even, axis=1), np.diff(z, axis=1), atol=1e-12)


@pytest.mark.parametrize(("how", "degree"), [("median", 0), ("mean", 0), ("linear", 1), ("quadratic", 2)])
def test_lines__take_their_polynomial_away(how, degree):
    x = np.linspace(-1, 1, 24)
    added = np.random.default_rng(0).standard_normal((20, degree + 1)) @ np.vander(x, degree + 1).T
    z = rough((20, 24))
    found = measure_image(z + 20 * NM * added, DX, DY, lines=how)
    np.testing.assert_allclose(found, measure_image(z, DX, DY, lines=how), rtol=1e-5)


# facets


def roof(shape=(40, 50), share=0.7):
    """Two facets along x, the left one on this share of the columns, in units of the pixel."""
    x = np.arange(shape[1])
    ridge = share * (shape[1] - 1)
    return np.broadcast_to(np.where(x < ridge, 0.2 * x, 0.2 * ridge - 0.5 * (x - ridge)), shape) * DX


@pytest.mark.parametrize("share", [0.6, 0.7, 0.4])
def test_facet__makes_the_larger_one_horizontal(share):
    z = synthetic.tilted(roof(share=share), DX, DY, slope_x=0.1, slope_y=0.3)
    z = z + synthetic.white_noise(z.shape, sq=1e-4 * DX)
    left = z - levelling.facet(z / DX, DX, DY) * DX
    slopes = np.median(np.diff(left, axis=1), axis=0) / DX
    flat, steep = (slopes[:10], slopes[-10:]) if share > 0.5 else (slopes[-10:], slopes[:10])
    assert abs(flat).max() < 2e-3
    assert abs(abs(steep) - 0.7).max() < 2e-3
    assert abs(np.diff(left, axis=0).mean()) < 1e-3 * DY


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("share", [0.0, 0.2])
def test_facet__twin(seed, share):
    z = synthetic.with_missing(rough((21, 26), seed), share=share) / (10 * NM)
    plane = levelling.facet(z, DX, DY)
    a, b = twin.common_gradient(z, DX, DY)
    y, x = np.indices(z.shape)
    np.testing.assert_allclose(plane, a * DX * x + b * DY * y, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("missing", [False, True])
def test_facet__does_not_see_a_tilt(missing):
    z = holed() if missing else rough((31, 28))
    tilted = synthetic.tilted(z, DX, DY, slope_x=0.7, slope_y=-0.3)
    found, wanted = (measure_image(k, DX, DY, level="facet") for k in (tilted, z))
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_facet__means_the_same_at_any_size(size):
    before, after = (
        measure_image(rough((31, 28)), DX, DY, level="facet"),
        measure_image(rough((31, 28)) * size, DX * size, DY * size, level="facet"),
    )
    powers = np.array([PARAMETERS[s].z_power + PARAMETERS[s].xy_power for s in before.index], float)
    np.testing.assert_allclose(after, before * size**powers, rtol=1e-4)


def test_facet__of_a_plane_is_flat():
    z = synthetic.tilted(np.zeros((20, 21)), DX, DY, slope_x=0.3, slope_y=-0.4)
    assert measure_image(z, DX, DY, level="facet")["Sq"] == 0.0


# filters


@pytest.mark.parametrize("cutoff", [0.5, 2.5, 6.0, 40.0])
@pytest.mark.parametrize("missing", [False, True])
def test_smoothed__twin(cutoff, missing):
    z = (holed((13, 16)) if missing else rough((13, 16))) / NM
    found, wanted = filters.smoothed(z, DX, DY, cutoff * DX), twin.gaussian(z, DX, DY, cutoff * DX)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


@pytest.mark.parametrize("ratio", [0.25, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("waves", [(8, 0), (0, 8), (5, -6)], ids=str)
def test_smoothed__passes_half_of_a_wave_at_the_cutoff(ratio, waves):
    z = synthetic.sine((240, 256), amplitude=1.0, waves=waves, phase=0.3)
    frequency = math.hypot(waves[0] / (256 * DX), waves[1] / (240 * DY))
    cutoff = ratio / frequency
    inside = tuple(slice(int(cutoff / d) + 1, -int(cutoff / d) - 1) for d in (DY, DX))
    passed = filters.smoothed(z, DX, DY, cutoff)[inside]
    share = np.vdot(passed, z[inside]) / np.vdot(z[inside], z[inside])
    assert share == pytest.approx(0.5 ** (ratio**2), abs=3e-6)  # what lies beyond the cut-off is 1e-6 of the weights
    np.testing.assert_allclose(passed, share * z[inside], atol=3e-6)


@pytest.mark.parametrize("missing", [False, True])
def test_smoothed__leaves_a_constant_up_to_the_edges(missing):
    z = np.where(np.isnan(holed()) & missing, np.nan, 7.0)
    np.testing.assert_allclose(filters.smoothed(z, DX, DY, 9 * DX), z, rtol=1e-12)


def test_filters__each_removes_its_waves():
    short = synthetic.sine((256, 256), amplitude=NM, waves=(32, 0))
    long = synthetic.sine((256, 256), amplitude=NM, waves=(2, 0))
    cut = 28 * DX  # waves of 8 and 128 pixels
    z = short + long
    kept = {"s_filter": measure_image(long, DX, DX, level="none")["Sq"]}
    kept["l_filter"] = measure_image(short, DX, DX, level="none")["Sq"]
    for which, sq in kept.items():
        assert measure_image(z, DX, DX, level="none", **{which: cut})["Sq"] == pytest.approx(sq, rel=0.05), which


@pytest.mark.parametrize("missing", [False, True])
def test_filters__come_after_levelling_one_after_the_other(missing):
    z = holed() if missing else rough((31, 28))
    level = surface_of(heights_of(z), DX, DY, Preparation())
    wanted = twin.gaussian(level.z * np.float64(level.scale), DX, DY, 3 * DX)
    wanted -= twin.gaussian(wanted, DX, DY, 9 * DX)
    wanted -= np.nanmean(wanted)
    found = surface_of(heights_of(z), DX, DY, Preparation(s_filter=3 * DX, l_filter=9 * DX))
    np.testing.assert_allclose(found.z * found.scale, wanted, atol=1e-6 * np.nanstd(wanted))
    assert found.mean == pytest.approx(np.nanmean(z), rel=1e-12)


def test_filters__of_a_flat_image_leave_it_flat():
    found = measure_image(np.full((20, 20), 5e-7), DX, DX, s_filter=3 * DX, l_filter=9 * DX)
    assert found["Sq"] == 0.0


def test_filters__that_leave_rounding_alone_leave_a_flat_image():
    found = measure_image(rough((20, 20)), DX, DX, l_filter=0.5 * DX)  # no wave is shorter than two pixels
    assert found["Sq"] == 0.0
    assert math.isnan(found["Ssk"])


# anything at all


@settings(max_examples=80, deadline=None)
@given(
    images(), pixels, st.sampled_from(["none", "plane", "facet"]), st.sampled_from(("none", *LINES)),
    st.sampled_from(["none", "nearest", "plane"]), st.sampled_from([None, 0.3, 4.0]), st.sampled_from([None, 7.0, 99.0])
)  # fmt: skip
def test_measure_image__never_infinite_and_never_raises(z, pixel, level, how, fill, short, long):
    scale = {"s_filter": short, "l_filter": long}
    cuts = {name: None if cut is None else cut * pixel[0] for name, cut in scale.items()}
    found = measure_image(z, *pixel, level=level, lines=how, fill=fill, **cuts)
    assert not np.isinf(found.to_numpy()).any()


# in a study


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An ingested study of six scans, of which two have lost pixels of their heights."""
    manifest = synthetic.archive(tmp_path_factory.mktemp("scans"), n_rows=6, shape=(32, 32), seed=3)
    for path, lost in zip(sorted(manifest.parent.rglob("*.gwy")), [slice(2, 3), slice(0, 20)], strict=False):
        scan = GwyObject.fromfile(str(path))
        heights = next(key for key in scan if key.endswith("/data/title") and scan[key] == "height")
        field = scan[heights.removesuffix("/title")]
        field.data = field.data.copy()
        field.data[lost, 5:30] = np.nan
        scan.tofile(str(path))
    study = StudyFolder(tmp_path_factory.mktemp("study"))
    study.save(Settings(manifest=manifest))
    ingest_stage(study, Settings(manifest=manifest), progress=None)
    return study


def measured(folder, **changes):
    return measure_stage(folder, folder.load(**changes), scheduler="serial")


def test_study__warns_of_missing_pixels_once_a_channel(folder):
    table = measured(folder, parameters=("Sq", "Srw", "Std"))
    assert table["height:Srw"].isna().sum() == table["height:Std_cos2"].isna().sum() == 2
    assert table["height:Sq"].notna().all()
    described = table.attrs["channels"]
    assert described["height"]["missing"] == {"scans": 2, "undefined": ["Srw", "Std"]}
    assert described["adhesion"]["missing"] is None
    said = "2 scans of channel height with missing pixels: Srw, Std are not defined there. Set fill (nearest or plane)"
    assert [w["text"].startswith(said) for w in missing_pixels(described)] == [True]


def test_study__fills_what_has_half_of_its_pixels(folder):
    table = measured(folder, parameters=("Sq", "Srw"), fill="nearest")
    assert table["height:Srw"].notna().all()
    assert table.attrs["channels"]["height"] | {"unit": "m"} == table.attrs["channels"]["height"]
    assert (table.attrs["channels"]["height"]["fill"], table.attrs["channels"]["height"]["missing"]) == (
        "nearest",
        None,
    )
    assert missing_pixels(table.attrs["channels"]) == []


def test_study__says_which_scans_were_too_empty_to_fill(folder):
    cut = {"rows": 2, "cols": 2}  # 15 x 25 of the upper tiles' 16 x 32 pixels are lost
    table = measured(folder, parameters=("Sq", "Srw"), fill="plane", tiles=cut)
    (warned,) = missing_pixels(table.attrs["channels"])
    assert warned["text"].startswith("1 scan of channel height lost more than half of the pixels")


@pytest.mark.parametrize(
    "changes",
    [
        {"fill": "plane"},
        {"lines": "linear"},
        {"s_filter_nm": 900},
        {"l_filter_nm": 4000},
        {"level": {"height": "facet"}},
    ],
)
def test_study__measures_again_when_the_preparation_changes(folder, changes):
    before = measured(folder, parameters=("Sq",))
    after = measured(folder, parameters=("Sq",), **changes)
    assert after.attrs["key"] != before.attrs["key"]
    assert (after["height:Sq"] != before["height:Sq"]).any()


def test_study__filters_in_nanometres(folder):
    table = measured(folder, parameters=("Sq",), s_filter_nm=300, l_filter_nm=900)
    described = table.attrs["channels"]["height"]
    assert (described["s_filter"], described["l_filter"]) == (pytest.approx(300e-9), pytest.approx(900e-9))
    store = open_store(folder.stack)
    heights, dx, dy = store.blocks("height")[0].load()
    alone = measure_image(heights[3], dx[3], dy[3], parameters="Sq", s_filter=300e-9, l_filter=900e-9)
    assert table["height:Sq"][3] == pytest.approx(alone["Sq"], rel=1e-9)


def test_study__refuses_facets_of_a_force_by_name(folder):
    with pytest.raises(SettingsError, match=r"channel 'adhesion': level 'facet' .* these are in 'N'"):
        measured(folder, level={"adhesion": "facet"})


def test_settings__refuse_filters_that_leave_nothing():
    with pytest.raises(SettingsError, match="s_filter_nm = 300 is not below l_filter_nm = 200"):
        parse({"s_filter_nm": 300, "l_filter_nm": 200})


def test_missing_pixels__where_nothing_needs_them():
    about = {"height": {"fill": "none", "missing": {"scans": 1, "undefined": []}}}
    assert "are those of the pixels that are there" in missing_pixels(about)[0]["text"]
