"""What lies on disk keeps to its schema, and the schemas refuse what is wrong: every example, whoever wrote it."""

import json
from pathlib import Path

import jsonschema
import pytest

from afmfast import contracts
from afmfast.errors import StoreError

FOLDER = Path(__file__).parents[1] / "data_schemas"
SCHEMAS = sorted(FOLDER.glob("*.json"))
GOOD = sorted(FOLDER.glob("examples/ok-*.json"))
BAD = sorted(FOLDER.glob("examples/bad-*.json"))
#: Words of example names that the schemas call otherwise.
# (A key that is forbidden altogether has no place in the error, only "False schema".)
ALSO = {"version": "const", "checksum": "digest", "heights": "height", "actual": "false schema"}


def _kind(example: Path) -> str:
    """`bad-results-one-class.json` is about `results`."""
    return example.stem.split("-")[1]


def _load(path: Path):
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.stem)
def test_schema__is_valid_and_named_by_kind_and_version(path):
    schema = _load(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    kind, _, version = path.stem.rpartition("-")
    assert schema["$id"] == f"{kind}/{version}"
    assert contracts.VERSIONS[kind] == version


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.stem)
def test_schema__has_a_good_and_a_bad_example(path):
    kind = path.stem.rpartition("-")[0]
    assert kind in {_kind(p) for p in GOOD}
    assert kind in {_kind(p) for p in BAD}


@pytest.mark.parametrize("path", GOOD, ids=lambda p: p.stem)
def test_good_example__passes(path):
    document = _load(path)
    assert contracts.check(document, _kind(path), where=path.name) is document


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.stem)
def test_bad_example__is_refused_by_name(path):
    with pytest.raises(StoreError, match=path.name):
        contracts.check(_load(path), _kind(path), where=path.name)


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.stem)
def test_bad_example__has_only_the_fault_it_is_named_after(path):
    words = [ALSO.get(word, word) for word in path.stem.split("-")[2:] if len(word) > 2]
    faults = list(jsonschema.Draft202012Validator(contracts.schema(_kind(path))).iter_errors(_load(path)))
    assert faults
    for fault in faults:
        told = " ".join(map(str, [*fault.absolute_path, *fault.absolute_schema_path, fault.message])).lower()
        assert any(word in told for word in words), f"none of {words} in: {told}"


def test_check__names_the_place_of_the_fault():
    document = _load(FOLDER / "examples" / "bad-results-missing-significance.json")
    with pytest.raises(StoreError, match=r"mine: .* at combinations/height: 'significance' is a required"):
        contracts.check(document, "results", where="mine")


def test_check__says_both_versions_and_what_to_do():
    document = _load(FOLDER / "examples" / "bad-results-old-schema.json")
    with pytest.raises(StoreError, match=r"'results/0\.9', this afmfast reads 'results/1\.0'.*make it again"):
        contracts.check(document, "results")


def test_folder__is_the_one_of_the_checkout():
    assert contracts.folder().samefile(FOLDER)
