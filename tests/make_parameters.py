"""Makes tests/reference/parameters.csv: `python tests/make_parameters.py`. No afmfast kernel and no naive twin in here.

Every line is a closed form of a surface in `strategies.SURFACES`, a published value, or an outside program's answer.
`tolerance` is absolute, in the unit of the value.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy
from scipy import integrate, special, stats
from strategies import NM, SURFACES, A

PATH = Path(__file__).parent / "reference" / "parameters.csv"
Line = tuple[str, str, float, float, str]
PI = math.pi


def _relative(surface: str, pedigree: str, accuracy: float, **values: float) -> Iterator[Line]:
    """Lines whose tolerance is a share of the value."""
    for symbol, value in values.items():
        yield symbol, surface, value, accuracy * abs(value), pedigree


def amplitudes() -> Iterator[Line]:
    why = "analytic: whole periods of 16 pixels, sum over the samples"
    yield from _relative("sine", why, 1e-6, Sa=A * 2 / 16 / math.tan(PI / 16), Sq=A / math.sqrt(2), Sku=1.5)
    yield from _relative("sine", why, 2e-7, Sp=A, Sv=A, Sz=2 * A)
    yield "Ssk", "sine", 0.0, 1e-6, why
    yield "Sds", "sine", 0.0, 0.0, "by hand: ridges have no strict maximum"
    why = "analytic: an even cosine of whole periods is orthogonal to the plane that is taken off"
    yield from _relative("sine_tilted", why, 2e-7, Sq=A / math.sqrt(2), Sku=1.5)
    why = "analytic: product of two sines, whole periods"
    yield from _relative("eggcrate", why, 2e-7, Sq=A / 2, Sku=2.25, Sz=2 * A, S10z=2 * A)
    yield from _relative("cosine_sum", "analytic: sum of two sines, whole periods", 2e-7, Sq=A, Sku=2.25, Sz=4 * A)
    by_hand = "by hand: mean of 9 8 7 6 5 nm minus mean of -6 -5 -4 -3 -2 nm"
    yield from _relative("spikes", by_hand, 1e-6, S10z=11 * NM)
    yield from _relative(
        "plane_force", "analytic: height in the middle", 2e-7, Smean=5e-9 + (1e-3 * 150 + 2e-3 * 100) * NM
    )
    n, why = 64 * 64, "analytic: n evenly spaced heights"
    sq = A * math.sqrt((1 - n**-2.0) / 3)
    yield from _relative("uniform", why, 2e-7, Sq=sq, Sa=A / 2, Sku=0.6 * (3 * n**2 - 7) / (n**2 - 1), Sp=A - A / n)
    (z,) = SURFACES["self_affine_small"].make()
    program = f"outside: scipy.stats {scipy.__version__}"
    yield "Ssk", "self_affine_small", float(stats.skew(z, axis=None)), 1e-6, program
    yield "Sku", "self_affine_small", float(stats.kurtosis(z, axis=None, fisher=False)), 3e-6, program


def material_ratio() -> Iterator[Line]:
    n, why = 64 * 64, "analytic: the curve falls linearly from A to -A"
    sq = A * math.sqrt((1 - n**-2.0) / 3)
    yield from _relative("uniform", why, 1e-6, Sbi=sq / (0.9 * A), Sci=(0.95**2 - 0.2**2) * A / sq, Svi=0.04 * A / sq)
    yield from _relative(
        "uniform", why, 1e-6, Sdc0_5=0.1 * A - A / n, Sdc5_10=0.1 * A, Sdc10_50=0.8 * A, Sdc50_95=0.9 * A
    )
    yield from _relative("uniform", why, 1e-5, Sk=2 * A)
    for symbol, value in (("Spk", 0.0), ("Svk", 0.0), ("Smr1", 0.0), ("Smr2", 1.0)):
        yield symbol, "uniform", value, 1e-6 if "mr" in symbol else 1e-6 * A, why

    why = "analytic: Gaussian quantile function; sampling by 16384 quantiles makes up the tolerance"
    q = special.ndtri  # the curve is -q(p)
    slope = 12 / 0.4**3 * 2 * integrate.quad(lambda t: t * q(0.5 + t), 0, 0.2)[0]
    upper = slope / 2
    part = 1 - special.ndtr(upper)
    peak = stats.norm.pdf(upper) - upper * part
    yield from _relative(
        "normal", why, 3e-4, Sk=slope * A, Smr1=part, Smr2=1 - part, Spk=2 * peak / part * A, Svk=2 * peak / part * A
    )

    def void(p: float) -> float:
        c = -q(p)
        return c * special.ndtr(c) + stats.norm.pdf(c)

    yield from _relative(
        "normal", why, 3e-4, Sbi=-1 / q(0.05), Sci=void(0.05) - void(0.8), Svi=void(0.8), Sa=A * math.sqrt(2 / PI)
    )
    yield from _relative(
        "normal", why, 3e-4, Sdc0_5=A * (q(0.05) - q(0.5 / 128**2)), Sdc5_10=A * (q(0.1) - q(0.05)),
        Sdc10_50=A * -q(0.1), Sdc50_95=A * q(0.95),
    )  # fmt: skip
    manual = "published: SPIP manual, roughness parameters, limit for a Gaussian height distribution"
    yield "Sbi", "normal", 0.608, 5e-4, manual
    yield "Sci", "normal", 1.56, 0.01, manual


def hybrid() -> Iterator[Line]:
    dx, dy, theta = 10 * NM, 15 * NM, 2 * PI / 16
    full = math.sqrt(2) * PI * A / (16 * dx)
    why = "analytic: sampled sine, whole periods of differences"
    yield from _relative("sine_1_more", why, 1e-6, Sdq=full * np.sinc(1 / 16))
    stencil = (45 * math.sin(theta) - 9 * math.sin(2 * theta) + math.sin(3 * theta)) / (30 * theta)
    yield from _relative("sine_6_more", why, 1e-6, Sdq6=full * stencil)
    rises = [A * (math.sin(theta * (j + 1)) - math.sin(theta * j)) for j in range(16)]
    stretch = sum(math.hypot(1, rise / dx) for rise in rises) / 16
    yield from _relative("sine_1_more", why, 1e-6, S3A=60 * dy * 96 * dx * stretch, Sdr=stretch - 1)
    elliptic = 2 / PI * math.sqrt(2) * special.ellipe(0.5) - 1
    yield "Sdr", "sine_steep", elliptic, 2e-4, "analytic: arc length of a continuous sine, k A = 1; 64 pixels a period"
    why = "analytic: slopes 0.3 and -0.4"
    yield from _relative("plane", why, 1e-6, Sdq=0.5, Sdq6=0.5, Sdr=math.sqrt(1.25) - 1)
    yield from _relative("plane", why, 1e-6, S3A=math.sqrt(1.25) * 39 * 20 * NM * 49 * 10 * NM)
    yield "Sdr", "plane_45", 0.414, 5e-4, "published: Keyence, developed area ratio of a 45 degree plane"

    k = 2 * PI / (160 * NM)
    ssc = A * ((1 - math.cos(k * dx)) / dx**2 + (1 - math.cos(k * 20 * NM)) / (20 * NM) ** 2)
    why = "analytic: second difference at the top of a cosine, along x and y; 2 summits a cell, 4x5 cells"
    yield from _relative("eggcrate", why, 2e-6, Ssc=ssc, Sds=40 / (39 * 20 * NM * 63 * 10 * NM))
    ssc = 2 * A * (1 - math.cos(k * dx)) / dx**2
    why = "analytic: second difference at the top of a cosine; 1 summit a cell, 4x3 cells"
    yield from _relative("cosine_sum", why, 2e-6, Ssc=ssc, Sds=12 / (47 * 63 * dx * dx))
    radius = 500 * NM
    drop = sum((radius - math.sqrt(radius**2 - d**2)) / d**2 for d in (10 * NM, 20 * NM))
    yield from _relative(
        "cap", "analytic: second differences of a circle", 1e-5, Ssc=drop, Sds=1 / (50 * 40 * 200 * NM**2)
    )


def lags() -> Iterator[Line]:
    why = "analytic: at this phase the unbiased autocorrelation is cos(kt) at every lag; linear between pixels"
    k = 2 * PI / 64
    for symbol, threshold in (("Scl20", 0.2), ("Scl37", math.exp(-1))):
        t = math.floor(math.acos(threshold) / k)
        above, below = math.cos(k * t), math.cos(k * (t + 1))
        yield from _relative("sine_lags", why, 2e-6, **{symbol: 10 * NM * (t + (above - threshold) / (above - below))})
    why = "analytic: cos(u) = t along the axes, cos(u / sqrt 2)^2 = t along the diagonals of an eggcrate"
    yield "Str20", "eggcrate_lags", math.acos(0.2) / (math.sqrt(2) * math.acos(math.sqrt(0.2))), 5e-4, why
    yield "Str37", "eggcrate_lags", math.acos(math.exp(-1)) / (math.sqrt(2) * math.acos(math.exp(-0.5))), 5e-4, why


def _tents(waves: tuple[int, int]) -> dict[str, float]:
    """Polar sums of a sine's windowed spectrum, which is a tent (1 - |k - k0|/2)(1 - |l - l0|/2) and its image."""
    lx, ly = 96 * 10 * NM, 60 * 15 * NM
    step, n_radii = 1 / ly, 29  # f_max / step = 30 exactly, left out
    alpha = np.arange(512)[:, None] * PI / 512
    f = step * np.arange(1, n_radii + 1)
    grid = np.zeros((512, n_radii))
    for sign in (1, -1):
        k, up = f * np.cos(alpha) * lx - sign * waves[0], f * np.sin(alpha) * ly + sign * waves[1]
        grid += np.maximum(1 - np.abs(k) / 2, 0) * np.maximum(1 - np.abs(up) / 2, 0)
    beta, by_angle = grid.mean(axis=0), grid.sum(axis=1)
    cumulative = np.concatenate([[0], np.cumsum(beta)])
    half = np.interp(cumulative[-1] / 2, cumulative, step * np.arange(n_radii + 1))
    return {
        "Std": (np.argmax(by_angle) * 180 / 512 + 90) % 180,
        "Stdi": by_angle.mean() / by_angle.max(),
        "Srw": 1 / ((1 + np.argmax(beta)) * step),
        "Srwi": beta.mean() / beta.max(),
        "Shw": 1 / half,
    }


