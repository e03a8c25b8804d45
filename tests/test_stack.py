"""The stack: what goes in comes out to the last bit, an ingest that stops loses nothing that was committed."""

import json
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

from afmfast import contracts
from afmfast.errors import DataError, FileRefused, SettingsError, StoreError
from afmfast.readers.table import read as read_file
from afmfast.records import Image
from afmfast.stack import append, layout
from afmfast.stack.build import build
from afmfast.stack.manifest import ManifestRow, read_manifest, write_manifest
from afmfast.stack.store import open_stack, open_store

EXAMPLES = Path(__file__).parents[1] / "data_schemas" / "examples"


class Scans:
    """A folder of invented scan files; `read` gives the images that were put into a file."""

    def __init__(self, folder):
        self.folder, self.images, self.rows, self.calls = folder, {}, [], []

    def add(self, path, *images, content=None, **about):
        (self.folder / path).write_text(content or f"content of {path}")
        self.images[path] = list(images)
        self.rows.append(ManifestRow(path, **about))

    def read(self, path, *, pixel_size, z_unit):
        self.calls.append((path.name, pixel_size, z_unit))
        images = self.images[path.name]
        if images and isinstance(images[0], BaseException):
            raise images[0]
        return images

    def manifest(self):
        write_manifest(self.folder / "manifest.csv", self.rows)
        return read_manifest(self.folder / "manifest.csv")

    @property
    def stack(self):
        return self.folder / "stack.zarr"

    def build(self, **options):
        return build(self.manifest(), self.stack, read=self.read, **options)


def image(seed=0, shape=(16, 16), channel="Height", unit="m", dtype="float32", dx=1e-9, **other):
    heights = np.random.default_rng(seed).normal(size=shape).astype(dtype)
    return Image(heights, dx, other.pop("dy", dx), unit, channel, **other)


@pytest.fixture
def scans(tmp_path):
    return Scans(tmp_path)


@pytest.fixture(scope="module")
def two_shapes(tmp_path_factory):
    """70 rows of 16x16 and 5 of 24x40, height and adhesion; `s3` lacks adhesion. Only to be read."""
    scans = Scans(tmp_path_factory.mktemp("two_shapes"))
    for i in range(75):
        shape = (16, 16) if i % 15 else (24, 40)
        images = [image(i, shape), image(i + 1000, shape, "Adhesion", "N", "float64")]
        scans.add(f"s{i}", *images[: 1 if i == 3 else 2], label="ab"[i % 2], group=f"g{i // 2}", extra={"op": "Жанна"})
    scans.report = scans.build()
    return scans


def test_stack__values_come_out_to_the_last_bit(two_shapes):
    store = open_store(two_shapes.stack)
    for name, images in list(two_shapes.images.items())[::5]:
        for channel, one in zip(["height", "Adhesion"], images, strict=False):
            heights, dx, dy, unit = store.image(name, channel)
            assert heights.dtype == one.heights.dtype
            np.testing.assert_array_equal(heights, one.heights)
            assert (dx, dy, unit) == (one.dx, one.dy, one.unit)


def test_rows__what_the_manifest_said_and_where_they_lie(two_shapes):
    rows = open_store(two_shapes.stack).rows
    assert list(rows.columns) == [
        "name", "label", "group", "batch", "repeat_of", "target", "op", "shape", "index", "dx", "dy",
        "source", "sha256",
    ]  # fmt: skip
    assert list(rows["name"]) == sorted(f"s{i}" for i in range(75))
    row = rows.set_index("name").loc["s15"]
    assert (row["label"], row["group"], row["op"], row["shape"], row["index"]) == ("b", "g7", "Жанна", (24, 40), 1)
    assert (row["dx"], row["source"], len(row["sha256"])) == (1e-9, "s15", 64)
    assert np.isnan(row["target"])


def test_rows__do_not_depend_on_the_order_of_ingests(scans, tmp_path):
    (tmp_path / "other").mkdir()
    other = Scans(tmp_path / "other")
    for i in range(4):
        scans.add(f"s{i}", image(i))
    for i in (2, 0):
        other.add(f"s{i}", image(i))
    scans.build(), other.build()
    other.rows.clear()
    for i in range(4):
        other.add(f"s{i}", image(i))
    other.build()
    columns = ["name", "label", "dx", "sha256"]
    assert open_store(scans.stack).rows[columns].equals(open_store(other.stack).rows[columns])


def test_rows__a_manifest_column_named_as_one_of_ours(scans):
    scans.add("a", image(), extra={"index": "17", "dx": "?"})
    scans.build()
    row = open_store(scans.stack).rows.iloc[0]
    assert (row["index"], row["index (manifest)"], row["dx (manifest)"]) == (0, "17", "?")


