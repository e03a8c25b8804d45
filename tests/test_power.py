"""How many groups it takes: the model of a table, the studies drawn from it, the command."""

import json
from dataclasses import replace

import numpy as np
import pytest

import afmfast
from afmfast.cli.power import told
from afmfast.errors import SettingsError, StoreError
from afmfast.schedule import open_pool
from afmfast.study import power
from afmfast.study.planning import drawn, model_of, subset
from afmfast.study.settings import Settings
from afmfast.synthetic import archive
from afmfast.validation.data import Table

SETTINGS = Settings(keep=4, correlation=None)


def table(*, n_groups: int = 60, size: int = 4, icc: float = 0.6, shift: float = 1.0, seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_groups), size)
    y = groups % 2
    X = np.sqrt(icc) * rng.normal(size=(n_groups, 6))[groups] + np.sqrt(1 - icc) * rng.normal(size=(len(groups), 6))
    X[:, 0] += shift * y
    return Table.of(X * 10.0 ** np.arange(-3, 3), y, groups)


def test_model__has_the_icc_the_difference_and_the_sizes_of_the_table():
    model = model_of(table(n_groups=400))
    np.testing.assert_allclose(model.shared, 0.6, atol=0.08)
    np.testing.assert_allclose(model.means[1] - model.means[0], [1, 0, 0, 0, 0, 0], atol=0.25)
    assert [len(sizes) for sizes in model.sizes] == [200, 200]
    assert set(np.concatenate(model.sizes)) == {4}


def test_model__of_single_rows_shares_nothing():
    np.testing.assert_array_equal(model_of(table(size=1)).shared, 0)


def test_model__copes_with_gaps_and_a_constant_column():
    one = table()
    X = one.X.copy()
    X[::7, 1], X[:, 2] = np.nan, 3.0
    model = model_of(replace(one, X=X))
    assert model.means.shape == (2, 5)
    assert np.isfinite(model.factor).all()


def test_drawn__is_what_the_model_was_made_of():
    model = model_of(table(n_groups=400))
    again = model_of(drawn(model, np.array([300, 300]), 1.0, np.random.default_rng(1)))
    np.testing.assert_allclose(again.shared, model.shared, atol=0.1)
    np.testing.assert_allclose(again.means, model.means, atol=0.2)


def test_shares__no_two_of_few_groups_are_the_same_groups():
    assert power._shares(np.array([3, 3])) == [0.75, 1.0]
    assert power._shares(np.array([3, 8])) == [0.5, 0.75, 1.0]


def test_told__names_the_groups_of_each_class_that_are_enough():
    lines = [{"n_groups": [6, 9], "power": 0.5}, {"n_groups": [12, 18], "power": 0.9}]
    effect = {"kind": "observed", "auc": 0.8, "lines": lines, "enough": 30}
    assert told(effect, {"wanted": 0.8}) == "At the AUC observed (0.80) 12 + 18 groups have a power of 80% or more."


def test_subset__takes_whole_groups_of_every_class():
    part = subset(table(), 0.5, np.random.default_rng(0))
    names, n_rows = np.unique(part.groups, return_counts=True)
    assert len(names) == 30
    assert set(n_rows) == {4}
    assert np.bincount(part.y).tolist() == [60, 60]


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(power, "_N_STUDIES", 40)
    monkeypatch.setattr(power, "TIMES", (1.0, 3.0))


def result(low: float, mean: float) -> dict:
    return {"auc": {"mean": mean}, "intervals": {"scores": {"auc": {"low": low}}}}


def test_power__rises_with_the_effect_and_with_the_groups(few):
    data = table(n_groups=14, size=2)
    with open_pool("serial") as pool:
        document = power.document_of(data, result(0.6, 0.85), "height", SETTINGS, 0.75, pool)
    by_kind = {effect["kind"]: [line["power"] for line in effect["lines"]] for effect in document["effects"]}
    assert list(by_kind) == ["lower end", "observed", "asked"]
    for small, large in by_kind.values():
        assert small < large
    assert by_kind["lower end"][1] < by_kind["asked"][1] <= by_kind["observed"][1]
    assert by_kind["observed"][1] > 0.8
    assert document["effects"][1]["enough"] in (14, 42)


def test_power__of_no_effect_is_the_level_of_the_test():
    model = model_of(table(n_groups=14, size=2))
    plan = power.Plan("logistic_regression", n_repeats=5, n_permutations=39, splits_per_permutation=5)
    tasks = [(1, number) for number in range(150)]
    shared = (model, np.array([7, 7]), 0.0, plan, power.Selector(rank="gini_single", keep=4))
    hits = sum(power._simulate(task, shared)[1] <= 0.05 + 1e-12 for task in tasks)
    assert 1 <= hits <= 18  # 7.5 expected; each bound is passed once in a thousand


def test_power__of_an_interval_that_reaches_chance_plans_nothing(few):
    with open_pool("serial") as pool:
        document = power.document_of(table(n_groups=14), result(0.4, 0.51), "height", SETTINGS, None, pool)
    assert [(effect["lines"], effect["enough"]) for effect in document["effects"]] == [([], None)] * 2


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("power")
    manifest = archive(folder / "scans", n_rows=24, shape=(32, 32), seed=1)
    settings = Settings(
        manifest=manifest, classifier="lda", rank="gini_single", keep=3, repeats=6, permutations=19,
        splits_per_permutation=2, channels=("adhesion",),
    )  # fmt: skip
    afmfast.run_study(settings, out=folder / "out", scheduler="serial")
    return folder / "out"


def test_power__of_a_study_is_written_and_told(study, few, capsys):
    from afmfast.cli.power import show

    document = afmfast.power(study, effect=0.9, scheduler="serial")
    assert json.loads((study / "power.json").read_text("utf-8")) == document
    show(document)
    said = capsys.readouterr().out
    assert "Learning curve, by groups" in said
    assert "At the AUC asked for (0.90)" in said


def test_power__of_an_effect_below_chance_is_refused(study):
    with pytest.raises(SettingsError, match="effect = 0.4; give a mean AUC above 0.52"):
        afmfast.power(study, effect=0.4)


def test_power__without_a_study_is_refused(tmp_path):
    with pytest.raises(StoreError, match="no study here"):
        afmfast.power(tmp_path)
