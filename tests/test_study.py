"""The whole line, from files to report: equal in every mode, resumable, honest about what it saw."""

import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from distributed import LocalCluster
from sklearn.metrics import roc_auc_score

import afmfast
from afmfast.errors import DataError, SettingsError, StoreError
from afmfast.report.methods import paragraph
from afmfast.schedule import open_pool
from afmfast.significance.multiple import corrected
from afmfast.stack.store import open_store
from afmfast.study.at_work import at_work, who_is_at_work
from afmfast.study.checks import associations, check_batches, check_groups, settings_by_class
from afmfast.study.classify_study import classify_table
from afmfast.study.demo import known_answer
from afmfast.study.folder import StudyFolder
from afmfast.study.ingest import examples
from afmfast.study.pipeline import classify_stage, ingest_stage, load_results, measure_stage
from afmfast.study.result import StudyResult
from afmfast.study.settings import Settings, Tiles
from afmfast.study.settings_file import load, parse
from afmfast.study.status import status
from afmfast.synthetic import archive
from afmfast.validation.standing import standing

FAST = {"classifier": "lda", "rank": "gini_single", "repeats": 8, "permutations": 19, "splits_per_permutation": 2}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Path:
    return archive(tmp_path_factory.mktemp("scans"), n_rows=24, shape=(64, 64), seed=3)


@pytest.fixture(scope="module")
def settings(manifest) -> Settings:
    return Settings(manifest=manifest, name="small", **FAST)


@pytest.fixture(scope="module")
def done(settings, tmp_path_factory) -> Path:
    """A finished study, serially."""
    folder = tmp_path_factory.mktemp("serial")
    afmfast.run_study(settings, out=folder, scheduler="serial")
    return folder


def numbers(settings: Settings, out: Path, scheduler: str, progress=None) -> StudyResult:
    """A study without its page, which takes longer than these repeats."""
    folder = StudyFolder(out)
    folder.save(settings)
    ingest_stage(folder, settings, progress=progress)
    measure_stage(folder, settings, scheduler=scheduler, progress=progress)
    return classify_stage(folder, settings, scheduler=scheduler, workers=2, progress=progress)


def tables(folder: Path) -> tuple[dict, pd.DataFrame]:
    """Everything a study found, without when it was found."""
    results = json.loads((folder / "results.json").read_text("utf-8"))
    return results["combinations"], pd.read_parquet(folder / "parameters.parquet")


def assert_equal(folder: Path, other: Path) -> None:
    combinations, parameters = tables(folder)
    assert tables(other)[0] == combinations
    pd.testing.assert_frame_equal(tables(other)[1], parameters, check_exact=True)


def test_run_study__leaves_one_product_a_stage(done):
    for product in (
        "study.yaml",
        "stack.zarr",
        "ingest.json",
        "parameters.parquet",
        "repeats",
        "results.json",
        "report.html",
    ):
        assert (done / product).exists(), product


def test_run_study__every_channel_alone_and_all_together(done):
    assert list(load_results_of(done)["combinations"]) == ["height", "adhesion", "height+adhesion"]


def load_results_of(folder: Path) -> dict:
    return load_results(StudyFolder(folder))


def test_combinations__share_their_splits(done):
    rows = [r["rows"] for r in load_results_of(done)["combinations"].values()]
    assert [[row["tested"] for row in r] for r in rows[1:]] == [[row["tested"] for row in rows[0]]] * 2


@pytest.mark.parametrize("mode", ["threads", "processes"])
def test_modes__give_the_table_of_the_serial_run(settings, done, tmp_path, mode):
    numbers(settings, tmp_path / mode, mode)
    assert_equal(done, tmp_path / mode)


def test_cluster__gives_the_table_of_the_serial_run(settings, done, tmp_path):
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50) as cluster:
        numbers(settings, tmp_path / "cluster", cluster.scheduler_address)
    assert_equal(done, tmp_path / "cluster")


@pytest.mark.parametrize("at", [1, 30, 100])
def test_interrupted__goes_on_to_the_same_table(settings, done, tmp_path, at):
    def stop(stage: str, finished: int, total: int, note: str) -> None:
        if stage == "classify" and finished >= at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        numbers(settings, tmp_path / "s", "serial", stop)
    assert not (tmp_path / "s" / "results.json").exists()
    numbers(settings, tmp_path / "s", "serial")
    assert_equal(done, tmp_path / "s")


