"""Lists of settings: a line for every entry, and one that chooses among them inside every training part."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

import afmfast
from afmfast.contracts import check
from afmfast.errors import SettingsError
from afmfast.kernels.learners.parts import TEST, TRAIN, UNUSED
from afmfast.report.answer import headline
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.study.lines import lines_of, lines_of_settings
from afmfast.study.settings import Settings
from afmfast.study.settings_file import parse
from afmfast.validation.choice import best, inner_splits
from afmfast.validation.data import Table
from afmfast.validation.plan import CHOSEN, Line, Plan
from afmfast.validation.repeat import KEPT, fit_splits, repeats_of
from afmfast.validation.run import run_lines
from afmfast.validation.split import draw_splits

PLAN = Plan("lda", n_repeats=8, n_permutations=19, splits_per_permutation=2, seed=3)
FAST = Selector(rank="gini_single", keep=1, correlation=None)
AMONG = (Line(PLAN, FAST), Line(PLAN, replace(FAST, keep=6)), Line(replace(PLAN, classifier="k_nearest"), FAST))
CHOOSING = Line(PLAN, FAST, CHOSEN, AMONG)


def archive(*, shift: float = 1.0, n: int = 40, p: int = 8, per_group: int = 2, seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    groups = np.arange(n) // per_group
    y = groups % 2
    X = rng.normal(size=(n, p))
    X[:, :3] += shift * y[:, None]
    return Table.of(X, y, groups)


def drawn(table: Table, m: int = 6):
    numbers = np.arange(m)
    labels = np.tile(table.y, (m, 1))
    return labels, draw_splits(labels, table.groups, 2, test_size=0.3, seed=1, repeats=numbers), numbers


def test_inner_splits__lie_in_the_training_part_and_keep_groups_whole():
    table = archive()
    labels, outer_splits, numbers = drawn(table)
    outer, inner = inner_splits(table, PLAN, labels, outer_splits, numbers)
    np.testing.assert_array_equal(np.bincount(outer), PLAN.inner_splits)
    np.testing.assert_array_equal(inner.side == UNUSED, outer_splits.side[outer] == TEST)
    for side in inner.side:
        for part in (TRAIN, TEST):
            assert set(table.y[side == part]) == {0, 1}
        assert not set(table.groups[side == TRAIN]) & set(table.groups[side == TEST])
    assert len({side.tobytes() for side in inner.side}) > len(labels)


def test_inner_splits__of_a_training_part_with_a_lone_group_of_a_class_are_left_out():
    table = archive(n=8)
    outer, _ = inner_splits(table, PLAN, *drawn(table))
    assert len(outer) == 0
    (made,) = repeats_of(table, [CHOOSING], np.tile(table.y, (3, 1)), np.arange(3))
    np.testing.assert_array_equal(made.choice, 0)


def test_best__is_the_highest_mean_the_first_of_equals_and_counts_nan_as_chance():
    outer = np.array([0, 0, 1, 1, 2])
    aucs = [[0.4, 0.6, 0.9, 0.7, np.nan], [0.7, 0.7, 0.8, 0.8, 0.4], [0.7, 0.7, np.nan, 0.9, 0.4]]
    np.testing.assert_array_equal(best([np.array(auc)[:, None] for auc in aucs], outer, 4), [1, 0, 0, 0])


def test_choosing__gives_on_every_split_what_the_chosen_line_gives_alone():
    table = archive()
    labels, numbers = np.tile(table.y, (12, 1)), np.arange(12)
    (made,) = repeats_of(table, [CHOOSING], labels, numbers)
    alone = repeats_of(table, AMONG, labels, numbers)
    assert len(set(made.choice)) > 1
    for name in ("auc", "accuracy", "probability", "fate", "in_test"):
        expected = np.stack([getattr(alone[c], name)[k] for k, c in enumerate(made.choice)])
        np.testing.assert_array_equal(getattr(made, name), expected)


class Moody(GaussianNB):
    """Says nothing after half of all training parts, so that these splits are drawn again."""

    def fit(self, X, y):
        self.is_silent = X[:, 0].sum() * 1e6 % 2 < 1
        return super().fit(X, y)

    def predict_proba(self, X):
        said = super().predict_proba(X)
        return np.full_like(said, np.nan) if self.is_silent else said


@pytest.mark.parametrize("seed", range(3))
def test_choosing__a_split_that_is_drawn_again_keeps_the_columns_of_the_line_it_takes_then(seed):
    table, keeps, plan = archive(shift=0.2, seed=seed), (1, 6), replace(PLAN, classifier=Moody())
    among = tuple(Line(plan, replace(FAST, keep=keep)) for keep in keeps)
    (made,) = repeats_of(table, [Line(plan, FAST, CHOSEN, among)], np.tile(table.y, (12, 1)), np.arange(12))
    assert made.draw.max() > 1
    np.testing.assert_array_equal((made.kept >= 0).sum(axis=1), np.array(keeps)[made.choice])
    for kept, fate in zip(made.kept, made.fate, strict=True):
        np.testing.assert_array_equal(np.sort(kept[kept >= 0]), np.flatnonzero(fate == KEPT))


def test_choosing__sees_nothing_of_the_test_part():
    table = archive()
    labels, split, numbers = drawn(table)
    (before,) = fit_splits(table, [CHOOSING], labels, split, numbers, 0)
    rng = np.random.default_rng(1)
    for k in range(len(labels)):
        X, other = table.X.copy(), labels.copy()
        in_test = split.side[k] == TEST
        X[in_test], other[k, in_test] = 1e6 * rng.normal(size=X[in_test].shape), 1 - other[k, in_test]
        (after,) = fit_splits(replace(table, X=X), [CHOOSING], other, split, numbers, 0)
        assert after.choice[k] == before.choice[k]
        assert [c for c in after.kept[k] if c >= 0] == [c for c in before.kept[k] if c >= 0]


def test_choosing__is_clean_on_noise_where_the_best_line_is_not():
    """The AUC of the line that chooses, and that of the line that came out best, over 60 tables of noise."""
    plan = replace(PLAN, n_repeats=10, n_permutations=0)
    lines = [
        Line(replace(plan, classifier=classifier), replace(FAST, keep=keep))
        for classifier in ("lda", "k_nearest")
        for keep in (1, 2, 4, 8)
    ]
    clean, picked = [], []
    with open_pool("serial") as pool:
        for seed in range(60):
            table = archive(shift=0.0, per_group=1, n=30, seed=seed)
            chosen, *others = run_lines(table, [Line(plan, FAST, CHOSEN, tuple(lines)), *lines], pool=pool)
            clean.append(chosen.of("auc").mean())
            picked.append(max(scores.of("auc").mean() for scores in others))
    assert stats.ttest_1samp(clean, 0.5).pvalue > 0.001
    assert stats.ttest_1samp(picked, 0.5, alternative="greater").pvalue < 1e-6


def test_choosing__is_the_same_in_any_mode_and_beside_any_line(tmp_path):
    table = archive()
    with open_pool("serial") as pool:
        (alone,) = run_lines(table, [CHOOSING], pool=pool)
    with open_pool("threads", workers=2) as pool:
        beside = run_lines(table, [AMONG[1], CHOOSING], pool=pool, folder=tmp_path)[1]
        again = run_lines(table, [CHOOSING], pool=pool, folder=tmp_path)[0]
    for other in (beside, again):
        np.testing.assert_array_equal(other.t_permuted, alone.t_permuted)
        np.testing.assert_array_equal(other.repeats["choice"], alone.repeats["choice"])
        np.testing.assert_array_equal(other.of("auc"), alone.of("auc"))


# Settings


def test_settings__one_entry_is_that_entry():
    assert Settings(keep=[5], classifier=["lda"], correlation=["none"]) == Settings(
        keep=5, classifier="lda", correlation=None
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"keep": []}, "needs entries"),
        ({"keep": [5, 5]}, "none of them twice"),
        ({"classifier": ["lda", "ldaa"]}, "lda"),
    ],
)
def test_settings__wrong_lists_are_refused(given, said):
    with pytest.raises(SettingsError, match=said):
        parse(given, where="study.yaml")


def test_lines__are_every_entry_with_every_other_and_first_the_one_that_chooses():
    asked = lines_of_settings(Settings(classifier=["lda", "random_forest"], keep=[5, 10], correlation=[0.9, None]))
    assert [one.words for one in asked[:3]] == [
        CHOSEN, "lda, 5 kept, |r| up to 0.9", "lda, 5 kept, no correlation filter"
    ]  # fmt: skip
    assert len(asked) == 9
    assert asked[0].among == tuple(asked[1:])


def test_lines__of_lists_without_inner_splits_the_first_entries_answer():
    assert [one.words for one in lines_of_settings(Settings(keep=[5, 10], inner_splits=0))] == ["5 kept", "10 kept"]


def listed(**lists):
    one_each = {"classifiers": ["lda"], "keeps": [5], "correlations": [0.9], "reductions": ["rank"]}
    return lines_of(PLAN, Selector(), inner_splits=0, **(one_each | lists))


def test_lines__without_lists_there_is_one_and_nothing_to_say():
    assert [one.words for one in lines_of_settings(Settings())] == [""]


class Named(GaussianNB):
    """An estimator whose repr tells no two apart."""

    def __repr__(self, N_CHAR_MAX=700):
        return "Named()"


@pytest.mark.parametrize(
    ("classifiers", "words"),
    [
        ([SVC(C=1), SVC(C=2)], ["SVC(C=1)", "SVC(C=2)"]),
        ([Named(), Named(var_smoothing=0.1)], ["Named() (1)", "Named() (2)"]),
        (["lda", "lda(ridge=0.1)"], ["lda", "lda (ridge=0.1)"]),
    ],
)
def test_lines__of_one_kind_of_classifier_are_told_apart(classifiers, words):
    assert [one.words for one in listed(classifiers=classifiers)] == words


def powered(k):
    return make_pipeline(FunctionTransformer(lambda X: X**k), GaussianNB())


def test_lines__functions_that_differ_in_what_they_enclose_are_two():
    assert len(listed(classifiers=[powered(1), powered(2)])) == 2


def test_lines__limits_that_differ_in_the_eighth_digit_are_told_apart():
    found = [one.words for one in listed(correlations=[np.float64(0.9), 0.90000001])]
    assert found == ["|r| up to 0.9", "|r| up to 0.90000001"]


@pytest.mark.parametrize(
    "lists",
    [
        {"classifiers": ["lda", "lda()"]},
        {"classifiers": ["lda(ridge=0.1)", "lda( ridge = 1e-1 )"]},
        {"classifiers": [SVC(random_state=1), SVC(random_state=2)]},
        {"keeps": [5, 3, np.int64(5)]},
        {"correlations": [None, 0.9, None]},
        {"correlations": [1, 1.0]},
        {"reductions": ["pca", "pca"]},
    ],
)
def test_lines__an_entry_listed_twice_is_refused(lists):
    with pytest.raises(SettingsError, match="twice; a list needs entries that differ"):
        listed(**lists)


# From end to end


@pytest.fixture(scope="module")
def compared():
    table = archive(shift=1.5)
    return afmfast.compare(
        table.X, table.y, groups=table.groups, classifier=["lda", GaussianNB()], keep=[1, 4], correlation=[None],
        rank="gini_single", n_repeats=10, n_permutations=19, splits_per_permutation=2, scheduler="serial",
    )  # fmt: skip


def test_compare__has_a_line_for_each_and_the_nested_choice_answers(compared):
    assert list(compared.combinations) == [
        f"table, {line}"
        for line in ("nested choice", "lda, 1 kept", "lda, 4 kept", "GaussianNB(), 1 kept", "GaussianNB(), 4 kept")
    ]
    assert headline(compared.to_dict()) == "table, nested choice"
    assert str(compared).startswith("table, nested choice, tells 0 and 1 apart")


def test_compare__corrects_for_every_line_and_says_how_often_each_was_chosen(compared):
    found = compared["table, nested choice"]
    assert found.corrected["n_lines"] == 5
    assert [f"table, {one['line']}" for one in found.choices] == list(compared.combinations)[1:]
    assert sum(one["share"] for one in found.choices) == pytest.approx(1)


class SilentAtTimes(GaussianNB):
    """Says nothing where the first three training groups are of one class: never under the true labels."""

    def fit(self, X, y):
        self.is_silent = y[0] == y[2] == y[4]
        return super().fit(X, y)

    def predict_proba(self, X):
        said = super().predict_proba(X)
        return np.full_like(said, np.nan) if self.is_silent else said


def test_compare__a_line_without_scores_costs_the_others_nothing():
    table = archive(shift=2.0)
    p = {}
    for classifiers in (["lda", SilentAtTimes()], [SilentAtTimes(), "lda"]):
        found = afmfast.compare(
            table.X, table.y, groups=table.groups, classifier=classifiers, keep=[3], rank="gini_single", inner_splits=0,
            n_permutations=39, scheme="leave_one_group_out", scheduler="serial",
        )  # fmt: skip
        for name in found.combinations:
            p.setdefault(name, []).append([found[name].corrected[of] for of in ("min_p", "holm", "smallest")])
    for name, (one, other) in p.items():
        assert one == other, name
    assert p["table, lda"][0][2] == 1 / 40
    assert p["table, SilentAtTimes()"][0][2] > 0.1


def test_compare__keeps_no_more_than_there_are_and_tells_of_components():
    table = archive(shift=1.5)
    found = afmfast.compare(
        table.X, table.y, groups=table.groups, classifier=["lda"], keep=[50], reduce=["rank", "pca"],
        correlation=[None], rank="gini_single", n_repeats=10, n_permutations=19, splits_per_permutation=2,
        scheduler="serial",
    )  # fmt: skip
    assert found.data["rule_of_ten"]["keep"] == 8
    seen = next(iter(found.combinations.values())).titles["components"]
    assert seen.startswith("in some training parts the first 50 principal components")


def test_compare__a_line_is_what_classify_gives(compared):
    table = archive(shift=1.5)
    alone = afmfast.classify(
        table.X, table.y, groups=table.groups, classifier="lda", keep=4, correlation=None, rank="gini_single",
        n_repeats=10, n_permutations=19, splits_per_permutation=2, scheduler="serial",
    )  # fmt: skip
    line = compared["table, lda, 4 kept"]
    np.testing.assert_array_equal(line.auc, alone.auc)
    assert line.p_permutation == alone.p_permutation


def test_compare__report_says_how_the_choice_was_made(compared, tmp_path):
    page = compared.report(tmp_path).read_text("utf-8")
    assert "Chosen inside every training part" in page
    assert "lda, 4 kept in" in page
    assert "Of these 4 ways, each training part took the one with the highest mean AUC over 5 splits" in page
    check(compared.to_dict(), "results", where="compare")


def test_compare__a_report_by_name_leaves_the_one_beside_it_alone(compared, tmp_path):
    beside = tmp_path / "report.html"
    beside.write_text("mine")
    assert compared.report(tmp_path / "mine.html").is_file()
    assert beside.read_text() == "mine"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"keep": 5}, "keep = 5; give a list"),
        ({"classifier": "lda"}, "give a list"),
        ({"inner_splits": -1}, "0 = no line"),
        ({"n_repeat": 3}, "compare has no argument n_repeat"),
        ({"keep": [3, 8, 20]}, "keep = 8, 20 keep all of 8 columns.*give 8 alone"),
    ],
)
def test_compare__wrong_arguments_are_refused(given, said):
    table = archive()
    with pytest.raises(SettingsError, match=said):
        afmfast.compare(table.X, table.y, **given)
