"""Every channel alone and every combination of a study, on the same splits and labellings."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import DataError, SettingsError
from ..features.table import PARAMETERS, columns_of
from ..records import RETRACE
from ..schedule import Pool
from .alone import numbers_of, plan_of_what_is_known, settings_alone, with_scores
from .checks import (
    Warnings,
    associations,
    given_groups,
    missing_pixels,
    rejected_tiles,
    settings_by_class,
    warning,
)
from .classify import evaluate
from .evidence import compare, correct
from .folder import StageProgress
from .lines import lines_of_settings, of_channels
from .repeats import gate_of
from .result import Result, StudyResult, rule_of_ten
from .samples import LeftOut, Samples, choose_samples, unequal_losses
from .settings import Settings
from .tripwire import chooses_columns, leak

#: An angle of 0 to 180 degrees is compared by cosine and sine of its double, as 179 degrees is near 1.
_AS_COLUMNS = "Cosine and sine (_cos2, _sin2) of twice the angle."
#: Settings that alone tell the classes apart this well deserve a place at the top of the report.
_SETTINGS_TELL = 0.6
#: Below this many splits a labelling, the statistic of the test is mostly chance.
_ENOUGH_SPLITS = 5


def classify_table(
    table: pd.DataFrame,
    settings: Settings,
    *,
    pool: Pool,
    folder: Path | None = None,
    ingested: dict[str, list[dict[str, str]]] | None = None,
    progress: StageProgress | None = None,
) -> StudyResult:
    """Classify a parameter table (as `measure` gives it) as the settings say.

    Repeats are kept in `folder` and read from there; `ingested` is what an ingest left out and warned of.
    Raises `DataError` or `SettingsError`.
    """
    described = _described(table)
    channels = _channels(described, settings)
    combinations = _combinations(channels, settings)
    samples = choose_samples(table, channels, settings)
    asked = lines_of_settings(settings)
    wrong = bool({"tiles-split", "groups-ignored"} & {w["code"] for w in samples.warnings})
    seen = plan_of_what_is_known(asked[-1].plan)
    alone = settings_alone(samples, seen, pool, folder)
    widest = sorted(combinations, key=lambda chosen: -len(chosen))[0]  # the first of equals
    results: dict[str, Result] = {}
    for number, chosen in enumerate(combinations):
        label = "+".join(chosen)
        numbers = numbers_of(samples, chosen)
        gate = None if settings.repeatability is None else gate_of(
            table, numbers.rows, numbers.columns, settings.repeatability
        )  # fmt: skip
        lines = [of_channels(line, label, gate) for line in asked]
        found = evaluate(
            numbers, lines, channels=chosen, pool=pool, folder=folder,
            group_names=list(samples.table["group_used"]), described=_column_table(described, chosen),
            wrong_splits=wrong, progress=_part(progress, number, len(combinations), label),
        )  # fmt: skip
        for line, result in zip(lines, found, strict=True):
            result.settings_alone = alone
            results[line.name] = result
        if chosen == widest and not asked[0].plan.is_pooled:
            choosing = [(line, result) for line, result in zip(lines, found, strict=True) if chooses_columns(line)]
            for line, result in choosing[:1]:
                result.leak = leak(numbers, line, result.auc)
    correct(results)
    compare(results, settings.seed)
    before = ingested or {"left_out": [], "warnings": []}
    left_out = before["left_out"] + _channels_left_out(table) + samples.left_out
    warnings = (
        before["warnings"]
        + samples.warnings
        + _of_channels(described, channels, settings)
        + _of_settings(alone, samples)
    )
    warnings += [w for result in results.values() for w in result.warnings]
    warnings += _of_splits(settings, asked[0].plan.is_pooled)
    warnings += unequal_losses(samples.table, left_out)
    n_columns = max(len(result.columns) for result in results.values())
    return StudyResult(
        name=settings.title,
        settings=recorded(settings),
        data=_data(samples, described, channels, settings, left_out, warnings, n_columns)
        | {"associations": with_scores(samples, seen, pool, associations(samples.table))},
        combinations=results,
        versions=versions(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _described(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What the table's own document says of each channel, with the units of its columns."""
    units: dict[str, dict[str, str]] = {channel: {} for channel in table.attrs["channels"]}
    for column in table.attrs["columns"]:
        channel, _, symbol = column["name"].rpartition(":")
        units[channel][symbol] = column["unit"]
    return {channel: {**about, "units": units[channel]} for channel, about in table.attrs["channels"].items()}


def recorded(settings: Settings) -> dict[str, Any]:
    """The settings as results.json has them: all that a number may depend on, not where files lie."""
    return dict(settings.model_dump(mode="json", exclude={"manifest", "name"}))


def versions() -> dict[str, str]:
    """Versions of everything a number may depend on."""
    packages = ("numpy", "scipy", "scikit-learn", "numba", "rocket-fft", "pandas", "zarr", "dask")
    found = {name: version(name) for name in packages}
    return {"python": platform.python_version(), **found, "machine": f"{platform.system()} {platform.machine()}"}