def test_run_study__again_reads_no_scan_and_repeats_nothing(settings, done):
    seen = []
    numbers(settings, done, "serial", lambda *step: seen.append(step))
    assert [step[0] for step in seen if step[0] == "measure"] == []
    assert {step[1:3] for step in seen if step[0] == "classify" and step[1] < step[2]} <= {
        (third * total // 3, total) for _, _, total, _ in seen for third in (1, 2)
    }


def n_fits(files: set[Path]) -> int:
    return sum(pq.read_metadata(path).num_rows for path in files)


def test_more_repeats_and_permutations__extend_the_old_ones(settings, done, tmp_path):
    shutil.copytree(done, tmp_path / "more")
    before = set((tmp_path / "more").glob("repeats/*/*.parquet"))
    more = settings.model_copy(update={"repeats": 12, "permutations": 39})
    after = numbers(more, tmp_path / "more", "serial")
    added = set((tmp_path / "more").glob("repeats/*/*.parquet")) - before
    assert n_fits(added) == 3 * ((12 - 8) + (39 - 19) * 2)
    numbers(more, tmp_path / "at_once", "serial")
    extended, at_once = tables(tmp_path / "more")[0], tables(tmp_path / "at_once")[0]
    for name, result in extended.items():
        assert result.pop("planned") == {"n_repeats": 8, "n_permutations": 19, "splits_per_permutation": 2}
        assert at_once[name].pop("planned") == {"n_repeats": 12, "n_permutations": 39, "splits_per_permutation": 2}
    assert extended == at_once
    assert "permutations-changed" in [warning["code"] for warning in after.data["warnings"]]


def test_status__after_a_study_names_every_configuration(done):
    said = status(done)
    assert said[:4] == [
        ("study", "nobody is at work"), ("ingest", "stack.zarr is there"), ("measure", "parameters.parquet is there"),
        ("classify", "results.json is there"),
    ]  # fmt: skip
    results = load_results_of(done)["combinations"]
    for name, result in results.items():
        (line,) = [text for stage, text in said if stage == "" and text.startswith(f"{name}, lda: ")]
        assert "19 of 19 permuted labellings" in line
        assert f"mean AUC {result['auc']['mean']:.3f}" in line
        assert line.endswith(f"; p {result['significance']['permutation']['p']:.3g}")


def test_status__of_a_stopped_study_tells_progress_and_no_p(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("afmfast.validation.tasks.PILOT_SECONDS", 0)
    monkeypatch.setattr("afmfast.validation.tasks.task_seconds", lambda total, workers: 0)
    monkeypatch.setattr("afmfast.validation.tasks.HALF_BUSY", 1e9)  # a fast machine would do all labellings in one task
    monkeypatch.setattr("afmfast.study.at_work._EVERY", 0)

    def stop(stage: str, finished: int, total: int, note: str) -> None:
        if note == "adhesion: permuted labels" and finished > 46 + 8 + 2:  # all repeats, and more than a pilot
            said.append(dict(status(tmp_path)))
            raise KeyboardInterrupt

    said: list[dict[str, str]] = []
    with pytest.raises(KeyboardInterrupt):
        afmfast.run_study(settings, out=tmp_path, scheduler="serial", progress=stop)
    assert said[0]["study"].startswith(f"at work: process {os.getpid()} on ")
    assert re.match(r"\d+ of 138 fits \(\d\d%\)", said[0]["classify"])
    after = status(tmp_path)
    assert dict(after)["study"] == "nobody is at work"
    assert dict(after)["classify"].endswith("stopped; the same command goes on from there")
    half = [text for stage, text in after if text.startswith("adhesion, lda: ")]
    assert "of 19 permuted labellings" in half[0]
    assert "p so far" in half[0]
    assert "(not for reporting" in half[0]


def test_a_folder_that_is_worked_in__is_refused_to_others_and_free_after(settings, done):
    folder = StudyFolder(done)
    with (
        at_work(folder, None),
        pytest.raises(StoreError, match=rf"process {os.getpid()} on .* is at work here. Wait for it .*--out"),
    ):
        afmfast.run_study(settings, out=done, scheduler="serial")
    assert who_is_at_work(folder) is None


def test_status__elsewhere_says_how_to_start(tmp_path):
    with pytest.raises(StoreError, match="no study here.*afmfast study MANIFEST"):
        status(tmp_path)


def test_settings__scan_size_alone_is_said_at_the_top(tmp_path):
    scans = archive(tmp_path / "scans", n_rows=24, shape=(32, 32), seed=5, null=True)
    table = measured(scans, tmp_path)
    table.loc[table["label"] == "B", ["dx", "dy"]] *= 2
    with pytest.raises(DataError, match="different pixel sizes.*allow_mixed_pixel_size: true"):
        classified(table)
    result = classified(table, allow_mixed_pixel_size=True)
    codes = [w["code"] for w in result.data["warnings"]]
    assert {"settings-tell", "mixed-pixel-size"} <= set(codes)
    assert result["height"].settings_alone["auc"]["mean"] == 1.0


def measured(manifest: Path, folder: Path) -> pd.DataFrame:
    afmfast.ingest(manifest, folder / "stack.zarr")
    return afmfast.measure(folder / "stack.zarr", scheduler="serial")


def classified(table: pd.DataFrame, **changes):
    with open_pool("serial") as pool:
        return classify_table(table, Settings(**(FAST | changes)), pool=pool)


@pytest.fixture(scope="module")
def table(done) -> pd.DataFrame:
    return afmfast.measure(done / "stack.zarr", scheduler="serial")


def batch_codes(table: pd.DataFrame, batches: list[str]) -> list[str]:
    return [w["code"] for w in check_batches(table.assign(batch=batches, group_used=table["scan"]))]


def test_batch__that_tells_the_class_is_confounded(table):
    label = table["label"].tolist()
    assert batch_codes(table, [f"{c} day" for c in label]) == ["batch-confounded"]
    assert batch_codes(table, ["one day"] * len(table)) == []
    assert batch_codes(table, [""] * len(table)) == ["batch-unknown"]
    assert batch_codes(table, [f"day {i % 2}" for i in range(len(table))]) == []
    assert batch_codes(table, [f"{c} {i % 2}" if c == "A" else c for i, c in enumerate(label)]) == ["batch-confounded"]


def test_batch__score_of_a_classifier_that_sees_it_alone(table):
    label, number = table["label"], np.arange(len(table))
    for batch, low, high in (([f"{c} day" for c in label], 1.0, 1.0), ([f"day {i % 2}" for i in number], 0.2, 0.8)):
        (found,) = classified(table.assign(batch=batch)).data["associations"]
        assert found["factor"] == "batch"
        assert low <= found["auc_alone"] <= high


def test_leave_one_batch_out__leaves_out_what_the_named_column_says(table):
    tips = table.assign(tip=table.groupby("label")["group"].transform(lambda groups: pd.factorize(groups)[0] % 3))
    study = classified(tips, scheme="leave_one_batch_out", batch="tip")
    one = study["height+adhesion"]
    assert (one.scheme["name"], one.auc.size, one.train_auc.size) == ("leave_one_batch_out", 1, 3)
    assert "batch_used" not in {found["factor"] for found in study.data["associations"]}
    assert "Each batch (tip) was left out as the test part once" in paragraph(study.to_dict())


@pytest.mark.parametrize(
    ("batch", "sentence"),
    [("tip", "batch: 'tip' is no column of the manifest; it has label"), ("label", "holds .A. alone")],
)
def test_leave_one_batch_out__what_cannot_be_left_out_is_refused(table, batch, sentence):
    with pytest.raises(DataError, match=sentence):
        classified(table, scheme="leave_one_batch_out", batch=batch)


def test_status__names_the_classifier_of_every_line_once(table, tmp_path):
    with open_pool("serial") as pool:
        for folder, lists in (("one", {"keep": (2, 3)}), ("two", {"classifier": ("lda", "k_nearest(n_neighbors=3)")})):
            chosen = Settings(**(FAST | {"combinations": [("height",)], "inner_splits": 0} | lists))
            classify_table(table, chosen, pool=pool, folder=StudyFolder(tmp_path / folder).repeats)
            StudyFolder(tmp_path / folder).save(chosen)
    said = [text.partition(": ")[0] for name in ("one", "two") for _, text in status(tmp_path / name)[4:-1]]
    assert sorted(said) == [
        "height, 2 kept, lda", "height, 3 kept, lda", "height, k nearest (n_neighbors=3)", "height, lda"
    ]  # fmt: skip


def test_status__of_one_pass_has_no_score_before_its_end(table, tmp_path):
    with open_pool("serial") as pool:
        classify_table(table, Settings(**FAST, scheme="leave_one_group_out"), pool=pool, folder=tmp_path)
    for folder in tmp_path.iterdir():
        assert np.isnan(standing(folder).auc)


def test_batch__classes_that_share_a_day_are_named(table):
    three = table.assign(label=["a", "b", "c"] * 8)
    said = check_batches(
        three.assign(batch=three["label"].map({"a": "Mon", "b": "Mon", "c": "Tue"}), group_used=three["scan"])
    )
    assert said[0]["code"] == "batch-partly-confounded"
    assert "Only these share batches and can be compared: a with b." in said[0]["text"]


def test_associations__are_counted_in_groups_and_name_what_varies(table):
    grouped = table.assign(group_used=table["group"], batch=[f"{c} day" for c in table["label"]])
    found = associations(grouped)
    assert [(one["factor"], one["verdict"], one["v"]) for one in found] == [("batch", "confounded", pytest.approx(1))]
    assert found[0]["n_groups"] == table["group"].nunique() < len(table)


def frame(label: str, batch: list[str], **columns: list[str]) -> pd.DataFrame:
    """Samples of classes given by letters, each a group of its own, all scanned alike."""
    alike = {"shape": "8x8", "dx": 1e-9, "dy": 1e-9, "source": "a.npy"}
    return pd.DataFrame({"label": list(label), "batch": batch, "group_used": range(len(label)), **columns}).assign(
        **alike
    )


def test_batch__samples_without_one_are_left_out_and_counted():
    samples = frame("A" * 11 + "B" * 11, ["d1"] * 10 + [""] + ["d2"] * 10 + [""])
    confounded, missing = check_batches(samples)
    assert confounded["code"] == "batch-confounded"
    assert "2 samples have no batch in the manifest (1 of A, 1 of B) and were left out" in missing["text"]
    (found,) = associations(samples)
    assert (found["verdict"], found["n_levels"], found["n_groups"], found["n_missing"]) == ("confounded", 2, 20, 2)


def test_batch__that_nearly_tells_the_class_is_warned_of():
    said = check_batches(frame("A" * 20 + "B" * 20, ["d1"] * 20 + ["d2"] * 19 + ["d1"]))
    assert [w["code"] for w in said] == ["batch-nearly-confounded"]
    assert check_batches(frame("AB" * 20, ["d1"] * 20 + ["d2"] * 20)) == []


def test_associations__look_at_the_manifest_s_own_columns():
    n = 12
    samples = frame(
        "AB" * n, [""] * 2 * n, tip=["t1", "t2"] * n, operator=["o"] * 2 * n, note=[f"n{i}" for i in range(2 * n)]
    )
    assert [(one["factor"], one["verdict"]) for one in associations(samples)] == [("tip", "confounded")]


def test_combinations__are_corrected_for_their_number_on_the_same_labellings(table):
    found = classified(table)
    t = [one.t_permuted for one in found.combinations.values()]
    many = corrected(np.array([one.statistic for one in found.combinations.values()]), np.stack(t))
    for k, one in enumerate(found.combinations.values()):
        assert one.corrected["min_p"] == many.min_p[k] >= one.p_permutation
        assert one.corrected["holm"] == many.holm[k] <= 3 * one.p_permutation
        assert (one.corrected["n"], one.corrected["smallest"], one.corrected["n_lines"]) == (19, 0.05, 3)
    assert found.table()["p (min-p)"].tolist() == many.min_p.tolist()


def test_combinations__are_compared_with_the_lead(table):
    found = classified(table)
    lead = found["height+adhesion"]
    assert lead.difference is None
    for name in ("height", "adhesion"):
        apart = found[name].difference
        value = found[name].intervals["scores"]["auc"]["value"] - lead.intervals["scores"]["auc"]["value"]
        assert apart["from"] == "height+adhesion"
        assert apart["scores"]["auc"]["value"] == pytest.approx(value)
        assert apart["scores"]["auc"]["low"] <= value <= apart["scores"]["auc"]["high"]


def test_intervals_and_patients__are_of_the_averaged_predictions(table):
    one = classified(table, combinations=[("adhesion",)])["adhesion"]
    rows = one.predictions
    seen = rows[rows["tested"] > 0]
    auc = one.intervals["scores"]["auc"]
    # Single-precision probabilities near 1 are equal where those of the other class still differ.
    apart = seen[[f"probability:{name}" for name in one.classes]].to_numpy(float) @ [-1, 1]
    assert one.positive == one.classes[1]
    assert auc["value"] == pytest.approx(roc_auc_score(seen["label"] == one.positive, apart))
    assert auc["low"] <= auc["value"] <= auc["high"]
    assert one.corrected is one.difference is None
    mean = seen.groupby("group")[[f"probability:{name}" for name in one.classes]].mean()
    called = mean.idxmax(axis=1).str.removeprefix("probability:")
    right = (called == seen.groupby("group")["label"].first()).sum()
    assert one.patients["rules"]["mean"]["accuracy"]["right"] == right
    assert one.patients["n_groups"] == len(called)
    assert {g["group"]: g["called"] for g in one.patients["groups"]} == called.to_dict()


def test_patients__are_none_where_every_row_is_its_own_group(table):
    assert classified(table.assign(group=""), combinations=[("height",)])["height"].patients is None


def test_settings__are_counted_by_scan_not_by_tile(table):
    tiles = pd.concat([table, table])
    assert settings_by_class(tiles) == settings_by_class(table)


def test_groups__of_one_scan_each_are_pointed_out(table):
    assert check_groups(table, "group") == []
    ones = table.assign(group=table["scan"])
    assert [w["code"] for w in check_groups(ones, "group")] == ["groups-of-one"]
    assert [w["code"] for w in check_groups(ones.assign(group=""), "group")] == ["groups-missing"]


def test_examples__show_different_groups_of_a_class(done):
    store = open_store(done / "stack.zarr")
    group_of = dict(zip(store.rows["name"], store.rows["group"], strict=True))
    shown = [t.row for t in examples(store, sorted(group_of, key=group_of.get), ["height"])]
    assert len(shown) == len({group_of[row] for row in shown}) == 4


def test_small_class__is_refused_by_name_or_set_aside(table):
    lone = table.assign(label=table["label"].where(table["group"] != table["group"].iloc[0], "lone"))
    with pytest.raises(DataError, match="class 'lone' has a single group.*drop_small_classes"):
        classified(lone)
    result = classified(lone, drop_small_classes=True)
    assert [c["name"] for c in result.data["classes"] if not c["used"]] == ["lone"]
    assert any(entry["what"] == "class" and entry["name"] == "lone" for entry in result.data["left_out"])


def test_missing_channel__row_is_left_out_by_name(table):
    holed = table.copy()
    holed.loc[0, [c for c in table if c.startswith("adhesion:")]] = np.nan
    result = classified(holed)
    assert {
        "what": "row",
        "name": table["name"][0],
        "label": table["label"][0],
        "reason": "lacks channel adhesion",
    } in (result.data["left_out"])
    assert result.data["n_rows"] == len(table) - 1


def test_repeat__is_no_sample(table):
    repeated = table.assign(repeat_of=[table["name"][1], *[""] * (len(table) - 1)])
    result = classified(repeated)
    assert any("repeat of" in entry["reason"] for entry in result.data["left_out"])
    assert result.data["n_rows"] == len(table) - 1


def test_combinations__can_be_listed(table):
    result = classified(table, combinations=[["adhesion"]])
    assert list(result.combinations) == ["adhesion"]
    with pytest.raises(SettingsError, match="channel 'modulus', which was not measured"):
        classified(table, combinations=[["modulus"]])


def test_tiles__of_one_scan_stay_together_unless_asked_wrongly(done):
    tiled = afmfast.measure(done / "stack.zarr", tiles=Tiles(rows=2, cols=2, combine="none"), scheduler="serial")
    assert len(tiled) == 4 * tiled["scan"].nunique()
    by_scan = classified(tiled, groups="scan", combinations=[["height"]])
    assert by_scan["height"].n_groups == tiled["scan"].nunique()
    wrong = classified(tiled, groups="tile", combinations=[["height"]], tiles={"rows": 2, "cols": 2, "combine": "none"})
    assert "tiles-split" in [w["code"] for w in wrong.data["warnings"]]
    assert not wrong["height"].corrected_t["evidence"]


def test_tiles__combined_give_one_row_a_scan(done):
    whole = afmfast.measure(done / "stack.zarr", scheduler="serial")
    tiled = afmfast.measure(done / "stack.zarr", tiles=Tiles(rows=2, cols=2), scheduler="serial")
    assert list(tiled["name"]) == list(whole["name"])
    assert (tiled["height:Sq"] < whole["height:Sq"]).mean() > 0.8


@pytest.mark.parametrize("name", ["y", "groups", "batches"])
def test_classify__rows_that_an_index_puts_elsewhere_are_refused(name):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(12, 3)))
    y = pd.Series([0, 1] * 6)
    given = {"y": y, "groups": pd.Series(range(12)), "batches": pd.Series(["a"] * 12)}
    given[name] = given[name].iloc[::-1]
    with pytest.raises(DataError, match=f"{name} has another index than X.*{name}.to_numpy"):
        afmfast.classify(X, **given)


