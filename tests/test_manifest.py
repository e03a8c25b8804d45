"""manifest.csv: what a user may write, what comes back, and what is refused with which sentence."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afmfast import contracts
from afmfast.errors import DataError, FileRefused, StoreError
from afmfast.records import Image
from afmfast.stack.manifest import Manifest, ManifestRow, read_manifest, scan_folder, write_manifest

EXAMPLES = Path(__file__).parents[1] / "data_schemas" / "examples"


def manifest(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "manifest.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_read__every_column(tmp_path):
    text = (
        "path,label,image,channel,group,batch,repeat_of,target,pixel_size_nm,z_unit,use,reason,operator\n"
        '"a, 1.txt",ill,scan 1,Phase,P7,Monday,scan 0,3.5,19.5,deg,No,tip lost,Жанна\n'
    )
    (row,) = read_manifest(manifest(tmp_path, text)).rows
    assert row == ManifestRow(
        "a, 1.txt", "ill", "scan 1", "Phase", "P7", "Monday", "scan 0", 3.5, 19.5, "deg", False, "tip lost",
        {"operator": "Жанна"},
    )  # fmt: skip
    assert row.line == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_read__byte_order_mark_line_ends_and_separators(tmp_path, encoding, newline, delimiter):
    lines = ["# a comment; with, signs", "path,label", "слой/скан 1.txt,ü", "", "b.txt,c"]
    text = newline.join(line.replace(",", delimiter) for line in lines) + newline
    rows = read_manifest(manifest(tmp_path, text, encoding)).rows
    assert [(row.path, row.label, row.line) for row in rows] == [("слой/скан 1.txt", "ü", 3), ("b.txt", "c", 5)]


def test_read__only_a_path_column_is_needed(tmp_path):
    (row,) = read_manifest(manifest(tmp_path, "path\na.txt\n")).rows
    assert row == ManifestRow("a.txt")


def test_read__a_decimal_comma_between_semicolons(tmp_path):
    (row,) = read_manifest(manifest(tmp_path, "path;pixel_size_nm;target\na.txt;19,53125;-1,5\n")).rows
    assert (row.pixel_size_nm, row.target) == (19.53125, -1.5)


def test_read__header_in_capitals_and_spaces_around_cells(tmp_path):
    (row,) = read_manifest(manifest(tmp_path, "Path, Label ,Tip\na.txt, ill , 3\n")).rows
    assert (row.path, row.label, row.extra) == ("a.txt", "ill", {"Tip": "3"})


FAULTS = {
    "no-path": ("label\na\n", r"no column `path`; the header has: label\. Add it"),
    "use": ("path,use\na.txt,\nb.txt,maybe\n", r"manifest\.csv, line 3: `use` is 'maybe'; allowed: yes, no"),
    "number": ("path,pixel_size_nm\na.txt,20 nm\n", r"line 2: pixel_size_nm is '20 nm', not a number; write it like"),
    "decimal-comma": ('path,target\na.txt,"1,5"\n', r"line 2: target is '1,5', not a number"),
    "nan": ("path,target\na.txt,nan\n", r"line 2: target is 'nan', not a number"),
    "zero-pixel": ("path,pixel_size_nm\na.txt,0\n", r"line 2: pixel_size_nm is 0; write scan size / pixels"),
    "twice": ("path\na.txt\nb.txt\n./a.txt\n", r"line 4: \./a\.txt is in line 2 already; delete one"),
    "twice-channel": (
        "path,channel\na.txt,A\na.txt,B\na.txt,A\n",
        r"line 4: a\.txt with channel 'A' is in line 2 already",
    ),
    "empty-path": ("path,label\n ,a\n", r"line 2: `path` is empty; name the scan file"),
    "comma-in-path": ("path,label\na, b.txt,c\n", r"line 2: 3 fields under 2 columns\. .* needs double quotes"),
    "open-quote": ('path,label\na.txt,b\n"c.txt,d\ne.txt,f\n', r"line 3: .*double quote that is opened and not closed"),
    "near-name": ("path,groups\na.txt,1\n", r"column 'groups' is not known; did you mean 'group'\?"),
    "column-twice": ("path,label,label\na.txt,1,2\n", r"column 'label' is there twice"),
    "no-lines": ("path,label\n", r"no line below the header"),
    "empty": ("# nothing\n\n", r"empty\. Its first line names the columns"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_read__refuses(tmp_path, fault):
    text, sentence = FAULTS[fault]
    with pytest.raises(DataError, match=sentence):
        read_manifest(manifest(tmp_path, text))


def test_read__refuses_another_alphabet(tmp_path):
    with pytest.raises(DataError, match=r"not UTF-8 \(byte 5\)\. In Excel save it as 'CSV UTF-8'"):
        read_manifest(manifest(tmp_path, "path\nскан.txt\n", "cp1251"))


def test_read__says_how_to_get_a_manifest(tmp_path):
    with pytest.raises(DataError, match=r"no such manifest\. `afmfast init FOLDER` writes one"):
        read_manifest(tmp_path / "manifest.csv")


def test_read__a_user_column_near_a_known_one_that_is_there(tmp_path):
    (row,) = read_manifest(manifest(tmp_path, "path,batch,batch2\na.txt,x,y\n")).rows
    assert (row.batch, row.extra) == ("x", {"batch2": "y"})


def scans(*rows):
    return Manifest(Path("m.csv"), rows).scans()


def test_scans__a_file_is_a_scan_by_default():
    assert [scan.name for scan in scans(ManifestRow("x/a.txt"), ManifestRow(".\\x\\b.txt"))] == ["x/a.txt", "x/b.txt"]


def test_scans__lines_with_one_image_are_one_scan():
    one, other = scans(
        ManifestRow("a_height.txt", image="A", label="ill", extra={"tip": "1", "op": "x"}),
        ManifestRow("b.txt", label="well"),
        ManifestRow("a_phase.txt", image="A", group="P7", target=2.0, extra={"tip": "2", "op": "x"}),
    )
    assert (one.name, one.label, one.group, one.target) == ("A", "ill", "P7", 2.0)
    assert [row.path for row in one.rows] == ["a_height.txt", "a_phase.txt"]
    assert one.extra == {"tip": "1; 2", "op": "x"}
    assert (other.name, other.label) == ("b.txt", "well")


@pytest.mark.parametrize(
    ("key", "values"),
    [("label", ("ill", "well")), ("group", ("1", "2")), ("target", (1.0, 2.0)), ("batch", ("a", "b"))],
)
def test_scans__refuse_contradictions_by_line(key, values):
    rows = [ManifestRow(f"{i}.txt", image="A", line=i + 2, **{key: value}) for i, value in enumerate(values)]
    with pytest.raises(DataError, match=rf"scan A has {key} .* in line 2 and .* in line 3"):
        scans(*rows)


def test_scans__a_line_set_aside_does_not_contradict():
    (scan,) = scans(
        ManifestRow("1.txt", image="A", label="ill"),
        ManifestRow("2.txt", image="A", label="well", use=False, reason="wrong sample"),
    )
    assert (scan.use, scan.label) == (True, "ill")


def test_scans__set_aside_with_the_reason():
    (scan,) = scans(ManifestRow("1.txt", label="ill", use=False, reason="tip lost"))
    assert (scan.use, scan.reason, scan.label) == (False, "tip lost", "ill")


def test_scans__refuse_a_repeat_of_itself():
    with pytest.raises(DataError, match=r"line 4: a\.txt is a repeat_of itself"):
        scans(ManifestRow("a.txt", repeat_of="a.txt", line=4))


@pytest.mark.parametrize(
    "written", ["sub/скан й.txt", "sub\\скан й.txt", " sub/скан й.txt ", "sub/скан \u0438\u0306.txt"]
)
def test_locate__paths_from_other_systems(tmp_path, written):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "скан й.txt").touch()
    found = Manifest(tmp_path / "manifest.csv", ()).locate(ManifestRow(written))
    assert found is not None
    assert found.samefile(tmp_path / "sub" / "скан й.txt")


def test_locate__nothing_there(tmp_path):
    assert Manifest(tmp_path / "manifest.csv", ()).locate(ManifestRow("a.txt")) is None


# what a cell can hold: any alphabet, separators and quotes, line ends inside; edges are stripped when read
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(',;"#\n'), max_size=8).map(str.strip)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.builds(
    ManifestRow,
    CELLS.filter(bool).map("scan {}".format), CELLS, CELLS, CELLS, CELLS, CELLS, CELLS, NUMBERS,
    st.none() | st.floats(1e-9, 1e9), CELLS, st.booleans(), CELLS,
    st.fixed_dictionaries({"operator": CELLS, "оператор": CELLS}),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=4, unique_by=lambda row: row.path.replace("\\", "/")))
def test_write__reads_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("written") / "manifest.csv"
    write_manifest(path, rows, ["a comment", "слово"])
    assert list(read_manifest(path).rows) == rows


def test_write__leaves_empty_columns_away_and_asks_for_groups(tmp_path):
    path = tmp_path / "manifest.csv"
    write_manifest(path, [ManifestRow("a.txt", label="x", target=3.0)], ["why groups matter"])
    assert path.read_text("utf-8").splitlines() == [
        "# why groups matter",
        "path,label,group,batch,target,pixel_size_nm,use,reason",
        "a.txt,x,,,3,,yes,",
    ]
    assert [one.name for one in tmp_path.iterdir()] == ["manifest.csv"]


@pytest.mark.parametrize(("label", "mark"), [("plain", b"path"), ("Слой", b"\xef\xbb\xbf")])
def test_write__a_byte_order_mark_where_excel_needs_one(tmp_path, label, mark):
    write_manifest(tmp_path / "m.csv", [ManifestRow("a.txt", label=label)])
    assert (tmp_path / "m.csv").read_bytes().startswith(mark)


def fake_read(path, *, pixel_size, z_unit):
    if path.suffix == ".pdf":
        raise FileRefused(path, "no microscope file", "Take it out.")
    if path.suffix == ".bug":
        raise KeyError("ScanLines")
    dx = np.nan if path.suffix == ".txt" else 2e-9
    return [Image(np.zeros((4, 6)), dx, dx, "m", "Height"), Image(np.zeros((4, 6)), dx, dx, "V", "Error")]


@pytest.fixture
def folder(tmp_path):
    names = ["ill/b/2.spm", "ill/1.spm", "well/3.txt", "top.spm", "paper.pdf", "well/4.bug", ".hidden", "manifest.csv"]
    for name in [*names, "stack.zarr/zarr.json", "x-study/results.json", "ill/.cache/5.spm"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_scan_folder__labels_are_sub_folders(folder):
    seen = []
    rows, _ = scan_folder(folder, fake_read, lambda *where: seen.append(where))
    labels = [(row.path, row.label, row.group) for row in rows if row.use]
    assert labels == [("ill/1.spm", "ill", ""), ("ill/b/2.spm", "ill", ""), ("top.spm", "", "")]
    assert seen[-1] == (6, 6, "well/4.bug")


def test_scan_folder__tells_what_is_in_a_file(folder):
    _, findings = scan_folder(folder, fake_read)
    finding = next(one for one in findings if one.path == "ill/1.spm")
    assert finding.channels == (("Height", "m"), ("Error", "V"))
    assert (finding.shape, finding.dx, finding.dy, finding.problem) == ((4, 6), 2e-9, 2e-9, "")


def test_scan_folder__what_cannot_be_read_is_a_line_with_the_reason(folder):
    rows, _ = scan_folder(folder, fake_read)
    assert {row.path: row.reason for row in rows if not row.use} == {
        "paper.pdf": "no microscope file. Take it out.",
        "well/3.txt": "no pixel size in the file. Write it into pixel_size_nm and set use to yes.",
        "well/4.bug": "the reader failed on it (KeyError: 'ScanLines')",
    }


def test_scan_folder__its_manifest_can_be_read(folder):
    rows, _ = scan_folder(folder, fake_read)
    write_manifest(folder / "manifest.csv", rows)
    assert list(read_manifest(folder / "manifest.csv").rows) == rows


@pytest.mark.parametrize(("name", "found"), [("empty", "has no files"), ("nowhere", "is no folder")])
def test_scan_folder__refuses_a_folder_without_files(tmp_path, name, found):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=f"{name}: {found}. Give the folder that holds the scans"):
        scan_folder(tmp_path / name, fake_read)


def test_schema__a_manifest_keeps_to_it(tmp_path):
    text = "path,label,target,use,operator\na.txt,x,1.5,no,y\nb.txt,z,,,\n"
    document = read_manifest(manifest(tmp_path, text)).to_dict()
    contracts.check(json.loads(json.dumps(document)), "manifest")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("ok-manifest*.json")), ids=lambda path: path.stem)
def test_schema__good_examples(path):
    contracts.check(json.loads(path.read_text("utf-8")), "manifest")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("bad-manifest-*.json")), ids=lambda path: path.stem)
def test_schema__bad_examples(path):
    with pytest.raises(StoreError):
        contracts.check(json.loads(path.read_text("utf-8")), "manifest")
