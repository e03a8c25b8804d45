"""Which lines of a table are repeats, and what a study says of them."""

import json
import subprocess
import sys
from pathlib import Path

import make_results
import numpy as np
import pandas as pd
import pytest

import afmfast
from afmfast import contracts
from afmfast.cli.app import repeatability
from afmfast.errors import DataError, StoreError
from afmfast.report import repeatability as words
from afmfast.report import wording
from afmfast.report.write import write
from afmfast.study import pipeline, repeats
from afmfast.study.at_work import at_work
from afmfast.study.folder import StudyFolder
from afmfast.study.pipeline import ingest_stage, measure_stage
from afmfast.study.repeatability import judged, repeatability_stage
from afmfast.study.settings import Settings
from afmfast.synthetic import archive


def table(*lines, **columns):
    """A parameter table: a line is (scan, label, repeat_of); its columns are height:Sq and what else is given."""
    frame = pd.DataFrame(lines, columns=["scan", "label", "repeat_of"])
    frame.insert(0, "name", frame["scan"])
    frame["tile"] = ""
    values = {"height:Sq": np.arange(1.0, len(frame) + 1)} | {k.replace("__", ":"): v for k, v in columns.items()}
    frame = frame.assign(**values)
    frame.attrs["columns"] = [{"name": name, "unit": "m"} for name in values if ":" in name]
    return frame


# Who repeats whom


def test_rescans__first_scans_come_first_whatever_the_order_of_lines():
    found = repeats.rescans(table(("a2", "x", "a"), ("a", "x", ""), ("b", "y", "")))
    assert found.names == ("a", "b")
    np.testing.assert_array_equal(found.values[found.sample == 0, 0], [2.0, 1.0])
    assert list(found.classes) == ["x", "y"]


def test_rescans__a_repeat_of_a_repeat_is_one_of_the_first():
    found = repeats.rescans(table(("a", "x", ""), ("b", "x", "a"), ("c", "x", "b"), ("d", "x", "")))
    assert list(found.counts) == [3, 1]
    assert found.classes is None


def test_rescans__of_a_circle_are_refused():
    with pytest.raises(DataError, match="a is a repeat_of b is a repeat_of a: a circle"):
        repeats.rescans(table(("a", "x", "b"), ("b", "x", "a")))


def test_rescans__tiles_are_compared_with_their_own():
    frame = table(("a", "x", ""), ("a", "x", ""), ("a2", "x", "a"), ("a2", "x", "a"))
    found = repeats.rescans(frame.assign(tile=["0,0", "0,1", "0,0", "0,1"]))
    assert found.names == ("a#0,0", "a#0,1")
    assert list(found.counts) == [2, 2]


def test_rescans__a_lone_repeat_keeps_its_own_label():
    found = repeats.rescans(table(("a2", "x", "a"), ("a3", "x", "a"), ("b", "y", "")))
    assert dict(zip(found.names, found.classes, strict=True)) == {"a": "x", "b": "y"}


def test_rescans__an_unlabelled_sample_is_of_no_class():
    lines = [(f"{name}{turn}", label, f"{name}1" if turn == "2" else "")
             for name, label in zip("abcdef", ("x", "x", "y", "y", "", ""), strict=True) for turn in "12"]  # fmt: skip
    heights = np.random.default_rng(0).standard_normal(12)
    some = judged(repeats.rescans(table(*lines[:8], height__Sq=heights[:8])))
    every = judged(repeats.rescans(table(*lines, height__Sq=heights)))
    assert every["icc_within_class"].item() == some["icc_within_class"].item()
    assert every["icc"].item() != some["icc"].item()


def test_rescans__of_one_class_and_unlabelled_samples_have_no_classes():
    assert repeats.rescans(table(("a", "x", ""), ("a2", "", "a"), ("b", "", ""))).classes is None


def test_rescans__none_without_repeats():
    assert repeats.rescans(table(("a", "x", ""), ("b", "x", ""))) is None


