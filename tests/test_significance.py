"""A p-value is a promise about data without signal, and is tested as one."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin

from afmfast.kernels.learners.parts import one_part
from afmfast.selection.table import Selector
from afmfast.significance.permutation import permutation_p
from afmfast.significance.resampling import corrected_t, overtraining, two_sample_t
from afmfast.validation.plan import Plan, Table
from afmfast.validation.run import run

RNG = np.random.default_rng(20)
N_SETS = 40
#: More rejections than this at .05 in 40 data sets without signal happen once in a thousand times.
MOST = int(stats.binom.ppf(0.999, N_SETS, 0.05))


class Serial:
    workers = 1

    def everywhere(self, function, shared=None) -> None:
        function(shared)

    def each(self, function, tasks, shared=None) -> Iterator:
        for index, task in enumerate(tasks):
            yield index, function(task, shared)


class Centroids(ClassifierMixin, BaseEstimator):
    """Nearest class mean: the quickest classifier there is."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.means_ = np.stack([X[y == c].mean(axis=0) for c in self.classes_])
        return self

    def decision_function(self, X):
        distance = ((X[:, None] - self.means_) ** 2).sum(axis=2)
        return distance[:, 0] - distance[:, 1]


# Formulas


@pytest.mark.parametrize(
    ("t", "others", "p"), [(0.9, [0.5] * 19, 0.05), (0.9, [0.9, 0.2, 0.1], 0.5), (0.1, [0.5] * 4, 1.0)]
)
def test_permutation_p__counts_labellings_that_do_as_well(t, others, p):
    found = permutation_p(t, np.array(others))
    assert found.p == p
    assert found.smallest == 1 / (len(others) + 1)


def test_permutation_p__undefined_counts_as_doing_as_well():
    assert permutation_p(0.9, np.array([np.nan, 0.5, 0.5])).p == 0.5
    assert permutation_p(np.nan, np.array([0.4, 0.5, 0.5])).p == 1.0


def test_permutation_p__equal_means_summed_in_another_order_are_equal():
    scores = np.array([0.1, 0.2, 0.3, 0.7])
    assert permutation_p(scores.mean(), np.array([scores[::-1].mean() - 1e-16])).p == 1.0


def test_permutation_p__of_all_labellings_counts_the_true_one():
    found = permutation_p(0.9, np.array([0.5, 0.9, 0.4]), exact=True)
    assert (found.p, found.n, found.smallest, found.exact) == (0.5, 4, 0.25, True)


def test_permutation_p__is_never_below_the_least_it_can_be():
    found = permutation_p(0.9, np.array([0.5] * 19), exact=True, smallest=0.1)
    assert (found.p, found.smallest) == (0.1, 0.1)
    assert permutation_p(0.9, np.array([0.5, 0.9, 0.5, 0.5]), smallest=0.1).p == 0.4


def test_permutation_p__below_chance_is_flagged_and_never_significant():
    found = permutation_p(0.2, np.linspace(0.4, 0.6, 99))
    assert found.below_chance
    assert found.p == 1.0
    assert not permutation_p(0.45, np.linspace(0.4, 0.6, 99)).below_chance


def test_permutation_p__without_labellings_there_is_none():
    assert np.isnan(permutation_p(0.9, np.empty(0)).p)


def test_corrected_t__follows_nadeau_and_bengio():
    auc = np.array([0.6, 0.7, 0.65, 0.8])
    found = corrected_t(auc, n_train_groups=28, n_test_groups=12, n_groups=40)
    t = (auc.mean() - 0.5) / np.sqrt((1 / 4 + 12 / 28) * auc.var(ddof=1))
    assert found.t == pytest.approx(t)
    assert found.p == pytest.approx(stats.t.sf(t, 3))
    assert found.evidence
    assert found.reason == ""


#: AUCs with the groups in a training and in a test part, as in make_statistics.py.
AUCS = {
    "5 folds twice": ([0.61, 0.72, 0.48, 0.66, 0.59, 0.57, 0.70, 0.63, 0.52, 0.68], 32, 8),
    "8 at random": ([0.55, 0.71, 0.62, 0.80, 0.47, 0.66, 0.58, 0.69], 28, 12),
    "below chance": ([0.31, 0.52, 0.44, 0.38, 0.49], 20, 9),
}