def test_channels__unit_kind_and_calibrated(scans):
    scans.add("a", image(), image(channel="Phase", unit="deg"), image(channel="Adhesion", unit="V", calibrated=False))
    scans.build()
    found = [(c.name, c.unit, c.kind, c.calibrated) for c in open_store(scans.stack).channels]
    assert found == [
        ("height", "m", "absolute", True),
        ("Adhesion", "V", "instrument-dependent", False),
        ("Phase", "deg", "instrument-dependent", True),
    ]


def test_channels__one_row_without_calibration_makes_the_channel_so(scans):
    scans.add("a", image(channel="Modulus", unit="Pa"))
    scans.build()
    scans.add("b", image(channel="Modulus", unit="Pa", calibrated=False))
    scans.build()
    assert [channel.calibrated for channel in open_store(scans.stack).channels] == [False]


@pytest.mark.parametrize("channel", ["1F:SensHeight (1)", "Amplitude/Phase", "label", "Канал", "..", "A?B", "A*B"])
def test_channels__any_name_a_vendor_gives(scans, channel):
    scans.add("a", image(1, channel=channel, unit="N"), image(2, channel="A_B", unit="N"))
    scans.build()
    store = open_store(scans.stack)
    assert {one.name for one in store.channels} == {channel, "A_B"}
    np.testing.assert_array_equal(store.image("a", channel)[0], scans.images["a"][0].heights)
    np.testing.assert_array_equal(store.image("a", "A_B")[0], scans.images["a"][1].heights)


def test_blocks__every_image_once_in_order(two_shapes):
    store = open_store(two_shapes.stack)
    for channel, n_rows in (("height", 75), ("Adhesion", 74)):
        blocks = store.blocks(channel)
        names = [name for block in blocks for name in block.names]
        assert sorted(names) == sorted(name for name in store.rows["name"] if store.has(name, channel))
        assert len(names) == n_rows
        for block in blocks:
            heights, dx, dy = block.load()
            assert heights.shape[0] == len(dx) == len(dy) == len(block.names) == block.count
            for name, one in zip(block.names, heights, strict=True):
                put_in = two_shapes.images[name][0 if channel == "height" else 1].heights
                np.testing.assert_array_equal(one, put_in)


@pytest.mark.parametrize("size", [1, 7, 16, 64, 1000])
def test_blocks__keep_to_a_shard_and_to_the_size(two_shapes, size):
    for block in open_store(two_shapes.stack).blocks("height", size=size):
        assert block.count <= size
        assert block.first // 64 == (block.first + block.count - 1) // 64


def test_blocks__one_shape_alone(two_shapes):
    blocks = open_store(two_shapes.stack).blocks("height", shape=(24, 40))
    assert [(block.group, block.first, block.count) for block in blocks] == [("24x40", 0, 5)]


def test_blocks__a_row_without_the_channel_is_in_none(two_shapes):
    store = open_store(two_shapes.stack)
    assert not store.has("s3", "Adhesion")
    assert store.has("s3", "height")
    assert all("s3" not in block.names for block in store.blocks("Adhesion"))
    with pytest.raises(DataError, match="s3 has no channel 'Adhesion'; it is left out"):
        store.image("s3", "Adhesion")


def test_blocks__travel_by_pickle_and_stay_small(two_shapes):
    block = open_store(two_shapes.stack).blocks("height")[0]
    sent = pickle.dumps(block)
    assert len(sent) < 2000
    assert pickle.loads(sent) == block


def test_store__unknown_names_are_refused_with_the_known_ones(two_shapes):
    store = open_store(two_shapes.stack)
    with pytest.raises(SettingsError, match="has no channel 'Phase'; it has: height, Adhesion"):
        store.blocks("Phase")
    with pytest.raises(SettingsError, match="has no row 'nobody'"):
        store.image("nobody", "height")


@settings(max_examples=6, deadline=None)
@given(
    shapes=st.lists(st.sampled_from([(1, 1), (2, 7), (16, 16)]), min_size=1, max_size=9),
    wide=st.lists(st.booleans(), min_size=9, max_size=9),
    cut=st.integers(0, 9),
)
def test_stack__any_order_of_shapes_and_types_in_two_ingests(tmp_path_factory, shapes, wide, cut):
    scans = Scans(tmp_path_factory.mktemp("any"))
    for i, shape in enumerate(shapes):
        if i == cut and i:
            scans.build()
        scans.add(f"s{i}", image(i, shape, dtype="float64" if wide[i] else "float32"))
    scans.build()
    store = open_store(scans.stack)
    assert len(store.rows) == len(shapes)
    for name, (one,) in scans.images.items():
        np.testing.assert_array_equal(store.image(name, "height")[0], one.heights)