def test_retraces__pair_every_channel_and_leave_repeats_aside():
    back = {"height (retrace)__Sq": [1.5, 2.5, 3.5, np.nan]}
    found = repeats.retraces(table(("a", "x", ""), ("b", "y", ""), ("a2", "x", "a"), ("c", "y", ""), **back))
    assert (found.names, found.columns, found.levels) == (("a", "b"), ("height:Sq",), ("trace", "retrace"))
    np.testing.assert_array_equal(found.cells()[:, :, 0], [[1.0, 1.5], [2.0, 2.5]])


def test_crossed__takes_the_first_of_every_level_and_names_who_lacks_one():
    lines = [("a", "x", ""), ("a2", "x", "a"), ("a3", "x", "a"), ("b", "x", ""), ("b2", "x", "b"), ("c", "x", ""),
             ("d", "x", ""), ("d2", "x", "d")]  # fmt: skip
    found = repeats.crossed(table(*lines, probe=["p", "q", "q", "q", "p", "p", "p", "q"]), "probe")
    assert found.levels == ("p", "q")
    np.testing.assert_array_equal(found.cells()[:, :, 0], [[1.0, 2.0], [5.0, 4.0], [6.0, np.nan], [7.0, 8.0]])
    assert list(found.n_levels()) == [2, 2, 1, 2]


def test_crossed__too_few_at_every_level():
    lines = [("a", "x", ""), ("b", "x", ""), ("a2", "x", "a"), ("b2", "x", "b")]
    with pytest.raises(DataError, match=r"2 samples were measured at every probe \(measurements: p 2, q 2\)"):
        repeats.crossed(table(*lines, probe=["p", "p", "q", "q"]), "probe")


def test_crossed__unknown_column():
    with pytest.raises(DataError, match="'tip' is no column of the manifest; it has name, scan"):
        repeats.crossed(table(("a", "x", "")), "tip")


# From Python


def test_repeatability__of_plain_repeats():
    rng = np.random.default_rng(0)
    samples = np.repeat(list("abcdefgh"), 2)
    values = np.repeat(rng.standard_normal(8), 2)[:, None] + [[0.01, 3.0]] * rng.standard_normal((16, 1))
    found = afmfast.repeatability(pd.DataFrame(values, columns=["good", "bad"]), samples)
    assert found.loc["good", "verdict"] == "excellent"
    assert found.loc["bad", "icc_high"] < 0.9
    assert "consistency" not in found


def test_repeatability__of_a_crossed_factor_takes_its_offset_for_error():
    values = np.random.default_rng(0).standard_normal((20, 1)).repeat(2, axis=1).ravel()
    values = values + np.tile([0.0, 2.0], 20)
    found = afmfast.repeatability(values[:, None], np.repeat(np.arange(20), 2), levels=["p", "q"] * 20)
    assert found["consistency"].item() == pytest.approx(1.0)
    assert found["icc"].item() < 0.6
    assert found["share_factor"].item() == pytest.approx(1 - found["share_sample"].item())


@pytest.mark.parametrize(("n_levels", "has_interval"), [(4, False), (5, True)])
def test_repeatability__of_few_levels_has_no_interval_and_no_verdict(n_levels, has_interval):
    rng = np.random.default_rng(0)
    values = rng.standard_normal((20, 1)) + 0.1 * rng.standard_normal((20, n_levels))
    levels = list(range(n_levels)) * 20
    found = afmfast.repeatability(values.reshape(-1, 1), np.repeat(np.arange(20), n_levels), levels=levels)
    assert np.isfinite(found["icc_low"].item()) == has_interval == bool(found["verdict"].item())
    assert found["icc"].item() > 0.9
    assert np.isfinite(found["consistency_low"].item())


@pytest.mark.parametrize("levels", [["p", "q", "p", "q", "p", "q"], ["p", "p", "p", "q", "q", "q"]])
def test_repeatability__where_too_few_samples_have_every_level_is_refused(levels):
    with pytest.raises(DataError, match=r"[12] samples were measured at every level \(p, q\); comparing takes 3"):
        afmfast.repeatability(np.arange(6.0)[:, None], ["a", "a", "b", "b", "c", "d"], levels=levels)


