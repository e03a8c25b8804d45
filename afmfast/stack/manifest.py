"""manifest.csv: one line a scan file, and what the sample is."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from unicodedata import normalize

from ..contracts import name_of
from ..errors import DataError, FileRefused
from ..files import write_text
from ..records import Image

TEXTS = ("path", "label", "image", "channel", "group", "batch", "repeat_of", "z_unit", "reason")
NUMBERS = ("target", "pixel_size_nm")
COLUMNS = (
    "path", "label", "image", "channel", "group", "batch", "repeat_of", "target", "pixel_size_nm", "z_unit",
    "use", "reason",
)  # fmt: skip
#: Written even where no line fills them, because a study is likely to need them.
_ALWAYS = ("path", "label", "group", "batch", "pixel_size_nm", "use", "reason")
_OURS = ("manifest.csv", "study.yaml", "ingest.json")
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class ManifestRow:
    """One line: a scan file (or one channel of it). `line` counts from 1; numbers are None where the field is empty."""

    path: str
    label: str = ""
    image: str = ""
    channel: str = ""
    group: str = ""
    batch: str = ""
    repeat_of: str = ""
    target: float | None = None
    pixel_size_nm: float | None = None
    z_unit: str = ""
    use: bool = True
    reason: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    line: int = field(default=0, compare=False)

    @property
    def scan(self) -> str:
        """The scan this file belongs to: `image`, else the file."""
        return self.image or _plain(self.path)


@dataclass(frozen=True)
class Scan:
    """Lines of one scan and what they agree on; `use` is False where every line is set aside."""

    name: str
    label: str
    group: str
    batch: str
    repeat_of: str
    target: float | None
    extra: Mapping[str, str]
    rows: tuple[ManifestRow, ...]

    @property
    def use(self) -> bool:
        """Whether any line of the scan is in use."""
        return any(row.use for row in self.rows)

    @property
    def reason(self) -> str:
        """Why its lines are set aside."""
        return "; ".join(dict.fromkeys(row.reason for row in self.rows if not row.use and row.reason))


@dataclass(frozen=True)
class Finding:
    """What `scan_folder` found in a file: channels with units, shape (ny, nx), pixel sizes in metres, or a problem."""

    path: str
    channels: tuple[tuple[str, str], ...] = ()
    shape: tuple[int, int] | None = None
    dx: float = math.nan
    dy: float = math.nan
    problem: str = ""


@dataclass(frozen=True)
class Manifest:
    """A manifest that was read: where it lies and its lines."""

    path: Path
    rows: tuple[ManifestRow, ...]

    def scans(self) -> tuple[Scan, ...]:
        """Scans in the order of their first lines; raises `DataError` where lines of one scan contradict each other."""
        gathered: dict[str, list[ManifestRow]] = {}
        for row in self.rows:
            gathered.setdefault(row.scan, []).append(row)
        return tuple(self._scan(name, tuple(rows)) for name, rows in gathered.items())

    def _scan(self, name: str, rows: tuple[ManifestRow, ...]) -> Scan:
        agreed = {key: self._agreed(name, key, rows) for key in ("label", "group", "batch", "repeat_of", "target")}
        if agreed["repeat_of"] == name:
            raise DataError(
                f"{self.path}, line {rows[0].line}: {name} is a repeat_of itself; name another scan or leave it empty"
            )
        extra: dict[str, dict[str, None]] = {}
        for row in rows:
            for key, value in row.extra.items():
                extra.setdefault(key, {}).update({value: None} if value else {})
        return Scan(name, **agreed, extra={key: "; ".join(values) for key, values in extra.items()}, rows=rows)

    def _agreed(self, name: str, key: str, rows: tuple[ManifestRow, ...]) -> Any:
        """What the used lines say; an empty field agrees with everything."""
        said: dict[Any, int] = {}
        for row in [row for row in rows if row.use] or rows:
            if getattr(row, key) not in ("", None):
                said.setdefault(getattr(row, key), row.line)
        if len(said) > 1:
            (one, line), (other, its_line) = list(said.items())[:2]
            raise DataError(
                f"{self.path}: scan {name} has {key} {one!r} in line {line} and {other!r} in line {its_line}. "
                f"Lines with the same `image` are channels of one scan: give them one {key}, or two names."
            )
        return next(iter(said), None if key in NUMBERS else "")

    def locate(self, row: ManifestRow) -> Path | None:
        """The file of a line, or None where there is none.

        A path counts from the manifest's folder; backslashes and both Unicode forms of an accented letter are
        tried, because manifests travel between systems that write them differently.
        """
        for path in (row.path, row.path.strip(), _plain(row.path)):
            for form in (path, normalize("NFC", path), normalize("NFD", path)):
                if (self.path.parent / form).is_file():
                    return self.path.parent / form
        return None

    def to_dict(self) -> dict[str, Any]:
        """The document `data_schemas/manifest-1.0.json` describes."""
        rows = [
            {key: getattr(row, key) for key in (*COLUMNS, "line")} | {"extra": dict(row.extra)} for row in self.rows
        ]
        return {"schema": name_of("manifest"), "rows": rows}


def _plain(path: str) -> str:
    return path.strip().replace("\\", "/").removeprefix("./")


def read_manifest(path: str | Path) -> Manifest:
    """The lines of a manifest; raises `DataError` with file and line where one cannot be understood.

    UTF-8 with or without byte-order mark; commas, semicolons or tabs; lines that start with # above the header
    are comments. A file that does not exist is found at ingest, not here.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: no such manifest. `afmfast init FOLDER` writes one from a folder of scans.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 (byte {error.start}). In Excel save it as 'CSV UTF-8'.") from None
    lines = text.splitlines(keepends=True)
    above = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    if above == len(lines):
        raise DataError(
            f"{path}: empty. Its first line names the columns; `path` is needed, then one line a scan file."
        )
    delimiter = _delimiter(lines[above])
    reader = csv.reader(io.StringIO("".join(lines[above:]), newline=""), delimiter=delimiter, strict=True)
    rows, start = [], above + 1
    try:
        header = _header(next(reader), path)
        start = above + reader.line_num + 1
        for fields in reader:
            if any(text.strip() for text in fields):
                rows.append(_row(header, fields, f"{path}, line {start}", start, decimal_comma=delimiter != ","))
            start = above + reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{path}, line {start}: {error}. Look for a double quote that is opened and not closed."
        ) from None
    if not rows:
        raise DataError(f"{path}: no line below the header; write one line a scan file")
    _refuse_duplicates(rows, path)
    return Manifest(path, tuple(rows))


