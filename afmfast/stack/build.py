"""Scan files and their manifest become a stack; what cannot is told by name and the rest goes on."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import DataError, FileRefused, StoreError
from ..files import refused
from ..records import RETRACE, Image
from .append import ABOUT, Appender, Entry
from .channels import PIXEL_TOLERANCE, Choice, choose, wanted
from .manifest import Manifest, ManifestRow, Scan
from .outcome import IngestReport, Warned

#: Gwyddion and Nova number the channels of a file: "Height (27)", "1F:Height (2)".
_NUMBERING = re.compile(r"^\d+[FB]:| \(\d+\)$")

Read = Callable[..., list[Image]]
Progress = Callable[[int, int, str], None]


def build(
    manifest: Manifest,
    stack_path: str | Path,
    *,
    read: Read,
    channel_names: Mapping[str, str] | None = None,
    retraces: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> IngestReport:
    """Read every scan of a manifest into the stack at `stack_path`, or append those it lacks.

    `read(path, pixel_size=..., z_unit=...)` gives a file's images or raises `FileRefused`; such a file is a line of
    the report, which is also written as `ingest.json` beside the stack. Rows that are there already keep their
    images and get the manifest's present labels. With `retraces` the way back of every channel is kept beside it, as
    `<name> (retrace)`. Raises the first `FileRefused` if `strict`; `StoreError` where a name of the stack now means
    other content, or it cannot be written; `DataError` where not one scan could be read.
    """
    stack_path = Path(stack_path)
    ingest = _Ingest(manifest, stack_path, read, dict(channel_names or {}), retraces, strict)
    try:
        report = ingest.run(progress)
    except OSError as fault:  # of the stack: what a scan file may raise is refused by its name
        raise refused(stack_path, fault) from fault
    report.write(stack_path.with_name("ingest.json"))
    if not stack_path.exists():
        found = "; ".join(f"{one.name}: {one.reason}" for one in report.left_out[:3]) or "every line has `use` no"
        raise DataError(f"{manifest.path}: no scan could be read, so there is no stack. {found}")
    return report


class _Ingest:
    """One run of `build`: the scans still to read, what each became, and the report it grows."""

    def __init__(
        self, manifest: Manifest, path: Path, read: Read, channel_names: dict[str, str], retraces: bool, strict: bool
    ) -> None:
        self.manifest, self.path, self.read, self.strict = manifest, path, read, strict
        self.channel_names, self.retraces = channel_names, retraces
        self.scans = manifest.scans()
        self.report = IngestReport(str(path))
        self.contents: dict[str, str] = {}
        self.uncalibrated: dict[str, list[str]] = {}
        self.n_warned: Counter[str] = Counter()

    def run(self, progress: Progress | None) -> IngestReport:
        path = self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with Appender(path, origin=self._origin(), channel_names=self.channel_names, retraces=self.retraces) as stack:
            self._refuse_other_names(stack)
            self._refuse_retraces(stack)
            there = {row["name"]: row for row in stack.store.table.to_dict("records")}
            new = self._sort_out(there, stack)
            total, done = sum(len(_files(scan)) for scan in new), 0
            for scan in new:
                if progress:
                    progress(done, total, next(iter(_files(scan))))
                self._ingest(scan, stack)
                done += len(_files(scan))
            if progress:
                progress(done, total, "")
            self._warn_of_repeats({*there, *self.report.added})
            self._warn_of_sources()
            self._close_warnings()
        return self.report

    def _origin(self) -> str:
        """What an interrupted first ingest was made from; another manifest starts afresh."""
        said = [repr(self.scans), json.dumps([self.channel_names, self.retraces], sort_keys=True)]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def _refuse_other_names(self, stack: Appender) -> None:
        before = stack.store.document["channel_names"]
        if before != self.channel_names and len(stack.store.table):
            raise StoreError(
                f"{self.path}: made with channel_names {before}, now they are {self.channel_names}. "
                "Use the same, or delete the stack and ingest again."
            )

    def _refuse_retraces(self, stack: Appender) -> None:
        """Rows that were read without their way back cannot get it later; a stack that has it goes on so."""
        kept = bool(stack.store.document.get("retraces", False))
        if self.retraces and not kept and len(stack.store.table):
            raise StoreError(
                f"{self.path}: made without the ways back of the lines, which are asked for now (retraces: true). "
                "Delete the stack and ingest again."
            )
        self.retraces = self.retraces or kept

    def _sort_out(self, there: Mapping[str, Any], stack: Appender) -> list[Scan]:
        """Scans to be read; those that are in the stack are compared and get the manifest's present words."""
        others = sorted(set(there) - {scan.name for scan in self.scans})
        self.contents = {there[name]["sha256"]: name for name in others}
        new, about = [], {}
        for scan in self.scans:
            row = there.get(scan.name)
            if not scan.use:
                self.report.set_aside.append({"name": scan.name, "label": scan.label, "reason": scan.reason})
            if row is None and scan.use:
                new.append(scan)
            elif row is not None:
                if scan.use:
                    self._refuse_changed(scan, row, stack.at)
                    self.report.present.append(scan.name)
                    self._note(scan, row["sha256"], row["dx"], json.loads(row["notes"]))
                if not _same(row, _about(scan)):
                    about[scan.name] = _about(scan)
        if about:
            stack.update(about)
            self.report.updated += list(about)
        if others:
            self._warn(
                "rows-of-another-manifest",
                f"{len(others)} rows of the stack are not in {self.manifest.path}: {_some(others)}",
            )
        return new

    def _refuse_changed(self, scan: Scan, row: Mapping[str, Any], at: Path) -> None:
        try:
            same = self._contents(scan)[1] == row["read_as"]
        except FileRefused:
            self._warn("file-gone", f"{scan.name} is in the stack; its file is not there any more")
            return
        if not same:
            raise StoreError(
                f"{at}: {scan.name} was read from another content of {row['source']}, or with another channel, "
                "pixel_size_nm or z_unit. Give the scan another name in the manifest's column `image`, "
                f"or delete {at} and ingest again."
            )

    def _note(self, scan: Scan, sha256: str, dx: float, notes: Mapping[str, Any]) -> None:
        """What there is to say of a row, when it is read and again whenever it is met in the stack."""
        for channel, reason in notes["left_out"]:
            self.report.leave_out("channel", f"{scan.name}: {channel}", scan.label, reason)
        for name, (source, calibrated) in notes["sources"].items():
            vendors = self.report.sources.setdefault(name, {})
            vendors[source] = vendors.get(source, 0) + 1
            if not calibrated:
                self.uncalibrated.setdefault(name, []).append(scan.name)
        for row in scan.rows:
            said = row.use and row.pixel_size_nm
            if said and not math.isclose(dx * 1e9, said, rel_tol=PIXEL_TOLERANCE):
                text = f"{row.path}: the file says {dx * 1e9:.6g} nm a pixel, the manifest {said:.6g}"
                self._warn("pixel-size-differs", f"{text}; the file is believed")
        same = self.contents.setdefault(sha256, scan.name)
        if same != scan.name:
            text = f"{scan.name} and {same} are the same file twice"
            self._warn("same-content", f"{text}; unless that is meant, set `use` to no for one")

    def _contents(self, scan: Scan) -> tuple[str, str]:
        """sha256 of a scan's files, and all that decides what is read from them, whatever the order of lines."""
        digests = {}
        for path, rows in _files(scan).items():
            with self._locate(rows[0]).open("rb") as file:
                digests[path] = hashlib.file_digest(file, "sha256").hexdigest()
        ways = [[digests[row.path], row.channel, row.pixel_size_nm, row.z_unit] for row in scan.rows if row.use]
        return " ".join(digests.values()), json.dumps(sorted(ways, key=str), ensure_ascii=False)

    def _locate(self, row: ManifestRow) -> Path:
        path = self.manifest.locate(row)
        if path is None:
            raise FileRefused(
                self.manifest.path.parent / row.path,
                f"no such file (line {row.line} of {self.manifest.path.name})",
                "Paths count from the manifest's folder; correct the line or delete it.",
            )
        return path

    def _ingest(self, scan: Scan, stack: Appender) -> None:
        images, failed = self._read_files(scan)
        if failed:
            if len(_files(scan)) > 1:
                # a row without this channel could not take it later: it would be another row under the same name
                reason = (
                    f"{len(failed)} of its {len(_files(scan))} files not read; put them right or set their `use` to no"
                )
                self.report.leave_out(
                    "row", scan.name, scan.label, f"{reason}; put them right or set their `use` to no"
                )
            self.report.lose_row(scan.label)
            return
        choice = choose(images, self.channel_names, stack.channels, retraces=self.retraces)
        self.report.n_retraces += choice.n_retraces
        if choice.refused:
            if self.strict:
                raise FileRefused(scan.name, choice.refused, "Without --strict it is left out and the rest goes on.")
            self.report.leave_out("row", scan.name, scan.label, choice.refused)
            self.report.lose_row(scan.label)
            return
        self._add(scan, choice, stack)

    def _read_files(self, scan: Scan) -> tuple[list[Image], list[str]]:
        images: list[Image] = []
        failed = []
        for path, rows in _files(scan).items():
            try:
                images += self._read_file(rows)
            except FileRefused as refusal:
                if self.strict:
                    raise
                failed.append(path)
                self.report.leave_out("file", path, scan.label, f"{refusal.found}. {refusal.todo}")
        return images, failed

    def _read_file(self, rows: list[ManifestRow]) -> list[Image]:
        """The images that the lines of one file mean, read once for all lines that read it alike."""
        path = self._locate(rows[0])
        read: dict[tuple[float | None, str], list[Image]] = {}
        images: list[Image] = []
        for row in rows:
            way = (row.pixel_size_nm, row.z_unit)
            if way not in read:
                read[way] = self._call(path, *way)
            taken = wanted(read[way], row.channel)
            if not taken:
                found = ", ".join(image.channel for image in read[way] if not image.is_retrace)
                raise FileRefused(
                    path, f"no channel {row.channel!r} in it", f"It has: {found}. Correct line {row.line}."
                )
            images += taken
        self.report.n_files_read += 1
        return images

    def _call(self, path: Path, pixel_size_nm: float | None, z_unit: str) -> list[Image]:
        pixel_size = None if pixel_size_nm is None else pixel_size_nm * 1e-9
        try:
            images = self.read(path, pixel_size=pixel_size, z_unit=z_unit or None)
        except FileRefused:
            raise
        except Exception as error:  # a reader's own fault on one file must not stop the other ten thousand
            found = f"the reader failed on it ({type(error).__name__}: {error})"
            raise FileRefused(path, found, "Please report it with the file.") from error
        if not images:
            raise FileRefused(path, "no image in it", "Take it out of the manifest.")
        return images

    def _add(self, scan: Scan, choice: Choice, stack: Appender) -> None:
        sha256, read_as = self._contents(scan)
        sources = {
            name: (_NUMBERING.sub("", image.channel), image.calibrated)
            for name, image in choice.images.items()
            if not name.endswith(RETRACE)
        }
        notes = {"left_out": choice.left_out, "sources": sources}
        self._note(scan, sha256, choice.dx, notes)
        stack.add(
            Entry(
                name=scan.name,
                about=_about(scan),
                images=choice.images,
                dx=choice.dx,
                dy=choice.dy,
                source="; ".join(_files(scan)),
                sha256=sha256,
                read_as=read_as,
                notes=notes,
            )
        )
        self.report.added.append(scan.name)

    def _warn_of_repeats(self, names: set[str]) -> None:
        for scan in self.scans:
            if scan.use and scan.repeat_of and scan.repeat_of not in names:
                self._warn(
                    "repeat-of-nothing", f"{scan.name} is a repeat_of {scan.repeat_of!r}, which is not in the stack"
                )

    def _warn_of_sources(self) -> None:
        for name, vendors in self.report.sources.items():
            if len(vendors) > 1:
                counts = ", ".join(
                    f"{vendor!r} {vendors[vendor]}" for vendor in sorted(vendors, key=vendors.__getitem__)[::-1]
                )
                self._warn(
                    "mixed-sources", f"Channel {name} comes from different channels of the files, by scans: {counts}."
                )

            without = self.uncalibrated.get(name, [])
            if 0 < len(without) < sum(vendors.values()):
                text = (
                    f"Channel {name}: {len(without)} of {sum(vendors.values())} files state no unit ({_some(without)})"
                )
                self._warn("mixed-calibration", f"{text}; compare their values with the others before trusting them.")

    def _warn(self, code: str, text: str) -> None:
        self.n_warned[code] += 1
        if self.n_warned[code] <= 5:
            self.report.warnings.append(Warned(code, text))

    def _close_warnings(self) -> None:
        for code, count in self.n_warned.items():
            if count > 5:
                self.report.warnings.append(Warned(code, f"and {count - 5} more like this"))


def _files(scan: Scan) -> dict[str, list[ManifestRow]]:
    """Used lines of a scan by their path."""
    files: dict[str, list[ManifestRow]] = {}
    for row in scan.rows:
        if row.use:
            files.setdefault(row.path, []).append(row)
    return files


def _about(scan: Scan) -> dict[str, Any]:
    """What the manifest says about a row, as the stack's coordinates hold it."""
    said: dict[str, Any] = {key: getattr(scan, key) for key in ("label", "group", "batch", "repeat_of")}
    said["target"] = math.nan if scan.target is None else scan.target
    said["use"] = "yes" if scan.use else "no"
    said["extra"] = json.dumps(dict(scan.extra), ensure_ascii=False)
    return said


def _same(row: Mapping[str, Any], about: Mapping[str, Any]) -> bool:
    return all(row[key] == about[key] or (row[key] != row[key] and about[key] != about[key]) for key in ABOUT)


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