def _channels(described: dict[str, Any], settings: Settings) -> tuple[str, ...]:
    asked = settings.channels or ()
    chosen = tuple(c for c, about in described.items() if about["units"] and (c in asked or not c.endswith(RETRACE)))
    if not chosen:
        raise DataError("no channel has a parameter that means something in its unit; name others with `parameters`")
    named = dict.fromkeys(c for combination in settings.combinations or () for c in combination)
    for channel in named:
        if channel not in chosen:
            raise SettingsError(
                f"combinations name channel {channel!r}, which was not measured; there are {', '.join(chosen)}"
            )
    return tuple(c for c in chosen if not named or c in named)


def _channels_left_out(table: pd.DataFrame) -> LeftOut:
    return [
        {"what": "channel", "name": name, "label": "",
         "reason": f"depends on the instrument: {reason}. Name it in `channels` to use it"}
        for name, reason in table.attrs.get("channels_left_out", {}).items()
    ]  # fmt: skip


def _combinations(channels: tuple[str, ...], settings: Settings) -> list[tuple[str, ...]]:
    """Each channel alone and all together, unless the settings list others."""
    if settings.combinations is not None:
        return [tuple(c) for c in settings.combinations]
    return [*((c,) for c in channels), *([channels] if len(channels) > 1 else [])]


def _column_table(described: dict[str, Any], channels: Sequence[str]) -> pd.DataFrame:
    """Name, unit, definition and reference of every column."""
    rows = {c: parameter for parameter in PARAMETERS for c in columns_of((parameter,))}
    lines = {}
    for channel in channels:
        for symbol, unit in described[channel]["units"].items():
            if symbol not in rows:
                raise SettingsError(
                    f"the table has a column {channel}:{symbol}, and no parameter of that name is registered or "
                    "installed here; register it first, or measure again without it"
                )
            row = rows[symbol]
            definition = f"{row.definition} {_AS_COLUMNS}" if row.is_angle else row.definition
            about = {"name": row.title, "unit": unit, "definition": definition, "reference": row.reference}
            lines[f"{channel}:{symbol}"] = about
    return pd.DataFrame.from_dict(lines, orient="index")


def _of_settings(alone: dict[str, Any] | None, samples: Samples) -> Warnings:
    if alone is None or alone["auc"]["mean"] is None or alone["auc"]["mean"] < _SETTINGS_TELL:
        return []
    listed = ", ".join(alone["settings"])
    return [
        warning(
            "settings-tell",
            f"The scan settings alone ({listed}) tell the classes apart with a mean AUC of "
            f"{alone['auc']['mean']:.2f}, without looking at any image. A difference found below may be one of "
            "settings.",
        )
    ]


def _of_splits(settings: Settings, is_pooled: bool) -> Warnings:
    if is_pooled or settings.splits_per_permutation >= _ENOUGH_SPLITS:
        return []
    text = (
        f"The p-value rests on the first {settings.splits_per_permutation} of the splits alone "
        "(splits_per_permutation), so it can contradict the mean over all of them; 10 is usual."
    )
    return [warning("few-splits", text)]


def _of_channels(described: dict[str, Any], channels: Sequence[str], settings: Settings) -> Warnings:
    found: Warnings = []
    dependent = [c for c in channels if described[c]["kind"] != "absolute"]
    if dependent:
        found.append(
            warning(
                "instrument-dependent",
                f"Channel {', '.join(dependent)} depends on the instrument, its gains "
                "or its probe: the same sample may look different elsewhere.",
            )
        )
    chosen = {c: described[c] for c in channels}
    found += missing_pixels(chosen) + rejected_tiles(chosen, settings.tiles.reject_over)
    raw = [c for c in channels if not described[c]["calibrated"] and c not in dependent]
    if raw:
        found.append(warning("uncalibrated", f"Channel {', '.join(raw)} is not calibrated in the files."))
    return found


def _data(
    samples: Samples,
    described: dict[str, Any],
    channels: Sequence[str],
    settings: Settings,
    left_out: LeftOut,
    warnings: Warnings,
    n_columns: int,
) -> dict[str, Any]:
    """The `data` part of results.json; `n_columns` of the combination with most."""
    n_groups = int(samples.table["group_used"].nunique())
    return {
        "n_rows": len(samples.table),
        "n_groups": n_groups,
        "n_scans": int(samples.table["scan"].nunique()),
        "groups_given": bool(given_groups(samples.table, settings.groups).any()),
        "classes": samples.classes,
        "channels": [
            {"name": c, **{k: described[c][k] for k in ("unit", "kind", "level", "calibrated")},
             "n_parameters": len(described[c]["units"])}
            for c in channels
        ],
        "left_out": left_out,
        "warnings": list({w["text"]: w for w in warnings}.values()),
        "settings_by_class": settings_by_class(samples.table),
        "rule_of_ten": rule_of_ten(samples.table, n_groups, min(max(settings.keeps), n_columns)),
    }  # fmt: skip


def _part(progress: StageProgress | None, number: int, parts: int, label: str) -> StageProgress | None:
    """Progress of one combination as a part of them all, which take as many repeats each."""
    if progress is None:
        return None
    return lambda done, total, note: progress(number * total + done, parts * total, f"{label}: {note}")