def test_dtype__float64_only_where_float32_would_lose(scans):
    exact = image(1).heights.astype("float64")
    exact[0, 0] = np.nan
    scans.add("a", Image(exact, 1e-9, 1e-9, "m", "Height"), image(2, channel="Adhesion", unit="N", dtype="float64"))
    scans.build()
    store = open_store(scans.stack)
    assert store.image("a", "height")[0].dtype == np.float32
    assert store.image("a", "Adhesion")[0].dtype == np.float64
    np.testing.assert_array_equal(store.image("a", "height")[0], exact)


def test_dtype__widens_when_a_later_ingest_needs_it(scans):
    for i in range(66):
        scans.add(f"s{i}", image(i))
    scans.build()
    scans.add("wide", image(99, dtype="float64"))
    scans.build()
    store = open_store(scans.stack)
    for name, (one,) in scans.images.items():
        np.testing.assert_array_equal(store.image(name, "height")[0], one.heights)
    assert not scans.stack.with_name("stack.zarr.wide").exists()


@pytest.mark.parametrize(("shape", "count"), [((16, 16), 64), ((512, 512), 64), ((512, 513), 32), ((4096, 4096), 1)])
def test_layout__a_shard_is_64_images_or_what_memory_bears(shape, count):
    assert layout.images_per_shard(shape) == count
    assert layout.images_per_shard((shape[0] * 8, shape[1] * 8)) >= 1


def test_layout__chunks_shards_and_dimension_names(two_shapes):
    array = zarr.open_array(str(two_shapes.stack), path="16x16/height", mode="r")
    assert (array.shape, array.chunks, array.shards) == ((70, 16, 16), (1, 16, 16), (64, 16, 16))
    assert array.metadata.dimension_names == ("image", "y", "x")
    assert sorted(path.parts[-3] for path in (two_shapes.stack / "16x16/height/c").glob("*/0/0")) == ["0", "1"]


def test_xarray__opens_a_group_and_the_tree(two_shapes):
    group = xr.open_zarr(str(two_shapes.stack), group="16x16", consolidated=False, chunks=None)
    assert group["height"].dims == ("image", "y", "x")
    assert {"name", "label", "group", "batch", "dx", "dy", "source", "sha256", "missing"} <= set(group.coords)
    tree = xr.open_datatree(two_shapes.stack, engine="zarr", consolidated=False)
    assert set(tree.children) == {"16x16", "24x40"}


def test_open_stack__labelled_images_of_the_committed_rows(two_shapes):
    tree = open_stack(two_shapes.stack)
    part = tree["16x16"].to_dataset()
    at = list(part["name"].values).index("s3")
    np.testing.assert_array_equal(part["height"].values[at], two_shapes.images["s3"][0].heights)
    assert np.isnan(part["Adhesion"].values[at]).all()
    assert json.loads(str(part["missing"].values[at])) == ["Adhesion"]
    assert part["height"].attrs["unit"] == "m"
    assert tree.attrs["schema"] == "stack/1.0"


# --- what can happen to an ingest ------------------------------------------------------------------------------------


def test_append__new_rows_new_channel_new_shape(scans):
    scans.add("a", image(1))
    scans.build()
    scans.add("b", image(2), image(3, channel="Adhesion", unit="N"))
    scans.add("c", image(4, (20, 30)))
    report = scans.build()
    store = open_store(scans.stack)
    assert (report.added, report.present) == (["b", "c"], ["a"])
    assert [store.has(name, "Adhesion") for name in "abc"] == [False, True, False]
    np.testing.assert_array_equal(store.image("a", "height")[0], scans.images["a"][0].heights)
    np.testing.assert_array_equal(store.image("b", "Adhesion")[0], scans.images["b"][1].heights)


def test_append__a_second_run_reads_nothing(scans):
    scans.add("a", image(1))
    scans.add("b", image(2))
    scans.build()
    scans.calls.clear()
    report = scans.build()
    assert (scans.calls, report.added, report.present) == ([], [], ["a", "b"])


def crash_at_commit(monkeypatch, n_images, scans):
    commit = append.Appender._commit

    def fail(self, group, last):
        if last >= n_images:
            raise KeyboardInterrupt
        commit(self, group, last)

    with monkeypatch.context() as patch:
        patch.setattr(append.Appender, "_commit", fail)
        with pytest.raises(KeyboardInterrupt):
            scans.build()


def test_crash__between_writing_and_commit_the_old_stack_stays(scans, monkeypatch):
    for i in range(3):
        scans.add(f"s{i}", image(i))
    scans.build()
    before = open_store(scans.stack).rows
    for i in range(3, 6):
        scans.add(f"s{i}", image(i), image(i, channel="Adhesion", unit="N"))
    crash_at_commit(monkeypatch, 6, scans)
    store = open_store(scans.stack)
    assert store.rows.equals(before)
    assert [channel.name for channel in store.channels] == ["height"]
    assert open_stack(scans.stack)["16x16"].sizes["image"] == 3
    np.testing.assert_array_equal(store.image("s1", "height")[0], scans.images["s1"][0].heights)


