"""Rules for groups that are learnt: from training groups alone, so that noise stays noise."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

import afmfast
from afmfast.contracts import check
from afmfast.kernels.learners.parts import TEST, TRAIN
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.significance.patients import best_threshold
from afmfast.study.conclude import predictions
from afmfast.study.evidence import averaged, patients_of
from afmfast.study.learnt_rules import _Groups, _right, learnt_rules
from afmfast.validation.batches import splits_of_true_labels
from afmfast.validation.choice import inner_splits
from afmfast.validation.data import Table
from afmfast.validation.inner import inner_predictions
from afmfast.validation.outcome import Scores
from afmfast.validation.plan import CHOSEN, Line, Plan
from afmfast.validation.predict import TESTED
from afmfast.validation.repeat import fit_splits
from afmfast.validation.run import run_lines

PLAN = Plan("lda", n_repeats=40, n_permutations=0)
FAST = Selector(correlation=None, rank="gini_single", keep=3)
LINE = Line(PLAN, FAST)


def archive(seed: int = 0, *, effect: float = 0.0, n_groups: int = 24, n_classes: int = 2) -> Table:
    """Groups of five rows that resemble each other, one of four groups positive."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_groups), 5)
    y = (groups % 4 == 0).astype(int) if n_classes == 2 else groups % n_classes
    X = rng.normal(size=(len(y), 6)) + rng.normal(size=(n_groups, 6))[groups]
    X[:, 0] += effect * y
    return Table.of(X, y, groups)


def scores_of(table: Table, line: Line = LINE) -> Scores:
    with open_pool("serial") as pool:
        return run_lines(table, [line], pool=pool)[0]


def balanced(rule: dict) -> float:
    return float(np.mean([share["value"] for share in rule["by_class"].values()]))


def test_best_threshold__is_the_middle_that_parts_the_kinds():
    assert best_threshold(np.array([0.1, 0.2, 0.6, 0.8]), np.array([False, False, True, True])) == pytest.approx(0.4)
    assert best_threshold(np.array([0.1, 0.2, 0.3, 0.35]), np.array([False, True, True, True])) == pytest.approx(0.15)


def test_best_threshold__of_equals_it_is_the_one_nearest_to_one_half():
    numbers, kinds = np.array([0.1, 0.3, 0.5, 0.9]), np.array([False, True, False, True])
    assert best_threshold(numbers, kinds) == pytest.approx(0.7)


@pytest.mark.parametrize(("numbers", "kinds"), [([0.2, 0.2], [True, False]), ([0.1, 0.3], [True, True]), ([], [])])
def test_best_threshold__is_one_half_where_nothing_can_be_learnt(numbers, kinds):
    assert best_threshold(np.array(numbers), np.array(kinds, bool)) == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=12), st.floats(0, 1))
def test_best_threshold__no_other_gets_more_right(groups, other):
    numbers, kinds = (np.array(part) for part in zip(*groups, strict=True))
    if not 0 < kinds.sum() < len(kinds) or len(set(numbers)) < 2:
        return

    def right(threshold):
        return (numbers >= threshold)[kinds].mean() + (numbers < threshold)[~kinds].mean()

    # A threshold below or above all numbers gets one kind right and is as good as a coin.
    assert right(best_threshold(numbers, kinds)) >= right(other) - 1e-12 or right(other) == 1


def test_inner_predictions__are_the_means_of_inner_splits_done_one_by_one():
    table = archive()
    scores = scores_of(table)
    found = inner_predictions(scores, LINE, 3)
    numbers = np.arange(3)
    drawn = splits_of_true_labels(table, PLAN, numbers, scores.repeats["draw"][:3])
    labels = np.tile(table.y, (3, 1))
    outer, inner = inner_splits(table, PLAN, labels, drawn, numbers)
    for k in range(3):
        said = []
        for i in np.flatnonzero(outer == k):
            one = type(inner)(*(part[[i]] for part in inner))
            said.append(fit_splits(table, [LINE], table.y[None], one, np.array([k]), TESTED)[0].probability[0])
        times = (~np.isnan(said)).sum(axis=0)
        mean = np.where(times > 0, np.nansum(said, axis=0) / np.maximum(times, 1), np.nan)
        np.testing.assert_allclose(found[k], mean)
        assert np.isnan(found[k][drawn.side[k] == TEST]).all()
        assert np.isfinite(found[k][drawn.side[k] == TRAIN]).any()


class SilentAtFirst(LinearDiscriminantAnalysis):
    """Has nothing to say of rows whose first column is above 0."""

    def predict_proba(self, X):
        said = super().predict_proba(X)
        return np.where(X[:, :1] > 0, np.nan, said)


def test_inner_predictions__what_nothing_was_said_of_is_no_certainty():
    table = archive()
    line = Line(replace(PLAN, classifier=SilentAtFirst()), replace(FAST, keep=6))
    scores = scores_of(table, Line(replace(PLAN, classifier="lda"), FAST))
    found = inner_predictions(scores, line, 8)
    said = found[~np.isnan(found)].reshape(-1, 2)
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-6)


def test_inner_predictions__nothing_of_the_test_part_reaches_them():
    table = archive()
    scores = scores_of(table)
    before = inner_predictions(scores, LINE, 1)[0]
    X = table.X.copy()
    tested = scores.repeats["test_rows"][0]
    X[tested] = 1e6 * np.random.default_rng(1).normal(size=X[tested].shape)
    after = inner_predictions(replace(scores, table=replace(table, X=X)), LINE, 1)[0]
    np.testing.assert_array_equal(before, after)


