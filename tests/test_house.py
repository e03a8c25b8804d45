"""The house keeps its shape: floors, doors, a light face, a README that tells the truth."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import afmfast
from afmfast.cli.channels import page as channel_page
from afmfast.cli.parameters import page, set_lines
from afmfast.features.table import resolve
from afmfast.study.settings_file import json_schema

ROOT = Path(__file__).parents[1]
HEAVY = {"numba", "sklearn", "pandas", "distributed", "zarr", "matplotlib"}


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False)


def test_folders__every_one_is_a_package():
    folders = [f for f in (ROOT / "afmfast").rglob("*") if f.is_dir() and any(f.glob("*.py"))]
    assert [f for f in folders if not (f / "__init__.py").exists()] == []


def test_help__imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['afmfast', '--help']\n"
        "from afmfast.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        f"print('LOADED', sorted(set(sys.modules) & {HEAVY!r}))"
    )
    assert "LOADED []" in run("-c", code).stdout


@pytest.mark.parametrize("name", afmfast.__all__)
def test_face__every_name_is_there(name):
    assert getattr(afmfast, name) is not None


def test_face__lists_what_it_hands_on():
    assert sorted(afmfast._FACE) == afmfast.__all__ == [n for n in dir(afmfast) if not n.startswith("__")]


def test_face__an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'clasify'"):
        _ = afmfast.clasify


def test_import__costs_nothing():
    done = run("-c", f"import sys, afmfast; print(sorted(set(sys.modules) & {HEAVY!r}))")
    assert done.stdout.strip() == "[]"


def test_study_schema__is_the_settings_model():
    assert json.loads((ROOT / "data_schemas" / "study-1.0.json").read_text("utf-8")) == json.loads(
        json.dumps(json_schema())
    )


def test_parameter_page__is_that_of_the_rows():
    made = page(resolve("all"))
    written = (ROOT / "docs" / "parameters.md").read_text("utf-8")
    assert written == made, "make it anew: afmfast parameters all --markdown > docs/parameters.md"


def test_channel_page__is_that_of_the_rows():
    written = (ROOT / "docs" / "channels.md").read_text("utf-8")
    assert written == channel_page(), "make it anew: afmfast channels --markdown > docs/channels.md"


def test_readme__has_the_sets_of_the_rows():
    said = (ROOT / "README.md").read_text("utf-8")
    written = said.partition("<!-- sets -->\n")[2].partition("<!-- /sets -->")[0]
    assert written == "\n".join(set_lines(resolve("all"))) + "\n"


def test_wheel__carries_schemas_and_template(tmp_path):
    done = run("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q", "-w", str(tmp_path), str(ROOT))
    assert done.returncode == 0, done.stderr
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    kinds = ("manifest", "study", "stack", "parameters", "repeats", "results", "bench", "plan", "progress")
    for kind in (*kinds, "repeatability"):
        assert f"afmfast/data_schemas/{kind}-1.0.json" in names
    for name in ("template.html", "evidence.html", "tiles.html", "gallery.html", "words.html", "style.css"):
        assert f"afmfast/report/{name}" in names
    assert "afmfast/py.typed" in names


def test_repository__speaks_of_the_project_alone():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    words = ("/work/", "../shared/", "scratch/venv")
    allowed = {"tests/test_house.py"}
    texts = {
        name: (ROOT / name).read_text("utf-8", errors="replace") for name in listed if name and (ROOT / name).is_file()
    }
    assert [n for n, text in texts.items() if n not in allowed and any(word in text for word in words)] == []