def test_corrected_t__is_that_of_other_programs():
    with (Path(__file__).parent / "reference" / "statistics.csv").open(encoding="utf-8") as file:
        lines = [line for line in csv.DictReader(file) if line["quantity"] == "corrected_t"]
    assert {line["program"] for line in lines} == {"julearn", "baycomp"}
    for line in lines:
        auc, n_train, n_test = AUCS[line["of"]]
        found = corrected_t(np.array(auc), n_train_groups=n_train, n_test_groups=n_test, n_groups=40)
        assert (found.t, found.p)[int(line["place"])] == pytest.approx(float(line["value"]))


@pytest.mark.parametrize(
    ("auc", "options", "reason"),
    [
        ([0.6, 0.7], {"n_groups": 29}, "29 groups are fewer than the 30"),
        ([0.6, 0.7], {"n_groups": 90, "wrong_splits": True}, "rows of one group stood on both sides"),
        ([1.0, 1.0], {"n_groups": 90}, "every repeat gave the same AUC"),
        ([0.7, np.nan], {"n_groups": 90}, "fewer than two scores"),
    ],
)
def test_corrected_t__says_why_it_is_no_evidence(auc, options, reason):
    found = corrected_t(np.array(auc), n_train_groups=20, n_test_groups=9, **options)
    assert not found.evidence
    assert reason in found.reason


def test_two_sample_t__is_welch_s():
    a, b = RNG.normal(0.6, 0.1, 30), RNG.normal(0.5, 0.2, (9, 4))
    found = two_sample_t(a, b)
    for p, sides in ((found.p, "greater"), (found.p_two_sided, "two-sided")):
        assert p == pytest.approx(stats.ttest_ind(a, b.ravel(), equal_var=False, alternative=sides).pvalue)
    assert np.isnan(two_sample_t(np.ones(4), np.ones((2, 2))).p)
    assert two_sample_t(np.ones(4), b).p < 0.001


def test_overtraining__is_a_mean_over_labellings_with_their_interval():
    found = overtraining(np.array([[0.5, 0.7], [0.4, np.nan], [0.6, 0.6], [np.nan, np.nan]]), 0.5)
    assert found.mean == pytest.approx((0.6 + 0.4 + 0.6) / 3 - 0.5)
    assert found.low == pytest.approx(np.percentile([0.6, 0.4, 0.6], 2.5) - 0.5)
    assert (found.high, found.chance) == (pytest.approx(0.1), 0.5)
    assert np.isnan(overtraining(np.full((2, 2), np.nan), 0.5).mean)


# Promises


