"""A run gives the same whatever way it is carried out, interrupted and resumed; what lies on disk is checked."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from afmfast.errors import AfmfastWarning, DataError, SettingsError, StoreError
from afmfast.kernels.learners.parts import TEST
from afmfast.kernels.learners.repeating import nearest_repeats
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.validation import run as running
from afmfast.validation import summary, tasks
from afmfast.validation.batches import Batch
from afmfast.validation.outcome import Scores
from afmfast.validation.plan import Line, Plan, Table, key
from afmfast.validation.repeat import RANKED_LOW, repeats_of
from afmfast.validation.run import run, run_lines
from afmfast.validation.split import draw_splits
from afmfast.validation.standing import standing
from afmfast.validation.table import CLASSIFIERS

# Nine permutations are enough to compare two runs by.
pytestmark = pytest.mark.filterwarnings("ignore:The p-value cannot be expected:afmfast.errors.AfmfastWarning")

FAST = Selector(rank="gini_single", keep=3)


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch):
    """Eight tasks, however short: several files of each kind."""
    monkeypatch.setattr(tasks, "PILOT_SECONDS", 0)
    monkeypatch.setattr(tasks, "task_seconds", lambda total, workers: total / 8)
    monkeypatch.setattr(tasks, "HALF_BUSY", 1e9)


class Serial:
    """Tasks one after the other, in the order that `shuffle` makes of them; remembers what was done."""

    def __init__(self, shuffle: int | None = None, workers: int = 1) -> None:
        self.workers, self.shuffle, self.batches = workers, shuffle, []

    def everywhere(self, function, shared=None) -> None:
        function(shared)

    def each(self, function, tasks, shared=None) -> Iterator:
        order = np.arange(len(tasks))
        if self.shuffle is not None:
            np.random.default_rng(self.shuffle).shuffle(order)
        for index in order:
            result = function(tasks[index], shared)
            self.batches.append(result[0] if isinstance(result[0], Batch) else tasks[index])  # a pilot says its own
            yield int(index), result


class Centroids(ClassifierMixin, BaseEstimator):
    """Nearest class mean, with a decision instead of probabilities; quick enough for thousands of fits."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.means_ = np.stack([X[y == c].mean(axis=0) for c in self.classes_])
        return self

    def decision_function(self, X):
        distance = ((X[:, None] - self.means_) ** 2).sum(axis=2)
        return distance[:, 0] - distance[:, 1] if len(self.classes_) == 2 else -distance


class OftenUndefined(Centroids):
    """Knows nothing where the first training row has a positive first value."""

    def fit(self, X, y):
        self.lost_ = X[0, 0] > 0
        return super().fit(X, y)

    def decision_function(self, X):
        return super().decision_function(X) * (np.nan if self.lost_ else 1.0)


