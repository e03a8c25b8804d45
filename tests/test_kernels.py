"""Kernels: compiled equals plain Python, the cache never serves a stale caller, ranges and closed forms."""

import importlib
import json
import math
import os
import pkgutil
import subprocess
import sys

import numba
import numpy as np
import pytest
import scipy.fft

from afmfast import kernels
from afmfast.features.measure import measure_image
from afmfast.features.recipes import frequencies, lags, orientation, scales
from afmfast.features.recipes import motifs as motif_recipes
from afmfast.kernels import (
    _fft,
    _jit,
    amplitude,
    blocks,
    coarse,
    correlation,
    curvature,
    entropy,
    fits,
    frequency,
    level,
    motifs,
    order,
    polar,
    profiles,
    ratio,
    rings,
    slopes,
    sorting,
    spectrum,
    stretched,
    structure,
    summits,
)
from afmfast.kernels.orientation import BINS, _row_orientation

SHAPE = (20, 26)


def modules():
    return [
        importlib.import_module(f"afmfast.kernels.{found.name}") for found in pkgutil.iter_modules(kernels.__path__)
    ]


def compiled_functions():
    """Those that Python may call, by name."""
    found = {}
    for _, _, value in all_compiled():
        if "no_cpython_wrapper" not in value.targetoptions:
            found[value.py_func.__name__] = value
    return found


def all_compiled():
    """Module, name and function, also of parts."""
    for module in modules():
        for name, value in list(vars(module).items()):
            if isinstance(value, numba.core.dispatcher.Dispatcher):
                yield module, name, value


