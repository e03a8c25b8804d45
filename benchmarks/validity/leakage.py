"""What mistakes make of noise: columns chosen before splitting, scans of a patient on both sides; for docs/validity.md.

    python benchmarks/validity/leakage.py [--sets 400]

Mean AUC of logistic regression over 10 splits. Columns: 40 rows of 100 columns of noise, 10 kept, by the correlation
with the class or the best single split. Groups: 24 patients of 5 scans each, half of the variance between patients.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
from noise import grouped
from page import how_many_sets, means, put, table

from afmfast.errors import AfmfastWarning
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.validation.data import Table
from afmfast.validation.plan import Plan
from afmfast.validation.run import run

PLAN = Plan("logistic_regression", n_repeats=10, n_permutations=19, splits_per_permutation=5)
INSIDE = Selector(rank="gini_single", correlation=None, keep=10)
ALL = Selector(rank="gini_single", correlation=None, keep=100)
PATIENTS = grouped(lambda rng: np.full(24, 5))


def scores(data: Table, selector: Selector, seed: int) -> tuple[float, float]:
    """Mean AUC of the true labels, and of permuted ones."""
    warnings.simplefilter("ignore", AfmfastWarning)
    with open_pool("serial") as pool:
        found = run(data, replace(PLAN, seed=seed), selector=selector, pool=pool)
    return float(np.nanmean(found.of("auc"))), float(np.nanmean(found.randomized.of("auc", found.positive)))


def wide(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """More columns than rows."""
    return np.random.default_rng([seed, 100]).normal(size=(40, 100)), np.arange(40) % 2


def inside(seed: int) -> tuple[float, float]:
    """Columns chosen in every training part, as afmfast does."""
    return scores(Table.of(*wide(seed)), INSIDE, seed)


def outside(seed: int) -> tuple[float, float]:
    """Columns chosen from all rows, before splitting; permuting labels afterwards does not undo it."""
    X, y = wide(seed)
    strength = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())) / X.std(axis=0)
    return scores(Table.of(X[:, np.argsort(-strength)[:10]], y), ALL, seed)


def patients(seed: int) -> tuple[float, float]:
    """Whole patients on one side."""
    return scores(PATIENTS(np.random.default_rng([seed, 24])), ALL, seed)


def images(seed: int) -> tuple[float, float]:
    """Every scan for itself."""
    data = PATIENTS(np.random.default_rng([seed, 24]))
    return scores(replace(data, groups=np.arange(len(data.y))), ALL, seed)


WAYS: tuple[tuple[str, Callable[[int], tuple[float, float]]], ...] = (
    ("columns chosen inside every training part", inside),
    ("columns chosen from all rows, before splitting", outside),
    ("patients kept whole", patients),
    ("scans of a patient on both sides", images),
)


def main() -> None:
    """Put the table on the page."""
    n_sets = how_many_sets(__doc__, 400)
    lines = []
    with ProcessPoolExecutor() as workers:
        for name, way in WAYS:
            found = np.array(list(workers.map(way, range(n_sets), chunksize=10)))
            found = np.column_stack([found, found[:, 0] - found[:, 1]])
            lines.append([name, *means(found)])
    head = ["noise, and how it is treated", "mean AUC", "with permuted labels", "difference"]
    put("leakage", f"{table(head, lines)}\n\nMean AUC ± standard error over {n_sets} data sets of noise: 0.5 is true.")


if __name__ == "__main__":
    main()
