"""In every split what does not repeat among the training groups is dropped, counted, and never a twin's reason."""

from dataclasses import replace

import numpy as np
import pytest

import afmfast
from afmfast.errors import DataError
from afmfast.schedule import open_pool
from afmfast.selection.repeatability import RepeatabilityGate
from afmfast.selection.table import Selector
from afmfast.study.classify_study import classify_table
from afmfast.study.repeats import gate_of
from afmfast.study.settings import Settings
from afmfast.synthetic import archive
from afmfast.validation import summary
from afmfast.validation.plan import Plan, Table, key
from afmfast.validation.repeat import CORRELATED, FATES, UNREPEATABLE
from afmfast.validation.run import run

RNG = np.random.default_rng(8)
N = 40
Y, GROUPS = np.repeat([0, 1], N // 2), np.arange(N) // 2
#: Column 0 tells the classes apart but never repeats, 1 is its twin and repeats, 2 and 3 are noise that repeats.
X = RNG.standard_normal((N, 4)) + [2, 0, 0, 0] * Y[:, None]
X[:, 1] = X[:, 0]
TABLE = Table.of(X, Y, GROUPS)
PLAN = Plan("lda", n_repeats=6, n_permutations=0)
FAST = Selector(rank="gini_single", keep=2)


def gate(threshold=0.75):
    """Every row measured twice: column 0 comes out as something else the second time."""
    again = X.copy()
    again[:, 0] = RNG.standard_normal(N)
    return RepeatabilityGate.of(np.concatenate([X, again]), np.tile(np.arange(N), 2), np.arange(N), threshold)


def repeats(selector):
    with open_pool("serial") as pool:
        return run(TABLE, PLAN, selector=selector, pool=pool)


def test_split__drops_what_does_not_repeat_and_keeps_its_twin():
    plain, gated = repeats(FAST), repeats(replace(FAST, gate=gate()))
    assert (plain.repeats["fate"][:, 1] == CORRELATED).all()
    assert (gated.repeats["fate"][:, 0] == UNREPEATABLE).all()
    assert not (gated.repeats["fate"][:, 1:] == UNREPEATABLE).any()
    assert all(1 in kept and 0 not in kept for kept in gated.repeats["kept"])
    assert np.isnan(gated.repeats["importances"][:, 0]).all()
    assert FATES[UNREPEATABLE] == "unrepeatable"


def test_summary__counts_it_by_column():
    found = summary.columns(repeats(replace(FAST, gate=gate())))
    np.testing.assert_array_equal(found.unrepeatable, [1.0, 0.0, 0.0, 0.0])


def test_key__is_another_with_a_gate_and_the_old_one_without():
    assert FAST.settings == {
        "correlation": 0.9, "method": "pearson", "keep": 2, "rank": "gini_single", "reduce": "rank"
    }  # fmt: skip
    keys = {key(TABLE, PLAN, s) for s in (FAST, replace(FAST, gate=gate()), replace(FAST, gate=gate(0.9)))}
    assert len(keys) == 3


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A table of 12 scans of 6 specimens, each scanned twice."""
    at = tmp_path_factory.mktemp("gate")
    manifest = archive(at / "scans", n_rows=12, shape=(32, 32), rows_per_group=2, repeats=1)
    afmfast.ingest(manifest, at / "stack.zarr")
    return afmfast.measure(at / "stack.zarr", channels=["height"], parameters=["Sa", "Sq", "Sdq"], scheduler="serial")


def settings(**changes):
    fast = {"classifier": "lda", "rank": "gini_single", "repeats": 4, "permutations": 1, "splits_per_permutation": 2}
    return Settings(**fast | changes)


def test_study__says_how_often_a_parameter_did_not_repeat(measured):
    spoilt = measured.copy()
    spoilt.attrs.update(measured.attrs)
    spoilt["height:Sa"] = RNG.permutation(spoilt["height:Sa"])
    with open_pool("serial") as pool, pytest.warns(afmfast.AfmfastWarning, match="permutations are too few"):
        result = classify_table(spoilt, settings(repeatability=0.75), pool=pool)
    shares = {p["symbol"]: p["unrepeatable"] for p in result.to_dict()["combinations"]["height"]["parameters"]}
    assert shares["Sa"] > 0.5
    assert shares["Sdq"] == 0
    assert result.data["n_rows"] == 12


def test_gate_of__pairs_a_sample_with_the_row_of_its_first_scan(measured):
    rows = [name for name in measured["name"] if "again" not in name][2:]
    found = gate_of(measured, rows, ["height:Sq", "height:Sa"], 0.5)
    assert sorted(found.row) == [-1, -1, *range(10)]
    assert found.subjects.n.tolist() == [[2, 2]] * 12


def test_study__without_repeats_is_refused(measured):
    first = measured[measured["repeat_of"] == ""]
    first.attrs.update(measured.attrs)
    with open_pool("serial") as pool, pytest.raises(DataError, match="repeatability needs samples that were measured"):
        classify_table(first, settings(repeatability=0.75), pool=pool)