def test_crash__what_lies_beyond_is_overwritten(scans, monkeypatch):
    scans.add("a", image(1))
    scans.build()
    scans.add("b", image(2), image(3, channel="Adhesion", unit="V", calibrated=False))
    crash_at_commit(monkeypatch, 2, scans)
    scans.rows.pop()
    scans.add("c", image(4), image(5, channel="Adhesion", unit="N"))
    scans.build()
    store = open_store(scans.stack)
    assert list(store.rows["name"]) == ["a", "c"]
    assert [(c.name, c.unit, c.calibrated) for c in store.channels] == [("height", "m", True), ("Adhesion", "N", True)]
    np.testing.assert_array_equal(store.image("c", "height")[0], scans.images["c"][0].heights)
    np.testing.assert_array_equal(store.image("c", "Adhesion")[0], scans.images["c"][1].heights)


def test_crash__arrays_of_different_length_can_still_be_read(scans):
    scans.add("a", image(1))
    scans.build()
    zarr.open_array(str(scans.stack), path="16x16/height", mode="r+").resize((9, 16, 16))
    np.testing.assert_array_equal(open_store(scans.stack).image("a", "height")[0], scans.images["a"][0].heights)
    assert open_stack(scans.stack)["16x16"].sizes["image"] == 1
    scans.add("b", image(2))
    scans.build()
    assert xr.open_zarr(str(scans.stack), group="16x16", consolidated=False, chunks=None).sizes["image"] == 2


def test_crash__while_an_array_is_widened(scans):
    scans.add("a", image(1))
    scans.build()
    aside = scans.folder / "stack.zarr.wide" / "narrow" / "16x16"
    aside.mkdir(parents=True)
    (scans.stack / "16x16" / "height").rename(aside / "height")
    scans.build()
    np.testing.assert_array_equal(open_store(scans.stack).image("a", "height")[0], scans.images["a"][0].heights)
    assert not aside.parents[1].exists()


KILLED = """
    import os, sys
    import numpy as np
    from afmfast.records import Image
    from afmfast.stack.build import build
    from afmfast.stack.manifest import read_manifest

    def read(path, *, pixel_size, z_unit):
        if path.name == sys.argv[2]:
            os._exit(9)
        seed = int(path.name[1:])
        return [Image(np.random.default_rng(seed).normal(size=(16, 16)).astype("float32"), 1e-9, 1e-9, "m", "Height")]

    build(read_manifest(sys.argv[1] + "/manifest.csv"), sys.argv[1] + "/stack.zarr", read=read)
"""


def test_kill__a_first_ingest_goes_on_from_its_last_shard(scans):
    for i in range(70):
        scans.add(f"s{i}", image(i))
    scans.manifest()
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(scans.folder), "s66"]
    assert subprocess.run(command, check=False, timeout=120).returncode == 9
    assert not scans.stack.exists()
    with pytest.raises(StoreError, match=r"its ingest was interrupted\. Run the same `afmfast ingest` again"):
        open_store(scans.stack)
    report = scans.build()
    assert (len(report.present), report.added) == (64, [f"s{i}" for i in range(64, 70)])
    store = open_store(scans.stack)
    for name, (one,) in scans.images.items():
        np.testing.assert_array_equal(store.image(name, "height")[0], one.heights)
    assert [path.name for path in scans.folder.glob("stack*")] == ["stack.zarr"]


