"""How often p-values of noise are at most 0.05: writes its table into docs/validity.md.

    python benchmarks/validity/type_one.py [--sets 200]

Ten columns of noise, kept by single-split Gini, logistic regression, 39 labellings of 2 splits. `grouped`:
three rows a group that share half of their variance, labels exchanged and split by group.
"""

from __future__ import annotations

import argparse

import numpy as np
from coverage_of_intervals import noise
from page import put, table

from afmfast import classify

N_GROUPS, COLUMNS, LABELLINGS = 20, 10, 39


def p_values(size: int, n_repeats: int, k: int) -> tuple[float, float]:
    """The permutation p and the paper's two-sample p of one data set without a difference."""
    rng = np.random.default_rng([4, size, k])
    groups = np.repeat(np.arange(N_GROUPS), size)
    result = classify(
        noise(rng, groups, COLUMNS), np.array(["a", "b"])[groups % 2], groups=groups, classifier="logistic_regression",
        rank="gini_single", keep=5, n_repeats=n_repeats, n_permutations=LABELLINGS, splits_per_permutation=2, seed=k,
        scheduler="serial",
    )  # fmt: skip
    return result.p_permutation, result.p_two_sample


def line(name: str, size: int, n_repeats: int, n_sets: int) -> list[str]:
    p = np.array([p_values(size, n_repeats, k) for k in range(n_sets)])
    return [
        name,
        str(N_GROUPS),
        str(size),
        str(n_repeats),
        *(f"{100 * share:.1f}" for share in (p <= 0.05).mean(axis=0)),
    ]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sets", type=int, default=200)
    n_sets = asked.parse_args().sets
    head = [
        "noise",
        "groups",
        "rows a group",
        "splits",
        "permutation p ≤ 0.05, %",
        "two-sample t of the paper ≤ 0.05, %",
    ]
    kinds = (("independent", 1), ("grouped", 3))
    lines = [line(name, size, n_repeats, n_sets) for name, size in kinds for n_repeats in (20, 200)]
    se = 100 * (0.05 * 0.95 / n_sets) ** 0.5
    put("type-one", f"{table(head, lines)}\n\n{n_sets} data sets a line, standard error {se:.1f} near 5.")


if __name__ == "__main__":
    main()