def test_classify__takes_a_frame_and_answers(table):
    X = table[[c for c in table if c.startswith("adhesion:")]]
    result = afmfast.classify(
        X, table["label"], groups=table["group"], classifier="lda", rank="gini_single", n_repeats=8, n_permutations=19,
        splits_per_permutation=2, scheduler="serial",
    )  # fmt: skip
    assert result.auc.shape == (8,)
    assert result.auc_randomized.shape == (19, 2)
    assert 1 / 20 <= result.p_permutation <= 1
    assert result.statistic == pytest.approx(result.auc[:2].mean())
    assert set(result.importances["column"]) == set(X.columns)
    assert "AUC" in str(result)
    assert "<p>" in result._repr_html_()


def test_result__reports_itself(table, tmp_path):
    X = table[[c for c in table if c.startswith("height:")]]
    result = afmfast.classify(
        X, table["label"], classifier="lda", rank="gini_single", n_repeats=4, n_permutations=19,
        splits_per_permutation=2, scheduler="serial",
    )  # fmt: skip
    assert result.report(tmp_path / "mine.html").read_text("utf-8").startswith("<!doctype html>")
    assert result.report(tmp_path / "folder").name == "report.html"


def test_result__without_permutations_reports_itself(tmp_path):
    X = np.random.default_rng(0).normal(size=(24, 3))
    result = afmfast.classify(
        X, ["a", "b"] * 12, classifier="lda", rank="gini_single", n_repeats=4, n_permutations=0, scheduler="serial"
    )
    assert "the permutation p-value is undefined" in result.report(tmp_path / "mine.html").read_text("utf-8")
    assert "the permutation p-value is undefined" in result.alone().summary()
    assert all(one["approximate"] for one in result.intervals["scores"].values())


