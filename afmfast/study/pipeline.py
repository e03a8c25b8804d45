"""The whole way of one study; every stage leaves its product on disk and is skipped where that is up to date."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..contracts import check
from ..errors import DataError, StoreError
from ..features.fingerprint import fingerprint
from ..features.parquet import read_table, write_table
from ..features.table import DEFINITIONS_VERSION, SETS, resolve
from ..files import write_text
from ..report.write import write as write_report
from ..schedule import Scheduler, open_pool
from ..stack.manifest import read_manifest
from ..stack.outcome import IngestReport
from ..stack.store import Store, open_store
from ..validation.table import holds_gil
from .at_work import at_work
from .checks import other_analyses
from .classify_study import classify_table, recorded
from .folder import Progress, StudyFolder, of_stage, study_of
from .ingest import examples, ingest
from .measure import measure, with_identifiers
from .result import StudyResult
from .settings import Settings

#: Settings that change a measured value.
_MEASURING = {
    "parameters", "level", "lines", "fill", "s_filter_nm", "l_filter_nm", "tiles", "channels", "retraces",
}  # fmt: skip


def run_study(
    settings: Settings | str | Path,
    *,
    out: str | Path | None = None,
    scheduler: Scheduler = None,
    workers: int | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> StudyResult:
    """Ingest, measure, classify and report; started again, it goes on where it stopped.

    `settings` is a study.yaml, a manifest.csv (a study that was begun goes on with its own settings), or `Settings`;
    `out` the folder of all products, by default `./<name>-study`. Settings that are refused are not kept. Raises
    `AfmfastError` with what was found and what to do, `StoreError` where another process is at work in it.
    """
    folder, chosen = study_of(settings, out)
    with at_work(folder, progress) as told, folder.trying(chosen):
        report = ingest_stage(folder, chosen, strict=strict, progress=told)
        measure_stage(folder, chosen, scheduler=scheduler, workers=workers, progress=told)
        result = classify_stage(folder, chosen, scheduler=scheduler, workers=workers, progress=told)
        report_stage(folder)
    result.exit_code = report.exit_code
    return result


def ingest_stage(
    folder: StudyFolder, settings: Settings, *, strict: bool = False, gallery: bool = False, progress: Progress | None
) -> IngestReport:
    """Scan files to stack.zarr; scans that are in it already are not read again."""
    return ingest(
        settings.manifest, folder.stack, channel_names=settings.channel_names, retraces=settings.retraces,
        strict=strict, gallery=folder.path / "gallery.html" if gallery else None, progress=of_stage(progress, "ingest"),
    )  # fmt: skip


def measure_stage(
    folder: StudyFolder,
    settings: Settings,
    *,
    scheduler: Scheduler = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """stack.zarr to parameters.parquet; images are measured again only if they or a setting of measuring changed."""
    store = open_store(folder.stack.resolve())
    key = _measured_from(store, settings)
    table = _measured_before(folder, key)
    if table is None:
        table = measure(
            folder.stack, parameters=settings.parameters, level=settings.level, lines=settings.lines,
            fill=settings.fill, s_filter=_metres(settings.s_filter_nm), l_filter=_metres(settings.l_filter_nm),
            tiles=settings.tiles, channels=settings.channels, retraces=settings.retraces,
            scheduler=scheduler, workers=workers, progress=of_stage(progress, "measure"),
        )  # fmt: skip
    else:
        table = with_identifiers(table, store, settings.tiles)
    document = {str(name): value for name, value in table.attrs.items()}
    write_table(folder.parameters, table, {**document, "key": key})
    # Read back, so that a run that measures and a run that resumes classify the same bits.
    return load_table(folder)


def classify_stage(
    folder: StudyFolder,
    settings: Settings,
    *,
    scheduler: Scheduler = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> StudyResult:
    """parameters.parquet to repeats/ and results.json; results of other settings go when the first repeat is made."""
    table = of_manifest(load_table(folder), settings)
    told, remove_stale = of_stage(progress, "classify"), cache(partial(_remove_stale, folder, settings))

    def under_way(done: int, total: int, note: str) -> None:
        remove_stale()  # not before: settings may be refused
        if told is not None:
            told(done, total, note)

    began = datetime.now(UTC).isoformat(timespec="seconds")
    with open_pool(scheduler, workers=workers, holds_gil=any(map(holds_gil, settings.classifiers))) as pool:
        result = classify_table(
            table, settings, pool=pool, folder=folder.repeats, ingested=_ingested(folder),
            progress=under_way,
        )  # fmt: skip
    result.data["warnings"] += other_analyses(folder.repeats, since=began)
    document = check(result.to_dict(), "results", where=str(folder.results))
    write_text(folder.results, json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1))
    result.folder = folder.path
    return result


def report_stage(folder: StudyFolder) -> Path:
    """results.json to report.html, with sample images where the stack is there."""
    results = load_results(folder)
    channels = [c["name"] for c in results["data"]["channels"]]
    pictures = []
    if folder.stack.exists():
        table = load_table(folder)
        scan_of = dict(zip(table["name"], table["scan"], strict=True))
        tested = next(iter(results["combinations"].values()))["rows"]
        scans = dict.fromkeys(scan_of[row["row"]] for row in tested if row["row"] in scan_of)
        pictures = examples(open_store(folder.stack), list(scans), channels)
    return write_report(results, folder.path, thumbnails=pictures, repeatability=repeatability_of(folder))


def repeatability_of(folder: StudyFolder) -> dict[str, Any] | None:
    """The repeatability.json of a study, if it was made from the present parameter table and manifest."""
    if not (folder.repeatability.is_file() and folder.parameters.is_file()):
        return None
    document = dict(json.loads(folder.repeatability.read_text("utf-8")))
    table = of_manifest(load_table(folder), folder.load())
    return document if document.get("key") == compared_key(table) else None


def compared_key(table: pd.DataFrame) -> str:
    """Changes with what was measured and with all that the manifest says of it: repeats, labels, levels of factors."""
    said = table.drop(columns=[column["name"] for column in table.attrs["columns"]]).astype(str).to_csv(index=False)
    return hashlib.sha256(f"{table.attrs.get('key', '')}\n{said}".encode()).hexdigest()[:16]


def load_results(folder: StudyFolder) -> dict[str, Any]:
    """The results.json of a study; who uses it checks it."""
    if not folder.results.is_file():
        raise StoreError(f"{folder.path}: no results.json yet; run `afmfast classify {folder.path}`")
    return dict(json.loads(folder.results.read_text("utf-8")))


def load_table(folder: StudyFolder) -> pd.DataFrame:
    """The parameter table of a study."""
    if not folder.parameters.is_file():
        raise StoreError(f"{folder.path}: no parameters.parquet yet; run `afmfast measure {folder.path}`")
    table, document = read_table(folder.parameters)
    table.attrs.update(document)
    return table


def _ingested(folder: StudyFolder) -> dict[str, list[dict[str, str]]]:
    """What the last ingest left out and warned of."""
    if not folder.ingest_report.is_file():
        return {"left_out": [], "warnings": []}
    report = json.loads(folder.ingest_report.read_text("utf-8"))
    aside = [{"what": "row", **entry} for entry in report["set_aside"]]
    return {"left_out": report["left_out"] + aside, "warnings": report["warnings"]}


def _measured_before(folder: StudyFolder, key: str) -> pd.DataFrame | None:
    """The table of an earlier run, if it was measured from the same images in the same way and can be read."""
    try:
        table = load_table(folder)
    except StoreError:
        return None
    return table if table.attrs.get("key") == key else None


def _measured_from(store: Store, settings: Settings) -> str:
    """Changes with the images of the stack, with every setting that changes a value, and with the user's own code."""
    images = store.rows[["name", "sha256", "dx", "dy"]].astype(str).to_csv(index=False)
    choices = settings.model_dump(mode="json", include=_MEASURING - {"parameters"})
    rows = resolve(settings.parameters)
    code = {row.symbol: "" if row.symbol in SETS["all"] else fingerprint(row) for row in rows}
    text = json.dumps([images, choices, list(code.items()), DEFINITIONS_VERSION], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _metres(nm: float | None) -> float | None:
    return None if nm is None else nm * 1e-9


def of_manifest(table: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Rows of scans that the manifest names; a stack may hold others, of an earlier or another manifest."""
    if not settings.manifest.is_file():
        return table
    named = {scan.name for scan in read_manifest(settings.manifest).scans()}
    kept = table[table["scan"].isin(named)].reset_index(drop=True)
    if kept.empty:
        raise DataError(
            f"{settings.manifest} names none of the {len(table)} scans of this study; "
            "give the study a folder of its own (--out), or run `afmfast ingest` with this manifest"
        )
    kept.attrs.update(table.attrs)
    return kept


def _remove_stale(folder: StudyFolder, settings: Settings) -> None:
    """Remove results that were made with other settings; their repeats stay, so nothing is computed again."""
    if folder.results.is_file() and load_results(folder).get("settings") != recorded(settings):
        folder.results.unlink()
        folder.report.unlink(missing_ok=True)