def test_repeatability__within_classes():
    values = np.array([0.0, 1, 1, 0, 0, 1, 100, 101, 101, 100, 100, 101])[:, None]
    found = afmfast.repeatability(values, np.repeat(np.arange(6), 2), classes=["x"] * 6 + ["y"] * 6)
    assert found["icc"].item() > 0.99
    assert found["icc_within_class"].item() < 0


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (["a", "b", "c"], "no sample was measured twice"),
        (["a", "a"], "2 samples for 3 measurements; give one each"),
        (["a", "a", None], "samples has missing entries"),
    ],
)
def test_repeatability__refuses(samples, said):
    with pytest.raises(DataError, match=said):
        afmfast.repeatability(np.zeros((3, 1)), samples)


def test_repeatability__of_one_level_is_refused():
    with pytest.raises(DataError, match="every measurement has the level p; comparing takes two"):
        afmfast.repeatability(np.zeros((4, 1)), ["a", "a", "b", "b"], levels=["p"] * 4)


# As a person reads it

EXAMPLE = json.loads((Path(contracts.folder()) / "examples" / "ok-repeatability.json").read_text("utf-8"))


def test_told__counts_the_sides_that_intervals_lie_on():
    sure = {"icc": 0.9, "icc_low": 0.8, "icc_high": 0.95}
    open_ = {"icc": 0.7, "icc_low": 0.4, "icc_high": 0.8}
    undefined, endless = dict.fromkeys(sure), {"icc": 0.5, "icc_low": None, "icc_high": None}
    comparison = {"kind": "rescans", "icc": "ICC(1,1)", "factor": None, "levels": [], "n_samples": 9, "n_repeated": 5}
    assert words.told({**comparison, "columns": [sure, open_, undefined, endless]}) == (
        "5 of 9 samples scanned again. ICC(1,1) of 3 parameters: 95 % interval above 0.75 for 1, below for 0, "
        "open for 2."
    )


def test_told__says_why_two_probes_give_no_verdict():
    endless = {"icc": 0.5, "icc_low": None, "icc_high": None}
    comparison = {"kind": "factor", "icc": "ICC(2,1)", "factor": "probe", "levels": ["p", "q"], "n_samples": 9}
    assert "no verdict: 2 levels say too little" in words.told({**comparison, "n_repeated": 9, "columns": [endless]})


def test_lines__of_ways_back_have_the_bias_beside_the_icc():
    headings = list(words.lines(EXAMPLE["comparisons"][1])[0])
    assert headings[1:3] == ["ICC(3,1) (95 %)", "retrace − trace (24 pairs)"]


def test_lines__best_first_in_units_people_read():
    (first, *_, last) = words.lines(EXAMPLE["comparisons"][0])
    assert (first["parameter"], last["parameter"]) == ("adhesion:Sq", "height:Ssk")
    assert first["smallest difference"].endswith(" nN")
    assert last["CV"] == wording.DASH  # skewness has both signs


def test_report__has_a_section_where_repeats_were_compared(tmp_path):
    results = make_results.KINDS["one_channel"]()
    page = write(results, tmp_path, repeatability=EXAMPLE).read_text("utf-8")
    assert "There and back" in page
    assert "24 of 24 samples scanned again." in page
    assert 'id="repeatability"' not in write(results, tmp_path).read_text("utf-8")


# A study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study of 8 scans, each scanned again and kept both ways; ingested."""
    at = tmp_path_factory.mktemp("repeats")
    manifest = archive(at / "scans", n_rows=8, shape=(48, 48), rows_per_group=2, repeats=1, retraces=True)
    settings = Settings(manifest=manifest, retraces=True, parameters=("Sa", "Sq", "Sdq"), channels=("height",))
    folder = StudyFolder(at / "study")
    folder.save(settings)
    ingest_stage(folder, settings, progress=None)
    return folder, settings