@pytest.mark.parametrize("names", [("label", "group"), ("row", "tested"), ("wrong", "probability")])
def test_classify__takes_classes_named_as_the_columns_of_predictions(names):
    X, y, groups = np.random.default_rng(0).normal(size=(24, 3)), np.repeat([*names] * 6, 2), np.arange(24) // 2
    result = afmfast.classify(
        X, y, groups=groups, classifier="lda", rank="gini_single", n_repeats=4, n_permutations=0, scheduler="serial"
    )
    rows = result.to_dict()["rows"]
    assert [row["label"] for row in rows] == y.tolist()
    assert all(set(row["probability"]) == set(names) for row in rows)
    assert all(sum(row["probability"].values()) == pytest.approx(1, abs=1e-6) for row in rows if row["tested"])


def test_level__plane_for_heights_none_for_the_rest(table):
    channels = table.attrs["channels"]
    assert (channels["height"]["level"], channels["adhesion"]["level"]) == ("plane", "none")
    assert "height:Smean" not in table
    assert "adhesion:Smean" in table
    assert "adhesion:Sdr" not in table
    assert {"name": "adhesion:Sdq", "unit": "N/m"} in table.attrs["columns"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"keep": 0}, "^settings: keep: Input should be greater than or equal to 1 .given: 0.\\.$"),
        ({"keep": [3, 0]}, "^settings: keep: Input should be greater than or equal to 1 .given: 0.\\.$"),
        ({"correlation": [0.9, "much"]}, "^settings: correlation: Input should be a valid number"),
        ({"tiles": {"rows": 0}}, "^settings: tiles.rows: Input should be greater"),
        ({"combinations": 5}, "combinations"),
        ({"combinations": ["height+adhesion", "adhesion+height"]}, "height.adhesion twice"),
        ({"combinations": ["height+height"]}, "height twice"),
        ({"kep": 3}, "kep.*Known keys: manifest"),
        ({"repeats": 3}, "below splits_per_permutation"),
        ({"groups": "tile"}, "groups = tile needs tiles"),
        ({"statistic": "f1"}, "statistic.*auc"),
    ],
)
def test_settings__a_fault_is_named_with_what_is_allowed(given, said):
    with pytest.raises(SettingsError, match=said):
        parse(given)


