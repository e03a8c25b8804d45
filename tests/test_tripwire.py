"""What choosing columns before splitting would have read: it fires on noise, and the choice inside does not."""

import json

import numpy as np

import afmfast
from afmfast.schedule import open_pool
from afmfast.selection.table import Selector
from afmfast.study.settings import Settings
from afmfast.study.tripwire import leak
from afmfast.synthetic import archive
from afmfast.validation.data import Table
from afmfast.validation.plan import Line, Plan
from afmfast.validation.run import run

PLAN = Plan("lda", n_repeats=20, n_permutations=0, splits_per_permutation=1)
FEW = Selector(correlation=None, rank="gini_single", keep=5)


def noise(seed: int, p: int) -> Table:
    rng = np.random.default_rng(seed)
    return Table.of(rng.normal(size=(30, p)), np.arange(30) % 2)


def leaks(p: int) -> np.ndarray:
    found = []
    with open_pool("serial") as pool:
        for seed in range(15):
            table = noise(seed, p)
            one = leak(table, Line(PLAN, FEW), run(table, PLAN, selector=FEW, pool=pool).of("auc"))
            found.append([one["inside"], one["outside"], one["outside_permuted"]])
    return np.array(found)


def test_leak__of_many_columns_of_noise_is_large_outside_alone():
    inside, outside, permuted = leaks(p=60).mean(axis=0)
    assert abs(inside - 0.5) < 0.1
    assert outside > 0.75
    assert permuted > 0.75


def test_leak__there_is_none_where_every_column_is_kept():
    inside, outside, permuted = leaks(p=5).mean(axis=0)
    assert abs(inside - 0.5) < 0.1
    assert abs(outside - inside) < 1e-12
    assert abs(permuted - 0.5) < 0.1


def test_leak__of_columns_that_tell_nothing_is_chance():
    table = Table.of(np.ones((30, 4)), np.arange(30) % 2)
    found = leak(table, Line(PLAN, FEW), np.full(20, 0.5))
    assert (found["outside"], found["outside_permuted"]) == (0.5, 0.5)


def test_study__says_it_of_one_combination_in_a_sentence(tmp_path):
    manifest = archive(tmp_path / "scans", n_rows=24, shape=(32, 32), seed=1)
    settings = Settings(
        manifest=manifest, classifier="lda", rank="gini_single", keep=3, repeats=6, permutations=19,
        splits_per_permutation=2,
    )  # fmt: skip
    afmfast.run_study(settings, out=tmp_path / "out", scheduler="serial")
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))["combinations"]
    assert [name for name, result in results.items() if result["leak"]] == ["height+adhesion"]
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("Had the columns been chosen from all samples before splitting") == 1
    assert f"instead of {results['height+adhesion']['leak']['inside']:.3f}" in page