def test_interrupt__a_first_ingest_starts_afresh_from_another_manifest(scans):
    for i in range(64):
        scans.add(f"s{i}", image(i))
    scans.add("s64", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        scans.build()
    scans.rows = scans.rows[:2]
    assert scans.build().added == ["s0", "s1"]
    assert len(open_store(scans.stack).rows) == 2


def test_again__labels_are_taken_from_the_manifest_of_now(scans):
    scans.add("a", image(1), label="well", group="1", extra={"tip": "x"})
    scans.add("b", image(2), label="ill")
    scans.build()
    scans.rows[0] = ManifestRow("a", label="ill", group="2", target=1.5, extra={"tip": "y"})
    report = scans.build()
    row = open_store(scans.stack).rows.iloc[0]
    assert (report.updated, report.present) == (["a"], ["a", "b"])
    assert (row["label"], row["group"], row["target"], row["tip"]) == ("ill", "2", 1.5, "y")


def test_again__a_row_set_aside_is_no_row_until_it_is_taken_back(scans):
    for i in range(3):
        scans.add(f"s{i}", image(i), label="x")
    scans.build()
    scans.rows[1] = ManifestRow("s1", label="x", use=False, reason="tip lost")
    report = scans.build()
    store = open_store(scans.stack)
    assert report.set_aside == [{"name": "s1", "label": "x", "reason": "tip lost"}]
    assert report.exit_code == 0
    assert list(store.rows["name"]) == ["s0", "s2"]
    assert [block.names for block in store.blocks("height")] == [("s0",), ("s2",)]
    scans.rows[1] = ManifestRow("s1", label="x")
    scans.build()
    assert list(open_store(scans.stack).rows["name"]) == ["s0", "s1", "s2"]


def test_again__a_changed_file_under_the_same_name_is_refused(scans):
    scans.add("a", image(1))
    scans.build()
    (scans.folder / "a").write_text("measured again")
    with pytest.raises(StoreError, match=r"a was read from another content of a, .* another name .* or delete"):
        scans.build()


def test_again__another_pixel_size_for_the_same_file_is_refused(scans):
    scans.add("a", image(1), pixel_size_nm=1.0)
    scans.build()
    scans.rows[0] = ManifestRow("a", pixel_size_nm=2.0)
    with pytest.raises(StoreError, match="or with another channel, pixel_size_nm or z_unit"):
        scans.build()


def test_again__other_channel_names_are_refused(scans):
    scans.add("a", image(1))
    scans.build()
    with pytest.raises(StoreError, match=r"made with channel_names \{\}, now they are \{'Height': 'topography'\}"):
        scans.build(channel_names={"Height": "topography"})


def test_again__rows_that_the_manifest_does_not_name_are_told(scans):
    scans.add("a", image(1))
    scans.build()
    scans.rows.clear()
    scans.add("b", image(2))
    report = scans.build()
    assert [one.code for one in report.warnings] == ["rows-of-another-manifest"]
    assert list(open_store(scans.stack).rows["name"]) == ["a", "b"]


def test_again__a_file_that_is_gone_keeps_its_row(scans):
    scans.add("a", image(1))
    scans.build()
    (scans.folder / "a").unlink()
    report = scans.build()
    assert ([one.code for one in report.warnings], report.exit_code) == (["file-gone"], 0)


def test_again__what_there_was_to_say_is_said_again(scans):
    scans.add("a", image(1), image(2, (8, 8), "Adhesion", "N"), label="x", content="same")
    scans.add("b", image(1, channel="ZSensor"), pixel_size_nm=2.0, content="same")
    scans.add("c", image(3, calibrated=False))
    first, second = scans.build(), scans.build()
    assert (first.left_out, first.sources) == (second.left_out, second.sources)
    assert first.warnings == second.warnings
    assert [one.code for one in second.warnings] == [
        "pixel-size-differs",
        "same-content",
        "mixed-sources",
        "mixed-calibration",
    ]


# --- which channels, which rows --------------------------------------------------------------------------------------


def reasons(report):
    return {one.name: one.reason for one in report.left_out}


def test_names__vendor_to_common_the_settings_first(scans):
    scans.add("a", image(1, channel="ZSensor"), image(2, channel="Adhesion", unit="N"))
    scans.build(channel_names={"Adhesion": "pull-off"})
    assert [channel.name for channel in open_store(scans.stack).channels] == ["height", "pull-off"]


def test_names__a_sensor_goes_before_the_piezo_voltage(scans):
    scans.add("a", image(1, channel="Height"), image(2, channel="Height Sensor"))
    report = scans.build()
    np.testing.assert_array_equal(open_store(scans.stack).image("a", "height")[0], scans.images["a"][1].heights)
    assert list(reasons(report)) == ["a: Height"]
    assert reasons(report)["a: Height"].startswith(
        "'Height Sensor' of the same scan is 'height' already; `channel_names`"
    )
    assert report.exit_code == 0


def test_names__the_settings_choose_between_two(scans):
    scans.add("a", image(1, channel="Height"), image(2, channel="Height Sensor"))
    scans.build(channel_names={"Height": "height"})
    np.testing.assert_array_equal(open_store(scans.stack).image("a", "height")[0], scans.images["a"][0].heights)


def test_names__one_channel_from_two_sources_is_told(scans):
    scans.add("a", image(1, channel="Height"))
    scans.add("b", image(2, channel="ZSensor"))
    report = scans.build()
    assert [one.code for one in report.warnings] == ["mixed-sources"]
    assert report.sources == {"height": {"Height": 1, "ZSensor": 1}}


def test_names__the_number_a_program_gave_a_channel_is_no_other_source(scans):
    for i, channel in enumerate(["Height (27)", "1F:Height (2)", "Height"]):
        scans.add(f"s{i}", image(i, channel=channel))
    report = scans.build(channel_names={"Height (27)": "height", "1F:Height (2)": "height"})
    assert (report.warnings, report.sources) == ([], {"height": {"Height": 3}})


def test_calibration__files_without_unit_among_others_are_told(scans):
    scans.add("a", image(1))
    scans.add("b", image(2, calibrated=False))
    (warning,) = scans.build().warnings
    assert warning.code == "mixed-calibration"
    assert warning.text.startswith("Channel height: 1 of 2 files state no unit (b)")


def test_retrace__is_passed_by_and_counted(scans):
    scans.add("a", image(1), image(2, channel="Height (retrace)"))
    report = scans.build()
    assert ([c.name for c in open_store(scans.stack).channels], report.n_retraces) == (["height"], 1)


def test_retrace__is_kept_beside_its_trace_when_asked_for(scans):
    way_back = image(2, channel="ZSensor (retrace)")
    scans.add("a", image(1, channel="ZSensor"), way_back, image(3), image(4, channel="Height (retrace)"))
    report = scans.build(retraces=True)
    store = open_store(scans.stack)
    assert [c.name for c in store.channels] == ["height", "height (retrace)"]
    np.testing.assert_array_equal(store.image("a", "height (retrace)")[0], way_back.heights)
    assert (report.n_retraces, report.sources) == (1, {"height": {"ZSensor": 1}})


def test_retrace__of_another_size_is_passed_by(scans):
    scans.add("a", image(1), image(2, (8, 16), "Height (retrace)"))
    assert scans.build(retraces=True).n_retraces == 1


@pytest.mark.parametrize("channel", ["height", "Height"])
def test_retrace__follows_the_channel_of_the_manifest(scans, channel):
    scans.add("a", image(1), image(2, channel="Height (retrace)"), channel=channel)
    scans.build(retraces=True)
    assert [c.name for c in open_store(scans.stack).channels] == ["height", "height (retrace)"]


def test_retrace__of_a_stack_that_was_made_without_is_refused(scans):
    scans.add("a", image(1), image(2, channel="Height (retrace)"))
    scans.build()
    with pytest.raises(StoreError, match="without the ways back of the lines.*Delete the stack and ingest again"):
        scans.build(retraces=True)


def test_retrace__goes_on_in_a_stack_that_has_it(scans):
    scans.add("a", image(1), image(2, channel="Height (retrace)"))
    scans.build(retraces=True)
    scans.add("b", image(3), image(4, channel="Height (retrace)"))
    scans.build()
    assert open_store(scans.stack).has("b", "height (retrace)")


def test_channel__of_the_manifest_names_the_only_one(scans):
    scans.add("a.txt", image(1, channel="Данные"), channel="height")
    scans.build()
    assert [channel.name for channel in open_store(scans.stack).channels] == ["height"]


@pytest.mark.parametrize("wanted", ["ZSensor", "height"])
def test_channel__of_the_manifest_picks_one_of_several(scans, wanted):
    scans.add("a", image(1, channel="ZSensor"), image(2, channel="Adhesion", unit="N"), channel=wanted)
    scans.build()
    assert [channel.name for channel in open_store(scans.stack).channels] == ["height"]


def test_channel__that_the_file_lacks(scans):
    scans.add("a", image(1), image(2, channel="Phase", unit="deg"), channel="Adhesion")
    scans.add("b", image(3))
    report = scans.build()
    assert reasons(report) == {"a": "no channel 'Adhesion' in it. It has: Height, Phase. Correct line 2."}


def test_scan__of_several_files_is_one_row(scans):
    scans.add("a_z.txt", image(1), image="A", label="x")
    scans.add("a_p.txt", image(2, channel="Данные", unit="deg"), image="A", channel="Phase")
    scans.build()
    store = open_store(scans.stack)
    (row,) = store.rows.to_dict("records")
    assert (row["name"], row["label"], row["source"]) == ("A", "x", "a_z.txt; a_p.txt")
    assert [channel.name for channel in store.channels] == ["height", "Phase"]


def test_scan__of_several_files_is_left_out_whole_until_all_can_be_read(scans):
    scans.add("a_z.txt", image(1), image="A", label="x")
    scans.add("a_p.txt", FileRefused("a_p.txt", "cut off", "Export it again."), image="A", label="x")
    scans.add("b.txt", image(3), label="x")
    report = scans.build()
    assert [(one.what, one.name) for one in report.left_out] == [("file", "a_p.txt"), ("row", "A")]
    assert (report.added, report.left_out_by_class) == (["b.txt"], {"x": 1})
    scans.images["a_p.txt"] = [image(2, channel="Phase", unit="deg")]
    assert scans.build().added == ["A"]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (image(2, (8, 8), "Adhesion", "N"), r"8x8 against 16x16 pixels in 'Height'"),
        (image(2, channel="Adhesion", unit="N", dx=2e-9), r"pixels of 2 nm against 1 nm in 'Height'"),
        (image(2, channel="Adhesion", unit="N", dy=3e-9), r"pixels of 3 nm against 1 nm in 'Height'"),
        (Image(np.full((16, 16), np.nan), 1e-9, 1e-9, "N", "Adhesion"), "no measured pixel in it"),
    ],
)
def test_channel__that_does_not_fit_the_row_is_left_out(scans, other, reason):
    scans.add("a", image(1), other, label="x")
    report = scans.build()
    (one,) = report.left_out
    assert (one.what, one.name, one.label) == ("channel", "a: Adhesion", "x")
    assert reason in one.reason
    assert [channel.name for channel in open_store(scans.stack).channels] == ["height"]