def test_settings__file_and_changes(tmp_path):
    (tmp_path / "study.yaml").write_text("manifest: scans.csv\nkeep: 5\n")
    read = load(tmp_path / "study.yaml", keep=7, seed=None)
    assert (read.keep, read.manifest) == (7, tmp_path / "scans.csv")


def test_settings__not_yaml_is_named(tmp_path):
    (tmp_path / "study.yaml").write_text("keep: [5\n")
    with pytest.raises(SettingsError, match=r"study\.yaml: not YAML"):
        load(tmp_path / "study.yaml")


def test_init__writes_what_study_reads(tmp_path, manifest):
    scans = tmp_path / "mine"
    for number, scan in enumerate(sorted(manifest.parent.rglob("*.gwy"))[:4]):
        target = scans / ("new" if number < 2 else "old") / scan.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(scan, target)
    (scans / "old" / "notes.txt").write_text("no scan")
    started = afmfast.init(scans)
    assert [finding.path for finding in started.findings if finding.problem] == ["old/notes.txt"]
    rows = pd.read_csv(started.manifest, comment="#")
    assert sorted(rows["label"]) == ["new", "new", "old", "old", "old"]
    assert load(started.settings) == Settings(manifest=started.manifest.resolve())
    with pytest.raises(SettingsError, match="exists already"):
        afmfast.init(scans)


