"""How often 95 % intervals of intraclass correlations hold the true one: the tables of docs/repeatability.md.

python benchmarks/validity/coverage_of_icc.py
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from afmfast.kernels.anova import OneWay, by_subject, one_way, two_way
from afmfast.significance.repeatability import Icc, icc_1, icc_2, icc_3

N_SETS = 20_000
SEED = 1
PLAIN = {
    "10 samples twice": [2] * 10,
    "20 once and 8 twice": [1] * 20 + [2] * 8,
    "10 once and 3 five times": [1] * 10 + [5] * 3,
}
CROSSED = {
    f"{n} samples at {k} levels": (n, k) for n, k in ((8, 2), (20, 2), (60, 2), (200, 2), (10, 5), (60, 5), (10, 8))
}


def plain(counts: list[int], rho: float) -> OneWay:
    """Mean squares of data sets whose samples have the share `rho` of the variance."""
    rng, sample = np.random.default_rng(SEED), np.repeat(np.arange(len(counts)), counts)
    values = np.sqrt(rho) * rng.standard_normal((len(counts), N_SETS))[sample]
    values += np.sqrt(1 - rho) * rng.standard_normal((len(sample), N_SETS))
    return one_way(by_subject(values, sample, len(counts)))


def with_k0(table: OneWay) -> Icc:
    """The interval for equal numbers, with k0 for their number."""
    return icc_1(table._replace(of_means=table.between, k_means=table.k0))


def crossed(design: tuple[int, int], rho: float) -> np.ndarray:
    """Cells (n, k, sets) where the factor has half of the variance that the samples have not."""
    rng, half = np.random.default_rng(SEED), np.sqrt((1 - rho) / 2)
    n, k = design
    cells = np.sqrt(rho) * rng.standard_normal((n, 1, N_SETS)) + half * rng.standard_normal((1, k, N_SETS))
    return cells + half * rng.standard_normal((n, k, N_SETS))


def covered(found: Icc, truth: float) -> str:
    """Share of intervals that hold the truth, in per cent."""
    return f"{100 * np.mean((found.low <= truth) & (truth <= found.high)):.1f}"


def line(name: str, rhos: tuple[float, ...], share: Callable[[float], str]) -> None:
    print(f"| {name} | " + " | ".join(share(rho) for rho in rhos) + " |")


def main() -> None:
    """Print the rows of both tables."""
    rhos = (0.0, 0.3, 0.75, 0.95)
    for name, counts in PLAIN.items():
        line(f"ICC(1,1), {name}", rhos, lambda rho, c=counts: covered(icc_1(plain(c, rho)), rho))
    line("the same with k₀", rhos, lambda rho: covered(with_k0(plain(PLAIN["10 once and 3 five times"], rho)), rho))
    rhos = (0.0, 0.3, 0.75, 0.9)
    for name, design in CROSSED.items():
        line(f"ICC(2,1), {name}", rhos, lambda rho, d=design: covered(icc_2(two_way(crossed(d, rho))), rho))
    line(
        "ICC(3,1), 20 samples at 2 levels", rhos,
        lambda rho: covered(icc_3(two_way(crossed((20, 2), rho))), rho / (rho + (1 - rho) / 2)),
    )  # fmt: skip


if __name__ == "__main__":
    main()