def test_inner_predictions__of_a_line_that_chose_are_of_what_it_took():
    table = archive(effect=1.0)
    among = (LINE, Line(PLAN, replace(FAST, keep=1)))
    choosing = Line(PLAN, FAST, CHOSEN, among)
    scores = scores_of(table, choosing)
    taken = scores.repeats["choice"][:8]
    assert len(set(taken)) == 2
    found = inner_predictions(scores, choosing, 8)
    alone = [inner_predictions(scores, line, 8) for line in among]
    for k, which in enumerate(taken):
        np.testing.assert_array_equal(found[k], alone[which][k])


def test_learnt_rules__are_clean_on_noise_where_a_threshold_picked_afterwards_is_not():
    """Balanced accuracy of noise by a learnt rule, and by the threshold that suits the judged groups, in 60 tables."""
    clean, picked = [], []
    for seed in range(60):
        table = archive(seed)
        scores = scores_of(table)
        clean.append(balanced(learnt_rules(scores, LINE)["rules"]["vote"]))
        said = [np.full(len(table.y), np.nan) for _ in range(PLAN.n_repeats)]
        for k, rows in enumerate(scores.repeats["test_rows"]):
            said[k][rows] = scores.repeats["probability"][k].reshape(-1, 2)[:, 1]
        numbers = np.nanmean(said, axis=0).reshape(-1, 5).mean(axis=1)
        kinds = table.y[::5] == 1
        called = numbers >= best_threshold(numbers, kinds)
        picked.append((called[kinds].mean() + (~called[~kinds]).mean()) / 2)
    assert stats.ttest_1samp(clean, 0.5, alternative="greater").pvalue > 0.001
    assert stats.ttest_1samp(picked, 0.5, alternative="greater").pvalue < 1e-6


def test_learnt_rules__favour_no_class_where_two_batches_say_different_things():
    """Groups with rows in two batches are judged twice, and half of the time once so and once so."""
    line = Line(replace(PLAN, scheme="leave_one_batch_out"), FAST)
    surplus = []
    for seed in range(40):
        table = archive(seed)
        batches = tuple("abcd"[(group // 2 + row % 2) % 4] for row, group in enumerate(table.groups))
        table = replace(table, y=table.groups % 2, batches=batches)
        by_class = learnt_rules(scores_of(table, line), line)["rules"]["mean"]["by_class"]
        surplus.append(by_class["1"]["value"] - by_class["0"]["value"])
    assert stats.ttest_1samp(surplus, 0).pvalue > 0.001
    assert abs(np.mean(surplus)) < 0.15


def test_right__a_number_on_the_threshold_is_a_vote_for_neither_class():
    """Two groups of each class: the mean probability decides where votes lie on the threshold, or are one to one."""
    margin = np.array([[0.0, 0.0, 0.1, -0.1], [np.nan, 0.0, -0.1, 0.1]])
    groups = _Groups(np.arange(4), np.array([True, False, True, False]))
    for by_mean, right in (([1, -1, 1, -1], 4), ([-1, 1, -1, 1], 0)):
        found = _right(("a", "b"), 1, groups, margin, np.array(by_mean, float))
        assert found["accuracy"]["right"] == right


def test_learnt_rules__tell_a_rare_class_better_than_one_half_does():
    learnt, plain = [], []
    for seed in range(30):
        table = archive(seed, effect=1.5)
        scores = scores_of(table)
        learnt.append(balanced(learnt_rules(scores, LINE)["rules"]["mean"]))
        said = averaged(predictions(scores, None), table.classes, "1")
        plain.append(balanced(patients_of(said, table.classes)["rules"]["mean"]))
    assert stats.ttest_rel(learnt, plain, alternative="greater").pvalue < 0.001


@pytest.mark.parametrize("scheme", ["leave_one_group_out", "k_fold"])
def test_learnt_rules__of_every_scheme_judge_every_group(scheme):
    line = Line(replace(PLAN, scheme=scheme), FAST)
    found = learnt_rules(scores_of(archive(effect=2.0), line), line)
    assert found["rules"]["mean"]["accuracy"]["n"] == 24


def test_learnt_rules__groups_of_both_classes_are_left_out():
    table = archive()
    y = table.y.copy()
    y[0] = 1 - y[0]
    found = learnt_rules(scores_of(replace(table, y=y)), LINE)
    assert found["rules"]["mean"]["accuracy"]["n"] == 23


def test_learnt_rules__there_are_none_of_three_classes_or_single_rows():
    three, single = archive(n_classes=3), archive()
    single = replace(single, groups=np.arange(len(single.y)))
    assert [learnt_rules(scores_of(table), LINE) for table in (three, single)] == [None, None]


def test_classify__shows_what_was_learnt(tmp_path):
    table = archive(effect=2.0)
    result = afmfast.classify(
        table.X, table.y, groups=table.groups, classifier="lda", keep=3, rank="gini_single", n_repeats=20,
        n_permutations=19, splits_per_permutation=2, scheduler="serial",
    )  # fmt: skip
    page = result.report(tmp_path).read_text("utf-8")
    assert "m of n rows, m learnt" in page
    assert "learnt in each of 20 splits from further splits of its training groups" in page
    check(afmfast.compare(table.X, table.y, groups=table.groups, classifier=["lda"], keep=[3], rank="gini_single",
                          n_repeats=4, n_permutations=19, splits_per_permutation=2, scheduler="serial").to_dict(),
          "results", where="compare")  # fmt: skip
