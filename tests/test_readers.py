"""Readers on files that the tests write themselves: values, sizes, units, names, what is refused and how."""

from __future__ import annotations

import csv
import hashlib
import itertools
import re
import subprocess
import sys
from pathlib import Path

import make_scans
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afmfast.errors import FileRefused
from afmfast.readers.numbers import first_row
from afmfast.readers.table import FORMATS, read

with (Path(__file__).parent / "reference" / "readers.csv").open(encoding="utf-8", newline="") as _file:
    REFERENCE = list(csv.DictReader(_file))


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    for name in make_scans.MAKERS:
        make_scans.write(folder, name)
    return folder


def _given(row: dict[str, str]) -> dict[str, object]:
    return {"pixel_size": float(row["pixel_size"]) if row["pixel_size"] else None, "z_unit": row["z_unit"] or None}


@pytest.mark.parametrize("row", REFERENCE, ids=lambda r: f"{r['file']}:{r['channel']}:{r['row']}:{r['z_unit']}")
def test_read__matches_the_reference(scans: Path, row: dict[str, str]) -> None:
    image = next(i for i in read(scans / row["file"], **_given(row)) if i.channel == row["channel"])
    assert image.heights.shape == (int(row["rows"]), int(row["columns"]))
    assert (image.dx, image.dy) == pytest.approx((float(row["dx"]), float(row["dy"])), rel=1e-9)
    assert image.unit == row["unit"]
    assert image.calibrated == (row["calibrated"] == "yes")
    assert image.header["format"] == row["format"]
    found = float(image.heights[int(row["row"]), int(row["column"])])
    assert found == pytest.approx(float(row["value"]), rel=1e-6, nan_ok=True)


@pytest.mark.parametrize("name", make_scans.MAKERS)
def test_read__shows_the_slope_unturned(scans: Path, name: str) -> None:
    for image in read(scans / name, pixel_size=5e-8):
        z, expected = image.heights.astype(float), make_scans.COUNTS.astype(float)
        seen = np.isfinite(z)
        assert seen.sum() >= make_scans.COUNTS.size - make_scans.COLUMNS
        slope, offset = np.polyfit(expected[seen], z[seen], 1)
        np.testing.assert_allclose(z[seen], slope * expected[seen] + offset, atol=abs(slope) * 1e-2)
        assert slope > 0


def test_reference__lists_every_file_channel_and_format(scans: Path) -> None:
    made = {(name, i.channel) for name in make_scans.MAKERS for i in read(scans / name, pixel_size=5e-8)}
    listed = {(row["file"], row["channel"]) for row in REFERENCE}
    unlisted = {("mechanics.spm", c) for f, c in made if f == "mechanics.spm" and c == "LogModulus"}
    unlisted |= {("plain.tif", "values"), ("plain.npy", "values")}
    assert made - listed == unlisted
    assert {row["format"] for row in REFERENCE} == set(FORMATS.names())


def test_read__keeps_path_hash_and_header(scans: Path) -> None:
    path = scans / "two_bytes.spm"
    image = read(path)[0]
    assert image.source == str(path)
    assert image.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert image.header["microscope"] == "Testscope"


def test_read__takes_a_string_and_any_alphabet_in_the_name(scans: Path, tmp_path: Path) -> None:
    path = tmp_path / "Плёнка 1, été.txt"
    path.write_bytes((scans / "gwyddion_cyrillic.txt").read_bytes())
    assert read(str(path))[0].channel == "1F:SensHeight (1)"


def test_read__knows_files_by_their_first_bytes(scans: Path, tmp_path: Path) -> None:
    for name in ("two_bytes.spm", "channels.gwy", "field.gsf", "down.sxm", "image.jpk", "park_float.tiff", "plain.npy"):
        path = tmp_path / (name + ".unknown")
        path.write_bytes((scans / name).read_bytes())
        assert (
            read(path, pixel_size=5e-8)[0].header["format"] == read(scans / name, pixel_size=5e-8)[0].header["format"]
        )


def test_read__file_wins_over_a_given_pixel_size(scans: Path) -> None:
    image = read(scans / "two_bytes.spm", pixel_size=7e-9, z_unit="Pa")[0]
    assert (image.dx, image.unit) == (pytest.approx(1e-7), "m")


def test_retrace__is_the_trace_line_by_line(scans: Path) -> None:
    images = {image.channel: image for image in read(scans / "down.sxm")}
    np.testing.assert_array_equal(images["Z"].heights, images["Z (retrace)"].heights)
    assert images["Z (retrace)"].is_retrace
    assert not images["Z"].is_retrace


