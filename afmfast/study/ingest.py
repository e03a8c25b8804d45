"""From a folder of scans to a manifest, and from a manifest to a stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError, SettingsError
from ..files import write_text
from ..readers.table import read
from ..records import RETRACE
from ..report.gallery import write_gallery
from ..report.thumbnails import Thumbnail, shrunk
from ..stack.build import build
from ..stack.manifest import Finding, read_manifest, scan_folder, write_manifest
from ..stack.outcome import IngestReport
from ..stack.store import Store, open_store
from . import settings_file
from .folder import StageProgress

#: Pixels along the longer side of a sample image in the report.
_THUMBNAIL = 224


@dataclass(frozen=True)
class Started:
    """What `init` wrote and saw."""

    manifest: Path
    settings: Path
    findings: Sequence[Finding]


def init(folder: str | Path, *, progress: StageProgress | None = None) -> Started:
    """Write manifest.csv and study.yaml for a folder of scans; labels are its sub-folders' names.

    Raises `DataError` for a folder without readable scans, `SettingsError` where a manifest exists already.
    """
    folder = Path(folder)
    manifest, settings = folder / "manifest.csv", folder / "study.yaml"
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; give the folder that holds your scans")
    for path in (manifest, settings):
        if path.exists():
            raise SettingsError(f"{path} exists already; it is yours to edit, or remove it to start again")
    rows, findings = scan_folder(folder, read, progress)
    write_manifest(manifest, rows, _COMMENTS)
    write_text(settings, settings_file.commented("manifest.csv"))
    return Started(manifest, settings, findings)


_COMMENTS = (
    "One line a scan file. `label` is the class (here: the sub-folder). Edit freely in any spreadsheet, keep UTF-8.",
    "Fill `group` with what must stay together: patient, specimen, culture. Scans of one specimen resemble each",
    "other; without groups a classifier is praised for recognising the specimen.",
    "Fill `batch` with the day, tip or instrument.",
)


def ingest(
    manifest: str | Path,
    stack: str | Path,
    *,
    channel_names: Mapping[str, str] | None = None,
    retraces: bool = False,
    strict: bool = False,
    gallery: Path | None = None,
    progress: StageProgress | None = None,
) -> IngestReport:
    """Read every scan of a manifest into a zarr stack; what cannot be read is a line of the report.

    `retraces` keeps the way back of every channel too, as `<name> (retrace)`; `strict` stops at the first bad file
    instead; `gallery` names a page of small pictures to write.
    """
    report = build(
        read_manifest(Path(manifest)), Path(stack),
        read=read, channel_names=dict(channel_names or {}), retraces=retraces, strict=strict, progress=progress,
    )  # fmt: skip
    if gallery is not None:
        store = open_store(Path(stack))
        names = [str(name) for name in store.rows["name"]]
        write_gallery(thumbnails(store, names), gallery, title=Path(stack).parent.name)
    return report


def thumbnails(store: Store, names: Sequence[str], channels: Sequence[str] | None = None) -> list[Thumbnail]:
    """Small pictures of the named rows, for the report and the contact sheet."""
    labels = dict(zip(store.rows["name"], store.rows["label"], strict=True))
    wanted = channels or [info.name for info in store.channels if not info.name.endswith(RETRACE)]
    pictures = []
    for name in names:
        for channel in wanted:
            if name not in labels or not store.has(name, channel):
                continue
            z, dx, dy, unit = store.image(name, channel)
            ny, nx = z.shape
            small = shrunk(z, _THUMBNAIL)
            pictures.append(Thumbnail(channel, str(labels[name]), name, small, nx * dx, unit, height=ny * dy))
    return pictures


def examples(store: Store, names: Sequence[str], channels: Sequence[str], *, per_class: int = 2) -> list[Thumbnail]:
    """Some rows of every class, of different groups where it has several."""
    rows = store.rows.set_index("name").loc[[name for name in names if name in set(store.rows["name"])]]
    # The first of each group come before the second of any.
    turn = rows.groupby(["label", rows["group"].fillna("")]).cumcount()
    chosen = rows.assign(turn=turn).sort_values("turn", kind="stable").groupby("label").head(per_class)
    return thumbnails(store, [str(name) for name in rows.index if name in chosen.index], channels)
