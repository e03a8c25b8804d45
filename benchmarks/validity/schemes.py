"""How often noise passes for a difference under every scheme of splitting; for docs/validity.md.

    python benchmarks/validity/schemes.py [--sets 500]

24 groups of 3 rows in 4 batches, half of the variance within a group shared, 10 columns; logistic regression, 39
permutations. With batch effects the batches differ by as much as groups do, and hold 1, 2, 4 and 5 of their 6 groups in
the first class, so that what tells batches apart tells classes apart, too.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from noise import COLUMNS, noise
from page import how_many_sets, put, table
from scipy.stats import binomtest

from afmfast.errors import AfmfastWarning
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.significance.permutation import permutation_p
from afmfast.validation.data import Table
from afmfast.validation.plan import Plan
from afmfast.validation.run import run

LEVEL = 0.05
SELECTOR = Selector(rank="gini_single", keep=5)
#: Scheme, and whether batches differ.
WAYS = (
    ("stratified", False),
    ("k_fold", False),
    ("leave_one_group_out", False),
    ("leave_one_batch_out", False),
    ("stratified", True),
    ("leave_one_batch_out", True),
)


def data_of(seed: int, batches_differ: bool) -> Table:
    """One data set without a difference between classes."""
    rng = np.random.default_rng([seed, 240])
    groups = np.repeat(np.arange(24), 3)
    batch = groups // 6
    y = (groups % 6 >= np.array([1, 2, 4, 5])[batch]).astype(int)
    X = noise(rng, groups, COLUMNS)
    if batches_differ:
        X += rng.normal(size=(4, COLUMNS))[batch]
    return Table.of(X, y, groups, batches=batch)


def outcome(scheme: str, batches_differ: bool, seed: int) -> tuple[float, float]:
    """The p-value and the AUC of one data set."""
    warnings.simplefilter("ignore", AfmfastWarning)
    plan = Plan(
        "logistic_regression", n_repeats=5, n_permutations=39, splits_per_permutation=5, scheme=scheme, seed=seed
    )
    with open_pool("serial") as pool:
        found = run(data_of(seed, batches_differ), plan, selector=SELECTOR, pool=pool)
    return permutation_p(found.t_true, found.t_permuted).p, found.t_true


def main() -> None:
    """Put the table on the page."""
    n_sets = how_many_sets(__doc__, 500)
    lines = []
    with ProcessPoolExecutor() as workers:
        for scheme, batches_differ in WAYS:
            found = np.array(list(workers.map(partial(outcome, scheme, batches_differ), range(n_sets), chunksize=10)))
            hits = int((found[:, 0] <= LEVEL + 1e-12).sum())
            ends = binomtest(hits, n_sets).proportion_ci(method="exact")
            share = f"{hits / n_sets:.1%} ({ends.low:.1%} to {ends.high:.1%})".replace("%", " %")
            lines.append([f"`{scheme}`", "differ" if batches_differ else "alike", share, f"{found[:, 1].mean():.3f}"])
    head = ["scheme", "batches", "p ≤ 0.05 in noise", "AUC"]
    put("schemes", f"{table(head, lines)}\n\nOf {n_sets} data sets of noise, with exact 95 % intervals.")


if __name__ == "__main__":
    main()
