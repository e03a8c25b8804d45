"""What picking the best of many lines looks like, and what the nested choice makes of it; for docs/validity.md.

    python benchmarks/validity/nested_choice.py [--sets 400]

30 rows of 8 columns, 3 of which differ by `apart` standard deviations; eight lines (discriminant analysis or three
neighbours, 1, 2, 4 or 8 columns kept), 10 splits each.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from page import how_many_sets, means, put, table

from afmfast.schedule import Pool, open_pool
from afmfast.selection.table import Selector
from afmfast.validation.data import Table
from afmfast.validation.plan import CHOSEN, Line, Plan
from afmfast.validation.run import run_lines

PLAN = Plan("lda", n_repeats=10, n_permutations=0, splits_per_permutation=1)
SELECTOR = Selector(rank="gini_single", correlation=None)
LINES = tuple(
    Line(replace(PLAN, classifier=classifier), replace(SELECTOR, keep=keep))
    for classifier in ("lda", "k_nearest")
    for keep in (1, 2, 4, 8)
)


def data(seed: int, apart: float) -> Table:
    """One data set."""
    rng = np.random.default_rng([seed, int(10 * apart)])
    y = np.arange(30) % 2
    X = rng.normal(size=(30, 8))
    X[:, :3] += apart * y[:, None]
    return Table.of(X, y)


def reached(pool: Pool, seed: int, apart: float) -> list[float]:
    """Mean AUC of the line that came out best, of the nested choice, and of a line drawn blindly."""
    nested, *lines = run_lines(data(seed, apart), [Line(PLAN, SELECTOR, CHOSEN, LINES), *LINES], pool=pool)
    means = [float(scores.of("auc").mean()) for scores in lines]
    return [max(means), float(nested.of("auc").mean()), means[seed % len(means)]]


def main() -> None:
    """Put the table on the page."""
    n_sets = how_many_sets(__doc__, 400)
    lines = []
    with open_pool("serial") as pool:
        for apart in (0.0, 0.5, 1.0):
            found = np.array([reached(pool, seed, apart) for seed in range(n_sets)])
            lines.append([f"{apart:g} SD", *means(found)])
    head = ["difference", "the line that came out best", "nested choice", "one line, fixed beforehand"]
    put("nested", f"{table(head, lines)}\n\nMean AUC ± standard error over {n_sets} data sets.")


if __name__ == "__main__":
    main()