def test_another_manifest__rows_it_does_not_name_take_no_part(settings, done, manifest):
    lines = manifest.read_text("utf-8").splitlines()
    shorter = manifest.with_name("shorter.csv")
    shorter.write_text("\n".join(lines[:-4]), "utf-8")
    fewer = numbers(settings.model_copy(update={"manifest": shorter}), done, "serial")
    assert fewer.data["n_rows"] == 20
    assert numbers(settings, done, "serial").data["n_rows"] == 24


def test_new_labels__are_taken_without_measuring_again(settings, done, tmp_path, manifest):
    swapped = manifest.with_name("swapped.csv")
    text = manifest.read_text("utf-8").replace(",A,", ",old,").replace(",B,", ",new,")
    swapped.write_text(text, "utf-8")
    seen = []
    result = numbers(settings.model_copy(update={"manifest": swapped}), done, "serial", lambda *s: seen.append(s[0]))
    assert result["height"].classes == ("new", "old")
    assert "measure" not in seen
    numbers(settings, done, "serial")


def test_other_settings__leave_no_old_result_behind(settings, done):
    def stop(*step):
        raise KeyboardInterrupt

    other = settings.model_copy(update={"seed": 1})
    with pytest.raises(KeyboardInterrupt):
        classify_stage(StudyFolder(done), other, scheduler="serial", progress=stop)
    assert not (done / "results.json").exists()
    numbers(settings, done, "serial")


