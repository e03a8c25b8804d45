"""The commands as a user types them: what they print, what they leave behind, their exit codes."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

from afmfast.synthetic import archive
from afmfast.validation import table as validation
from afmfast.validation.options import KNOWN

QUICK = (
    "--classifier", "lda", "--rank", "gini_single", "--repeats", "4", "--permutations", "19",
    "--splits-per-permutation", "2", "--scheduler", "serial", "--channels", "adhesion",
)  # fmt: skip


def afmfast(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "afmfast", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def scans(tmp_path_factory) -> Path:
    return archive(tmp_path_factory.mktemp("cli"), n_rows=24, shape=(32, 32), seed=1)


@pytest.fixture(scope="module")
def study(scans) -> tuple[Path, subprocess.CompletedProcess]:
    folder = scans.parent / "out"
    return folder, afmfast("study", scans, "--out", folder, *QUICK)


def test_study__prints_the_answer_and_where_the_report_lies(study):
    folder, ran = study
    assert ran.returncode == 0, ran.stderr
    assert "mean AUC" in ran.stdout
    assert f"report: {folder / 'report.html'}" in ran.stdout
    assert (folder / "report.html").stat().st_size > 10_000


def settings_in(folder: Path) -> dict:
    return yaml.safe_load((folder / "study.yaml").read_text("utf-8"))


def test_study__of_the_manifest_again_goes_on_with_the_settings_it_began_with(scans, tmp_path):
    for flags in (QUICK, ("--keep", 3, "--scheduler", "serial")):
        assert afmfast("study", scans, "--out", tmp_path, *flags).returncode == 0
    kept = settings_in(tmp_path)
    assert (kept["classifier"], kept["repeats"], kept["keep"]) == ("lda", 4, 3)


def test_study__of_its_own_settings_stays_in_its_folder(scans, tmp_path):
    folder = tmp_path / "a"
    assert afmfast("study", scans, "--out", folder, *QUICK).returncode == 0
    ran = afmfast("study", folder / "study.yaml", "--scheduler", "serial", cwd=tmp_path)
    assert f"report: {folder / 'report.html'}" in ran.stdout
    assert list(tmp_path.iterdir()) == [folder]


def test_study__settings_that_are_refused_are_not_kept(scans, tmp_path):
    assert afmfast("study", scans, "--out", tmp_path, *QUICK).returncode == 0
    before = settings_in(tmp_path)
    refused = afmfast("study", scans, "--out", tmp_path, "--scheme", "leave_one_batch_out", "--batch", "nothing")
    assert refused.returncode == 1
    assert "nothing" in refused.stderr
    assert settings_in(tmp_path) == before


def test_study__says_which_settings_its_file_sets_back(scans, tmp_path):
    (tmp_path / "study.yaml").write_text(f"manifest: {scans}\n")
    began = afmfast("study", tmp_path / "study.yaml", "--out", tmp_path / "s", *QUICK)
    assert "other settings" not in began.stderr
    again = afmfast("study", tmp_path / "study.yaml", "--out", tmp_path / "s", *QUICK[2:])
    assert "! other settings than in the last run of this study (classifier: random_forest, it was lda)" in again.stderr


def test_classify__says_how_many_others_were_tried_before(scans, tmp_path):
    assert afmfast("study", scans, "--out", tmp_path, *QUICK).returncode == 0
    time.sleep(1.1)  # runs are known by the second
    again = afmfast("classify", tmp_path, "--scheduler", "serial", "--quiet")
    assert "other configurations" not in again.stdout
    time.sleep(1.1)
    other = afmfast("classify", tmp_path, "--seed", 1, "--scheduler", "serial", "--quiet")
    assert "1 other configurations" in other.stdout


def test_study__first_settings_that_are_refused_do_not_stand_in_the_way(scans, tmp_path):
    refused = ("--scheme", "leave_one_batch_out", "--batch", "nothing")
    assert afmfast("study", scans, "--out", tmp_path, *QUICK, *refused).returncode == 1
    assert afmfast("study", scans, "--out", tmp_path, *QUICK).returncode == 0


def test_study__that_is_refused_leaves_the_earlier_results(scans, tmp_path):
    assert afmfast("study", scans, "--out", tmp_path, *QUICK).returncode == 0
    kept = {path: path.read_bytes() for path in (tmp_path / "results.json", tmp_path / "report.html")}
    assert afmfast("study", scans, "--out", tmp_path, "--positive", "nobody").returncode == 1
    assert {path: path.read_bytes() for path in kept} == kept


def test_study__of_another_manifest_does_not_go_on_with_these_settings(scans, tmp_path):
    other = scans.with_name("other.csv")
    other.write_text(scans.read_text("utf-8"), "utf-8")
    assert afmfast("ingest", scans, "--out", tmp_path).returncode == 0
    assert afmfast("classify", tmp_path, *QUICK, "--keep", 2).returncode in {0, 1}
    assert afmfast("study", other, "--out", tmp_path, *QUICK).returncode == 0
    assert settings_in(tmp_path)["keep"] == 10


def test_study__of_another_manifest_of_that_name_does_not_write_into_it(scans, tmp_path):
    manifests = [shutil.copytree(scans.parent, tmp_path / name / "scans") / scans.name for name in "ab"]
    assert afmfast("ingest", manifests[0], cwd=tmp_path).returncode == 0
    refused = afmfast("study", manifests[1], *QUICK, cwd=tmp_path)
    assert refused.returncode == 1
    assert "scans-study: holds the study of" in refused.stderr
    assert "--out" in refused.stderr


def test_study__lists_are_lines_and_the_nested_choice_comes_first(scans, tmp_path):
    ran = afmfast("study", scans, "--out", tmp_path, *QUICK, "--classifier", "k_nearest", "--keep", 2, 4)
    assert ran.returncode == 0, ran.stderr
    results = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert list(results["combinations"])[:2] == ["adhesion, nested choice", "adhesion, lda, 2 kept"]
    assert results["settings"]["keep"] == [2, 4]


def test_study__says_in_a_log_what_it_does(study):
    assert "afmfast ingest: 24 of 24" in study[1].stderr
    assert "afmfast classify:" in study[1].stderr


def test_output__that_nobody_reads_is_no_error(study):
    command = [sys.executable, "-m", "afmfast", "status", study[0]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


def test_status__after_a_study(study):
    said = afmfast("status", study[0]).stdout
    assert "results.json is there" in said
    assert "adhesion, lda: 4 of 4 repeats, 19 of 19 permuted labellings; mean AUC" in said


def test_report__is_written_again(study):
    (study[0] / "report.html").unlink()
    assert afmfast("report", study[0]).returncode == 0
    assert (study[0] / "report.html").exists()


def test_classify__with_another_classifier_adds_to_the_study(study):
    ran = afmfast("classify", study[0], "--classifier", "k_nearest", "--scheduler", "serial", "--quiet")
    assert ran.returncode == 0, ran.stderr
    assert len(list((study[0] / "repeats").iterdir())) == 2
    assert ran.stderr == ""


def test_stages__one_after_the_other(scans, tmp_path):
    folder = tmp_path / "stages"
    assert afmfast("ingest", scans, "--out", folder, "--gallery").returncode == 0
    assert (folder / "gallery.html").exists()
    assert "24 rows" in afmfast("measure", folder, "--channels", "adhesion").stdout
    assert "mean AUC" in afmfast("classify", folder, *QUICK, "--quiet").stdout


def test_a_study_without_stack_and_table__says_what_comes_first(tmp_path):
    (tmp_path / "study.yaml").write_text("manifest: scans.csv\n")
    refused = afmfast("classify", tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "run `afmfast measure" in refused.stderr


def test_a_bad_file__is_left_out_by_name_with_exit_code_3(scans, tmp_path):
    bad = scans.parent / "bad.gwy"
    bad.write_bytes(b"GWYP")
    listed = scans.parent / "with_bad.csv"
    header, *lines = scans.read_text("utf-8").splitlines()
    row = {"path": "bad.gwy", "label": "A"}
    listed.write_text("\n".join([header, *lines, ",".join(row.get(c, "") for c in header.split(","))]), "utf-8")
    ran = afmfast("study", listed, "--out", tmp_path / "s", *QUICK, "--quiet")
    assert ran.returncode == 3, ran.stderr
    assert "bad.gwy" in (tmp_path / "s" / "report.html").read_text("utf-8")
    strict = afmfast("ingest", listed, "--out", tmp_path / "strict", "--strict", "--quiet")
    assert strict.returncode == 1
    assert "bad.gwy" in strict.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("study",), 2, "requires an argument"),
        (("study", "nowhere.csv"), 1, "nowhere.csv: no such file"),
        (("study", "."), 1, ".: a folder; give the study.yaml or the manifest.csv in it"),
        (("study", "nowhere.csv", "--keep", "many"), 2, "afmfast: keep: Input should be a valid integer"),
        (("study", "nowhere.csv", "--scheme", "loo"), 2, "afmfast: scheme: Input should be 'stratified', 'k_fold'"),
        (("status", "nowhere"), 1, "no study here"),
        (("init", "nowhere"), 1, "no such folder"),
        (("parameters", "Sqq"), 1, "Sq"),
        (("studdy",), 2, "studdy"),
    ],
)
def test_wrong_use__is_a_sentence_and_an_exit_code(arguments, code, said, tmp_path):
    ran = afmfast(*arguments, cwd=tmp_path)
    assert ran.returncode == code
    assert said in ran.stderr + ran.stdout
    assert "Traceback" not in ran.stderr


def test_parameters__lists_the_classic_set():
    said = afmfast("parameters", "classic").stdout
    assert "40 surface parameters" in said
    assert "ISO 25178-2" in said


def test_parameters__says_of_an_alias_what_it_is():
    said = afmfast("parameters", "Sal").stdout
    assert "1 surface parameters" in said
    for words in ("Scl20", "= Sal", "spatial", "classic, iso", "mirroring", "Shortest distance", "4.2.1"):
        assert words in said


def test_parameters__as_markdown_is_the_page_of_the_docs():
    said = afmfast("parameters", "all", "--markdown").stdout
    assert said == (Path(__file__).parents[1] / "docs" / "parameters.md").read_text("utf-8")


def test_channels__lists_kinds_with_the_reason():
    ran = afmfast("channels")
    assert (ran.returncode, "instrument-dependent" in ran.stdout, "set-point" in ran.stdout) == (0, True, True)


def test_measure__says_which_channel_it_does_not_use_and_why(tmp_path):
    np.save(tmp_path / "a.npy", np.random.default_rng(0).standard_normal((16, 16)))
    (tmp_path / "manifest.csv").write_text(
        "path,image,channel,label,pixel_size_nm,z_unit\na.npy,a,height,x,10,nm\na.npy,a,Phase,x,10,deg\n"
    )
    assert afmfast("ingest", tmp_path / "manifest.csv", "--out", tmp_path / "study").returncode == 0
    ran = afmfast("measure", tmp_path / "study", "--parameters", "Sq", "--workers", "1")
    assert "not used: Phase depends on the instrument: the lag changes with drive frequency" in ran.stdout
    assert "--channels 'Phase'" in ran.stdout


def test_classifiers__are_named_as_in_their_table():
    assert validation.CLASSIFIERS.names() == KNOWN.names()