def test_units__kinds_follow_from_them(scans: Path) -> None:
    kinds = {image.channel: image.kind for image in read(scans / "mechanics.spm")}
    assert kinds["Adhesion"] == kinds["DMTModulus"] == "absolute"
    assert kinds["Arbitrary"] == kinds["Bias"] == kinds["Phase"] == "instrument-dependent"


def test_same_name__gets_a_number(tmp_path: Path) -> None:
    path = tmp_path / "twice.spm"
    path.write_bytes(make_scans.nanoscope_bytes([make_scans.height(stored=4)] * 2))
    assert [image.channel for image in read(path)] == ["Height", "Height 2"]


def test_import__table_loads_no_format_library() -> None:
    code = (
        "import sys, afmfast.readers.table\n"
        "heavy = {'SurfaceTopography', 'gwyfile', 'igor2', 'tifffile', 'scipy', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def _text(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8")


_GWY_HEAD = "# Channel: Z\n# Width: 1 µm\n# Height: 1 µm\n# Value units: m\n"
_HEIGHT = make_scans.height(stored=4)

REFUSED: dict[str, tuple[str, bytes, str, str]] = {
    # case: (file name, content, words about what was found, words about what to do)
    "empty": ("a.spm", b"", "empty", "again"),
    "noise": ("a.xyzq", bytes(range(256)) * 8, "no reader knows", "Export"),
    "noise_named_spm": ("a.spm", b"nothing of the kind", "does not begin like a Nanoscope", "ending"),
    "noise_named_gwy": ("a.gwy", b"nothing of the kind", "does not begin like a Gwyddion", "ending"),
    "noise_named_sxm": ("a.sxm", b"nothing of the kind", "does not begin like a Nanonis", "again"),
    "noise_named_nid": ("a.nid", b"nothing of the kind", "does not begin like a Nanosurf", "again"),
    "noise_named_gsf": ("a.gsf", b"nothing of the kind", "does not begin like", "Gwyddion"),
    "noise_named_tif": ("a.tif", b"nothing of the kind", "TIFF", "damaged"),
    "noise_named_ibw": ("a.ibw", b"nothing of the kind", "Igor", "Leave it out"),
    "noise_named_jpk": ("a.jpk", b"nothing of the kind", "JPK", "damaged"),
    "noise_named_npy": ("a.npy", b"nothing of the kind", "not an array", "numpy.save"),
    "binary_named_txt": ("a.txt", b"\0\1\2\3" * 9, "binary", "ending"),
    "gwyddion_1": ("a.gwy", b"GWYOGwyContainer\0" + bytes(40), "Gwyddion 1.x", "save it"),
    "jpk_force": ("a.jpk-qi-data", b"PK\3\4" + bytes(40), "force curves", "Export"),
    "hdf5": ("a.h5-jpk", b"\x89HDF\r\n\x1a\n" + bytes(40), "HDF5", "Export"),
    "netcdf": ("a.nc", b"CDF\1" + bytes(40), "netCDF", "Gwyddion"),
    "nanoscope_force": ("a.001", b"\\*Force file list\r\n\\*File list end\r\n", "force curve", "Leave it out"),
    "nanoscope_as_text": ("a.001", b"?*File list\r\n", "data as text", "binary"),
    "nanoscope_no_image": ("a.001", make_scans.nanoscope_bytes([]), "without an image", "Leave it out"),
    "nanoscope_no_end": ("a.001", make_scans.nanoscope_bytes([_HEIGHT])[:600], "cut off", "again"),
    "nanoscope_cut": ("a.001", make_scans.nanoscope_bytes([_HEIGHT] * 2)[:-3], "cut off", "again"),
    "nanoscope_wrong_length": (
        "a.001", make_scans.nanoscope_bytes([_HEIGHT]).replace(b"Samps/line: 9", b"Samps/line: 8"),
        "8 x 6 pixels", "again",
    ),
    "nanoscope_4_bytes_too_early": (
        "a.001", make_scans.nanoscope_bytes([_HEIGHT], version="0x05120130"), "216 bytes", "again",
    ),
    "nanoscope_old_scale": (
        "a.001", make_scans.nanoscope_bytes([_HEIGHT]).replace(b"@2:Z scale: V", b"Z scale: 20 V"), "Z scale", "4.3",
    ),
    "nanoscope_zero_range": (
        "a.001", make_scans.nanoscope_bytes([make_scans.height("V [Sens. Zsens] (0.1 V/LSB) 0 V", stored=4)]),
        "range is 0", "again",
    ),
    "nanoscope_no_size": (
        "a.001", make_scans.nanoscope_bytes([_HEIGHT]).replace(b"0.9 1.2 ~m", b"0.9 1.2 VV"), "scan size", "again",
    ),
    "nanoscope_profile": (
        "a.001", make_scans.nanoscope_bytes([make_scans.height(size="0 0 nm", stored=4)]), "0 x 0 m", "export",
    ),
    "words": ("a.txt", _text("once upon a time\nthere was a scan\n"), "no rows of numbers", "words"),
    "table_of_results": ("a.csv", _text("grain,area\n1,two\n2,three\n"), "no rows of numbers", "table"),
    "ragged": ("a.txt", _text("1 2 3 4\n5 6 7 8\n9 10 11\n"), "count of numbers", "cut off"),
    "word_inside": ("a.txt", _text("1 2 3 4\n5 6 oops 8\n"), "count of numbers", "cut off"),
    "exponent_cut": ("a.txt", _text(_GWY_HEAD + "1.5e-009 2.5e-009\n1.5e-009 2.5e-0"), "e-0", "again"),
    "exponent_lost": ("a.txt", _text(_GWY_HEAD + "1.5e-009 2.5e-009\n1.5e-009 2.5"), "cut off", "again"),
    "fraction_cut": ("a.xyz", _text("0.0 0.0 1.0\n1.0 0.0 1.0\n0.0 1.0 1.0\n1.0 1.0 28"), "cut off", "again"),
    "commas_of_two_kinds": ("a.txt", _text("1,5\n2,5\n3,5\n"), "decimal comma", "tabs"),
    "dots_and_commas": ("a.txt", _text("1.234,5\t2.345,6\n1.234,5\t2.345,6\n"), "dots and with commas", "one decimal"),
    "holes": ("a.xyz", _text("0 0 1\n1 0 1\n2 0 1\n0 1 1\n1 1 1\n"), "do not fill a grid", "grid"),
    "point_twice": ("a.xyz", _text("0 0 1\n1 0 1\n0 1 1\n0 1 1\n"), "do not fill a grid", "grid"),
    "uneven": ("a.xyz", _text("0 0 1\n1 0 1\n5 0 1\n0 1 1\n1 1 1\n5 1 1\n"), "evenly", "matrix"),
    "column_constant": ("a.xyz", _text("0 0 1\n0 1 1\n0 2 1\n"), "does not change", "columns"),
    "fewer_points_than_stated": (
        "a.txt", _text("Data Size:\t3 x 2\nSurface Size:\t1 x 1\nX Unit:\tMicroMeter\nY Unit:\tMicroMeter\n\nX\tY\tZ\n"
                       "0 0 1\n1 0 1\n0 1 1\n1 1 1\n"), "says 3 x 2", "cut off",
    ),
    "no_length": ("a.txt", _text("X Unit: Volt\nX Y Z\n0 0 1\n1 0 1\n0 1 1\n1 1 1\n"), "no length", "lengths"),
    "no_pixel_size": ("a.txt", _text("1.5 2.5 3.5 4.5\n1.5 2.5 3.5 4.5\n"), "how large a pixel", "pixel_size_nm"),
    "kilometres": ("a.txt", _text(_GWY_HEAD.replace("1 µm", "3 km") + "1 2 3\n4 5 6\n"), "3000 x 3000 m", "unit"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused__names_file_finding_and_way_out(tmp_path: Path, case: str) -> None:
    name, content, found, todo = REFUSED[case]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileRefused) as caught:
        read(path)
    assert found in caught.value.found
    assert todo in caught.value.todo
    assert str(caught.value).startswith(str(path))


_NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?|[-+]?nan|[-+]?inf"
_SLOW_ROW = re.compile(rf"\s*(?:{_NUMBER})(?:(?:\s*[;,\t]\s*|\s+)(?:{_NUMBER}))+[\s;,]*", re.IGNORECASE)


def test_first_row__is_what_one_pattern_for_a_row_finds() -> None:
    """On every short text; the fast way also takes a row with an empty place, which is refused when it is read."""
    for length in range(7):
        for letters in itertools.product("12,.;-e ", repeat=length):
            line = "".join(letters)
            slow, fast = _SLOW_ROW.fullmatch(line) is not None, first_row([line]) == 0
            assert fast or not slow, line
            assert slow or not fast or re.search(r"^ *[;,]|[;,] *[;,]", line), line


def test_text__decimal_commas_without_a_leading_zero(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(_text(_GWY_HEAD + "-,500;1,5\n2,e-1;,25\n"))
    np.testing.assert_array_equal(read(path)[0].heights, [[-0.5, 1.5], [0.2, 0.25]])


def test_refused__cut_off_inside_its_first_row_at_once(tmp_path: Path) -> None:
    """In another process, as a pattern that tries every way to part the numbers does not end."""
    path = tmp_path / "a.txt"
    path.write_text("\t".join(["1.5e-009"] * 200) + "\t1.5e-")
    code = (
        "import sys, afmfast.errors, afmfast.readers.text as text, pathlib\n"
        "try: text.read(pathlib.Path(sys.argv[1]))\n"
        "except afmfast.errors.FileRefused as fault: print(fault)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, timeout=60)
    assert b"cut off" in done.stdout


def test_refused__absent_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.spm", tmp_path):
        with pytest.raises(FileRefused, match="cannot be opened"):
            read(path)


def test_refused__pixel_size_in_nanometres(scans: Path) -> None:
    with pytest.raises(FileRefused, match="in metres"):
        read(scans / "no_header.txt", pixel_size=19.5)


@pytest.mark.parametrize("name", ["no_header.txt", "columns_bare.xyz", "plain.npy", "metres.npz", "plain.tif"])
def test_refused__no_pixel_size(scans: Path, name: str) -> None:
    with pytest.raises(FileRefused, match="pixel_size_nm"):
        read(scans / name)


def test_refused__curves_and_pickles(tmp_path: Path) -> None:
    curve = tmp_path / "curve.ibw"
    curve.write_bytes(make_scans.ibw_bytes([make_scans.NM], [], column_labels=("Raw", "Defl")))
    stack = tmp_path / "stack.npy"
    np.save(stack, np.zeros((3, 4, 5)))
    pickled = tmp_path / "pickled.npy"
    np.save(pickled, np.array([{"a": 1}]), allow_pickle=True)
    for path, words in ((curve, "a curve"), (stack, "3 x 4 x 5"), (pickled, "not an array of numbers")):
        with pytest.raises(FileRefused, match=words):
            read(path, pixel_size=1e-8)


def test_refused__tiffs_in_colour_cut_off_or_scaled_otherwise(tmp_path: Path, scans: Path) -> None:
    import tifffile

    colour, cut, bent = tmp_path / "colour.tif", tmp_path / "cut.tif", tmp_path / "bent.jpk"
    tifffile.imwrite(colour, np.zeros((5, 6, 3), np.uint8), photometric="rgb")
    cut.write_bytes((scans / "plain.tif").read_bytes()[:-4])
    make_scans.write_jpk(bent, scaling="LogScaling")
    for path, words in ((colour, "colour"), (cut, "cut off"), (bent, "LogScaling")):
        with pytest.raises(FileRefused, match=words):
            read(path, pixel_size=1e-8)


def test_refused__park_spectra(tmp_path: Path) -> None:
    make_scans.write_park(tmp_path / "spectra.tiff", kind=2)
    with pytest.raises(FileRefused, match="profile or spectra"):
        read(tmp_path / "spectra.tiff")


def test_infinite__becomes_not_measured(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[1.0, np.inf], [-np.inf, 2.0]]))
    assert np.isnan(read(tmp_path / "a.npy", pixel_size=1e-8)[0].heights).sum() == 2


_DAMAGED = [name for name in make_scans.MAKERS if name != "wsxm.stp"]


def _read_or_refused(path: Path) -> None:
    try:
        images = read(path, pixel_size=5e-8)
    except FileRefused:
        return
    assert images
    assert all(image.dx > 0 and not np.isinf(image.heights).any() for image in images)


@pytest.mark.parametrize("name", _DAMAGED)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_damaged__cut_at_any_length(scans: Path, tmp_path: Path, name: str, share: float) -> None:
    content = (scans / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(content[: int(share * len(content))])
    _read_or_refused(path)


@pytest.mark.parametrize("name", _DAMAGED)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=5))
def test_damaged__bytes_changed(scans: Path, tmp_path: Path, name: str, flips: list[tuple[float, int]]) -> None:
    content = bytearray((scans / name).read_bytes())
    reach = min(len(content), 4096)
    for place, value in flips:
        content[int(place * reach)] = value
    path = tmp_path / name
    path.write_bytes(bytes(content))
    _read_or_refused(path)