def null_tables(sizes: list[int], seed: int) -> Iterator[Table]:
    """Noise: groups of the given sizes share half of their variance, classes are dealt out to groups at random."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    for number in range(N_SETS):
        rng = np.random.default_rng([seed, number])
        X = rng.normal(size=(len(groups), 6)) + rng.normal(size=(len(sizes), 6))[groups] * (max(sizes) > 1)
        labels = rng.permutation(np.arange(len(sizes)) % 2)
        yield Table.of(X, labels[groups], groups)


@pytest.mark.parametrize(
    "sizes", [[1] * 20, [4] * 12, [1, 7] * 3 + [2, 3] * 3], ids=["rows", "equal groups", "unequal groups"]
)
def test_permutation_p__rejects_noise_as_often_as_it_says(sizes):
    plan = Plan(Centroids(), n_repeats=1, n_permutations=19, splits_per_permutation=2)
    p = []
    for table in null_tables(sizes, len(sizes)):
        scores = run(table, plan, selector=Selector(rank="gini_single", keep=2), pool=Serial())
        p.append(permutation_p(scores.t_true, scores.t_permuted, scores.exact).p)
    assert min(p) >= 1 / 20
    assert sum(value <= 0.05 for value in p) <= MOST
    assert 0.35 < np.mean(p) < 0.7  # uniform on 1/20 ... 1 has mean .525, standard error .046


def p_of_tiles(n_sets: int, told: bool) -> Iterator[float]:
    """p of noise: four patients, two scans of each class, four tiles a scan that hardly differ."""
    patient, scan = np.arange(64) // 16, np.arange(64) // 4
    plan = Plan(Centroids(), n_repeats=1, n_permutations=19, splits_per_permutation=1)
    for number in range(n_sets):
        rng = np.random.default_rng([64, number])
        X = rng.normal(size=(4, 3))[patient] + rng.normal(size=(16, 3))[scan] + 0.2 * rng.normal(size=(64, 3))
        table = Table.of(X, scan // 2 % 2, patient, scans=scan if told else None)
        scores = run(table, plan, selector=Selector(rank="gini_single", keep=3), pool=Serial())
        yield permutation_p(scores.t_true, scores.t_permuted, scores.exact).p


def test_permutation_p__holds_for_patients_with_scans_of_both_classes_in_tiles():
    assert sum(p <= 0.05 for p in p_of_tiles(N_SETS, told=True)) <= MOST


def test_permutation_p__is_too_small_where_tiles_pass_for_scans():
    assert sum(p <= 0.05 for p in p_of_tiles(20, told=False)) > stats.binom.ppf(0.999, 20, 0.05)


def test_selection__inside_the_split_finds_nothing_in_noise_and_before_it_does():
    inside, before, p_before = [], [], []
    plan = Plan(Centroids(), n_repeats=10, n_permutations=19, splits_per_permutation=4)
    for number in range(8):
        rng = np.random.default_rng(number)
        table = Table.of(rng.normal(size=(40, 150)), np.arange(40) % 2)
        seen = one_part(table.X, table.y)  # all rows, as if none were to be tested
        best = Selector(rank="gini_single", keep=8)(*seen, np.zeros(1, np.uint64)).ranked[0, :8]
        leaked = Table.of(table.X[:, best], table.y)
        nested = run(
            table,
            Plan(Centroids(), n_repeats=10, n_permutations=0),
            selector=Selector(rank="gini_single", keep=8),
            pool=Serial(),
        )
        cheated = run(leaked, plan, selector=Selector(None, rank="gini_single", keep=8), pool=Serial())
        inside.append(nested.of("auc").mean())
        before.append(cheated.of("auc").mean())
        p_before.append(permutation_p(cheated.t_true, cheated.t_permuted).p)
    assert abs(np.mean(inside) - 0.5) < 0.1
    assert np.mean(before) > 0.75
    assert np.mean(np.array(p_before) <= 0.05) > 0.8


def test_p__a_real_difference_is_found():
    rng = np.random.default_rng(3)
    y = np.arange(40) // 2 % 2
    table = Table.of(rng.normal(size=(40, 10)) + 3 * y[:, None] * (np.arange(10) == 4), y, np.arange(40) // 2)
    plan = Plan("lda", n_repeats=10, n_permutations=39, splits_per_permutation=3)
    scores = run(table, plan, selector=Selector(rank="gini_single", keep=3), pool=Serial())
    assert permutation_p(scores.t_true, scores.t_permuted).p == 1 / 40
    randomized = overtraining(scores.randomized.of("auc", scores.positive), 0.5)
    assert randomized.low < 0 < randomized.high
    assert scores.of("auc").mean() > 0.5 + randomized.high


def test_p__of_all_labellings_of_a_tiny_set_is_the_rank_of_the_true_one():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(8, 2)) + np.repeat([0.0, 1.2], 4)[:, None]
    plan = Plan(Centroids(), n_repeats=3, n_permutations=70, splits_per_permutation=3)
    selector = Selector(rank="gini_single")
    scores = run(Table.of(X, np.repeat([0, 1], 4)), plan, selector=selector, pool=Serial())
    found = permutation_p(scores.t_true, scores.t_permuted, scores.exact)
    every = []
    for chosen in combinations(range(8), 4):
        table = Table.of(X, np.isin(np.arange(8), chosen).astype(int))
        alone = run(table, replace(plan, n_permutations=0), selector=selector, pool=Serial())
        every.append(alone.of("auc").mean())
    assert found.n == len(every) == 70
    assert found.exact
    assert found.p == np.mean(np.array(every) >= scores.t_true - 1e-9) < 1
