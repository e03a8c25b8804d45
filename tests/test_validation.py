"""Splits, labellings, scores, and runs that give the same whatever way they are carried out."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from naive import splits as naive_splits
from sklearn.metrics import roc_auc_score

from afmfast.errors import DataError, SettingsError
from afmfast.kernels.learners.parts import (
    CONSTANT,
    MISSING,
    TEST,
    TESTED,
    TRAIN,
    UNUSED,
    USABLE,
    Splits,
    columns_of,
    order_of,
    part_of,
    prepare,
)
from afmfast.selection.table import Selector
from afmfast.validation import summary
from afmfast.validation.data import missingness, usable_rows
from afmfast.validation.labels import LabelSpace
from afmfast.validation.plan import Plan, Table
from afmfast.validation.run import label_warnings
from afmfast.validation.scores import STATISTICS, Parts, class_score, score_parts
from afmfast.validation.split import Drawn, check_splittable, draw_splits, fill
from afmfast.validation.table import LABEL_MODELS

FAST = Selector(rank="gini_single", keep=3)
EXAMPLES = Path(__file__).parents[1] / "data_schemas" / "examples"


def archive(n=24, p=6, n_classes=2, per_group=1, shift=2.0, seed=0) -> Table:
    rng = np.random.default_rng(seed)
    y = np.arange(n) // per_group % n_classes
    X = rng.normal(size=(n, p))
    X[np.arange(n), y] += shift * (y > 0)
    return Table.of(X, np.array(["a", "b", "c", "d"])[y], np.arange(n) // per_group)


def drawn(labels: np.ndarray, groups: np.ndarray, n_classes: int, n_repeats: int = 1, **options) -> Drawn:
    """The first splits of one labelling."""
    options = {"test_size": 0.3, "seed": 0, "repeats": np.arange(n_repeats)} | options
    return draw_splits(np.tile(labels, (n_repeats, 1)), groups, n_classes, **options)


def score(probability: np.ndarray, y: np.ndarray) -> Parts:
    """The scores of one part, without the axis of parts."""
    parts = score_parts(probability[None], y[None], np.ones((1, len(y)), bool))
    return Parts(*(getattr(parts, name)[0] for name in ("accuracy", "auc", "recall", "specificity")))


def space_of(y, groups=None, scans=None) -> LabelSpace:
    return LabelSpace.of(Table.of(np.zeros((len(y), 1)), list(y), groups, scans=scans))


def warned(table: Table, plan: Plan) -> list[tuple[str, str]]:
    return label_warnings(LabelSpace.of(table), plan, table.classes)


PLAN = Plan("lda", n_repeats=12, n_permutations=9, splits_per_permutation=4)


# Tables


def test_table__from_labels_and_names_of_any_kind():
    table = Table.of([[1.0], [2.0], [3.0]], ["b", "a", "b"], ["P1", "P1", "P2"], columns=["Sq"])
    assert table.classes == ("a", "b")
    assert table.y.tolist() == [1, 0, 1]
    assert table.groups.tolist() == [0, 0, 1]
    assert (table.columns, table.rows, table.n_groups, table.is_grouped) == (("Sq",), ("0", "1", "2"), 2, True)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"y": ["a", "a", "a"]}, "only class 'a' is there"),
        ({"y": ["a", "b"]}, "y has 2 entries and X has 3 rows; give one entry a row"),
        ({"y": ["a", "b", None]}, "y has missing entries; leave those rows out"),
        ({"y": ["a", "b", np.nan]}, "y has missing entries; leave those rows out"),
        ({"groups": ["P1", np.nan, "P2"]}, "groups has missing entries"),
        ({"X": [[1.0], [np.inf], [0.0]], "columns": ["Sku"]}, "column 'Sku' has infinite values; use NaN"),
        ({"X": np.empty((3, 0))}, "at least one column"),
        ({"groups": ["P1", None, "P2"]}, "groups has missing entries"),
        ({"X": [["1"], ["two"], ["3"]]}, "X has values that are no numbers"),
        ({"columns": ["Sa", "Sq"]}, "2 column names for 1 columns"),
        ({"scans": ["s", "t"]}, "scans has 2 entries and X has 3 rows"),
        ({"scans": ["s", "s", "t"]}, "rows '0' and '1' are of one scan and have the labels 'a' and 'b'; give all rows"),
        (
            {"y": list("aab"), "scans": list("sst"), "groups": list("PQQ")},
            "rows '0' and '1' are of one scan and stand in two groups, which have rows of other scans too",
        ),
    ],
)
def test_table__refuses_what_does_not_fit_together(wrong, sentence):
    given = {"X": [[1.0], [2.0], [3.0]], "y": ["a", "b", "a"]} | wrong
    with pytest.raises(DataError, match=sentence):
        Table.of(given.pop("X"), given.pop("y"), **given)


def test_table__scans_have_one_form_and_each_row_is_its_own_unless_they_say_otherwise():
    y, X = list("aaabb"), np.eye(5)
    assert Table.of(X, y).scans.tolist() == Table.of(X, y, scans=list("vwxyz")[::-1]).scans.tolist() == [0, 1, 2, 3, 4]
    assert Table.of(X, y, list("PPQRR"), scans=list("zzyxx")).scans.tolist() == [0, 0, 2, 3, 3]
    assert Table.of(X, y, scans=list("zzyxx")).groups.tolist() == [2, 2, 1, 0, 0]


def test_table__groups_that_part_the_tiles_of_scans_make_every_row_its_own_scan():
    table = Table.of(np.eye(6), list("aaaabb"), list("pqrrst"), scans=list("vvwwxx"))
    assert table.scans.tolist() == [0, 1, 2, 3, 4, 5]


def test_missing__rows_over_half_empty_are_not_usable_and_gaps_are_counted_by_class():
    X = np.array([[1, np.nan, 1, np.nan], [1, np.nan, np.nan, np.nan], [1, 1, 1, 1.0]])
    assert usable_rows(X).tolist() == [True, False, True]
    assert missingness(Table.of(X, ["a", "a", "b"])).tolist() == [[0, 0], [2, 0], [1, 0], [2, 0]]


def test_prepare__drops_empty_and_constant_columns_and_fills_with_the_median():
    X = np.array(
        [[1.0, np.nan, 5.0, 0.1 + 0.2], [2, np.nan, 5, 0.3], [9, 1, 5, 0.3], [np.nan, 1, 5, 0.3], [2, 2, 5, 0.3]]
    )
    columns, side = columns_of(X), np.full((1, 5), TRAIN, np.int8)
    ready = prepare(columns, side)
    assert ready.state.tolist() == [[USABLE, MISSING, CONSTANT, CONSTANT]]
    assert ready.medians[0, 0] == 2.0
    filled = np.array([1, 2, 9, 2, 2.0])
    part = part_of(columns, Splits(np.zeros((1, 5), int), side, 1), ready, 0, np.array([0]), TESTED)
    np.testing.assert_allclose(part.seen[0], (filled - filled.mean()) / filled.std())


@pytest.mark.parametrize("scale", [1e-300, 1e-60, 1e200])
def test_prepare__standardises_whatever_the_unit(scale):
    X = np.random.default_rng(0).normal(size=(10, 2))
    ready = prepare(columns_of(scale * X), np.full((1, 10), TRAIN, np.int8))
    np.testing.assert_allclose(ready.scale[0], scale * X.std(axis=0))
    np.testing.assert_allclose(ready.centre[0], scale * X.mean(axis=0))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_prepare__is_what_numpy_makes_of_the_training_rows(seed):
    rng = np.random.default_rng(seed)
    X = np.round(rng.normal(size=(30, 4)), 1)
    X[rng.random(X.shape) < 0.1] = np.nan
    in_test = rng.random(30) < 0.4
    side = np.where(in_test, TEST, TRAIN).astype(np.int8)[None]
    columns, splits = columns_of(X), Splits(rng.integers(0, 2, size=(1, 30)), side, 2)
    ready = prepare(columns, side)
    wanted = np.flatnonzero(ready.state[0] == USABLE)
    part = part_of(columns, splits, ready, 0, wanted, TESTED)
    medians = np.nanmedian(X[~in_test], axis=0)
    filled = np.where(np.isnan(X), medians, X)[:, wanted]
    train = filled[~in_test]
    expected = ((filled - train.mean(axis=0)) / train.std(axis=0)).T
    np.testing.assert_allclose(part.seen, expected[:, ~in_test], atol=1e-12)
    np.testing.assert_allclose(part.unseen, expected[:, in_test], atol=1e-12)
    gaps = np.isnan(X[~in_test]).mean(axis=0)
    np.testing.assert_array_equal(ready.state[0] == MISSING, gaps > 0.2)
    order = order_of(columns, ready, 0, wanted, part)
    for values, rows in zip(part.seen, order, strict=True):
        assert sorted(rows) == list(range(len(values)))
        assert (np.diff(values[rows]) >= 0).all()


# Splits


@pytest.mark.parametrize("scheme", ["stratified", "k_fold"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_schemes__every_one_keeps_groups_whole_and_classes_on_both_sides(scheme, data):
    n = data.draw(st.integers(6, 40))
    groups = np.array(data.draw(st.lists(st.integers(0, n // 2), min_size=n, max_size=n)))
    labels = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    assume(all(len(np.unique(groups[labels == c])) >= 3 for c in range(3)))
    share = data.draw(st.floats(0.1, 0.9))
    options = {"test_size": share, "seed": 3, "n_folds": Plan(scheme=scheme, folds=3).n_folds}
    try:
        found = drawn(labels, groups, 3, 2, **options)
    except DataError:
        assume(scheme != "stratified")  # more folds than groups of a class
        reject()
    for tested in found.side == TEST:
        assert not set(groups[tested]) & set(groups[~tested])
        assert set(labels[tested]) == set(labels[~tested]) == {0, 1, 2}
    np.testing.assert_array_equal(found.side, drawn(labels, groups, 3, 2, **options).side)
    redone = drawn(labels, groups, 3, 2, draws=found.draw, **options)
    np.testing.assert_array_equal(found.side, redone.side)


@given(n_groups=st.integers(5, 9), per_group=st.integers(1, 3), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_k_fold__a_pass_tests_every_row_once_and_folds_are_alike_but_for_a_group(n_groups, per_group, seed):
    groups = np.repeat(np.arange(2 * n_groups + 3), per_group)
    labels = (groups >= n_groups).astype(int)
    found = drawn(labels, groups, 2, 10, test_size=0.2, seed=seed, n_folds=5)
    tested = found.side == TEST
    np.testing.assert_array_equal(tested[:5].sum(axis=0), 1)
    np.testing.assert_array_equal(tested[5:].sum(axis=0), 1)
    assert not np.array_equal(tested[:5], tested[5:])
    for code in range(2):
        n = tested[:, labels == code].sum(axis=1) // per_group
        assert n.max() - n.min() <= 1
    assert np.ptp(tested.sum(axis=1) // per_group) <= 1


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_k_fold__is_what_a_plain_loop_makes_of_the_same_random_numbers(data):
    n = data.draw(st.integers(12, 40))
    groups = np.array(data.draw(st.lists(st.integers(0, n // 2), min_size=n, max_size=n)))
    labels = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    assume(all(len(np.unique(groups[labels == c])) >= 3 for c in range(2)))
    try:
        found = drawn(labels, groups, 2, 3, test_size=0.34, n_folds=3)
    except DataError:
        reject()
    member = np.unique(groups, return_inverse=True)[1]
    for fold, (side, word, draw) in enumerate(zip(*found, strict=True)):
        np.testing.assert_array_equal(
            side == TEST, naive_splits.k_fold(labels, member, 3, int(word), int(draw)) == fold
        )


def test_k_fold__more_folds_than_groups_of_a_class_are_refused():
    table = Table.of(np.zeros((10, 2)), [0] * 4 + [1] * 6)
    with pytest.raises(DataError, match=r"class '0' has 4 groups, fewer than the 5 folds.*folds: 4 or fewer"):
        check_splittable(table, test_size=0.2, n_folds=5)


def test_k_fold__labels_by_coin_are_refused():
    with pytest.raises(SettingsError, match="use labels: permuted, or scheme: stratified"):
        Plan(scheme="k_fold", labels="bernoulli")


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_stratified__takes_the_share_of_each_stratum(data):
    n = data.draw(st.integers(6, 40))
    groups = np.array(data.draw(st.lists(st.integers(0, n // 2), min_size=n, max_size=n)))
    labels = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    assume(all(len(np.unique(groups[labels == c])) >= 3 for c in range(3)))
    share = data.draw(st.floats(0.1, 0.9))
    tested = drawn(labels, groups, 3, test_size=share).side[0] == TEST
    names = np.unique(groups)
    stratum = np.array([np.bincount(labels[groups == g], minlength=3).argmax() for g in names])
    in_test = np.array([tested[groups == g].all() for g in names])
    for code in range(3):
        m = int((stratum == code).sum())
        if m > 1:
            assert in_test[stratum == code].sum() == min(max(int(share * m + 0.5), 1), m - 1)


@given(seed=st.integers(0, 2**32), share=st.floats(0.1, 0.9), word=st.integers(0, 2**64 - 1))
@settings(max_examples=60, deadline=None)
def test_stratified__is_the_slow_twin_and_leaves_unused_rows_out(seed, share, word):
    rng = np.random.default_rng(seed)
    member = np.unique(rng.integers(0, 12, 36), return_inverse=True)[1]
    labels, used = rng.permutation(36) % 3, rng.random(36) < 0.8
    assume(all(len(np.unique(member[used & (labels == c)])) >= 3 for c in range(3)))
    side = np.where(used, TRAIN, UNUSED).astype(np.int8)[None]
    seed = {"words": np.array([word], np.uint64), "draws": np.zeros(1, int), "folds": np.zeros(1, int)}
    (draw,) = fill(side, labels[None], member, 3, test_size=share, n_folds=1, **seed)
    tested = naive_splits.stratified(labels[used], member[used], share, word, int(draw))
    np.testing.assert_array_equal(side[0] == UNUSED, ~used)
    np.testing.assert_array_equal(side[0] == TEST, used & np.isin(member, list(tested)))


def test_stratified__each_class_gives_its_share_of_groups():
    labels = np.repeat([0, 1, 2], [20, 10, 2])
    sizes = {tuple(np.bincount(labels[tested])) for tested in drawn(labels, np.arange(32), 3, 9).side == TEST}
    assert sizes == {(6, 3, 1)}


def test_stratified__every_row_and_every_pair_is_tested_alike():
    tested = drawn(np.arange(20) % 2, np.arange(20), 2, 4000, seed=1).side == TEST
    assert abs(tested.mean(axis=0) - 0.3).max() < 0.036  # five standard deviations
    together = (tested.T.astype(float) @ tested) / 4000
    same, other = 3 / 10 * 2 / 9, 3 / 10 * 3 / 10  # three of ten in each class
    expected = np.where((np.arange(20)[:, None] - np.arange(20)) % 2 == 0, same, other)
    assert abs(together - expected)[~np.eye(20, dtype=bool)].max() < 0.025


def test_stratified__a_lone_group_is_on_either_side():
    labels, groups = np.array([0, 0, 1, 0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 1, 2, 2, 3, 3])
    tested = drawn(labels % 2, groups, 2, 4000).side[:, 6] == TEST
    assert 0 < tested.sum() < 4000


def test_draw_splits__redraws_are_counted_where_groups_share_classes():
    labels, groups = np.array([0, 1, 0, 1, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 2, 2, 3, 3])
    draws = drawn(labels, groups, 2, 30).draw
    assert draws.min() == 0
    assert draws.max() > 0


def test_draw_splits__a_labelling_and_a_repeat_are_all_that_a_split_hangs_on():
    labels = np.stack([np.arange(20) % 2, np.arange(20) // 10, np.arange(20) % 2])
    found = draw_splits(labels, np.arange(20), 2, test_size=0.3, seed=4, repeats=np.array([7, 7, 8])).side
    alone = draw_splits(labels[1:2], np.arange(20), 2, test_size=0.3, seed=4, repeats=np.array([7])).side
    np.testing.assert_array_equal(found[1], alone[0])
    assert not np.array_equal(found[0], found[2])


@pytest.mark.parametrize(
    ("y", "groups", "sentence"),
    [
        ("aaab", None, r"class 'b' has a single row.*drop_small_classes.*another group column"),
        ("aabb", [0, 1, 2, 2], r"class 'b' has a single group \(2 rows\)"),
        ("abbcac", [0, 0, 1, 1, 2, 2], "no split of whole groups has every class on both sides; the rarest is 'a'"),
    ],
)
def test_check_splittable__names_the_class_and_the_way_out(y, groups, sentence):
    with pytest.raises(DataError, match=sentence):
        check_splittable(Table.of(np.eye(len(y)), list(y), groups))


# Labellings


@pytest.mark.parametrize(
    ("y", "groups"),
    [("aabb", [0, 1, 2, 3]), ("aabbb", [0, 0, 1, 2, 3]), ("abaabbc", [0, 0, 0, 1, 2, 3, 4]), ("abab", [0, 0, 1, 1])],
)
def test_label_space__counts_and_enumerates_every_labelling_once(y, groups):
    table = Table.of(np.zeros((len(y), 1)), list(y), groups)
    space = LabelSpace.of(table)
    pure = [g for g in np.unique(groups) if len(set(table.y[table.groups == g])) == 1]
    own = [table.y[table.groups == g][0] for g in pure]

    def allowed(labels: tuple[int, ...]) -> bool:
        by_group = {g: sorted(np.array(labels)[table.groups == g]) for g in np.unique(groups)}
        swapped = [by_group[g][0] for g in pure if len(set(by_group[g])) == 1]
        same_inside = all(by_group[g] == sorted(table.y[table.groups == g]) for g in by_group if g not in pure)
        return same_inside and sorted(swapped) == sorted(own)

    every = {labels for labels in itertools.product(range(table.n_classes), repeat=len(y)) if allowed(labels)}
    others = [tuple(space.other(i).labels.tolist()) for i in range(space.distinct - 1)]
    assert space.distinct == len(every)
    assert sorted([*others, tuple(table.y.tolist())]) == sorted(every)
    assert {tuple(space.permuted(0, b).labels.tolist()) for b in range(300)} == every


def test_label_space__within_batches_only_what_shares_its_batches_exchanges_labels():
    #                    groups of one batch each; one group in both; one of two classes, with two scans in each batch
    table = Table.of(np.zeros((12, 1)), list("abababaaabab"), [0, 1, 2, 3, 4, 5, 6, 6, 7, 7, 7, 7])
    batch = np.array([0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1])
    space = LabelSpace.of(table, batch)
    assert space.distinct == 3 * 3 * 2 * 2
    made = [space.other(b).labels for b in range(space.distinct - 1)]
    assert len({tuple(labels) for labels in made}) == space.distinct - 1
    for labels in made:
        for b in (0, 1):
            assert sorted(labels[batch == b]) == sorted(table.y[batch == b])
        assert labels[6] == labels[7] == 0  # no other group is in both


def test_label_space__within_batches_names_are_swapped_only_where_every_batch_allows():
    y, batch = list("aabbaabb"), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    assert LabelSpace.of(Table.of(np.zeros((8, 1)), y), batch).renamed == 2
    uneven = list("aabbaaab")
    assert LabelSpace.of(Table.of(np.zeros((8, 1)), uneven), batch).renamed == 1


@pytest.mark.parametrize("drawn", ["permuted", "other"])
def test_label_space__tiles_of_a_scan_never_get_two_labels(drawn):
    scans = np.array([7, 7, 3, 3, 3, 5, 5, 9, 9, 8, 8])
    groups = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2])
    space = space_of("aabbbbbaabb", groups, scans)
    assert space.distinct == 3 * 2
    made = [space.permuted(0, b) if drawn == "permuted" else space.other(b % 5) for b in range(60)]
    for labelling in made:
        assert all(len(set(labelling.labels[scans == scan])) == 1 for scan in scans)
    assert len({tuple(m.labels) for m in made}) == (6 if drawn == "permuted" else 5)


def test_bernoulli__every_class_has_two_groups_and_redraws_are_counted():
    space = space_of(np.repeat([0, 1, 0, 1, 0], 2), np.arange(10) // 2)
    drawn = [space.bernoulli(0, b) for b in range(200)]
    for made in drawn:
        assert (made.labels[::2] == made.labels[1::2]).all()
        assert np.bincount(made.labels, minlength=2).min() >= 4
    # With five groups 20 of 32 coin draws have two groups in both classes.
    assert sum(d.n_redrawn for d in drawn) / 200 == pytest.approx(32 / 20 - 1, abs=0.25)


def test_bernoulli__too_few_groups_are_refused_with_the_way_out():
    with pytest.raises(DataError, match=r"3 groups cannot be given 2 classes.*use labels: permuted"):
        space_of("abb").bernoulli(0, 0)


@pytest.mark.parametrize("model", LABEL_MODELS.names())
def test_label_models__labelling_b_depends_on_seed_and_b_alone(model):
    space = space_of(np.arange(20) % 2)
    draw = LABEL_MODELS[model].draw
    np.testing.assert_array_equal(draw(space, 5, 8).labels, draw(space, 5, 8).labels)
    assert not np.array_equal(draw(space, 5, 8).labels, draw(space, 5, 9).labels)
    assert not np.array_equal(draw(space, 5, 8).labels, draw(space, 6, 8).labels)


def test_label_warnings__say_before_any_fit_what_limits_p():
    few = Table.of(np.eye(6), list("aaabbb"))
    assert warned(few, PLAN)[0][0] == "smallest-p"  # 9 permutations
    ((code, text),) = warned(few, replace(PLAN, n_permutations=199))
    assert code == "smallest-p"
    assert "below 0.1" in text
    assert "6 rows have only 20 labellings, 2 of which only swap the names of the classes; add rows" in text
    assert warned(archive(), replace(PLAN, n_permutations=19)) == []


def test_label_warnings__name_classes_whose_groups_differ_in_size():
    table = Table.of(np.eye(16), list("aaaaaaaaaaaabbbb"), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 6, 7])
    text = dict(warned(table, replace(PLAN, n_permutations=19)))["group-size-by-class"]
    assert "mean rows a group: a 3, b 1" in text


# Scores


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
@settings(max_examples=60, deadline=None)
def test_auc__ties_count_half_as_in_scikit_learn(pairs):
    values, member = np.array([p[0] for p in pairs], float), np.array([p[1] for p in pairs])
    probability = np.stack([1 - values / 8, values / 8], axis=1).astype(np.float32)  # eighths are exact
    found = score(probability, member.astype(int)).auc[1]
    if member.all() or not member.any():
        assert np.isnan(found)
    else:
        assert found == pytest.approx(roc_auc_score(member, values), abs=1e-12)
        curve = summary.roc_on_grid(values, member)
        assert np.trapezoid(curve, summary.FPR_GRID) == pytest.approx(found, abs=0.01)


def test_class_score__tells_rows_apart_beyond_what_float32_has_near_one():
    rest = np.array([0.5, 1e-3, 1e-12, 1e-15, 1e-20, 1e-30, 0.0])
    probability = np.stack([1 - rest, rest], axis=1).astype(np.float32)
    assert (np.diff(class_score(probability, 0)) > 0).all()
    assert (np.diff(class_score(probability, 1)) < 0).all()


def test_score__equal_probabilities_of_three_classes_tie_whatever_the_others_share():
    tenths = np.random.default_rng(0).multinomial(10, [0.5, 0.3, 0.2], size=300) / 10
    y = np.random.default_rng(1).integers(0, 3, 300)
    found = score(tenths.astype(np.float32), y).auc
    assert found == pytest.approx([roc_auc_score(y == code, tenths[:, code]) for code in range(3)], abs=1e-12)


def test_score__three_classes_by_hand():
    probability = np.array([[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.4, 0.3, 0.3], [0.1, 0.2, 0.7]], dtype=np.float32)
    parts = score(probability, np.array([0, 1, 1, 2]))
    assert parts.accuracy == 0.75
    assert parts.recall.tolist() == [1, 0.5, 1]
    np.testing.assert_allclose(parts.specificity, [2 / 3, 1, 1])
    assert parts.auc.tolist() == [1, 1, 1]
    assert STATISTICS["balanced_accuracy"].of(parts, None) == pytest.approx(2.5 / 3)
    assert STATISTICS["specificity"].of(parts, None) == pytest.approx(8 / 9)


def test_score__a_class_that_is_not_tested_counts_in_no_mean():
    parts = score(np.array([[0.9, 0.1, 0], [0.2, 0.8, 0]], dtype=np.float32), np.array([0, 1]))
    assert np.isnan(parts.auc[2])
    assert STATISTICS["auc"].of(parts, None) == 1.0


def test_statistics__of_two_classes_are_of_the_positive_one():
    parts = Parts(np.array(0.8), np.array([0.6, 0.6]), np.array([0.9, 0.7]), np.array([0.7, 0.9]))
    assert [float(STATISTICS[s].of(parts, 1)) for s in ("sensitivity", "specificity")] == [0.7, 0.9]
    assert [float(STATISTICS[s].of(parts, 0)) for s in ("sensitivity", "specificity")] == [0.9, 0.7]
