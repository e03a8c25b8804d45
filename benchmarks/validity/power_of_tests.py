"""How often a difference that is there is found, beside scikit-learn's `permutation_test_score`; for docs/validity.md.

    python benchmarks/validity/power_of_tests.py [--sets 400]

40 single rows of 10 columns, 2 of which differ; logistic regression on all columns, 39 permutations of the labels. Ours
takes 5 random splits of 70/30 a labelling, scikit-learn's one stratified partition in 5 folds: as many fits.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
from noise import single
from page import how_many_sets, put, table
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, permutation_test_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from afmfast.errors import AfmfastWarning
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.significance.permutation import permutation_p
from afmfast.validation.plan import Plan
from afmfast.validation.run import run

PLAN = Plan("logistic_regression", n_repeats=5, n_permutations=39, splits_per_permutation=5)
ALL = Selector(rank="gini_single", correlation=None, keep=10)
THEIRS = make_pipeline(StandardScaler(), LogisticRegression())
LEVEL = 0.05 + 1e-12


def one(seed: int, apart: float) -> tuple[bool, bool]:
    """Whether each of the two finds the difference of one table."""
    warnings.simplefilter("ignore", AfmfastWarning)
    data = single(40)(np.random.default_rng([seed, int(10 * apart)]), apart)
    with open_pool("serial") as pool:
        scores = run(data, replace(PLAN, seed=seed), selector=ALL, pool=pool)
    ours = permutation_p(scores.t_true, scores.t_permuted, scores.exact, smallest=scores.smallest_p).p
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    with threadpool_limits(1):  # two BLAS threads in each of two processes take fifty times as long
        *_, theirs = permutation_test_score(
            THEIRS, data.X, data.y, cv=folds, n_permutations=39, scoring="roc_auc", random_state=seed
        )
    return ours <= LEVEL, theirs <= LEVEL


def main() -> None:
    """Put the table on the page."""
    n_sets = how_many_sets(__doc__, 400)
    lines = []
    with ProcessPoolExecutor() as workers:
        for apart in (0.0, 0.3, 0.6, 0.9):
            found = np.array(list(workers.map(partial(one, apart=apart), range(n_sets), chunksize=5)), float)
            more = found[:, 0] - found[:, 1]
            se = more.std(ddof=1) / np.sqrt(n_sets)
            shares = [f"{100 * share:.1f} %" for share in found.mean(axis=0)]
            lines.append([f"{apart:g} SD", *shares, f"{100 * more.mean():+.1f} ± {100 * se:.1f}"])
    head = ["difference", "afmfast", "`permutation_test_score`", "paired difference ± SE, points"]
    put("power", f"{table(head, lines)}\n\nShare of {n_sets} data sets with p ≤ 0.05.")


if __name__ == "__main__":
    main()
