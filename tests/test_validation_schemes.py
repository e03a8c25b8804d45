"""Schemes of one pass: each group or batch left out once, or a user's splitter; scored together, and honest."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, LeaveOneGroupOut, PredefinedSplit, StratifiedGroupKFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB

from afmfast import classify
from afmfast.errors import DataError, SettingsError
from afmfast.kernels.learners.parts import TEST, TRAIN, UNUSED
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.study.compare import compare
from afmfast.validation.data import Table
from afmfast.validation.outcome import Scores
from afmfast.validation.passes import by_splitter, one_batch_out, one_group_out
from afmfast.validation.plan import Plan, key
from afmfast.validation.run import run
from afmfast.validation.table import scheme_of

GROUPS = np.repeat(np.arange(12), 3)
Y = GROUPS % 2
BATCHES = [f"day {(group // 2) % 3}" for group in GROUPS]
PASSES = ("leave_one_group_out", "leave_one_batch_out", StratifiedGroupKFold(3, shuffle=True))
FAST = Selector(keep=3, rank="gini_single")


def table_of(seed: int = 0, effect: float = 0.0, **options) -> Table:
    X = np.random.default_rng(seed).normal(size=(36, 5))
    X[:, 0] += effect * Y
    return Table.of(X, Y, GROUPS, **({"batches": BATCHES} | options))


def plan_of(scheme, **changes) -> Plan:
    return Plan("lda", **({"n_permutations": 19, "scheme": scheme} | changes))


def go(table: Table, scheme, *, scheduler="serial", folder=None, **changes) -> Scores:
    with open_pool(scheduler, workers=2) as pool:
        return run(table, plan_of(scheme, **changes), selector=FAST, pool=pool, folder=folder)


def test_one_group_out__splits_as_scikit_learn_does():
    side = one_group_out(table_of(), Y, 0)
    theirs = list(LeaveOneGroupOut().split(Y, Y, GROUPS))
    assert len(side) == len(theirs)
    for fold, (train, test) in zip(side, theirs, strict=True):
        np.testing.assert_array_equal(np.flatnonzero(fold == TRAIN), train)
        np.testing.assert_array_equal(np.flatnonzero(fold == TEST), test)


def test_one_batch_out__rows_elsewhere_of_its_groups_are_not_trained_on():
    batches = ["a", "b", "a", *BATCHES[3:]]  # the first group in two batches of its own and others
    batches[3:6] = ["a", "b", "b"]
    table = table_of(batches=batches)
    for fold in one_batch_out(table, Y, 0):
        assert len({batches[i] for i in np.flatnonzero(fold == TEST)}) == 1
        assert not set(GROUPS[fold == TEST]) & set(GROUPS[fold == TRAIN])
    assert (one_batch_out(table, Y, 0)[0, [1, 4, 5]] == UNUSED).all()


@pytest.mark.parametrize("scheme", PASSES, ids=str)
def test_pass__auc_is_that_of_all_test_parts_together(scheme):
    found = go(table_of(effect=1.0), scheme)
    rows = np.concatenate(list(found.repeats["test_rows"]))
    said = np.concatenate(list(found.repeats["probability"])).reshape(-1, 2)[:, 1]
    assert sorted(rows) == list(range(36))
    assert found.of("auc").shape == (1,)
    assert found.t_true == found.of("auc")[0] == pytest.approx(roc_auc_score(Y[rows], said), abs=1e-12)


@pytest.mark.parametrize("scheme", PASSES, ids=str)
def test_pass__a_labelling_is_scored_as_if_it_were_the_true_one(scheme):
    table = table_of(effect=1.0)
    found = go(table, scheme)
    for b in (0, 8):
        own = found.space.permuted(0, b).labels
        assert go(replace(table, y=own), scheme).t_true == found.t_permuted[b]


@pytest.mark.parametrize("scheme", PASSES, ids=str)
def test_pass__threads_and_what_was_stored_agree_to_the_last_bit(scheme, tmp_path):
    table = table_of(effect=0.5)
    serial = go(table, scheme)
    folder = tmp_path if isinstance(scheme, str) else None
    for found in (go(table, scheme, scheduler="threads", folder=folder), go(table, scheme, folder=folder)):
        np.testing.assert_array_equal(found.t_permuted, serial.t_permuted)
        assert found.t_true == serial.t_true


def test_splitter__of_the_users_own_splits_alike_in_other_processes():
    """Its random state is the seed there too, and its class travels with it."""
    scheme = Inside(StratifiedGroupKFold(3, shuffle=True, random_state=np.random.RandomState(4)))
    here, there = (go(table_of(effect=1.0), scheme, scheduler=how) for how in ("serial", "processes"))
    np.testing.assert_array_equal(there.t_permuted, here.t_permuted)
    np.testing.assert_array_equal(there.of("auc"), here.of("auc"))


def test_leave_one_batch_out__labels_are_exchanged_inside_batches():
    found = go(table_of(), "leave_one_batch_out")
    day = np.array(BATCHES)
    for b in range(19):
        labels = found.space.permuted(0, b).labels
        assert all(labels[day == d].sum() == Y[day == d].sum() for d in set(BATCHES))


def test_leave_one_group_out__noise_scores_below_one_half_and_keeps_its_p():
    found = [go(table_of(seed), "leave_one_group_out") for seed in range(80)]
    assert np.mean([one.t_true for one in found]) < 0.45
    wins = sum(one.t_true > max(one.t_permuted) for one in found)
    assert wins <= binom.ppf(0.999, 80, 0.05)
    assert abs(np.mean([np.mean(one.t_permuted) - one.t_true for one in found])) < 0.05


def test_splitter__same_seed_same_splits_other_seed_others():
    splitter = StratifiedGroupKFold(3, shuffle=True)
    a, again, b = (by_splitter(splitter, table_of(), Y, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, again)
    assert not np.array_equal(a, b)
    assert splitter.random_state is None


def test_splitter__is_asked_anew_for_every_labelling():
    other = np.roll(Y.reshape(12, 3), 1, axis=0).ravel()
    splitter = StratifiedGroupKFold(3)
    theirs = [test for _, test in splitter.split(Y, other, GROUPS)]
    mine = by_splitter(splitter, table_of(), other, 0)
    assert [np.flatnonzero(fold == TEST).tolist() for fold in mine] == [test.tolist() for test in theirs]


def test_splitter__its_repeats_are_not_kept(tmp_path):
    with pytest.raises(SettingsError, match="repeats of a splitter of your own are not kept"):
        go(table_of(), StratifiedGroupKFold(3), folder=tmp_path)


def test_key__hangs_on_the_batches():
    tables = (table_of(), table_of(batches=BATCHES[::-1]))
    assert len({key(table, plan_of("leave_one_batch_out"), FAST) for table in tables}) == 2


class TestsNothing:
    def split(self, X, y, groups):
        yield np.arange(36), np.empty(0, int)


class SplitsNothing:
    def split(self, X, y, groups):
        return []


@pytest.mark.parametrize(
    ("scheme", "batches", "sentence"),
    [
        ("leave_one_batch_out", None, "the batch of some rows is not known;"),
        ("leave_one_batch_out", ["", *BATCHES[1:]], "not known, such as row '0'"),
        ("leave_one_batch_out", ["day"] * 36, "all rows are of batch 'day'"),
        (
            "leave_one_batch_out",
            [f"day {y}" for y in Y],
            "batch 'day 0' holds '0' alone.*and 1 more.*cannot be told apart",
        ),
        ("leave_one_batch_out", ["x", "y", "z"] * 12, "every group has rows in batch 'x'"),
        (StratifiedKFold(3, shuffle=True), None, "has the group of row .* in the training and the test part"),
        (StratifiedKFold(30), None, "cannot split this table: ValueError: n_splits=30"),
        (PredefinedSplit(np.where(Y == 0, 0, -1)), None, "class '0' has no row left to learn from"),
        (TestsNothing(), None, "no split has a row in its test part"),
        (SplitsNothing(), None, "gives no split"),
    ],
)
def test_pass__what_cannot_be_split_so_is_refused_with_the_reason(scheme, batches, sentence):
    with pytest.raises(DataError, match=sentence):
        go(table_of(batches=batches), scheme)


def test_leave_one_group_out__a_class_of_one_group_is_refused():
    table = Table.of(np.eye(9), list("aaaaaabbb"), np.repeat([0, 1, 2], 3))
    with pytest.raises(DataError, match="class 'b' has no row left to learn from"):
        go(table, "leave_one_group_out")


@pytest.mark.parametrize("scheme", [7, KFold, "leave_two_out"])
def test_scheme__what_is_none_is_refused(scheme):
    with pytest.raises(SettingsError, match="leave_one_group_out"):
        Plan(scheme=scheme)


def test_labels_by_coin__are_for_random_splits_alone():
    with pytest.raises(SettingsError, match="use labels: permuted"):
        Plan(scheme="leave_one_group_out", labels="bernoulli")


class TrainsOnOneClass:
    """Leaves out the groups of one class but one, as soon as the first group is of the other."""

    def split(self, X, y, groups):
        rest = np.flatnonzero(y != y[0]) if y[0] == 1 else np.flatnonzero(groups == 0)
        yield np.setdiff1d(np.arange(len(y)), rest), rest


def test_pass__a_labelling_that_trains_no_class_counts_as_doing_as_well():
    found = go(table_of(effect=3.0), TrainsOnOneClass(), statistic="accuracy")
    flipped = np.array([found.space.permuted(0, b).labels[0] == 1 for b in range(19)])
    np.testing.assert_array_equal(np.isnan(found.t_permuted), flipped)
    assert flipped.any()


def test_pass__labellings_without_a_score_are_told_and_limit_p():
    found = go(table_of(effect=3.0), TrainsOnOneClass(), statistic="accuracy")
    n = int(np.isnan(found.t_permuted).sum())
    assert found.smallest_p == (1 + n) / 20
    (text,) = [text for code, text in found.warnings if code == "labellings-undefined"]
    assert f"{n} of 19 permuted labellings" in text
    assert f"p cannot be below {(1 + n) / 20:.2g}" in text


def test_splitter__rows_that_it_never_tests_are_told():
    (text,) = [text for code, text in go(table_of(), Slotted(4)).warnings if code == "rows-untested"]
    assert text.startswith("24 rows are in no test part")


class RefusesSome:
    """Refuses labellings under which the first group is of class 1, as a splitter of exact strata would."""

    def split(self, X, y, groups):
        if y[0] == 1:
            raise ValueError("no")
        yield np.flatnonzero(groups > 3), np.flatnonzero(groups <= 3)


def test_pass__a_labelling_that_a_splitter_refuses_counts_as_doing_as_well():
    found = go(table_of(), RefusesSome())
    refused = np.array([found.space.permuted(0, b).labels[0] == 1 for b in range(19)])
    assert np.isnan(found.t_permuted[refused]).all()
    assert 0 < refused.sum() < 19


class Unseeded:
    def __init__(self):
        self.rng = np.random.default_rng

    def split(self, X, y, groups):
        first = self.rng().permutation(12)[:6]
        yield np.flatnonzero(np.isin(groups, first, invert=True)), np.flatnonzero(np.isin(groups, first))


def test_splitter__other_splits_when_asked_again_are_refused():
    with pytest.raises(DataError, match="Unseeded gives other splits when it is asked again.*random_state"):
        go(table_of(), Unseeded())


class Inside:
    """A splitter made of another."""

    def __init__(self, inner):
        self.inner = inner

    def split(self, X, y, groups):
        return self.inner.split(X, y, groups)


class Slotted:
    __slots__ = ("first",)

    def __init__(self, first):
        self.first = first

    def split(self, X, y, groups):
        yield np.flatnonzero(groups >= self.first), np.flatnonzero(groups < self.first)


class Broken:
    """Fails as soon as labels are others than the true ones."""

    def split(self, X, y, groups):
        if (y != Y).any():
            raise KeyError("column")
        yield np.flatnonzero(groups > 3), np.flatnonzero(groups <= 3)


def test_splitter__a_fault_of_its_own_is_no_labelling_without_a_score():
    with pytest.raises(DataError, match="the splitter Broken cannot split this table: KeyError: 'column'"):
        go(table_of(), Broken())


def test_splitter__without_a_repr_is_spoken_of_by_its_type():
    assert scheme_of(Slotted(3)).title == "Slotted"
    named = scheme_of(SimpleNamespace(split=print, of=Slotted(3))).title
    assert named == "namespace(split=<built-in function print>, of=<test_validation_schemes.Slotted object>)"


def test_classify__reports_one_pass(tmp_path):
    table = table_of(effect=1.5)
    result = classify(
        table.X, Y, groups=GROUPS, classifier="lda", rank="gini_single", scheme="leave_one_group_out",
        n_permutations=39, scheduler="serial",
    )  # fmt: skip
    assert (len(result.auc), len(result.train_auc)) == (1, 12)
    assert "test parts of 12 splits as one" in str(result)
    page = result.report(tmp_path).read_text("utf-8")
    assert "Each group was left out as the test part once" in page
    assert "one score and no spread over splits" in page
    assert "ROC: all test parts together" in page
    for of_many in ("± –", "AUC of a split", "one random split", "SD over splits"):
        assert of_many not in page


class SilentOnZero(GaussianNB):
    """Says nothing of the groups of class 0, which is the rarer one where they are left out."""

    def predict_proba(self, X):
        said = super().predict_proba(X)
        return said if self.class_prior_[0] > 0.5 else np.full_like(said, np.nan)


def test_classify__one_pass_that_is_silent_of_a_class_tells_nothing(tmp_path):
    result = classify(
        table_of(effect=3.0).X, Y, groups=GROUPS, classifier=SilentOnZero(), rank="gini_single",
        scheme="leave_one_group_out", n_permutations=19, scheduler="serial",
    )  # fmt: skip
    assert np.isnan(result.auc).all()
    assert result.roc["curves"] == {}
    assert "nothing can be told" in str(result)
    assert "nothing can be told" in result.report(tmp_path).read_text("utf-8")


def test_compare__lines_of_one_pass_choose_inside_its_training_parts():
    table = table_of(effect=1.5)
    study = compare(
        table.X, Y, groups=GROUPS, classifier=("lda", "k_nearest"), scheme="leave_one_group_out", n_permutations=19,
        scheduler="serial", rank="gini_single",
    )  # fmt: skip
    chosen = next(iter(study.combinations.values()))
    assert chosen.auc.shape == (1,)
    assert sum(one["share"] for one in chosen.choices) == pytest.approx(1)
    assert chosen.corrected["min_p"] <= 1
    assert not {"SD", "min", "max"} & set(study.table().columns)