def _delimiter(header: str) -> str:
    """The separator that makes most columns of the header; Excel in much of Europe writes semicolons."""
    return max(_DELIMITERS, key=lambda one: len(next(csv.reader([header], delimiter=one))))


def _header(fields: list[str], path: Path) -> list[str]:
    names = [name.strip() for name in fields]
    names = [name.lower() if name.lower() in COLUMNS else name for name in names]
    if "path" not in names:
        raise DataError(
            f"{path}: no column `path`; the header has: {', '.join(names)}. Add it: each scan file, from here."
        )
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise DataError(f"{path}: column {twice[0]!r} is there twice; rename one")
    for name in names:
        near = get_close_matches(name.lower(), [one for one in COLUMNS if one not in names], n=1, cutoff=0.8)
        if name not in COLUMNS and near:
            # `groups` taken for free metadata would silently let one patient stand on both sides of a split
            raise DataError(f"{path}: column {name!r} is not known; did you mean {near[0]!r}? Rename it.")
    return names


def _row(header: list[str], fields: list[str], where: str, line: int, *, decimal_comma: bool) -> ManifestRow:
    if len(fields) > len(header) and any(text.strip() for text in fields[len(header) :]):
        raise DataError(
            f"{where}: {len(fields)} fields under {len(header)} columns. A path with a comma needs double quotes."
        )
    cells = dict(zip(header, fields, strict=False))
    path = cells.pop("path", "")
    cells = {key: value.strip() for key, value in cells.items() if key}
    if not path.strip():
        raise DataError(f"{where}: `path` is empty; name the scan file or delete the line")
    known: dict[str, Any] = {key: cells.get(key, "") for key in TEXTS if key != "path"}
    known |= {key: _number(cells.get(key, ""), key, where, decimal_comma=decimal_comma) for key in NUMBERS}
    if known["pixel_size_nm"] is not None and known["pixel_size_nm"] <= 0:
        raise DataError(
            f"{where}: pixel_size_nm is {known['pixel_size_nm']:g}; write scan size / pixels, in nanometres"
        )
    use = cells.get("use", "").lower()
    if use not in ("", "yes", "no"):
        raise DataError(f"{where}: `use` is {cells['use']!r}; allowed: yes, no, or nothing (= yes)")
    extra = {key: value for key, value in cells.items() if key not in COLUMNS}
    return ManifestRow(path, **known, use=use != "no", extra=extra, line=line)