def test_damaged_table__is_measured_again(settings, done):
    before = pd.read_parquet(done / "parameters.parquet")
    (done / "parameters.parquet").write_bytes(b"PAR1 torn")
    numbers(settings, done, "serial")
    pd.testing.assert_frame_equal(pd.read_parquet(done / "parameters.parquet"), before, check_exact=True)


def test_settings_alone__sees_sizes_that_nearly_agree(table):
    jitter = 1 + 1e-3 * np.random.default_rng(0).random(len(table))
    twice = np.where(table["label"] == "B", 2.0, 1.0) * jitter
    result = classified(table.assign(dx=table["dx"] * twice, dy=table["dy"] * twice), allow_mixed_pixel_size=True)
    assert result["height"].settings_alone["auc"]["mean"] == 1.0


def test_numbered_files__are_one_format(table):
    from afmfast.study.checks import scan_settings

    numbered = table.assign(source=[f"scan.{i:03d}" for i in range(len(table))])
    assert scan_settings(numbered)["format"].unique().tolist() == [".nnn"]


def test_groups_ignored__are_no_evidence(table):
    result = classified(table, groups="scan", combinations=[["height"]])
    assert "groups-ignored" in [w["code"] for w in result.data["warnings"]]
    assert "both sides" in result["height"].corrected_t["reason"]


def test_groups_with_gaps__are_told_for_any_column(table):
    result = classified(table.assign(patient=["p1", ""] * 12), groups="patient", combinations=[["height"]])
    assert any("12 of 24 samples have no patient" in w["text"] for w in result.data["warnings"])


def test_level__an_unknown_channel_is_refused(done):
    with pytest.raises(SettingsError, match="no channel is called 'heigth'; did you mean 'height'"):
        afmfast.measure(done / "stack.zarr", level={"heigth": "cubic"}, scheduler="serial")


def test_rejected_tiles__are_counted_by_scan(done):
    cut = Tiles(rows=2, cols=2, reject_over=0.2)
    tiled = afmfast.measure(done / "stack.zarr", tiles=cut, scheduler="serial")
    assert (tiled["tiles_rejected"] > 0).any()
    result = classified(tiled, tiles=cut.model_dump(), combinations=[["height"]])
    assert {e["name"] for e in result.data["left_out"] if e["what"] == "tile"} == set(
        tiled.loc[tiled["tiles_rejected"] > 0, "name"]
    )


def test_nested_settings__are_merged_key_by_key(tmp_path):
    (tmp_path / "study.yaml").write_text("tiles: {rows: 2, cols: 2}\nlevel: {height: cubic}\n")
    read = load(tmp_path / "study.yaml", tiles={"reject_over": 0.5}, level={"adhesion": "plane"})
    assert (read.tiles.rows, read.tiles.reject_over) == (2, 0.5)
    assert read.level == {"height": "cubic", "adhesion": "plane"}


