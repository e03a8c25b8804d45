"""`afmfast bench`: what it times is what a user gets, and what it writes keeps to its schema."""

import json
import subprocess
import sys

import numpy as np
import pytest

from afmfast import contracts
from afmfast.errors import SettingsError
from afmfast.features.table import SETS
from afmfast.study.bench import bench, paired, told
from afmfast.study.ingest import ingest
from afmfast.synthetic import archive


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    ingest(archive(folder / "scans", n_rows=12, shape=(32, 32)), folder / "stack.zarr")
    return folder / "stack.zarr"


@pytest.fixture(scope="module")
def document(stack):
    return bench(stack, parameters=["Sq", "Sk", "Sdq"], size=32, rounds=1, compile_too=False)


def test_bench__keeps_to_its_schema(document):
    assert contracts.check(document, "bench") is document


def test_bench__times_every_set_and_every_ingredient_of_the_parameters(document):
    assert {*SETS, "Sq", "Sk", "Sdq", "Sq+Sk+Sdq"} == set(document["sets"])
    behind = {"HeightMoments", "SortedHeights", "MaterialRatio", "Slopes"}  # Sk is read from sorted heights
    assert set(document["ingredients"]) == {"levelling", *behind}
    assert sum(one["share"] for one in document["ingredients"].values()) == pytest.approx(1)


def test_bench__measures_the_images_of_a_stack(document):
    assert document["stack"]["images"] == 12
    assert document["stack"]["measure_ms"] > 0


def test_bench__refuses_a_size_too_small():
    with pytest.raises(SettingsError, match="size is 8; give the side of an image in pixels, 16 or more"):
        bench(size=8)


def test_paired__is_a_ratio_to_one_transform():
    images = [np.random.default_rng(0).standard_normal((256, 256), dtype=np.float32)]
    many = paired(lambda z: [np.fft.rfft2(z) for _ in range(20)], images)
    assert many.ratio > 5
    assert many.call_ms > many.rfft2_ms


def test_told__has_a_line_for_every_figure(document):
    text = told(document)
    for name in (*document["sets"], *document["ingredients"], "images/s"):
        assert name in text


def test_command__writes_json(tmp_path):
    file = tmp_path / "bench.json"
    command = [sys.executable, "-m", "afmfast", "bench", "--parameters", "Sq", "--size", "16", "--json", str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    found = contracts.check(json.loads(file.read_text("utf-8")), "bench")
    assert found["first_call"]["compiling_s"] > 0