def test_stage__writes_what_keeps_to_the_schema(study):
    folder, settings = study
    document = repeatability_stage(folder, settings, workers=1)
    written = json.loads(folder.repeatability.read_text("utf-8"))
    assert contracts.check(written, "repeatability") == document
    assert [(c["kind"], c["n_samples"], c["n_measurements"]) for c in written["comparisons"]] == [
        ("rescans", 8, 16),
        ("retraces", 8, 16),
    ]


def test_stage__rescans_are_those_of_the_table(study):
    folder, settings = study
    frame = measure_stage(folder, settings, workers=1)
    first = frame["repeat_of"].where(frame["repeat_of"] != "", frame["name"])
    by_hand = afmfast.repeatability(frame[["height:Sq"]], list(first))["icc"].item()
    (column,) = [
        c
        for c in repeatability_stage(folder, settings, workers=1)["comparisons"][0]["columns"]
        if c["name"] == "height:Sq"
    ]
    assert column["icc"] == pytest.approx(by_hand, rel=1e-12)
    assert 0.5 < column["icc"] <= 1


def test_stage__a_retrace_is_no_channel_to_classify_by(study):
    from afmfast.study.classify_study import _channels, _described

    folder, settings = study
    frame = measure_stage(folder, settings, workers=1)
    assert {c.rpartition(":")[0] for c in frame.columns if ":" in c} == {"height", "height (retrace)"}
    assert _channels(_described(frame), settings) == ("height",)


def test_stage__without_anything_measured_twice(tmp_path):
    manifest = archive(tmp_path / "scans", n_rows=4, shape=(32, 32), rows_per_group=1)
    settings = Settings(manifest=manifest, parameters=("Sq",), channels=("height",))
    folder = StudyFolder(tmp_path / "study")
    folder.save(settings)
    ingest_stage(folder, settings, progress=None)
    with pytest.raises(DataError, match=r"nothing was measured twice.*repeat_of.*retraces: true"):
        repeatability_stage(folder, settings, workers=1)
    with pytest.raises(StoreError, match="made without the ways back"):
        measure_stage(folder, settings.model_copy(update={"retraces": True}), workers=1)


def test_command__prints_a_table_and_names_the_file(study):
    folder, settings = study
    measure_stage(folder, settings, workers=1)
    command = [sys.executable, "-m", "afmfast", "repeatability", str(folder.path), "--quiet", "--by", "batch"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, "0 samples were measured at every batch" in ran.stderr) == (1, True)
    ran = subprocess.run(command[:-2], capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, ran.stdout.strip().splitlines()[-1]) == (0, str(folder.repeatability))
    assert "height:Sdq" in ran.stdout


def test_section__of_a_table_that_is_no_more_is_not_shown(study):
    folder, settings = study
    repeatability_stage(folder, settings, workers=1)
    assert pipeline.repeatability_of(folder) is not None
    measure_stage(folder, settings.model_copy(update={"parameters": ("Sq",)}), workers=1)
    assert pipeline.repeatability_of(folder) is None


@pytest.mark.parametrize("column", ["repeat_of", "label", "batch"])
def test_section__of_scans_that_are_called_otherwise_now_is_not_shown(study, column):
    folder, settings = study
    frame = measure_stage(folder, settings, workers=1)
    changed = frame.assign(**{column: ["" if column == "repeat_of" else "other", *frame[column][1:]]})
    changed.loc[len(frame) - 1, column] = "" if column == "repeat_of" else "other"
    changed.attrs.update(frame.attrs)
    assert pipeline.compared_key(changed) != pipeline.compared_key(frame)


def test_command__keeps_to_the_lock_of_the_folder(study):
    folder, _ = study
    with at_work(folder, None), pytest.raises(StoreError, match="is at work here"):
        repeatability(folder.path, quiet=True)


def test_command__writes_the_report_anew(study, monkeypatch):
    folder, _ = study
    written = []
    monkeypatch.setattr(pipeline, "report_stage", written.append)
    repeatability(folder.path, workers=1, quiet=True)
    assert written == []
    folder.results.write_text("{}")
    try:
        repeatability(folder.path, workers=1, quiet=True)
    finally:
        folder.results.unlink()
    assert [one.path for one in written] == [folder.path]