def _number(text: str, key: str, where: str, *, decimal_comma: bool) -> float | None:
    if not text:
        return None
    try:
        number = float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise DataError(
            f"{where}: {key} is {text!r}, not a number; write it like 19.53, without unit, or leave it empty"
        )
    return number


def _refuse_duplicates(rows: list[ManifestRow], path: Path) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        first = seen.setdefault((_plain(row.path), row.channel), row.line)
        if first != row.line:
            channel = f" with channel {row.channel!r}" if row.channel else ""
            raise DataError(
                f"{path}, line {row.line}: {row.path}{channel} is in line {first} already; delete one of the two"
            )


def write_manifest(path: str | Path, rows: Iterable[ManifestRow], comments: Iterable[str] = ()) -> None:
    """Write a manifest, comment lines first; columns that nobody fills are left away except the usual ones."""
    path, rows = Path(path), list(rows)
    used = [key for key in COLUMNS if key in _ALWAYS or any(getattr(row, key) not in ("", None) for row in rows)]
    own = list(dict.fromkeys(key for row in rows for key in row.extra))
    text = io.StringIO(newline="")
    text.writelines(f"# {comment}\n" for comment in comments)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*used, *own])
    for row in rows:
        cells = [_cell(getattr(row, key)) for key in used]
        writer.writerow([*cells, *(row.extra.get(key, "") for key in own)])
    content = text.getvalue()
    # Excel takes a file without byte-order mark for the local 8-bit alphabet and garbles everything else
    write_text(path, content if content.isascii() else "\ufeff" + content)


def _cell(value: str | float | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value if isinstance(value, str) else repr(value).removesuffix(".0")


def scan_folder(
    folder: str | Path,
    read: Callable[..., list[Image]],
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[list[ManifestRow], list[Finding]]:
    """A manifest's first draft from a folder of scans, and what was found in each file.

    The label is the sub-folder, `group` is empty. A file that cannot be read is a line with `use` no and the
    reason: there it can be seen, and put right (say with a pixel size). Raises `DataError` for an empty folder.
    """
    folder = Path(folder)
    paths = list(_files(folder)) if folder.is_dir() else []
    if not paths:
        found = "has no files" if folder.is_dir() else "is no folder"
        raise DataError(f"{folder}: {found}. Give the folder that holds the scans, best one sub-folder a class.")
    rows, findings = [], []
    for number, path in enumerate(paths, start=1):
        name = path.relative_to(folder).as_posix()
        finding = _look(path, name, read)
        label = name.split("/")[0] if "/" in name else ""
        rows.append(ManifestRow(name, label=label, use=not finding.problem, reason=finding.problem))
        findings.append(finding)
        if progress:
            progress(number, len(paths), name)
    return rows, findings


def _files(folder: Path) -> Iterator[Path]:
    """Files below a folder by name, without hidden ones and what afmfast itself writes."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in _OURS or path.name.endswith((".zarr", ".part", "-study")):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def _look(path: Path, name: str, read: Callable[..., list[Image]]) -> Finding:
    try:
        images = read(path, pixel_size=None, z_unit=None)
    except FileRefused as refusal:
        return Finding(name, problem=f"{refusal.found}. {refusal.todo}")
    except Exception as error:  # a reader's own fault on one file must not hide the other ten thousand
        return Finding(name, problem=f"the reader failed on it ({type(error).__name__}: {error})")
    first = images[0]
    problem = (
        "" if math.isfinite(first.dx) else "no pixel size in the file. Write it into pixel_size_nm and set use to yes."
    )
    channels = tuple((image.channel, image.unit) for image in images)
    ny, nx = first.heights.shape
    return Finding(name, channels, (ny, nx), first.dx, first.dy, problem)