def spectra() -> Iterator[Line]:
    why = "analytic: the Hann window turns each line of the spectrum into a tent two steps wide; polar sums of tents"
    for surface, waves in (("sine", (6, 0)), ("sine_oblique", (6, -4))):
        yield from _relative(surface, why, 1e-5, **_tents(waves))
    lay = math.degrees(math.atan2(4 / 900, 6 / 960)) + 90
    yield (
        "Std",
        "sine_oblique",
        lay,
        0.5,
        "analytic: crests at right angles to the wave vector; directions every 0.35 degrees",
    )
    yield (
        "Srw",
        "sine",
        160 * NM,
        10.1 * NM,
        "analytic: the period, 5.6 steps of the frequency grid; nearest is 6 steps",
    )

    why = "analytic: the spectrum of one spike is flat"
    for symbol, value in (("Sfd", 2.0), ("Sfd_top", 2.0), ("Sfd_bot", 2.0), ("D_psd", 4.0)):
        yield symbol, "spike", value, 2e-5, why
    why += "; the two smallest radii touch DC, which counts as 0: tolerance"
    yield from _relative("spike", why, 0.01, Srwi=1.0, Stdi=1.0, Shw=2 * 640 * NM / 31)

    for hurst in (0.2, 0.5, 0.8):
        why = f"analytic: power falls as f^-(2+2H), H = {hurst}; mean over 8 surfaces (tolerance: 3 standard errors)"
        surface = f"self_affine_{hurst}"
        yield "D_psd", surface, 3 - hurst, 0.05, why
        yield "Sfd", surface, 3 + hurst, 0.05, why
        yield "Sfd_top", surface, 3 + hurst, 0.05, why
        yield "Sfd_bot", surface, 3 + hurst, 0.15, why
    why = "analytic: flat above the roll-off in the middle of the fit range, H = 0.8 below; mean over 8 surfaces"
    yield "Sfd_bot", "self_affine_rolled", 2.0, 0.15, why
    yield "Sfd_top", "self_affine_rolled", 3.8, 0.15, why


def lines() -> list[Line]:
    """All lines in the order of the file."""
    return [line for family in (amplitudes, material_ratio, hybrid, lags, spectra) for line in family()]


def main() -> None:
    """Write the table."""
    with PATH.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("symbol", "surface", "value", "tolerance", "pedigree"))
        out.writerows((s, f, f"{value:.10g}", f"{tolerance:.2g}", why) for s, f, value, tolerance, why in lines())


if __name__ == "__main__":
    main()
