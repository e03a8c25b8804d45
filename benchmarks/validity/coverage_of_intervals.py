"""How often the intervals hold the true value: writes its table into docs/validity.md.

    python benchmarks/validity/coverage_of_intervals.py [--sets 1000]

Rows of a group share half of their variance (ICC 0.5). `fixed`: scores that nobody trained, whose true AUC is known.
`trained`: nearest class means on 10 columns, 50 stratified splits of whole groups, probabilities averaged out of fold;
the true value is the mean over data sets of what the same 50 models reach on 200 new groups. `one pass`: the same with
each group left out once.
"""

from __future__ import annotations

import numpy as np
from noise import noise
from page import how_many_sets, put, table
from scipy.special import expit, ndtr, ndtri

from afmfast.significance.bootstrap import Interval, differences, intervals
from afmfast.significance.predictions import Predictions, scores

NAMES = ("auc", "balanced_accuracy", "sensitivity")
COLUMNS, SPLITS, RESAMPLES = 10, 50, 500


def design(n_groups: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Class of every group, half each, and group of every row."""
    return np.arange(n_groups) % 2, np.repeat(np.arange(n_groups), size)


def two(one: np.ndarray, y: np.ndarray, groups: np.ndarray) -> Predictions:
    return Predictions(y, np.stack([1 - one, one], axis=1), groups, 1)


def fixed(rng: np.random.Generator, n_groups: int, size: int, auc: float) -> Predictions:
    """Scores of known AUC; 0.5 is halfway between the classes."""
    kind, groups = design(n_groups, size)
    y, apart = kind[groups], np.sqrt(2) * ndtri(auc)
    return two(expit(apart * (y - 0.5) + noise(rng, groups, 1)[:, 0]), y, groups)


def at_random(rng: np.random.Generator, kind: np.ndarray) -> list[np.ndarray]:
    """Groups of each of the test parts."""
    n = len(kind) * 3 // 20
    return [np.concatenate([rng.permutation(np.flatnonzero(kind == c))[:n] for c in (0, 1)]) for _ in range(SPLITS)]


def one_pass(rng: np.random.Generator, kind: np.ndarray) -> list[np.ndarray]:
    """Each group alone."""
    return list(np.arange(len(kind))[:, None])


TRAINED = {"trained": at_random, "one pass": one_pass}


def trained(
    rng: np.random.Generator, n_groups: int, size: int, apart: float, how: str
) -> tuple[Predictions, Predictions]:
    """Averaged out-of-fold predictions, and those of the same models for new groups."""
    (kind, groups), (new_kind, new_groups) = design(n_groups, size), design(200, size)
    y, new_y = kind[groups], new_kind[new_groups]
    X, new_X = noise(rng, groups, COLUMNS), noise(rng, new_groups, COLUMNS)
    X[:, :2] += apart * (y - 0.5)[:, None]
    new_X[:, :2] += apart * (new_y - 0.5)[:, None]
    total, times, new = np.zeros(len(y)), np.zeros(len(y)), np.zeros(len(new_y))
    parts = TRAINED[how](rng, kind)
    for tested in parts:
        out = np.isin(groups, tested)
        low, high = X[~out & (y == 0)].mean(axis=0), X[~out & (y == 1)].mean(axis=0)
        direction, middle = high - low, (high + low) / 2
        total[out] += expit((X[out] - middle) @ direction)
        times[out] += 1
        new += expit((new_X - middle) @ direction) / len(parts)
    unseen = np.full(len(y), np.nan)
    return two(np.divide(total, times, out=unseen, where=times > 0), y, groups), two(new, new_y, new_groups)


def held(found: list[dict[str, Interval]], true: dict[str, float]) -> list[str]:
    """Per cent of intervals that hold the true value, by score."""
    return [f"{100 * np.mean([one[name].low <= true[name] <= one[name].high for one in found]):.1f}" for name in NAMES]


def line_fixed(n_groups: int, size: int, auc: float, n_sets: int) -> list[str]:
    found = []
    for k in range(n_sets):
        rng = np.random.default_rng([1, n_groups, size, int(1000 * auc), k])
        found.append(intervals(fixed(rng, n_groups, size, auc), n_resamples=RESAMPLES, seed=k))
    half = float(ndtr(ndtri(auc) / np.sqrt(2)))
    true = {"auc": auc, "balanced_accuracy": half, "sensitivity": half}
    return ["fixed", str(n_groups), str(size), f"{auc:.2f}", *held(found, true)]


def line_trained(n_groups: int, size: int, apart: float, how: str, n_sets: int) -> list[str]:
    found, reached = [], []
    for k in range(n_sets):
        rng = np.random.default_rng([2, n_groups, size, int(1000 * apart), k])
        own, new = trained(rng, n_groups, size, apart, how)
        found.append(intervals(own, n_resamples=RESAMPLES, seed=k))
        reached.append({name: scores(new)[name][0] for name in NAMES})
    true = {name: float(np.mean([one[name] for one in reached])) for name in NAMES}
    return [how, str(n_groups), str(size), f"{true['auc']:.2f}", *held(found, true)]


def line_difference(n_groups: int, size: int, n_sets: int) -> list[str]:
    """Two scores of true AUC 0.80 and 0.90, in part of one noise."""
    found = []
    for k in range(n_sets):
        rng = np.random.default_rng([3, n_groups, size, k])
        kind, groups = design(n_groups, size)
        y, shared = kind[groups], noise(rng, groups, 1)
        pair = []
        for auc in (0.9, 0.8):
            mixed = np.sqrt(0.5) * shared + np.sqrt(0.5) * noise(rng, groups, 1)
            pair.append(two(expit(np.sqrt(2) * ndtri(auc) * (y - 0.5) + mixed[:, 0]), y, groups))
        found.append(differences(*pair, n_resamples=RESAMPLES, seed=k))
    half = float(ndtr(ndtri(0.9) / np.sqrt(2)) - ndtr(ndtri(0.8) / np.sqrt(2)))
    true = {"auc": 0.1, "balanced_accuracy": half, "sensitivity": half}
    return ["difference", str(n_groups), str(size), "0.90 − 0.80", *held(found, true)]


def main() -> None:
    n_sets = how_many_sets(__doc__, 1000)
    lines = []
    for n_groups in (20, 60):
        for size in (1, 5):
            lines += [line_fixed(n_groups, size, auc, n_sets) for auc in (0.5, 0.75, 0.95)]
            lines += [line_trained(n_groups, size, apart, how, n_sets) for how in TRAINED for apart in (0.0, 0.9, 2.0)]
            lines.append(line_difference(n_groups, size, n_sets))
    order = ("fixed", *TRAINED, "difference")
    lines.sort(key=lambda line: order.index(line[0]))
    head = [
        "predictions",
        "groups",
        "rows a group",
        "true AUC",
        "AUC, %",
        "balanced accuracy, %",
        "sensitivity, %",
    ]
    se = 100 * (0.95 * 0.05 / n_sets) ** 0.5
    put("coverage", f"{table(head, lines)}\n\n{n_sets} data sets a line, standard error {se:.1f} near 95.")


if __name__ == "__main__":
    main()
