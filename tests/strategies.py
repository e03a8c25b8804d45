"""What the tests measure: named surfaces with known answers, and Hypothesis strategies for images of every kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from afmfast import synthetic

NM = 1e-9
A = 10 * NM


@dataclass(frozen=True)
class Surface:
    """A maker of images (a reference value is the mean over them), their pixels, unit and levelling."""

    make: Callable[[], list[np.ndarray]]
    dx: float = 10 * NM
    dy: float = 10 * NM
    unit: str = "m"
    level: str = "none"


def _one(make: Callable[..., np.ndarray], *args: object, **kwargs: object) -> Callable[[], list[np.ndarray]]:
    return lambda: [make(*args, **kwargs)]


def _self_affine(hurst: float, *, roll_off: float = math.inf) -> Surface:
    def make() -> list[np.ndarray]:
        return [
            synthetic.self_affine((256, 256), 10 * NM, 10 * NM, sq=A, hurst=hurst, roll_off=roll_off, seed=seed)
            for seed in range(8)
        ]

    return Surface(make, level="plane")


def _cosine_hills(amplitude: float) -> Surface:
    phase = -2 * math.pi * 8 / 17
    make = _one(synthetic.cosine_sum, (68, 85), 10 * NM, 10 * NM, amplitude=amplitude, wavelength=170 * NM, phase=phase)
    return Surface(make)


def _tilted_sine() -> list[np.ndarray]:
    even = synthetic.sine((60, 96), amplitude=A, waves=(6, 0), phase=math.pi / 2 - 2 * math.pi * 6 * 47.5 / 96)
    return [synthetic.tilted(even, 10 * NM, 15 * NM, slope_x=0.2, slope_y=-0.1)]


def islands() -> np.ndarray:
    """A rim round a moat and, in it, a row of tops; mean 30 nm."""
    z = np.full((7, 11), 60.0)
    z[1:-1, 1:-1] = 0.0
    z[3, 2:9] = 80.0, 30.0, 50.0, 46.0, 49.0, 35.0, 100.0
    return z * NM


def _gaussian(length_x: float, length_y: float) -> Surface:
    def make() -> list[np.ndarray]:
        return [
            synthetic.gaussian_field(
                (256, 256), 10 * NM, 10 * NM, sq=A, length_x=length_x, length_y=length_y, seed=seed
            )
            for seed in range(8)
        ]

    return Surface(make)


def _hatch(shape: tuple[int, int]) -> Surface:
    """Two sets of grooves, 12 periods along x and 6 up or down along y over 60 x 96 pixels."""
    waves = 12 * shape[1] / 96, 6 * shape[0] / 60

    def make() -> list[np.ndarray]:
        rising = synthetic.sine(shape, amplitude=A, waves=(waves[0], -waves[1]), phase=0.3)
        return [rising + synthetic.sine(shape, amplitude=A, waves=waves)]

    return Surface(make, dy=15 * NM)


def honed(shape: tuple[int, int]) -> np.ndarray:
    """A Gaussian plateau with valleys five times as wide, below the mean by one standard deviation."""
    depth = -synthetic.normal_heights(shape, sq=1.0)
    return A * np.where(depth < 1.0, -depth, -1.0 - 5.0 * (depth - 1.0))


def checks(n_levels: int) -> np.ndarray:
    """Chequered on 1, 2, 4, ... pixels at once, each twice as high in squares as the finer one: H = 1/2 by hand."""
    n = np.arange(2**n_levels)
    bits = [(n >> k & 1)[:, None] ^ (n >> k & 1) for k in range(n_levels)]
    return NM * sum(2 ** (k / 2) * (1.0 - 2.0 * bit) for k, bit in enumerate(bits))


def _pyramid(half: int) -> Callable[[], list[np.ndarray]]:
    place = np.abs(np.arange(-half, half + 1.0))
    return lambda: [-NM * np.maximum(place, place[:, None])]


#: Phase of a sine, 64 pixels a period, at which the unbiased autocorrelation of whole periods is the cosine itself:
#: the sum of cos(k (2x + t) + 2 phase) over the overlap vanishes for every lag t.
EXACT_LAGS = math.pi / 64 + math.pi / 4

SURFACES = {
    "sine": Surface(_one(synthetic.sine, (60, 96), amplitude=A, waves=(6, 0)), dy=15 * NM),
    "sine_oblique": Surface(_one(synthetic.sine, (60, 96), amplitude=A, waves=(6, -4)), dy=15 * NM),
    "sine_1_more": Surface(_one(synthetic.sine, (61, 97), amplitude=A, waves=(6 * 97 / 96, 0)), dy=15 * NM),
    "sine_2_more": Surface(_one(synthetic.sine, (62, 98), amplitude=A, waves=(6 * 98 / 96, 0)), dy=15 * NM),
    "sine_6_more": Surface(_one(synthetic.sine, (66, 102), amplitude=A, waves=(6 * 102 / 96, 0)), dy=15 * NM),
    "sine_steep": Surface(_one(synthetic.sine, (9, 129), amplitude=640 * NM / (2 * math.pi), waves=(2 * 129 / 128, 0))),
    "sine_tilted": Surface(_tilted_sine, dy=15 * NM, level="plane"),
    "plane": Surface(_one(synthetic.plane, (40, 50), 10 * NM, 20 * NM, slope_x=0.3, slope_y=-0.4), dy=20 * NM),
    "plane_45": Surface(_one(synthetic.plane, (20, 30), 10 * NM, 20 * NM, slope_x=1.0, slope_y=0.0), dy=20 * NM),
    "plane_force": Surface(
        _one(synthetic.plane, (21, 31), 10 * NM, 10 * NM, slope_x=1e-3, slope_y=2e-3, offset=5e-9), unit="N"
    ),
    "eggcrate": Surface(
        _one(synthetic.eggcrate, (40, 64), 10 * NM, 20 * NM, amplitude=A, wavelength=160 * NM, phase=-math.pi / 2),
        dy=20 * NM,
    ),
    "eggcrate_lags": Surface(
        _one(
            synthetic.eggcrate,
            (128, 128),
            10 * NM,
            10 * NM,
            amplitude=A,
            wavelength=640 * NM,
            phase=EXACT_LAGS - math.pi / 2,
        )
    ),
    "sine_lags": Surface(_one(synthetic.sine, (32, 128), amplitude=A, waves=(2, 0), phase=EXACT_LAGS)),
    "cosine_sum": Surface(
        _one(synthetic.cosine_sum, (48, 64), 10 * NM, 10 * NM, amplitude=A, wavelength=160 * NM, phase=-math.pi / 2)
    ),
    "cosine_hills": _cosine_hills(A),
    "cosine_dales": _cosine_hills(-A),
    "islands": Surface(_one(islands), dy=20 * NM),
    "lakes": Surface(_one(lambda: -islands()), dy=20 * NM),
    "cap": Surface(_one(synthetic.sphere_cap, (41, 51), 10 * NM, 20 * NM, radius=500 * NM, height=20 * NM), dy=20 * NM),
    "dome": Surface(_one(synthetic.sphere_cap, (41, 51), 10 * NM, 8 * NM, radius=5e-6, height=1e-6), dy=8 * NM),
    "uniform": Surface(_one(synthetic.uniform_heights, (64, 64), amplitude=A)),
    "normal": Surface(_one(synthetic.normal_heights, (128, 128), sq=A)),
    "honed": Surface(_one(honed, (128, 128))),
    "uniform_force": Surface(
        lambda: [3 * A + z for z in _one(synthetic.uniform_heights, (64, 64), amplitude=A)()], unit="N"
    ),
    "spike": Surface(_one(synthetic.spikes, (64, 96), [A])),
    "spikes": Surface(_one(synthetic.spikes, (48, 40), [h * NM for h in (9, -1, 8, -2, 7, -3, 6, -4, 5, -5, 4, -6)])),
    "pyramid": Surface(_pyramid(20)),
    "hatch": _hatch((60, 96)),
    "hatch_1_more": _hatch((61, 97)),
    "gaussian": _gaussian(80 * NM, 80 * NM),
    "gaussian_short": _gaussian(40 * NM, 40 * NM),
    "checks": Surface(_one(checks, 7)),
    "gaussian_long": _gaussian(120 * NM, 60 * NM),
    "self_affine_0.2": _self_affine(0.2),
    "self_affine_0.5": _self_affine(0.5),
    "self_affine_0.8": _self_affine(0.8),
    "self_affine_small": Surface(_one(synthetic.self_affine, (48, 64), 1.0, 1.0, sq=A, hurst=0.5)),
    "self_affine_rolled": _self_affine(0.8, roll_off=160 * NM),
}


def rough(shape: tuple[int, int], seed: int = 0) -> np.ndarray:
    """A skewed, tilted, anisotropic surface without symmetry, so that every parameter has a value of its own."""
    z = synthetic.self_affine(shape, 1.0, 1.0, sq=0.3, hurst=0.5, roll_off=12.0, anisotropy=1.6, seed=seed)
    y, x = np.indices(shape) / max(shape)
    return 10 * NM * (np.exp(z) + 0.3 * x - 0.2 * y + 0.02 * synthetic.white_noise(shape, sq=1.0, seed=seed + 1))


@st.composite
def images(draw: st.DrawFn, *, max_side: int = 14) -> np.ndarray:
    """Any image of at least 2x2: noise, plateaus, ramps, constants; NaN and infinities; magnitudes far from 1."""
    shape = draw(st.tuples(st.integers(2, max_side), st.integers(2, max_side)))
    kind = draw(st.sampled_from(["any", "levels", "noise", "constant", "ramp"]))
    if kind == "any":
        z = draw(hnp.arrays(np.float64, shape, elements=st.floats(allow_nan=True, allow_infinity=True)))
    elif kind == "levels":
        z = draw(hnp.arrays(np.int8, shape, elements=st.integers(-2, 2))).astype(float)
    elif kind == "noise":
        z = np.random.default_rng(draw(st.integers(0, 99))).standard_normal(shape)
    elif kind == "constant":
        z = np.full(shape, draw(st.floats(-1e6, 1e6)))
    else:
        z = np.add.outer(draw(st.integers(-3, 3)) * np.arange(shape[0]), draw(st.integers(-3, 3)) * np.arange(shape[1]))
    with np.errstate(over="ignore", under="ignore"):
        z = z * 10.0 ** draw(st.sampled_from([0, 0, 0, -9, -19, 11, -200, 200, -307, 307]))
        z = z + draw(st.sampled_from([0.0, 0.0, 1.0, 1e6, -1e-6]))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, shape[0] - 1)), draw(st.integers(0, shape[1] - 1))
        z[place] = draw(st.sampled_from([math.nan, math.inf, -math.inf, 1e3, -1e30]))
    return z


#: Sizes (dx, dy); an autocorrelation ray takes steps of half the smaller one, so its time grows with their ratio.
pixels = st.tuples(st.sampled_from([1.0, 1e-9, 3.7e-8, 1e-5]), st.sampled_from([1.0, 0.4, 7.3, 1e3])).map(
    lambda given: (given[0], given[0] * given[1])
)
