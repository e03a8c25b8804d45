"""The promises of docs/validity.md in short: its scripts on fewer data sets, seeds fixed beforehand."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

ROOT = Path(__file__).parents[1]
SURE = 0.001

# Two splits a labelling are few, which a run says.
pytestmark = pytest.mark.filterwarnings("ignore::afmfast.errors.AfmfastWarning")


@pytest.fixture(autouse=True)
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "validity")


@pytest.mark.parametrize("scenario", ["40 single rows", "12 groups of 5"])
def test_permutation_p__finds_nothing_in_noise_more_often_than_it_says(scenario):
    """500 data sets of noise take some ten seconds: a statistical promise needs a statistic."""
    from noise import SCENARIOS
    from type_one import LEVEL, PLAN, p_of, place_of, scores_of

    plan, p, place = replace(PLAN, n_repeats=2, labels="permuted"), [], []
    for seed in range(500):
        rng = np.random.default_rng([7, seed])
        scores = scores_of(SCENARIOS[scenario](rng), replace(plan, seed=seed))
        p.append(p_of(scores))
        place.append(place_of(scores, rng))
    hits = int((np.array(p) <= LEVEL + 1e-12).sum())
    assert stats.binomtest(hits, len(p), 0.05).pvalue > SURE
    assert stats.kstest(place, "uniform").pvalue > SURE
    assert min(p) >= 1 / 40


def test_leakage__inside_the_split_there_is_none_and_outside_it_shows():
    from leakage import inside, outside

    clean, leaked = (np.array([way(seed) for seed in range(30)]) for way in (inside, outside))
    difference = clean[:, 0] - clean[:, 1]
    assert abs(difference.mean()) < 4 * difference.std(ddof=1) / np.sqrt(len(difference))
    assert leaked[:, 0].mean() > 0.7
    assert leaked[:, 1].mean() < 0.6


def test_groups__scans_of_a_patient_on_both_sides_look_like_a_difference():
    from leakage import images, patients

    apart, whole = (np.array([way(seed)[0] for seed in range(30)]) for way in (images, patients))
    assert apart.mean() > 0.6
    assert abs(whole.mean() - 0.5) < 4 * whole.std(ddof=1) / np.sqrt(len(whole))


def test_page__has_every_table():
    page = (ROOT / "docs" / "validity.md").read_text("utf-8")
    for name in ("groups", "type-one", "power", "leakage", "nested", "coverage"):
        assert re.search(rf"<!-- {name} -->\n\| .*\n<!-- /{name} -->", page, re.DOTALL), f"run its script: {name}"
