"""Heights alone: moments and the material ratio curve."""

from __future__ import annotations

import math
from collections.abc import Iterator

import scipy
from scipy import integrate, special, stats
from strategies import NM, SURFACES, A

from .common import PI, Line, relative


def amplitudes() -> Iterator[Line]:
    why = "analytic: whole periods of 16 pixels, sum over the samples"
    yield from relative("sine", why, 1e-6, Sa=A * 2 / 16 / math.tan(PI / 16), Sq=A / math.sqrt(2), Sku=1.5)
    yield from relative("sine", why, 2e-7, Sp=A, Sv=A, Sz=2 * A)
    yield "Ssk", "sine", 0.0, 1e-6, why
    yield "Sds", "sine", 0.0, 0.0, "by hand: ridges have no strict maximum"
    why = "analytic: an even cosine of whole periods is orthogonal to the plane that is taken off"
    yield from relative("sine_tilted", why, 2e-7, Sq=A / math.sqrt(2), Sku=1.5)
    why = "analytic: product of two sines, whole periods"
    yield from relative("eggcrate", why, 2e-7, Sq=A / 2, Sku=2.25, Sz=2 * A, S10z=2 * A)
    yield from relative("cosine_sum", "analytic: sum of two sines, whole periods", 2e-7, Sq=A, Sku=2.25, Sz=4 * A)
    by_hand = "by hand: mean of 9 8 7 6 5 nm minus mean of -6 -5 -4 -3 -2 nm"
    yield from relative("spikes", by_hand, 1e-6, S10z=11 * NM)
    yield from relative(
        "plane_force", "analytic: height in the middle", 2e-7, Smean=5e-9 + (1e-3 * 150 + 2e-3 * 100) * NM
    )
    n, why = 64 * 64, "analytic: n evenly spaced heights"
    sq = A * math.sqrt((1 - n**-2.0) / 3)
    yield from relative("uniform", why, 2e-7, Sq=sq, Sa=A / 2, Sku=0.6 * (3 * n**2 - 7) / (n**2 - 1), Sp=A - A / n)
    n, why = 64 * 96, "by hand: one pixel stands A above the others, whose height from the mean is -A/n"
    yield from relative("spike", why, 1e-6, Smed=-A / n)
    p = 1 / n
    yield "Sent", "spike", -(p * math.log(p) + (1 - p) * math.log(1 - p)) / math.log(256), 1e-9, why
    n, why = 64 * 64, "analytic: n evenly spaced heights"
    yield from relative("uniform", why, 1e-6, Smad=A / 2, Spr=1.8 * A)
    yield "Sent", "uniform", 1.0, 1e-9, "analytic: 16 of 4096 evenly spaced heights in each of 256 bins"
    yield from relative("uniform_force", why + " about 3 A", 1e-6, Scv=math.sqrt((1 - n**-2.0) / 3) / 3)
    why = "analytic: Gaussian quantiles; sampling by 16384 of them makes up the tolerance"
    yield from relative("normal", why, 3e-4, Smad=A * special.ndtri(0.75), Spr=2 * A * special.ndtri(0.95))
    (z,) = SURFACES["self_affine_small"].make()
    program = f"outside: scipy.stats {scipy.__version__}"
    yield "Ssk", "self_affine_small", float(stats.skew(z, axis=None)), 1e-6, program
    yield "Sku", "self_affine_small", float(stats.kurtosis(z, axis=None, fisher=False)), 3e-6, program


def material_ratio() -> Iterator[Line]:
    n, why = 64 * 64, "analytic: the curve falls linearly from A to -A"
    sq = A * math.sqrt((1 - n**-2.0) / 3)
    yield from relative("uniform", why, 1e-6, Sbi=sq / (0.9 * A), Sci=(0.95**2 - 0.2**2) * A / sq, Svi=0.04 * A / sq)
    yield from relative(
        "uniform", why, 1e-6, Sdc0_5=0.1 * A - A / n, Sdc5_10=0.1 * A, Sdc10_50=0.8 * A, Sdc50_95=0.9 * A
    )
    yield from relative(
        "uniform", why, 1e-6, Sdc50_100=A - A / n, Sxp=0.95 * A, Smc10=0.8 * A, Vmp=0.01 * A,
        Vmc=0.63 * A, Vvc=0.77 * A, Vvv=0.04 * A,
    )  # fmt: skip
    yield from relative("uniform", why, 1e-5, Sk=2 * A, Smr=(1 - sq / A) / 2)
    for symbol, value in (("Spk", 0.0), ("Svk", 0.0), ("Spkx", 0.0), ("Svkx", 0.0), ("Smr1", 0.0), ("Smr2", 1.0)):
        yield symbol, "uniform", value, 1e-6 if "mr" in symbol else 1e-6 * A, why

    why = "analytic: Gaussian quantile function; sampling by 16384 quantiles makes up the tolerance"
    q = special.ndtri  # the curve is -q(p)
    slope = 12 / 0.4**3 * 2 * integrate.quad(lambda t: t * q(0.5 + t), 0, 0.2)[0]
    upper = slope / 2
    part = 1 - special.ndtr(upper)
    peak = stats.norm.pdf(upper) - upper * part
    yield from relative(
        "normal", why, 3e-4, Sk=slope * A, Smr1=part, Smr2=1 - part, Spk=2 * peak / part * A, Svk=2 * peak / part * A
    )

    def void(p: float) -> float:
        c = -q(p)
        return c * special.ndtr(c) + stats.norm.pdf(c)

    yield from relative(
        "normal", why, 3e-4, Sbi=-1 / q(0.05), Sci=void(0.05) - void(0.8), Svi=void(0.8), Sa=A * math.sqrt(2 / PI)
    )
    yield from relative(
        "normal", why, 3e-4, Sdc0_5=A * (q(0.05) - q(0.5 / 128**2)), Sdc5_10=A * (q(0.1) - q(0.05)),
        Sdc10_50=A * -q(0.1), Sdc50_95=A * q(0.95),
    )  # fmt: skip
    yield from relative(
        "normal", why, 3e-4, Sdc50_100=-A * q(0.5 / 128**2), Sxp=-A * q(0.025), Smc10=-A * q(0.1),
        Smr=special.ndtr(-1), Spkx=-A * (q(0.5 / 128**2) + upper), Svkx=-A * (q(0.5 / 128**2) + upper),
    )  # fmt: skip
    yield from relative(
        "normal", why, 3e-4, Vmp=A * (void(0.1) + q(0.1)), Vmc=A * (void(0.8) + q(0.8) - void(0.1) - q(0.1)),
        Vvc=A * (void(0.1) - void(0.8)), Vvv=A * void(0.8),
    )  # fmt: skip
    yield from relative("normal", "analytic: Gaussian heights make one line, of slope Sq", 1e-3, Spq=A, Svq=A)
    why = "by hand: quantiles along two lines that cross at one standard deviation; 16384 of them make up the tolerance"
    yield from relative("honed", why, 2e-3, Spq=A, Svq=5 * A, Smq=special.ndtr(1.0))
    manual = "published: SPIP manual, roughness parameters, limit for a Gaussian height distribution"
    yield "Sbi", "normal", 0.608, 5e-4, manual
    yield "Sci", "normal", 1.56, 0.01, manual


def lines() -> Iterator[Line]:
    """All lines of this family."""
    yield from amplitudes()
    yield from material_ratio()