def test_result_alone__keeps_what_was_asked_for(table):
    X = table[[c for c in table if c.startswith("height:")]]
    result = afmfast.classify(
        X, table["label"], groups=[None, *table["group"][1:]], classifier="lda", rank="gini_single", keep=4,
        n_repeats=4, n_permutations=19, splits_per_permutation=2, scheduler="serial",
    )  # fmt: skip
    alone = result.alone()
    assert (alone.data["rule_of_ten"]["keep"], alone.settings["permutations"]) == (4, 19)
    assert result.predictions["group"].tolist() == ["row 0", *table["group"][1:]]


@pytest.mark.parametrize(("n_neighbors", "said"), [(500, True), (3, False)])
def test_classify__a_classifier_that_says_the_same_of_all_rows_is_told(n_neighbors, said):
    X = np.random.default_rng(0).normal(size=(40, 3))
    found = afmfast.classify(
        X, np.arange(40) % 2, classifier=f"k_nearest(n_neighbors={n_neighbors})", rank="gini_single", n_repeats=5,
        n_permutations=19, splits_per_permutation=2, scheduler="serial",
    )  # fmt: skip
    assert ("classifier-split-nothing" in [w["code"] for w in found.warnings]) is said


@pytest.mark.parametrize(
    ("size", "null", "said"),
    [
        ("normal", False, "Known answer: A and B differ in adhesion and in nothing else."),
        ("small", False, "so few groups seldom show it."),
        ("small", True, "Known answer: A and B do not differ"),
    ],
)
def test_demo__tells_the_answer_that_is_known(size, null, said):
    assert said in known_answer(size, null=null)


def test_rule_of_ten__counts_no_more_columns_than_there_are(table):
    study = classified(table, keep=500)
    assert study.data["rule_of_ten"]["keep"] == max(len(result.columns) for result in study.combinations.values())


def quadrants(tmp_path, *, bad):
    """Five scans of rough surfaces in a stack; in scan 2 of every class the named quadrants are ten times as rough."""
    lines = ["path,label,group,pixel_size_nm"]
    rng = np.random.default_rng(0)
    for label in "AB":
        for scan in range(5):
            z = rng.standard_normal((32, 32))
            for row, column in bad if scan == 2 else ():
                z[16 * row : 16 * (row + 1), 16 * column : 16 * (column + 1)] *= 10
            np.save(tmp_path / f"{label}{scan}.npy", 1e-9 * z)
            lines.append(f"{label}{scan}.npy,{label},{label}{scan},10")
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    settings = load(tmp_path / "manifest.csv", tiles={"rows": 2, "cols": 2, "combine": "mean", "reject_over": 0.5})
    afmfast.ingest(tmp_path / "manifest.csv", tmp_path / "stack.zarr")
    return settings, afmfast.measure(tmp_path / "stack.zarr", tiles=settings.tiles, scheduler="serial")


def test_quadrants__one_that_differs_is_named_and_the_others_are_averaged(tmp_path):
    settings, table = quadrants(tmp_path, bad=[(0, 1)])
    assert table.attrs["channels"]["height"]["rejected"] == {"A2.npy": ["0,1"], "B2.npy": ["0,1"]}
    z = np.load(tmp_path / "A2.npy")
    kept = [afmfast.measure_image(part, 1e-8, 1e-8)["Sq"] for part in (z[:16, :16], z[16:, :16], z[16:, 16:])]
    assert table.set_index("name").loc["A2.npy", "height:Sq"] == pytest.approx(np.mean(kept), rel=1e-6)
    result = classified(table, tiles=settings.tiles.model_dump(), keep=4)
    assert {(e["name"], e["reason"]) for e in result.data["left_out"] if e["what"] == "tile"} == {
        (name, "channel height, 0,1: differs too much in Sq from the scan's others") for name in ("A2.npy", "B2.npy")
    }
    (told,) = [w["text"] for w in result.data["warnings"] if w["code"] == "parts-dropped"]
    assert "A2.npy (0,1), B2.npy (0,1)" in told
    assert "by more than 50%" in told


def test_quadrants__a_scan_whose_halves_differ_is_left_out_with_the_reason(tmp_path):
    settings, table = quadrants(tmp_path, bad=[(0, 1), (1, 1)])
    result = classified(table, tiles=settings.tiles.model_dump(), keep=4)
    assert {(e["name"], e["reason"]) for e in result.data["left_out"] if e["what"] == "row"} == {
        (name, "every tile of channel height differs too much in Sq from the others") for name in ("A2.npy", "B2.npy")
    }