def archive(n=24, p=6, n_classes=2, per_group=1, shift=2.0, seed=0) -> Table:
    """Column 1 is larger by `shift` in class b, column 2 in class c."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) // per_group % n_classes
    X = rng.normal(size=(n, p))
    X[np.arange(n), y] += shift * (y > 0)
    return Table.of(X, np.array(["a", "b", "c", "d"])[y], np.arange(n) // per_group)


PLAN = Plan(Centroids(), n_repeats=12, n_permutations=9, splits_per_permutation=4)


def assert_equal(first: Scores, second: Scores) -> None:
    for name in ("draw", "split_seed", "fate", "importances", "twin", "accuracy", "auc", "recall", "train_auc"):
        np.testing.assert_array_equal(first.repeats[name], second.repeats[name])
    for name in ("kept", "test_rows", "probability"):
        assert all(np.array_equal(a, b) for a, b in zip(first.repeats[name], second.repeats[name], strict=True))
    for name in ("accuracy", "auc", "recall", "specificity"):
        for a, b in ((first.permuted, second.permuted), (first.randomized, second.randomized)):
            np.testing.assert_array_equal(getattr(a.parts, name), getattr(b.parts, name))
    assert (first.t_true, first.n_redrawn, first.warnings) == (second.t_true, second.n_redrawn, second.warnings)


def go(table=None, plan=PLAN, pool=None, **options) -> Scores:
    return run(table or archive(), plan, selector=FAST, pool=pool or Serial(), **options)


# The same whatever way


@pytest.mark.parametrize("mode", ["serial", "threads"])
def test_run__every_mode_batch_size_and_order_gives_the_same(mode, monkeypatch):
    plan = replace(PLAN, labels="bernoulli")
    first = go(plan=plan)
    with open_pool(mode, workers=2) as pool:
        assert_equal(first, go(plan=plan, pool=pool))
    monkeypatch.setattr(tasks, "task_seconds", lambda total, workers: 0)
    shuffled = Serial(shuffle=1, workers=2)
    assert_equal(first, go(plan=plan, pool=shuffled))
    assert {batch.n_fits for batch in shuffled.batches[3:]} == {1}
    monkeypatch.setattr(tasks, "task_seconds", lambda total, workers: 1e9)
    at_once = Serial()
    assert_equal(first, go(plan=plan, pool=at_once))
    assert len(at_once.batches) == 6


def test_run__goes_on_where_it_stopped(tmp_path):
    first = go(folder=tmp_path)
    files = sorted(tmp_path.rglob("*.parquet"))
    assert len(files) > 4
    for path in files[::2]:
        path.unlink()
    pool = Serial(shuffle=3)
    assert_equal(first, go(folder=tmp_path, pool=pool))
    assert 0 < sum(batch.n_fits for batch in pool.batches) < 12 + 9 * 4
    last = Serial()
    assert_equal(first, go(folder=tmp_path, pool=last))
    assert last.batches == []


def test_run__more_of_everything_reuses_what_is_there(tmp_path):
    go(folder=tmp_path)
    pool = Serial()
    more = replace(PLAN, n_repeats=15, n_permutations=11, splits_per_permutation=6)
    extended = go(plan=more, folder=tmp_path, pool=pool)
    assert extended.warnings[-1][0] == "permutations-changed"
    assert_equal(go(plan=more), replace(extended, warnings=extended.warnings[:-1]))
    fits = [batch.n_fits for batch in pool.batches if batch.kind == "actual"]
    randomized = [batch.n_fits for batch in pool.batches if batch.kind == "permuted"]
    assert (sum(fits), sum(randomized)) == (3, 11 * 6 - 9 * 4)
    assert extended.planned == {"n_repeats": 12, "n_permutations": 9, "splits_per_permutation": 4}
    fewer = Serial()
    assert_equal(go(), go(folder=tmp_path, pool=fewer))
    assert fewer.batches == []


def test_run__a_plan_of_which_nothing_was_computed_is_forgotten(tmp_path):
    class Stopped(Serial):
        def everywhere(self, function, shared=None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(folder=tmp_path, plan=replace(PLAN, n_permutations=5), pool=Stopped())
    assert go(folder=tmp_path).planned["n_permutations"] == 9


def test_run__fewer_permutations_than_planned_are_told(tmp_path):
    go(folder=tmp_path)
    fewer = go(folder=tmp_path, plan=replace(PLAN, n_permutations=5))
    ((code, text),) = fewer.warnings[1:]
    assert code == "permutations-changed"
    assert "9 permutations with 4 splits each were planned at first, 5 with 4 were used" in text


def test_standing__of_a_run_that_was_stopped(tmp_path):
    first = go()
    go(folder=tmp_path, name="height")
    (folder,) = tmp_path.iterdir()
    for path in folder.glob("permuted-*.parquet"):
        if int(path.name.split("-")[1]) > 4:
            path.unlink()
    found = standing(folder)
    assert (found.name, found.classifier, found.exact) == ("height", "Centroids", False)
    assert (found.planned, found.done["actual"]) == ({"actual": 12, "permuted": 9}, 12)
    assert 0 < found.done["permuted"] == len(found.t_permuted) < 9
    assert found.auc == pytest.approx(first.of("auc").mean())
    assert found.t_true == first.t_true
    assert found.t_permuted.tolist() == first.t_permuted[: len(found.t_permuted)].tolist()
    assert found.written[:, 1].sum() == 12 + 4 * len(found.t_permuted)


def test_standing__looks_on_and_changes_nothing(tmp_path):
    go(folder=tmp_path)
    (folder,) = tmp_path.iterdir()
    (folder / "actual-0-1.parquet").write_text("torn")
    before = sorted(folder.iterdir())
    assert standing(folder).done["actual"] == 11
    assert sorted(folder.iterdir()) == before
    (folder / "plan.json").write_text("torn")
    with pytest.raises(StoreError, match=r"plan\.json: cannot be read"):
        standing(folder)


def test_run__a_damaged_or_foreign_file_is_set_aside_and_made_again(tmp_path):
    first = go(folder=tmp_path)
    torn, flipped, foreign, *_ = sorted(tmp_path.rglob("*.parquet"))
    torn.write_bytes(torn.read_bytes()[:-100])
    table = pq.read_table(flipped)
    values = table["accuracy"].to_numpy().copy()
    values[0] += 1e-9
    pq.write_table(table.set_column(table.column_names.index("accuracy"), "accuracy", [values]), flipped)
    foreign.write_text("not a table")
    resumed = go(folder=tmp_path)
    ((code, text),) = resumed.warnings[-1:]
    assert code == "store-damaged"
    assert all(path.name in text for path in (torn, flipped, foreign))
    assert sorted(p.name for p in tmp_path.rglob("*.bad")) == sorted(f"{p.name}.bad" for p in (torn, flipped, foreign))
    assert_equal(replace(resumed, warnings=first.warnings), first)
    assert not list(tmp_path.rglob("*.part"))


def test_run__nothing_of_an_interrupted_write_is_read(tmp_path, monkeypatch):
    def stop(*paths):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        go(folder=tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    monkeypatch.undo()
    assert_equal(go(), go(folder=tmp_path))


def test_run__progress_counts_every_fit():
    seen = []
    go(progress=lambda *said: seen.append(said))
    assert seen[0][:2] == (0, 12 + 36)
    assert seen[-1][:2] == (48, 48)
    assert [done for done, *_ in seen] == sorted(done for done, *_ in seen)


def test_run__says_before_the_first_fit_which_p_value_cannot_be_reached():
    seen, pool = [], Serial()

    def progress(done: int, total: int, note: str) -> None:
        seen.append((len(pool.batches), done, note))

    with pytest.warns(AfmfastWarning, match="p-value cannot be expected below 0.1.*9 permutations") as caught:
        scores = go(pool=pool, progress=progress)
    assert seen[0] == (0, 0, str(caught[0].message)) == (0, 0, scores.warnings[0][1])
    assert len(caught) == 1


def test_run__who_makes_the_warning_an_error_is_spared_the_fits():
    pool = Serial()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(AfmfastWarning, match="use 19 or more"):
            go(pool=pool)
    assert pool.batches == []


def test_run__warns_of_nothing_where_the_p_value_can_be_small():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert go(plan=replace(PLAN, n_permutations=19, n_repeats=1, splits_per_permutation=1)).warnings == []


@pytest.mark.parametrize(
    ("n", "n_permutations", "smallest"), [(6, 199, 2 / 20), (6, 20, 2 / 20), (6, 19, 1 / 20), (24, 9, 1 / 10)]
)
def test_scores__the_smallest_p_is_the_one_that_is_warned_of(n, n_permutations, smallest):
    plan = replace(PLAN, n_repeats=1, n_permutations=n_permutations, splits_per_permutation=1)
    scores = go(archive(n=n), plan)
    assert scores.smallest_p == pytest.approx(smallest)
    assert any(f"below {smallest:.2g}," in text for _, text in scores.warnings) == (smallest > 0.05)
    assert np.isnan(go(archive(n=n), replace(plan, n_permutations=0)).smallest_p)


# What a repeat depends on


def test_run__splits_know_neither_columns_nor_classifier():
    table = archive(per_group=2)
    settings_alone = replace(table, X=table.X[:, :1] > 0, columns=("scan size",))
    made = [go(), go(plan=replace(PLAN, classifier="lda", n_permutations=0)), go(archive(shift=0.0))]
    made += [go(table), go(settings_alone, replace(PLAN, classifier="lda", n_permutations=0))]
    for a, b in ((made[0], made[1]), (made[0], made[2]), (made[3], made[4])):
        assert all(np.array_equal(p, q) for p, q in zip(a.repeats["test_rows"], b.repeats["test_rows"], strict=True))


def test_run__t_of_the_true_labels_is_of_the_first_splits_only():
    scores = go()
    assert scores.t_true == scores.of("auc")[:4].mean()
    assert scores.t_permuted.shape == (9,)
    assert len(go(plan=replace(PLAN, n_repeats=2)).of("auc")) == 2
    assert go(plan=replace(PLAN, n_repeats=2)).t_true == scores.t_true


def test_run__all_labellings_are_used_where_they_are_few(tmp_path):
    table = archive(n=8, per_group=1)
    few = replace(PLAN, splits_per_permutation=2)
    scores = go(table, replace(few, n_permutations=70), folder=tmp_path)
    assert scores.exact
    assert scores.t_permuted.shape == (69,)
    drawn = go(table, replace(few, n_permutations=69), folder=tmp_path)
    assert not drawn.exact
    assert not np.array_equal(drawn.t_permuted, scores.t_permuted)


def test_run__permuted_labels_serve_the_p_value_also_with_coin_labels():
    coin, permuted = go(plan=replace(PLAN, labels="bernoulli")), go()
    np.testing.assert_array_equal(coin.t_permuted, permuted.t_permuted)
    assert coin.randomized.kind == "bernoulli"
    assert coin.randomized.of("auc", 1).shape == (9, 4)
    assert permuted.randomized.chance == 0.5
    assert 0.5 < coin.randomized.chance < 0.75


def test_repeats__an_undefined_auc_gives_way_to_the_next_split_and_is_counted():
    table = archive()
    scores = go(table, replace(PLAN, classifier=OftenUndefined()))
    assert np.isfinite(scores.of("auc")).all()
    draws = scores.repeats["draw"]
    assert scores.n_redrawn == draws.sum() > 0
    assert scores.permuted.n_redrawn > 0
    again = np.flatnonzero(draws)
    split = draw_splits(
        np.tile(table.y, (len(again), 1)), table.groups, 2, test_size=0.3, seed=0, repeats=again, draws=draws[again]
    )
    for k, side in zip(again, split.side, strict=True):
        np.testing.assert_array_equal(np.flatnonzero(side == TEST), scores.repeats["test_rows"][k])


def test_repeats__without_a_usable_column_nothing_is_known():
    table = replace(archive(), X=np.full((24, 6), np.nan))
    for classifier in (PLAN.classifier, *CLASSIFIERS.names()):
        line = Line(replace(PLAN, classifier=classifier), FAST)
        (made,) = repeats_of(table, [line], table.y[None], np.zeros(1, int))
        assert made.auc.tolist() == [[0.5, 0.5]]
        assert (made.kept == -1).all()
        assert not (made.fate == RANKED_LOW).any()


def test_run__too_few_rows_for_a_classifier_are_named():
    with pytest.raises(
        DataError, match=r"classifier KNeighborsClassifier does not work on a part of 2 rows.*Choose another"
    ):
        go(archive(n=4), Plan(KNeighborsClassifier(), n_repeats=2, n_permutations=0))


# Plans


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"n_repeats": 0}, "n_repeats = 0; give a whole number, 1 or more"),
        ({"n_permutations": -1}, "n_permutations = -1; give a whole number, 0 or more"),
        ({"seed": 1.5}, "seed = 1.5"),
        ({"test_size": 1.0}, "test_size = 1.0; give a share between 0 and 1"),
        ({"labels": "shuffled"}, "no label model is called 'shuffled'; allowed: permuted, bernoulli"),
        ({"statistic": "AUC"}, "no statistic is called 'AUC'"),
    ],
)
def test_plan__refuses_what_is_not_allowed(wrong, sentence):
    with pytest.raises(SettingsError, match=sentence):
        Plan(**wrong)


def test_plan__the_positive_class_is_one_of_two():
    table = archive()
    assert [Plan(positive=name).positive_code(table) for name in (None, "a", "b")] == [1, 0, 1]
    numbered = Table.of(table.X, table.y)
    assert [Plan(positive=label).positive_code(numbered) for label in (0, 1, np.int64(0), "1")] == [0, 1, 0, 1]
    with pytest.raises(SettingsError, match="positive = 'x' is no class; allowed: a, b"):
        go(table, replace(PLAN, positive="x"))
    with pytest.raises(SettingsError, match="positive = 'a' is for two classes, and there are 3"):
        go(archive(n_classes=3), replace(PLAN, positive="a"))


# Keys and batches


def test_key__covers_what_changes_a_repeat_and_nothing_else():
    table = archive()
    known = key(table, PLAN, FAST)
    same = [
        replace(PLAN, n_repeats=7), replace(PLAN, n_permutations=99), replace(PLAN, splits_per_permutation=2),
        replace(PLAN, statistic="accuracy", positive="a"), replace(PLAN, labels="bernoulli"),
        replace(PLAN, classifier=Centroids()),
    ]  # fmt: skip
    assert {key(table, plan, FAST) for plan in same} == {known}
    other = [replace(PLAN, seed=1), replace(PLAN, test_size=0.4), replace(PLAN, classifier="lda")]
    other += [replace(PLAN, classifier=KNeighborsClassifier(k)) for k in (3, 4)]
    X = table.X.copy()
    X[0, 0] = np.nextafter(X[0, 0], 1)
    tables = [replace(table, X=X), replace(table, columns=tuple("abcdef")), replace(table, groups=table.groups // 2)]
    in_four = replace(table, groups=table.groups // 4)
    tables += [in_four, replace(in_four, scans=np.arange(24) - np.arange(24) % 4 + table.y)]
    keys = [key(table, plan, FAST) for plan in other] + [key(t, PLAN, FAST) for t in tables]
    keys += [key(table, PLAN, replace(FAST, keep=4)), known]
    assert len(set(keys)) == len(keys)


def test_key__a_selector_without_settings_is_refused():
    with pytest.raises(SettingsError, match="has no `settings`"):
        key(archive(), PLAN, lambda X, y, seed: None)


def test_store__a_batch_can_be_read_by_others(tmp_path):
    scores = go(folder=tmp_path)
    (folder,) = tmp_path.iterdir()
    assert folder.name == key(archive(), PLAN, FAST)
    frame = pq.read_table(folder / "actual-0-1.parquet").to_pandas()
    assert frame["repeat"].tolist() == [0]
    assert frame["test_rows"][0].tolist() == scores.repeats["test_rows"][0].tolist()
    assert frame["probability"][0].dtype == np.float32
    assert frame["kept"][0][0] == 1


def test_batches__cover_what_is_missing_once():
    wanted = running._wanted(PLAN, running.LabelSpace.of(archive()), False)["permuted"]
    wanted.have[2] = True
    wanted.have[3:5, :2] = True
    assert wanted.missing() == [
        Batch("permuted", 0, 2, 0, 4), Batch("permuted", 3, 2, 2, 2), Batch("permuted", 5, 4, 0, 4)
    ]  # fmt: skip


# Summaries


def test_summary__adds_up_what_the_repeats_hold():
    table = archive(shift=1.0)
    scores = go(table, replace(PLAN, n_repeats=20))
    found, fared, ranked = summary.confusion(scores), summary.rows(scores), summary.columns(scores)
    tested = np.concatenate(list(scores.repeats["test_rows"]))
    np.testing.assert_array_equal(fared.tested, np.bincount(tested, minlength=24))
    assert found.counts.sum() == len(tested)
    np.testing.assert_allclose(found.share.sum(axis=1), 1)
    np.testing.assert_allclose(np.diag(found.share).mean(), scores.of("balanced_accuracy").mean())
    np.testing.assert_allclose(found.share[1, 1], scores.of("sensitivity").mean())
    np.testing.assert_allclose(found.sd[0, 0], scores.of("specificity").std(ddof=1))
    wrong = np.nansum(fared.wrong * fared.tested)
    np.testing.assert_allclose(1 - wrong / len(tested), scores.of("accuracy").mean())
    np.testing.assert_allclose(fared.probability[fared.tested > 0].sum(axis=1), 1, atol=1e-6)
    assert ranked.order[0] == 1
    assert ranked.kept.sum() == pytest.approx(3)
    curve = summary.roc(scores)["b"]
    assert np.trapezoid(curve.mean, summary.FPR_GRID) == pytest.approx(scores.of("auc").mean(), abs=0.02)
    assert (curve.low <= curve.mean).all()
    assert (curve.mean <= curve.high).all()


def test_summary__names_the_twin_and_the_reason():
    table = archive(n=40)
    X = np.column_stack([table.X, -table.X[:, 1], np.full(40, 3.0), np.where(np.arange(40) % 2, np.nan, 1.0)])
    found = summary.columns(go(replace(table, X=X, columns=tuple("abcdefghi")), replace(PLAN, n_permutations=0)))
    assert (found.twin[6], found.correlated[6], found.twin_correlation[6]) == (1, 1.0, -1.0)
    assert (found.constant[7], found.missing[8]) == (1.0, 1.0)
    assert np.isnan(found.importance[6:]).all()
    assert found.order[-3:].tolist() == [6, 7, 8]


def test_summary__more_classes_have_a_curve_each():
    scores = go(archive(n=45, n_classes=3), replace(PLAN, n_permutations=0))
    assert list(summary.roc(scores)) == ["a", "b", "c"]
    assert scores.positive is None
    assert scores.of("sensitivity").tolist() == scores.of("balanced_accuracy").tolist()


def test_run__resumes_with_a_pipeline_that_has_nan_and_a_function_among_its_parameters(tmp_path):
    steps = make_pipeline(
        FunctionTransformer(np.tanh), FunctionTransformer(halved), SimpleImputer(), LogisticRegression()
    )
    plan = replace(PLAN, classifier=steps, n_repeats=2, n_permutations=0)
    first, pool = go(plan=plan, folder=tmp_path), Serial()
    again = go(plan=replace(plan, classifier=clone(steps)), folder=tmp_path, pool=pool)
    assert pool.batches == []
    assert again.warnings == first.warnings == []


def halved(X):
    return X / 2


def test_repeats__a_kernel_is_compiled_once_whatever_the_number_of_repeats():
    table = archive()
    for count in (1, 2, 3):
        repeats_of(
            table, [Line(replace(PLAN, classifier="k_nearest"), FAST)], np.tile(table.y, (count, 1)), np.arange(count)
        )
    assert len(nearest_repeats.signatures) == 1


# Lines


LINES = [
    Line(replace(PLAN, classifier=classifier), replace(FAST, keep=keep))
    for classifier, keep in (("lda", 3), ("logistic_regression", 3), ("lda", 2))
]


def test_run_lines__each_gives_what_it_gives_alone(tmp_path):
    table = archive()
    together = run_lines(table, LINES, pool=Serial(), folder=tmp_path)
    for line, scores in zip(LINES, together, strict=True):
        plan, selector = line.plan, line.selector
        assert_equal(run(table, plan, selector=selector, pool=Serial()), scores)
        last = Serial()
        assert_equal(scores, run(table, plan, selector=selector, pool=last, folder=tmp_path))
        assert last.batches == []


def test_run_lines__ranks_once_for_every_classifier_and_number_kept(monkeypatch):
    asked = []
    alone = Selector.__call__
    monkeypatch.setattr(Selector, "__call__", lambda self, *given: asked.append(len(given[3])) or alone(self, *given))
    run_lines(archive(), LINES, pool=Serial())
    assert sum(asked) == 1 + 12 + 9 * 4  # one to warm up


def test_run_lines__a_line_that_is_there_is_not_done_again(tmp_path):
    table = archive()
    run(table, LINES[1].plan, selector=LINES[1].selector, pool=Serial(), folder=tmp_path)
    pool = Serial()
    together = run_lines(table, LINES, pool=pool, folder=tmp_path)
    assert {batch.lines for batch in pool.batches} == {(0, 2)}
    assert_equal(together[1], run(table, LINES[1].plan, selector=LINES[1].selector, pool=Serial()))


def test_run_lines__plans_that_differ_otherwise_are_refused():
    with pytest.raises(SettingsError, match="may differ in the classifier alone"):
        run_lines(archive(), [LINES[0], Line(replace(PLAN, seed=5), FAST)], pool=Serial())


def test_run__k_fold_tests_every_row_once_a_pass_and_is_the_same_in_threads():
    plan = replace(PLAN, scheme="k_fold", folds=4, n_repeats=8)
    found = go(plan=plan)
    tested = np.bincount(np.concatenate(found.repeats["test_rows"][:4]), minlength=24)
    np.testing.assert_array_equal(tested, 1)
    with open_pool("threads", workers=2) as pool:
        assert_equal(go(plan=plan, pool=pool), found)