def relief(shape=SHAPE, seed=0):
    """Rough mean-free heights with a slope in the spectrum."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(scipy.fft.fftfreq(shape[0])[:, None], scipy.fft.rfftfreq(shape[1])) + 0.05
    z = scipy.fft.irfft2(scipy.fft.rfft2(rng.standard_normal(shape)) * frequency**-1.5, s=shape)
    z -= z.mean()
    return np.ascontiguousarray(z / z.std(), dtype=np.float32)


def holed():
    z = relief()
    z[np.random.default_rng(2).random(SHAPE) < 0.03] = np.nan
    return z


def amplitudes():
    *arrays, out = frequencies.arrays(*SHAPE)
    spectrum.windowed_amplitude(relief(), *arrays, out)
    return out


def acf_of(z):
    *arrays, out = lags.arrays(*z.shape)
    correlation.autocorrelation(z, *arrays, out)
    return out


def basis(n, k=2):
    return np.ascontiguousarray(np.linalg.qr(np.vander(np.arange(float(n)), k, increasing=True))[0].T)


def framed():
    heights, *work = motif_recipes.arrays(*SHAPE)
    motifs.frame(relief(), 1.0, heights)
    return heights, *work


def sloped():
    """Arguments of `saddles`, with the way up instead of the hills."""
    heights, above, turns, hills = framed()
    return heights, hills, above, turns[: motifs.steepest(heights, above, turns, hills)]


def unpruned():
    """Arguments of `prune`."""
    heights, hills, above, turns = sloped()
    peaks = motifs.label(turns, hills)
    sides, level_, order = motifs.saddles(heights, hills, above, turns)
    region, floor = np.empty(peaks.size, np.int32), np.empty(peaks.size, np.float32)
    return heights.reshape(-1)[peaks], sides, level_, np.sort(order), 0.3, region, floor


def labelled():
    heights, hills, above, turns = sloped()
    motifs.label(turns, hills)
    return heights, hills, above, turns


def segments():
    """Heights, hills, peaks, region and floor."""
    heights, *work, hills = framed()
    return heights, hills, *motif_recipes.segmented(heights, *work, hills, 0.3)


ASCENDING = np.sort(relief().reshape(-1))
TREND = np.random.default_rng(1).standard_normal((SHAPE[0], 2))

#: Arguments of every public kernel, made anew for each call since some are written into.
ARGUMENTS = {
    "largest_bits": lambda: (relief().reshape(-1).view(np.uint32),),
    "project_rows": lambda: (relief(), 0.5, basis(SHAPE[1]), np.empty((SHAPE[0], 2))),
    "residual_squares": lambda: (relief(), 0.5, TREND, basis(SHAPE[1]), np.empty(SHAPE[1])),
    "subtract_trend": lambda: (relief(), 0.5, TREND, basis(SHAPE[1]), 2.0, np.empty(SHAPE[1]), np.empty_like(relief())),
    "height_moments": lambda: (relief().reshape(-1),),
    "material_ratio": lambda: (ASCENDING, 1.0),
    "sample_curve": lambda: (ASCENDING,),
    "core_line": lambda: (ratio.sample_curve(ASCENDING), 1e-6),
    "portion_at": lambda: (ASCENDING, 0.3, ratio.count_above(ASCENDING, 0.3)),
    "count_above": lambda: (ASCENDING, 0.3),
    "count_below": lambda: (ASCENDING, 0.3),
    "sort_heights": lambda: (
        relief().reshape(-1).view(np.uint32),
        np.empty(relief().size, np.uint32),
        np.empty((sorting.DIGITS, sorting.VALUES), np.int64),
        np.empty(relief().size, np.uint32),
    ),
    "order_statistics": lambda: (ASCENDING, 1.0),
    "median_deviation": lambda: (ASCENDING, 0.1),
    "nearest": lambda: (ASCENDING, 0.1, 77),
    "probability_lines": lambda: (ASCENDING,),
    "entropy": lambda: (ASCENDING,),
    "volumes": lambda: (ASCENDING,),
    "slope_moments": lambda: (relief(), 2e-9, 3e-9),
    "gradient_moments": lambda: (relief(), 2e-9, 3e-9, 1e8),
    "smooth_slope_moments": lambda: (relief(), 2e-9, 3e-9),
    "developed_area": lambda: (relief(), 2e-9, 3e-9, 1e-9),
    "summits": lambda: (relief(), 2e-9, 3e-9),
    "laplacian": lambda: (relief(), 2e-9, 3e-9),
    "mean_curvature": lambda: (relief(), 2e-9, 3e-9, 1e-9),
    "masked_slope_moments": lambda: (holed(), 2e-9, 3e-9),
    "masked_smooth_slope_moments": lambda: (holed(), 2e-9, 3e-9),
    "masked_developed_area": lambda: (holed(), 2e-9, 3e-9, 1e-9),
    "masked_summits": lambda: (holed(), 2e-9, 3e-9),
    "weighted_mean": lambda: (ASCENDING.astype(float), ASCENDING[::-1].astype(float), 0.1, 0.2, 1.5),
    "autocorrelation": lambda: (relief(), *lags.arrays(*SHAPE)),
    "decay": lambda: (acf_of(relief()), 2e-9, 3e-9),
    "windowed_amplitude": lambda: (relief(), *frequencies.arrays(*SHAPE)),
    "polar_sums": lambda: (
        amplitudes(),
        1.3,
        1.0,
        np.zeros(9, np.float32),
        *np.empty((2, polar.DIRECTIONS)),
        np.empty(9),
    ),
    "cross_hatch": lambda: (np.random.default_rng(3).random(polar.DIRECTIONS),),
    "evenness": lambda: (np.random.default_rng(3).random(9),),
    "plane_wavelengths": lambda: (amplitudes(), *SHAPE, 1.3, 1.0),
    "stretched_length": lambda: (acf_of(relief())[10, 1:], acf_of(relief())[11:, 0].copy(), 2e-9, 3e-9),
    "profile_moments": lambda: (relief(), 2e-9, 3e-9, 1.0),
    "orientation": lambda: (relief(), 2e-9, 3e-9, 1.0, *orientation.arrays(*SHAPE)),
    "lay": lambda: (np.random.default_rng(3).random(polar.DIRECTIONS),),
    "wavelengths": lambda: (np.random.default_rng(3).random(9), 1e7),
    "ring_means": lambda: (amplitudes(), 1.3, 1.0, np.empty(6), np.empty(6)),
    "frame": lambda: (relief(), -1.0, framed()[0]),
    "steepest": framed,
    "label": lambda: (sloped()[3], sloped()[1]),
    "saddles": labelled,
    "prune": unpruned,
    "peak_attributes": lambda: (segments()[0], *segments()[2:4], 2e-9, 3e-9),
    "closed_hills": lambda: (*segments()[:2], *segments()[3:], 2e-9, 3e-9),
    "log_slope": lambda: (np.random.default_rng(3).random(12) + 0.1, 2, 11),
    "row_powers": lambda: (amplitudes(), SHAPE[0], np.empty(6)),
    "structure_function": lambda: (relief(), np.array([1, 2, 5]), np.empty((2, 3))),
    "masked_structure_function": lambda: (holed(), np.array([1, 2, 5]), np.empty((2, 3))),
    "is_rough": lambda: (np.array([[1.0, 2.0, 1.5], [1.0, 3.0, 4.0]]), 1.0),
    "power_law": lambda: (np.array([4.0, 6.0, 8.0]), np.random.default_rng(3).random((2, 3))),
    "first_blocks": lambda: (relief(), *blocks_of_two()),
    "halve": lambda: (halves(), np.empty((4, 8), np.float32), np.empty((4, 5, 4), np.float32)),
    "spreads": lambda: (halves(), -3.0, 0.7, 9.5),
    "area_ratios": lambda: (relief(), 0.7, 1.3),
    "lacunarity": lambda: (relief(), np.empty((3, SHAPE[1]), np.float32), 2.0),
}


def blocks_of_two():
    row, levels = scales.arrays(*SHAPE)
    return row[:, : 2 * levels[0].shape[2]], levels[0]


def halves():
    row, level = blocks_of_two()
    blocks.first_blocks(relief(), row, level)
    return level


def flatten(value):
    return [part for item in value for part in flatten(item)] if isinstance(value, tuple) else [np.asarray(value)]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_kernel__compiled_equals_plain_python(name, monkeypatch):
    kernel = compiled_functions()[name]
    compiled_arguments, plain_arguments = ARGUMENTS[name](), ARGUMENTS[name]()
    compiled = kernel(*compiled_arguments)
    for module, place, value in all_compiled():
        monkeypatch.setattr(module, place, value.py_func)
    plain = kernel.py_func(*plain_arguments)
    if compiled is not None:
        for one, other in zip(flatten(compiled), flatten(plain), strict=True):
            np.testing.assert_allclose(one, other, rtol=3e-6, atol=1e-12)
    for one, other in zip(compiled_arguments, plain_arguments, strict=True):
        # Work arrays may keep what their kernel does not reset; results are written whole.
        if isinstance(one, np.ndarray) and one is compiled_arguments[-1]:
            np.testing.assert_allclose(one, other, rtol=3e-6, atol=3e-6 * np.abs(other[np.isfinite(other)]).max())


def test_kernel__every_public_one_is_compared():
    assert {name for name in compiled_functions() if not name.startswith("_")} == set(ARGUMENTS)


def test_set__compiled_equals_plain_python():
    """The whole set without the compiler: a process in which Numba is switched off."""
    code = (
        "import json, numpy as np; from afmfast.features.measure import measure_image;"
        "z = np.random.default_rng(5).standard_normal((30, 28)).cumsum(0);"
        "print(json.dumps(measure_image(z, 1e-8, 1.5e-8, parameters='all').to_dict()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    plain = json.loads(done.stdout)
    compiled = measure_image(
        np.random.default_rng(5).standard_normal((30, 28)).cumsum(0), 1e-8, 1.5e-8, parameters="all"
    )
    np.testing.assert_allclose(compiled, list(plain.values()), rtol=5e-6)


@pytest.mark.parametrize("kernel", compiled_functions().values(), ids=compiled_functions())
def test_kernel__runs_without_the_lock_and_keeps_nan(kernel):
    options = kernel.targetoptions
    assert options["nogil"] is True
    assert options["fastmath"] is False or options["fastmath"] == {"reassoc", "contract", "arcp", "nsz"}


def test_fastmath__still_sees_nan():
    @_jit.kernel
    def count_missing(values):
        count = 0
        for value in values:
            count += np.isnan(value)
        return count

    assert count_missing(np.array([1.0, np.nan, np.inf, np.nan])) == 2


# the transforms


@pytest.mark.parametrize("n", [1, 2, 1000])
@pytest.mark.parametrize("step", [0.0, 0.25])
def test_sort_heights__is_the_order_of_numpy(n, step):
    rng = np.random.default_rng(n)
    z = (rng.standard_normal(n) * 10.0 ** rng.integers(-9, 9, n)).astype(np.float32)
    z = np.float32(step) * np.round(z / np.float32(step)) if step else z
    work = np.empty(n, np.uint32), np.empty((sorting.DIGITS, sorting.VALUES), np.int64), np.empty(n, np.uint32)
    sorting.sort_heights(z.view(np.uint32), *work)
    np.testing.assert_array_equal(work[-1].view(np.float32), np.sort(z))


@pytest.mark.parametrize(("plain", "n"), [(_fft.rows_forward, 12), (_fft.rows_forward, 13), (_fft.columns_forward, 13)])
def test_transform__of_real_values_is_scipys(plain, n):
    values = np.random.default_rng(0).standard_normal((n, n)).astype(np.float32)
    shape = (n, n // 2 + 1) if plain is _fft.rows_forward else (n // 2 + 1, n)
    check_transform(plain, values, np.empty(shape, np.complex64))


@pytest.mark.parametrize(("plain", "n", "m"), [(_fft.rows_full, 11, 18), (_fft.columns_full, 11, 11)])
def test_transform__of_complex_values_is_scipys(plain, n, m):
    rng = np.random.default_rng(0)
    values = (rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n))).astype(np.complex64)
    check_transform(plain, values, np.empty((n, m), np.complex64))


@pytest.mark.parametrize("n", [12, 18])
def test_transform__backward_is_scipys(n):
    real = np.random.default_rng(0).standard_normal((n, n)).astype(np.float32)
    check_transform(_fft.rows_backward, real, np.empty((n, n // 2 + 1), np.complex64))
    half = scipy.fft.rfft(real, axis=0)
    check_transform(_fft.columns_backward, half, np.empty((n, n), np.float32))


def check_transform(plain, values, out):
    @numba.njit
    def call(values, out):
        plain(values, out)

    expected = np.empty_like(out)
    call(values, out)
    plain(values, expected)
    np.testing.assert_allclose(out, expected, atol=2e-5)


# closed forms and ranges


def test_slopes__of_a_plane_are_exact():
    y, x = np.mgrid[:9, :11].astype(np.float32)
    z = 3 * x + 4 * y
    assert slopes.slope_moments(z, 1.0, 1.0).rms == pytest.approx(5.0, rel=1e-6)
    assert slopes.smooth_slope_moments(z, 1.0, 1.0).rms == pytest.approx(5.0, rel=1e-6)


@pytest.mark.parametrize("steepness", [1e-25, 1e-9, 1e-3, 1.0, 1e6, 1e25])
def test_area__of_a_plane_keeps_its_digits_from_gentle_to_steep(steepness):
    y, x = np.mgrid[:8, :8].astype(np.float32)
    found = slopes.developed_area(x + y, 1.0, 1.0, steepness)
    q = 2 * steepness**2
    assert found.excess == pytest.approx(q / (1 + math.sqrt(1 + q)), rel=1e-6)
    assert found.area == pytest.approx(49 * math.sqrt(1 + q), rel=1e-6)


def test_area__does_not_confuse_the_pixel_sides():
    z = np.tile(np.arange(8, dtype=np.float32), (8, 1))
    assert slopes.developed_area(z, 1.0, 2.0, 1.0).excess == pytest.approx(math.sqrt(2) - 1, rel=1e-6)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 10, 11])
@pytest.mark.parametrize("kind", ["noise", "levels"])
def test_median_deviation__is_the_median_of_the_distances(n, kind):
    rng = np.random.default_rng(n)
    for _ in range(20):
        z = rng.standard_normal(n) if kind == "noise" else rng.integers(-2, 3, n)
        ascending = np.sort(z.astype(np.float32))
        centre = float(np.median(ascending))
        wanted = np.median(np.abs(ascending.astype(float) - centre))
        assert order.median_deviation(ascending, centre) == pytest.approx(wanted)


def test_order__heights_at_the_level_of_one_rms_are_not_above_it():
    ascending = np.repeat(np.array([-1.0, 1.0], np.float32), 50)
    for rounded in (1.0 - 1e-8, 1.0, 1.0 + 1e-8):
        assert order.order_statistics(ascending, rounded).above_rms == 0.0


@pytest.mark.parametrize("k", [2, 16, 256, 257, 511])
def test_entropy__of_levels_on_the_edges_of_bins_ignores_rounding(k):
    levels = np.repeat(np.arange(k), 5) / (k - 1) * 256
    filled = np.unique(np.minimum(np.floor(levels + 1e-3), 255), return_counts=True)[1] / levels.size
    wanted = -(filled * np.log(filled)).sum() / math.log(256)
    for offset in (-100.0, -0.1, 0.7):
        assert order.entropy((levels + offset).astype(np.float32) / 80).heights == pytest.approx(wanted)


@pytest.mark.parametrize("scale", [1e-25, 1e-3, 1.0, 1e3, 1e11])
def test_mean_curvature__of_a_ridge_is_that_of_its_profile(scale):
    z = np.tile(np.array([0.0, 1.0, 3.0, 4.0], np.float32), (5, 1))
    bends, slopes_ = scale * np.array([1.0, -1.0]), scale * np.array([1.5, 1.5])
    wanted = np.mean(np.abs(bends) / 2 / (1 + slopes_**2) ** 1.5)
    assert curvature.mean_curvature(z, 1.0, 2.0, scale).mean_abs == pytest.approx(wanted, rel=1e-5, abs=0)
    assert curvature.mean_curvature(z.T.copy(), 2.0, 1.0, scale).mean_abs == pytest.approx(wanted, rel=1e-5, abs=0)


def test_autocorrelation__is_the_direct_sum():
    z = relief((7, 10)).astype(np.float64)
    found = acf_of(z.astype(np.float32))
    hy, hx = 3, 5
    for y in range(-hy, hy + 1):
        for x in range(hx + 1):
            one = z[max(y, 0) : 7 + min(y, 0), x:]
            other = z[max(-y, 0) : 7 - max(y, 0), : 10 - x]
            assert found[hy + y, x] == pytest.approx((one * other).mean() / (z * z).mean(), abs=3e-6)


def test_autocorrelation__does_not_remember_the_last_image():
    *arrays, out = lags.arrays(*SHAPE)
    correlation.autocorrelation(relief(seed=1), *arrays, out)
    correlation.autocorrelation(relief(), *arrays, out)
    np.testing.assert_array_equal(out, acf_of(relief()))


def test_decay__knows_rays_that_never_cross():
    acf = np.ones((11, 6), np.float32)
    assert all(math.isnan(value) for value in correlation.decay(acf, 1.0, 1.0))


def test_decay__of_a_ramp_along_x():
    acf = np.tile(1 - np.arange(9, dtype=np.float32) / 8, (17, 1))
    found = correlation.decay(acf, 1.0, 1.0)
    assert found.length_20 == pytest.approx(6.4)
    assert found.length_37 == pytest.approx(8 * (1 - math.exp(-1)))
    assert found.aspect_20 == pytest.approx(6.4 / 8, rel=0.3)


@pytest.mark.parametrize("shape", [(8, 8), (9, 7), (11, 12)])
def test_amplitude__holds_every_neighbour_by_the_period_of_the_transform(shape):
    *arrays, out = frequencies.arrays(*shape)
    z = relief(shape)
    spectrum.windowed_amplitude(z, *arrays, out)
    full = np.abs(scipy.fft.fft2(z.astype(float) * arrays[0] * arrays[1][:, None]))
    full[0, 0] = 0
    cy = shape[0] // 2 + 1
    expected = full[np.arange(-cy, cy + 1)[:, None] % shape[0], np.arange(shape[1] // 2 + 2) % shape[1]]
    np.testing.assert_allclose(out, expected, atol=2e-5)


def test_polar__finds_the_direction_of_a_wave():
    y, x = np.mgrid[:64, :64]
    # The wave runs up and to the right as the image is shown; its lay runs down and to the right.
    z = np.cos(2 * np.pi * (x - y) / 8).astype(np.float32)
    *arrays, out = frequencies.arrays(64, 64)
    spectrum.windowed_amplitude(z, *arrays, out)
    by_direction, power, by_radius = np.empty(polar.DIRECTIONS), np.empty(polar.DIRECTIONS), np.empty(31)
    polar.polar_sums(out, 1.0, 1.0, np.zeros(31, np.float32), by_direction, power, by_radius)
    assert polar.lay(by_direction)[0] == pytest.approx(135.0)
    assert 1 / polar.wavelengths(by_radius, 1 / 64)[0] == pytest.approx(math.sqrt(2) / 8, rel=0.05)


@pytest.mark.parametrize(("places", "angle"), [((100, 300), 180 * 200 / 512), ((20, 490), 180 * 42 / 512)])
def test_cross_hatch__is_the_acute_angle_between_two_peaks(places, angle):
    by_direction = np.ones(polar.DIRECTIONS)
    by_direction[list(places)] = 9.0, 7.0
    by_direction[places[0] + 20] = 8.0  # within 10 degrees of a higher one
    assert polar.cross_hatch(by_direction) == pytest.approx(angle)


def test_cross_hatch__a_peak_below_the_mean_does_not_count():
    by_direction = np.zeros(polar.DIRECTIONS)
    by_direction[[100, 300]] = 900.0, 0.9
    assert math.isnan(polar.cross_hatch(by_direction))


def test_evenness__is_1_for_equal_shares_and_0_for_one():
    assert entropy.evenness(np.full(7, 3.0)) == pytest.approx(1.0)
    assert entropy.evenness(np.array([0.0, 4.0])) == 0.0
    assert math.isnan(entropy.evenness(np.zeros(4)))


def test_stretched__finds_length_and_shape_of_either_axis():
    r = np.arange(1.0, 40.0)
    for length in (5.0, 9.0):
        for hurst in (0.4, 1.0):
            acf = np.exp(-((r / length) ** (2 * hurst)))
            assert stretched.stretched_length(acf, acf[1::2].copy(), 1e-9, 2e-9) == pytest.approx(length * 1e-9)


def test_stretched__stops_at_the_first_zero():
    acf = np.exp(-np.arange(1.0, 20.0) / 3.0)
    broken = np.concatenate([acf[:6], [-0.1], np.full(9, 0.8)])
    assert stretched.stretched_length(broken, broken[6:], 1.0, 1.0) == pytest.approx(3.0)


def test_stretched__needs_three_lags_and_a_length_within_them():
    assert math.isnan(stretched.stretched_length(np.array([0.5, -1.0]), np.array([0.5, -1.0]), 1.0, 1.0))
    assert math.isnan(stretched.stretched_length(np.array([0.1, 0.05, 0.02]), np.array([-1.0]), 1.0, 1.0))
    assert math.isnan(stretched.stretched_length(np.array([0.9, 0.8, 0.7]), np.array([-1.0]), 1.0, 1.0))


def test_profiles__cross_once_at_a_pixel_on_the_mean():
    row = np.array([1.0, 0.0, -1.0, 0.0, 0.0, 1.0, -1e-8, 1.0], np.float32)
    found = profiles.profile_moments(np.tile(row, (3, 1)), 1.0, 1.0, 1.0)
    assert found.crossings == pytest.approx((1 + 1 + 1) / 7 / 2)  # a touch counts as one


def test_orientation__of_bins_is_that_of_the_angle():
    @numba.njit
    def call(*arguments):
        _row_orientation(*arguments)

    rng = np.random.default_rng(0)
    gx, gy = rng.standard_normal((2, 4000))
    for x, y in zip(gx, gy, strict=True):
        upper, lower = np.array([y - x, y + x], np.float32), np.array([-y - x, -y + x], np.float32)
        bins, squares = orientation.arrays(2, 2)
        call(upper, lower, np.float32(1), np.float32(1), bins, squares)
        angle = math.degrees(math.atan2(y, x)) % 180
        assert bins[0] % BINS == math.floor(angle / 5 + 0.5) % BINS
        assert squares[0] == pytest.approx(16 * (x * x + y * y), rel=1e-5)


def test_plane_wavelengths__of_equal_peaks_the_longest_counts():
    amplitude_ = np.zeros((2 * 6 + 3, 14 // 2 + 2), np.float32)
    centre = (amplitude_.shape[0] - 1) // 2
    amplitude_[centre + 4, 3], amplitude_[centre - 2, 1] = 1.0, 1.0 - 1e-6
    found = frequency.plane_wavelengths(amplitude_, 12, 14, 14.0, 12.0)
    assert found.dominant == pytest.approx(1 / math.hypot(2 / 12, 1 / 14))
    mean = 0.5 * (math.hypot(2 / 12, 1 / 14) + math.hypot(4 / 12, 3 / 14))
    assert found.centroid == pytest.approx(1 / mean, rel=1e-5)


def test_rings__mean_is_taken_over_the_points_of_each_ring():
    amplitude_ = amplitudes()
    means, powers = np.empty(6), np.empty(6)
    rings.ring_means(amplitude_, 1.0, 1.0, means, powers)
    cy = (amplitude_.shape[0] - 1) // 2
    for ring in range(1, 6):
        points = [
            (2 - (kx == 0), float(amplitude_[cy + ky, kx]))
            for ky in range(-7, 8)
            for kx in range(8)
            if math.floor(math.hypot(kx, ky) + 0.5) == ring
        ]
        weight = sum(w for w, _ in points)
        assert means[ring] == pytest.approx(sum(w * a for w, a in points) / weight, rel=1e-6)
        assert powers[ring] == pytest.approx(sum(w * a * a for w, a in points) / weight, rel=1e-6)


def test_rings__a_frequency_midway_goes_to_the_upper_ring():
    amplitude_ = np.zeros((23, 12), np.float32)
    amplitude_[11 + 3, 0] = 1.0  # 3 / 1.2 = 2.5 frequency steps, which no binary fraction gives exactly
    means, powers = np.empty(5), np.empty(5)
    rings.ring_means(amplitude_, 1.2, 1.2, means, powers)
    assert means[2] == 0.0
    assert means[3] > 0.0


def test_log_slope__of_a_power_law():
    values = np.arange(1.0, 20.0) ** -1.7
    assert rings.log_slope(np.concatenate([[1.0], values]), 4, 19) == pytest.approx((-1.7, 1.0))
    assert math.isnan(rings.log_slope(values, 4, 6)[0])


def test_power_law__of_two_curves_has_one_slope():
    scales = np.array([4.0, 6.0, 8.0, 12.0])
    assert fits.power_law(scales, np.array([scales**1.3, 5 * scales**1.3])) == pytest.approx((1.3, 1.0))
    bent = np.array([scales**1.3, scales**0.7])
    assert fits.power_law(scales, bent)[0] == pytest.approx(1.0)
    assert fits.power_law(scales, bent)[1] < 0.95
    assert math.isnan(fits.power_law(scales, 0.0 * bent)[0])


def test_structure__of_a_plane_grows_with_the_square_and_is_not_rough():
    y, x = np.indices((20, 30))
    lags_, found = np.array([1, 2, 3, 5]), np.empty((2, 4))
    structure.structure_function((0.5 * x + 0.25 * y).astype(np.float32), lags_, found)
    np.testing.assert_allclose(found, [0.25 * lags_**2, 0.0625 * lags_**2])
    assert not structure.is_rough(found, 1.0)


@pytest.mark.parametrize(
    ("along_x", "rough"),
    [([1, 2, 3], True), ([1, 3.9, 5], False), ([1, 2, 0.9], False), ([1, 2, math.nan], True), ([0, 0, 0], False)],
    ids=["rough", "smooth", "repeats", "unknown", "no relief"],
)
def test_rough__is_neither_smooth_nor_repeating(along_x, rough):
    assert (
        structure.is_rough(np.array([along_x, [1.0, 3.9, 4.0] if along_x[1] == 3.9 else [1.0, 2.0, 3.0]]), 1.0) is rough
    )


def test_area_ratios__of_a_plane_are_exact():
    y, x = np.indices((9, 12))
    found = coarse.area_ratios((0.5 * x + 0.25 * y).astype(np.float32), 2.0, 3.0)
    assert found == pytest.approx([math.sqrt(1 + 1.0**2 + 0.75**2)] * 2, rel=1e-6)


def test_prisms__stand_on_the_mean_of_their_corners():
    z = np.array([[0, 0], [0, 4]], np.float32)  # middle 1; slopes 0 and 4 along the edges, 2 across the triangles
    assert coarse.area_ratios(z, 1.0, 1.0)[1] == pytest.approx((2 * math.sqrt(5) + 2 * math.sqrt(21)) / 4)


def test_spreads__a_height_on_the_edge_of_a_box_is_in_the_upper_one():
    block = np.array([0.0, 0.0, 0.0, 0.9999999], np.float32).reshape(4, 1, 1)
    assert blocks.spreads(block, 0.0, 1.0, 3.0)[2] == 2.0
    block[3] = 3.0  # the highest pixel is in the last box, not above it
    assert blocks.spreads(block, 0.0, 1.0, 3.0)[2] == 3.0


def test_summits__count_the_strict_ones_inside_alone():
    z = np.zeros((7, 9), np.float32)
    z[2, 2], z[4, 6], z[0, 4] = 2.0, 1.0, 9.0
    z[5, 2] = z[5, 3] = 3.0  # a plateau of two
    z[3, 4] = -1.0
    found = summits.summits(z, 1.0, 2.0)
    assert found.pit_curvature == pytest.approx(1.0 + 1.0 / 4)
    assert found.density == pytest.approx(2 / (6 * 8) / 2)
    assert found.ten_point == pytest.approx(1.5 + 1.0)
    assert found.curvature == pytest.approx((2.0 + 2.0 / 4 + 1.0 + 1.0 / 4) / 2)


def test_summits__ten_point_height_takes_the_five_highest():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((40, 40)).astype(np.float32)
    inner = np.lib.stride_tricks.sliding_window_view(z, (3, 3)).reshape(-1, 9)
    others = np.delete(inner, 4, axis=1)
    tops = np.sort(inner[inner[:, 4] > others.max(1), 4])[-5:]
    pits = np.sort(inner[inner[:, 4] < others.min(1), 4])[:5]
    assert summits.summits(z, 1.0, 1.0).ten_point == pytest.approx(tops.mean() - pits.mean(), rel=1e-6)


def test_heights__single_precision_sums_do_not_lose_a_spike():
    z = np.zeros(100_000, np.float32)
    z[77] = 4096.0
    z -= z.mean(dtype=np.float64).astype(np.float32)
    exact = z.astype(np.float64)
    found = amplitude.height_moments(z)
    assert found.kurtosis == pytest.approx(np.mean(exact**4) / np.mean(exact**2) ** 2, rel=1e-6)
    assert found.highest == exact.max()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_largest_bits__tell_missing_pixels(bad, kind):
    unsigned = np.uint32 if kind is np.float32 else np.uint64
    z = np.array([1.0, -3.0, 2.0], kind)
    assert np.array(level.largest_bits(z.view(unsigned)), unsigned).view(kind) == 3.0
    z[1] = bad
    assert not np.isfinite(np.array(level.largest_bits(z.view(unsigned)), unsigned).view(kind))


def test_curve__of_equal_halves_mirrors():
    ascending = np.sort(np.array([-1.0] * 30 + [1.0] * 70, np.float32))
    ascending -= np.float32(ascending.mean())
    found = ratio.material_ratio(ascending, 0.9)
    mirrored = ratio.material_ratio(np.ascontiguousarray(-ascending[::-1]), 0.9)
    assert found.peak == pytest.approx(mirrored.valley)
    assert found.valley_portion == pytest.approx(1 - mirrored.peak_portion)


def test_core_line__takes_the_first_of_equal_windows_whatever_the_rounding():
    steps = np.repeat(np.linspace(2.0, -2.0, 41), 250)[: ratio.STEPS + 1]
    curve = np.append(steps, steps[-1:])[: ratio.STEPS + 1]
    noise = 1e-9 * np.random.default_rng(0).standard_normal(curve.size)
    assert ratio.core_line(curve + noise, 1e-6) == pytest.approx(ratio.core_line(curve, 1e-6), abs=1e-7)
