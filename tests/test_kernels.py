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
from afmfast.features.recipes import frequencies, lags
from afmfast.kernels import _fft, _jit, amplitude, correlation, level, polar, ratio, rings, slopes, spectrum, summits

SHAPE = (20, 26)


def modules():
    return [
        importlib.import_module(f"afmfast.kernels.{found.name}") for found in pkgutil.iter_modules(kernels.__path__)
    ]


def compiled_functions():
    found = {}
    for module in modules():
        for value in vars(module).values():
            if isinstance(value, numba.core.dispatcher.Dispatcher):
                found[value.py_func.__name__] = value
    return found


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
    "height_at": lambda: (ASCENDING, 0.3),
    "sample_curve": lambda: (ASCENDING,),
    "core_line": lambda: (ratio.sample_curve(ASCENDING), 1e-6),
    "portion_at": lambda: (ASCENDING, 0.3, ratio.count_above(ASCENDING, 0.3)),
    "count_above": lambda: (ASCENDING, 0.3),
    "count_below": lambda: (ASCENDING, 0.3),
    "mean_above": lambda: (ASCENDING, 0.3),
    "mean_below": lambda: (ASCENDING, 0.3),
    "slope_moments": lambda: (relief(), 2e-9, 3e-9),
    "smooth_slope_moments": lambda: (relief(), 2e-9, 3e-9),
    "developed_area": lambda: (relief(), 2e-9, 3e-9, 1e-9),
    "summits": lambda: (relief(), 2e-9, 3e-9),
    "masked_slope_moments": lambda: (holed(), 2e-9, 3e-9),
    "masked_smooth_slope_moments": lambda: (holed(), 2e-9, 3e-9),
    "masked_developed_area": lambda: (holed(), 2e-9, 3e-9, 1e-9),
    "masked_summits": lambda: (holed(), 2e-9, 3e-9),
    "weighted_mean": lambda: (ASCENDING.astype(float), ASCENDING[::-1].astype(float), 0.1, 0.2, 1.5),
    "autocorrelation": lambda: (relief(), *lags.arrays(*SHAPE)),
    "decay": lambda: (acf_of(relief()), 2e-9, 3e-9),
    "steps_inside": lambda: (0.3, -0.4, 10, 13),
    "walk": lambda: (acf_of(relief()), 0.3, -0.4, 32, np.empty(32, np.int64), np.empty((2, 32)), np.empty(32)),
    "windowed_amplitude": lambda: (relief(), *frequencies.arrays(*SHAPE)),
    "polar_sums": lambda: (amplitudes(), 1.3, 1.0, np.zeros(9, np.float32), np.empty(polar.DIRECTIONS), np.empty(9)),
    "lay": lambda: (np.random.default_rng(3).random(polar.DIRECTIONS),),
    "wavelengths": lambda: (np.random.default_rng(3).random(9), 1e7),
    "ring_means": lambda: (amplitudes(), 1.3, 1.0, np.empty(6), np.empty(6)),
    "log_slope": lambda: (np.random.default_rng(3).random(12) + 0.1, 2, 11),
}


def flatten(value):
    return [part for item in value for part in flatten(item)] if isinstance(value, tuple) else [np.asarray(value)]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_kernel__compiled_equals_plain_python(name):
    kernel = compiled_functions()[name]
    compiled_arguments, plain_arguments = ARGUMENTS[name](), ARGUMENTS[name]()
    compiled = kernel(*compiled_arguments)
    plain = kernel.py_func(*plain_arguments)
    if compiled is not None:
        for one, other in zip(flatten(compiled), flatten(plain), strict=True):
            np.testing.assert_allclose(one, other, rtol=3e-6, atol=1e-12)
    for one, other in zip(compiled_arguments, plain_arguments, strict=True):
        # Work arrays may keep what their kernel does not reset; results are written whole.
        if isinstance(one, np.ndarray) and one is compiled_arguments[-1]:
            np.testing.assert_allclose(one, other, rtol=3e-6, atol=3e-6 * np.abs(other).max())


def test_kernel__every_public_one_is_compared():
    assert {name for name in compiled_functions() if not name.startswith("_")} == set(ARGUMENTS)


def test_set__compiled_equals_plain_python():
    """The whole set without the compiler: a process in which Numba is switched off."""
    code = (
        "import json, numpy as np; from afmfast.features.measure import measure_image;"
        "z = np.random.default_rng(5).standard_normal((30, 28)).cumsum(0);"
        "print(json.dumps(measure_image(z, 1e-8, 1.5e-8).to_dict()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    plain = json.loads(done.stdout)
    compiled = measure_image(np.random.default_rng(5).standard_normal((30, 28)).cumsum(0), 1e-8, 1.5e-8)
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
    by_direction, by_radius = np.empty(polar.DIRECTIONS), np.empty(31)
    polar.polar_sums(out, 1.0, 1.0, np.zeros(31, np.float32), by_direction, by_radius)
    assert polar.lay(by_direction)[0] == pytest.approx(135.0)
    assert 1 / polar.wavelengths(by_radius, 1 / 64)[0] == pytest.approx(math.sqrt(2) / 8, rel=0.05)


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
    assert rings.log_slope(np.concatenate([[1.0], values]), 4, 19) == pytest.approx(-1.7)
    assert math.isnan(rings.log_slope(values, 4, 6))


def test_summits__count_the_strict_ones_inside_alone():
    z = np.zeros((7, 9), np.float32)
    z[2, 2], z[4, 6], z[0, 4] = 2.0, 1.0, 9.0
    z[5, 2] = z[5, 3] = 3.0  # a plateau of two
    z[3, 4] = -1.0
    found = summits.summits(z, 1.0, 2.0)
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