def test_channel__the_first_absolute_one_sets_the_shape(scans):
    scans.add("a", image(1, (8, 8), "Phase", "deg"), image(2))
    scans.build()
    assert [channel.name for channel in open_store(scans.stack).channels] == ["height"]


def test_unit__one_for_a_channel_over_the_whole_stack(scans):
    scans.add("a", image(1), image(2, channel="Adhesion", unit="N"))
    scans.add("b", image(3), image(4, channel="Adhesion", unit="V"))
    report = scans.build()
    assert reasons(report) == {"b: Adhesion": "in V, where 'Adhesion' of the stack is in N"}
    assert not open_store(scans.stack).has("b", "Adhesion")


def test_pixel_size__missing_is_refused_with_what_to_do(scans):
    scans.add("a", image(1, dx=np.nan), label="x")
    scans.add("b", image(2))
    report = scans.build()
    assert "no pixel size in the file" in reasons(report)["a"]
    assert "manifest's column pixel_size_nm" in reasons(report)["a"]
    assert (report.exit_code, report.left_out_by_class) == (3, {"x": 1})


def test_pixel_size__of_the_manifest_reaches_the_reader(scans):
    scans.add("a", image(1, dx=19.5e-9), pixel_size_nm=19.5, z_unit="nm")
    scans.build()
    ((_, pixel_size, z_unit),) = scans.calls
    assert (pixel_size, z_unit) == (pytest.approx(19.5e-9), "nm")


