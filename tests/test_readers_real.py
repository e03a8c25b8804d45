"""Readers on real files that lie beside the checkout: values stated by others, and no file that is neither read nor
refused."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import numpy as np
import pytest

from afmfast.errors import FileRefused
from afmfast.readers.table import read
from afmfast.records import Image

with (Path(__file__).parent / "reference" / "readers_real.csv").open(encoding="utf-8", newline="") as _file:
    REFERENCE = list(csv.DictReader(_file))
STATED = [row for row in REFERENCE if row["quantity"] != "refused"]
REFUSED = [row for row in REFERENCE if row["quantity"] == "refused"]


def _quantity(z: np.ndarray, name: str) -> float:
    """`Ra`, `rms`, `sum` ...; `line Ra` after a straight line is taken from each scan line."""
    z = z.astype(float)
    if name.startswith("line "):
        x = np.arange(z.shape[1]) - (z.shape[1] - 1) / 2
        z = z - z.mean(axis=1, keepdims=True)
        z = z - (z @ x / (x @ x))[:, np.newaxis] * x
        name = name.removeprefix("line ")
    deviation = z - np.nanmean(z)
    values = {
        "rms": np.nanstd(z), "Rq": np.nanstd(z), "Ra": np.nanmean(np.abs(deviation)), "sum": np.nansum(z),
        "min": np.nanmin(z), "max": np.nanmax(z), "Rp": np.nanmax(deviation), "Rv": -np.nanmin(deviation),
        "not measured": np.isnan(z).sum(),
    }  # fmt: skip
    return float(values[name])


def _channel(folder: Path, row: dict[str, str]) -> Image:
    pixel_size = float(row["pixel_size"]) if row["pixel_size"] else None
    images = read(folder / "files" / row["file"], pixel_size=pixel_size)
    return next(image for image in images if image.channel == row["channel"])


@pytest.mark.parametrize("row", STATED, ids=lambda row: f"{row['file']}:{row['channel']}:{row['quantity']}")
def test_real__matches_what_others_state(shared_data: Path, row: dict[str, str]) -> None:
    image = _channel(shared_data, row)
    assert image.heights.shape == (int(row["rows"]), int(row["columns"]))
    assert image.dx == pytest.approx(float(row["dx"]), rel=2e-6)
    assert image.unit == row["unit"]
    found = _quantity(image.heights, row["quantity"])
    assert found == pytest.approx(float(row["value"]), rel=float(row["rtol"]), abs=1e-15)


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row["file"])
def test_real__refused_with_the_reason(shared_data: Path, row: dict[str, str]) -> None:
    with pytest.raises(FileRefused) as caught:
        read(shared_data / "files" / row["file"])
    assert row["value"] in caught.value.found


def test_real__every_file_is_read_or_refused(shared_data: Path) -> None:
    read_files = 0
    for path in sorted(path for path in (shared_data / "files").rglob("*") if path.is_file()):
        try:
            images = read(path, pixel_size=1e-8)
        except FileRefused:
            continue
        read_files += 1
        names = [image.channel for image in images]
        assert len(set(names)) == len(names)
        assert all(image.dx > 0 and image.dy > 0 and len(image.sha256) == 64 for image in images)
    assert read_files >= 60


def test_real__raw_counts_are_turned_and_nothing_else(shared_data: Path) -> None:
    folder = shared_data / "files" / "jmarini-nanoscope"
    heights = read(folder / "full_multiple_images.txt")[0].heights
    counts = read(folder / "reference_raw.csv", pixel_size=1e-8)[0].heights
    np.testing.assert_allclose(heights[::-1], counts * (438.6572 / 65536 * 12.95302e-9), rtol=1e-9)


def test_real__two_formats_of_one_image_agree(shared_data: Path) -> None:
    integers = read(shared_data / "files" / "AFMReader" / "sample_0.top")[0].heights
    doubles = read(shared_data / "files" / "AFMReader" / "sample_0.stp")[0].heights
    np.testing.assert_allclose(integers, doubles, atol=np.ptp(doubles) / 2**16)


@pytest.mark.parametrize(
    ("name", "place", "channel"),
    [
        ("SurfaceTopography/di-1.di", 0, "Height"),
        ("SurfaceTopography/example_ps.tiff", 0, "Z Height"),
        ("AFMReader/sample_0.jpk", 3, "height"),
        ("SciFiDatasets/PTO_110_Virgin0001.gwy", 0, "HeightRetrace"),
        ("nanoAFMr/AR_20211011.ibw", 0, "HeightRetrace"),
        ("NSFopen/sapphire.nid", 0, "Z-Axis"),
        ("SurfaceTopography/matrix-3.txt", 0, "ZSensor"),
    ],
)
@pytest.mark.filterwarnings("ignore")  # of the other library's import
def test_real__top_row_is_where_another_library_has_it(shared_data: Path, name: str, place: int, channel: str) -> None:
    from SurfaceTopography.IO import open_topography

    with open_topography(str(shared_data / "files" / name)) as opened:
        other = opened.topography(channel_index=place)
        theirs = other.heights().T
    ours = next(image for image in read(shared_data / "files" / name) if image.channel == channel).heights
    factor = {"m": 1.0, "nm": 1e-9, "µm": 1e-6}[other.unit]
    np.testing.assert_allclose(ours, theirs * factor, atol=1e-6 * np.ptp(ours))


def test_real__ways_back_lie_on_the_ways_there(shared_data: Path) -> None:
    for name in ("NSFopen/sapphire.nid", "AFMReader/sample_0.jpk", "ProbeFlow/nanonis.sxm"):
        images = {image.channel: image.heights for image in read(shared_data / "files" / name)}
        there = next(channel for channel in images if f"{channel} (retrace)" in images)
        lines = [z - z.mean(axis=1, keepdims=True) for z in (images[there], images[f"{there} (retrace)"])]
        assert np.corrcoef(lines[0].ravel(), lines[1].ravel())[0, 1] > 0.8
        assert np.corrcoef(lines[0].ravel(), lines[1][:, ::-1].ravel())[0, 1] < 0.5


@pytest.mark.parametrize(
    ("archive", "every", "sizes"),
    [("annealed_film", 8, {19.53125}), ("polyelectrolyte_layers", 2, {19.53125, 19.609375})],
)
def test_real__studies_have_one_unit_and_few_sizes(
    shared_data: Path, tmp_path: Path, archive: str, every: int, sizes: set[float]
) -> None:
    with zipfile.ZipFile(shared_data / "studies" / f"{archive}.zip") as packed:
        packed.extractall(tmp_path)
    files = sorted(tmp_path.rglob("*.txt"))[::every]
    images = [read(path, pixel_size=19.53125e-9)[0] for path in files]
    assert {image.unit for image in images} == {"m"}
    assert {image.heights.shape for image in images} == {(256, 256)}
    assert {round(image.dx * 1e9, 6) for image in images} == sizes
