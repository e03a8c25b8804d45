"""From tiles to rows, and the parameter table on disk."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from afmfast import contracts
from afmfast.errors import SettingsError, StoreError
from afmfast.features.parquet import read_table, write_table
from afmfast.features.tiles import combine

D = 1e-8


def test_combine__mean_and_median_over_tiles_with_a_value():
    values = np.array([[[1.0], [2.0], [6.0]], [[np.nan], [4.0], [np.nan]], [[np.nan]] * 3])
    for how, expected in (("mean", [3.0, 4.0, np.nan]), ("median", [2.0, 4.0, np.nan])):
        combined, rejected = combine(values, how)
        np.testing.assert_array_equal(combined[:, 0], expected)
        assert not rejected.any()


def test_combine__drops_a_tile_far_from_the_median():
    values = np.array([[[1.0, 5.0], [1.1, 6.0], [0.9, 7.0], [4.0, 99.0]]])
    combined, rejected = combine(values, "mean", reject_over=0.5, spread_column=0)
    assert rejected.tolist() == [[False, False, False, True]]
    np.testing.assert_allclose(combined, [[1.0, 6.0]])


def test_combine__keeps_a_tile_just_inside_the_share():
    values = np.array([[[1.0], [1.0], [1.5]]])
    assert not combine(values, "mean", reject_over=0.5, spread_column=0)[1].any()


def test_combine__needs_sq_to_reject():
    with pytest.raises(SettingsError, match="add Sq"):
        combine(np.zeros((1, 4, 2)), "mean", reject_over=0.5)


def test_combine__refuses_another_way():
    with pytest.raises(SettingsError, match="'mean' or 'median', not by 'none'"):
        combine(np.zeros((1, 4, 2)), "none")


FRAME = pd.DataFrame(
    {"name": ["a", "ä b"], "label": ["x", None], "height:Sq": [1e-9, np.nan], "height:Std_cos2": [1.0, 0]}
)
METADATA = {
    "definitions": "1.0",
    "afmfast": "0.1.0",
    "identifiers": ["name", "label"],
    "pixel_size": {"dx": D, "dy": D},
    "channels": {
        "height": {"unit": "m", "kind": "absolute", "calibrated": True, "level": "plane", "lines": "none"},
    },
    "columns": [{"name": "height:Sq", "unit": "m"}, {"name": "height:Std_cos2", "unit": ""}],
}


def test_table__comes_back_as_it_was(tmp_path):
    write_table(tmp_path / "parameters.parquet", FRAME, METADATA)
    frame, metadata = read_table(tmp_path / "parameters.parquet")
    pd.testing.assert_frame_equal(frame, FRAME, check_dtype=False)
    assert frame["height:Sq"].dtype == np.float64
    assert metadata == METADATA | {"schema": "parameters/1.0"}
    assert [file.name for file in tmp_path.iterdir()] == ["parameters.parquet"]


def test_table__other_tools_can_read_it(tmp_path):
    write_table(tmp_path / "parameters.parquet", FRAME, METADATA)
    assert list(pd.read_parquet(tmp_path / "parameters.parquet").columns) == list(FRAME.columns)


def test_table__refuses_metadata_of_other_columns(tmp_path):
    with pytest.raises(StoreError, match="do not name the same columns: height:Sa, height:Sq"):
        write_table(tmp_path / "p.parquet", FRAME.rename(columns={"height:Sq": "height:Sa"}), METADATA)
    assert not list(tmp_path.iterdir())


def damaged(path):
    write_table(path, FRAME, METADATA)
    path.write_bytes(path.read_bytes()[:-200])


def foreign(path):
    FRAME.to_parquet(path)


def of_another_version(path):
    table = pa.Table.from_pandas(FRAME).replace_schema_metadata(
        {b"afmfast": json.dumps(METADATA | {"schema": "parameters/9.9"}).encode()}
    )
    pq.write_table(table, path)


def no_parquet(path):
    path.write_text("name,label\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (damaged, "damaged or not a parquet file"),
        (no_parquet, "damaged or not a parquet file"),
        (foreign, "not a parameter table"),
        (of_another_version, "written as 'parameters/9.9', this afmfast reads 'parameters/1.0'"),
        (lambda path: None, "there is no parameter table here"),
    ],
)
def test_table__refuses_by_name_what_it_cannot_read(tmp_path, make, words):
    path = tmp_path / "parameters.parquet"
    make(path)
    with pytest.raises(StoreError, match=words) as refusal:
        read_table(path)
    assert str(path) in str(refusal.value)


EXAMPLES = sorted((contracts.folder() / "examples").glob("*parameters*.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_schema__takes_the_good_and_refuses_the_bad(path: Path):
    document = json.loads(path.read_text("utf-8"))
    if path.name.startswith("ok-"):
        assert contracts.check(document, "parameters") == document
    else:
        with pytest.raises(StoreError, match="does not keep to parameters/1.0"):
            contracts.check(document, "parameters")


def test_schema__has_good_and_bad_examples():
    assert {path.name.partition("-")[0] for path in EXAMPLES} == {"ok", "bad"}