def test_pixel_size__a_file_that_says_otherwise_is_told(scans):
    scans.add("a", image(1), pixel_size_nm=2.0)
    (warning,) = scans.build().warnings
    assert warning.text == "a: the file says 1 nm a pixel, the manifest 2; the file is believed"


def test_bad_files__one_line_each_and_the_rest_goes_on(scans):
    scans.add("refused", FileRefused("refused", "a force curve", "Take it out."), label="x")
    scans.add("bug", KeyError("ScanLines"), label="x")
    scans.add("empty", label="y")
    scans.rows.append(ManifestRow("nowhere", label="y"))
    scans.add("good", image(1))
    report = scans.build()
    assert report.added == ["good"]
    assert report.exit_code == 3
    assert report.left_out_by_class == {"x": 2, "y": 2}
    assert reasons(report) == {
        "refused": "a force curve. Take it out.",
        "bug": "the reader failed on it (KeyError: 'ScanLines'). Please report it with the file.",
        "empty": "no image in it. Take it out of the manifest.",
        "nowhere": "no such file (line 5 of manifest.csv). "
        "Paths count from the manifest's folder; correct the line or delete it.",
    }


def test_bad_files__strict_stops_at_the_first(scans):
    scans.add("good", image(1))
    scans.add("bad", FileRefused("bad", "a force curve", "Take it out."))
    with pytest.raises(FileRefused, match=r"bad: a force curve\. Take it out\."):
        scans.build(strict=True)


def test_bad_files__nothing_but_them(scans):
    scans.add("bad", FileRefused("bad", "a force curve", "Take it out."))
    with pytest.raises(DataError, match=r"no scan could be read, so there is no stack\. bad: a force curve"):
        scans.build()
    assert sorted(path.name for path in scans.folder.iterdir()) == ["bad", "ingest.json", "manifest.csv"]


def test_same_content__in_two_rows_is_told(scans):
    scans.add("a", image(1), content="x")
    scans.add("b", image(1), content="x")
    (warning,) = scans.build().warnings
    assert warning.code == "same-content"
    assert "b and a are the same file twice" in warning.text


def test_warnings__of_one_kind_are_counted_after_five(scans):
    for i in range(9):
        scans.add(f"s{i}", image(1), content="x")
    assert [one.text for one in scans.build().warnings][-1] == "and 3 more like this"


def test_repeat_of__nothing_is_told(scans):
    scans.add("a", image(1))
    scans.add("b", image(2), repeat_of="a")
    scans.add("c", image(3), repeat_of="z")
    (warning,) = scans.build().warnings
    assert (warning.code, warning.text) == ("repeat-of-nothing", "c is a repeat_of 'z', which is not in the stack")


def test_progress__tells_the_file_being_read(scans):
    scans.add("a", image(1))
    scans.add("b", image(2))
    seen = []
    scans.build(progress=lambda *where: seen.append(where))
    assert seen == [(0, 2, "a"), (1, 2, "b"), (2, 2, "")]


