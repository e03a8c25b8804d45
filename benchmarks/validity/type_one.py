"""How often each test finds a difference between classes that do not differ; for docs/validity.md.

    python benchmarks/validity/type_one.py [--sets 2000]

Logistic regression on 4 of 10 columns (single best split), 30 repeats, 39 permutations of 2 splits. The permutation
p is held to its level by an exact binomial test, and, made continuous by a random place among its ties, to a uniform
distribution by that of Kolmogorov and Smirnov; both at 0.001.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
from noise import SCENARIOS
from page import how_many_sets, put, table
from scipy import stats

from afmfast.errors import AfmfastWarning
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.significance.permutation import permutation_p
from afmfast.significance.resampling import corrected_t, two_sample_t
from afmfast.validation.data import Table
from afmfast.validation.outcome import Scores
from afmfast.validation.plan import Plan
from afmfast.validation.run import run

LEVEL, SURE = 0.05, 0.001
PLAN = Plan("logistic_regression", n_repeats=30, n_permutations=39, splits_per_permutation=2, labels="bernoulli")
SELECTOR = Selector(rank="gini_single", keep=4)


class Found(NamedTuple):
    """What the tests say of one table: p-values, the permutation p's place among its ties, its least."""

    permutation: float
    place: float
    smallest: float
    paper: float
    nadeau_bengio: float
    bernoulli: float
    ungrouped: float


def scores_of(data: Table, plan: Plan) -> Scores:
    """All repeats of a table."""
    with open_pool("serial") as pool:
        return run(data, plan, selector=SELECTOR, pool=pool)


def p_of(scores: Scores) -> float:
    """Its permutation p."""
    return permutation_p(scores.t_true, scores.t_permuted, scores.exact, smallest=scores.smallest_p).p


def place_of(scores: Scores, rng: np.random.Generator) -> float:
    """The permutation p, at a random place among its ties: uniform if the test is exact."""
    better, ties = (scores.t_permuted > scores.t_true).sum(), (scores.t_permuted == scores.t_true).sum()
    return float((better + rng.random() * (1 + ties)) / (len(scores.t_permuted) + 1))


def one(seed: int, scenario: str) -> Found:
    """Draw a table and test it."""
    warnings.simplefilter("ignore", AfmfastWarning)
    rng = np.random.default_rng([seed, list(SCENARIOS).index(scenario)])
    data = SCENARIOS[scenario](rng)
    scores = scores_of(data, replace(PLAN, seed=seed))
    auc, coins = scores.of("auc"), scores.randomized.of("auc", scores.positive)
    n_train, n_test = scores.groups_per_part
    corrected = corrected_t(
        auc, n_train_groups=n_train, n_test_groups=n_test, n_groups=data.n_groups, wrong_splits=False
    )
    alone = replace(data, groups=np.arange(len(data.y))) if data.is_grouped else None
    return Found(
        p_of(scores), place_of(scores, rng), scores.smallest_p, two_sample_t(auc, coins).p, corrected.p,
        float((1 + (np.nanmean(coins, axis=1) >= scores.t_true).sum()) / (len(coins) + 1)),
        np.nan if alone is None else p_of(scores_of(alone, replace(PLAN, seed=seed, labels="permuted"))),
    )  # fmt: skip


def expected(smallest: np.ndarray) -> float:
    """The rate at which an exact p of these steps is at most `LEVEL`."""
    return float(np.mean(np.floor(LEVEL / smallest + 1e-9) * smallest))


def line(scenario: str, found: np.ndarray) -> list[str]:
    """A line of the table, from the results (n_sets, fields)."""
    by = dict(zip(Found._fields, found.T, strict=True))
    n, hits = len(found), int((by["permutation"] <= LEVEL + 1e-12).sum())
    rate = stats.binomtest(hits, n, expected(by["smallest"])).pvalue
    flat = stats.kstest(by["place"], "uniform").pvalue
    others = [by[name] for name in ("paper", "nadeau_bengio", "bernoulli", "ungrouped")]
    told = ["–" if np.isnan(p).all() else f"{100 * np.nanmean(p <= LEVEL):.1f}" for p in others]
    verdict = "yes" if min(rate, flat) > SURE else "**no**"
    return [scenario, f"**{100 * hits / n:.1f}**", f"{100 * expected(by['smallest']):.1f}", verdict, *told]


def main() -> None:
    """Put the table on the page."""
    n_sets = how_many_sets(__doc__, 2000)
    lines = []
    with ProcessPoolExecutor() as workers:
        for scenario in SCENARIOS:
            found = workers.map(partial(one, scenario=scenario), range(n_sets), chunksize=20)
            lines.append(line(scenario, np.array(list(found))))
    head = [
        "noise", "permutation of groups", "expected", "held", "t of two AUC lists", "Nadeau–Bengio",
        "coin labels", "groups ignored",
    ]  # fmt: skip
    put("type-one", f"{table(head, lines)}\n\nPer cent of {n_sets} data sets with p ≤ 0.05.")


if __name__ == "__main__":
    main()