def test_memory__never_more_rows_than_one_shard(scans, monkeypatch):
    most = []
    add = append.Appender.add

    def count(self, entry):
        add(self, entry)
        most.append(sum(ny * nx * len(rows) for (ny, nx), rows in self._gathered.items()))

    monkeypatch.setattr(append.Appender, "add", count)
    monkeypatch.setattr(layout, "SHARD_PIXELS", 8 * 16 * 16)
    for i in range(20):
        scans.add(f"s{i}", image(i, [(16, 16), (8, 32), (10, 10)][i % 3]))
    scans.build()
    assert max(most) <= 8 * 16 * 16
    assert len(open_store(scans.stack).rows) == 20


def test_ingest_report__on_disk_is_the_object(two_shapes):
    document = json.loads((two_shapes.folder / "ingest.json").read_text("utf-8"))
    assert document == json.loads(json.dumps(two_shapes.report.to_dict()))
    assert (document["exit_code"], len(document["added"]), document["n_files_read"]) == (0, 75, 75)


# --- a path that is no stack, or no longer one -----------------------------------------------------------------------


def test_open__nothing_there(tmp_path):
    with pytest.raises(StoreError, match=r"stack\.zarr: does not exist\. `afmfast ingest manifest\.csv` makes one"):
        open_store(tmp_path / "stack.zarr")


def test_open__a_folder_and_another_zarr_store(tmp_path):
    with pytest.raises(StoreError, match="is no stack"):
        open_store(tmp_path)
    zarr.create_group(str(tmp_path / "z.zarr"), zarr_format=3)
    with pytest.raises(StoreError, match="a zarr store, but no afmfast stack"):
        open_store(tmp_path / "z.zarr")


def test_open__another_version_names_both(scans):
    scans.add("a", image(1))
    scans.build()
    zarr.open_group(str(scans.stack), mode="r+").attrs["schema"] = "stack/7.0"
    with pytest.raises(StoreError, match=r"written as 'stack/7\.0', this afmfast reads 'stack/1\.0'"):
        open_store(scans.stack)
    with pytest.raises(StoreError, match=r"written as 'stack/7\.0'"):
        scans.build()


@pytest.mark.parametrize("damaged", ["zarr.json", "16x16/zarr.json", "16x16/height/zarr.json", "16x16/label/c/0"])
def test_open__damaged(scans, damaged):
    scans.add("a", image(1), label="x")
    scans.build()
    (scans.stack / damaged).write_bytes(b"{broken")
    with pytest.raises(StoreError, match=r"(damaged|cannot be opened) .*Delete it and run `afmfast ingest` again"):
        open_store(scans.stack)


@pytest.mark.parametrize("fault", ["cut", "gone"])
def test_load__damaged_images_are_not_taken_for_missing_ones(scans, fault):
    scans.add("a", image(1))
    scans.build()
    (block,) = open_store(scans.stack).blocks("height")
    shard = scans.stack / "16x16/height/c/0/0/0"
    shard.write_bytes(shard.read_bytes()[:100]) if fault == "cut" else shard.unlink()
    with pytest.raises(StoreError, match=r"Delete it and run `afmfast ingest` again"):
        block.load()


def test_schema__a_stack_keeps_to_it(two_shapes):
    document = open_store(two_shapes.stack).document
    assert contracts.check(json.loads(json.dumps(document)), "stack") == document


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("ok-stack*.json")), ids=lambda path: path.stem)
def test_schema__good_examples(path):
    contracts.check(json.loads(path.read_text("utf-8")), "stack")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("bad-stack-*.json")), ids=lambda path: path.stem)
def test_schema__bad_examples(path):
    with pytest.raises(StoreError):
        contracts.check(json.loads(path.read_text("utf-8")), "stack")


def test_real_reader__npy_files_with_their_size_from_the_manifest(tmp_path):
    heights = {f"{i}.npy": np.random.default_rng(i).normal(size=(12, 20)) for i in range(3)}
    for name, one in heights.items():
        np.save(tmp_path / name, one)
    rows = [ManifestRow(name, pixel_size_nm=5.0, z_unit="nm", channel="height", label="x") for name in heights]
    (tmp_path / "3.npy").write_bytes(b"cut off")
    write_manifest(tmp_path / "manifest.csv", [*rows, ManifestRow("3.npy", pixel_size_nm=5.0, z_unit="nm")])
    report = build(read_manifest(tmp_path / "manifest.csv"), tmp_path / "stack.zarr", read=read_file)
    store = open_store(tmp_path / "stack.zarr")
    for name, one in heights.items():
        found, dx, dy, unit = store.image(name, "height")
        np.testing.assert_allclose(found, one * 1e-9, rtol=1e-12)
        assert (dx, dy, unit) == (pytest.approx(5e-9), pytest.approx(5e-9), "m")
    assert ([one.name for one in report.left_out], report.exit_code) == (["3.npy"], 3)
