"""From a stack to the parameter table: one line a sample, columns channel:symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..contracts import name_of
from ..errors import DataError, SettingsError
from ..features import tiles as tiling
from ..features.measure import measure as measure_blocks
from ..features.preparation import Preparation
from ..features.recipes import needs_all
from ..features.table import DEFINITIONS_VERSION, PARAMETERS, applicable, columns_of
from ..records import RETRACE
from ..registry import Registry
from ..schedule import Pool, Scheduler, open_pool
from ..stack.layout import ChannelInfo
from ..stack.store import Store, open_store
from .channels import instrument_dependent, is_height, ways_back
from .folder import StageProgress
from .settings import Tiles

#: Identifiers of a sample, ahead of its parameters.
IDENTIFIERS = ("name", "scan", "tile", "label", "group", "batch", "repeat_of", "target", "shape", "dx", "dy", "source")


def measure(
    stack: str | Path,
    *,
    parameters: str | Sequence[str] = "classic",
    level: Mapping[str, str] | None = None,
    lines: str = "none",
    fill: str = "none",
    s_filter: float | None = None,
    l_filter: float | None = None,
    tiles: Tiles | None = None,
    channels: Sequence[str] | None = None,
    retraces: bool = False,
    scheduler: Scheduler = None,
    workers: int | None = None,
    progress: StageProgress | None = None,
) -> pd.DataFrame:
    """Surface parameters of every scan of a stack.

    One line a scan (or tile), identifiers first, then float columns `channel:symbol` in SI units, NaN where a
    value is not defined or the scan lacks the channel. `level` maps channels to a levelling (default: plane
    for heights, none for other quantities); it, `lines`, `fill` and the filters (metres) are those of
    `measure_image`. `frame.attrs` is the document of data_schemas/parameters-1.0.json: units, preparation,
    definitions, and for each channel how many scans have missing pixels and what is not defined for them.
    `retraces` measures the way back of every channel too, as `<channel> (retrace)`.
    Raises `DataError` where a channel is not in the stack, `StoreError` where it was made without the retraces,
    `SettingsError` where a setting does not fit it.
    """
    store = open_store(Path(stack).resolve())
    cut = tiles or Tiles()
    frame = samples_of(store, cut)
    chosen = choose_channels(store, channels)
    if retraces:
        chosen += ways_back(store, chosen)
    prepared = _preparations(store, chosen, level or {}, Preparation("", lines, fill, s_filter, l_filter))
    missing: dict[str, dict[str, Any]] = {}
    rejected: dict[str, dict[str, list[str]]] = {}
    n_rejected = np.zeros(len(frame), int)
    parts = [frame]
    with open_pool(scheduler, workers=workers) as pool:
        for number, info in enumerate(chosen):
            stepwise = _part_of(progress, number, len(chosen), info.name)
            columns, values, is_rejected, n_incomplete = _channel(
                store, info, parameters, prepared[info.name], cut, pool, stepwise
            )
            if n_incomplete:
                undefined = _undefined(info, parameters, prepared[info.name])
                missing[info.name] = {"scans": n_incomplete, "undefined": undefined}
            parts.append(pd.DataFrame(values, columns=[f"{info.name}:{c}" for c in columns], index=frame.index))
            rejected[info.name] = _by_scan(is_rejected, frame, cut)
            if not info.name.endswith(RETRACE):
                n_rejected = np.maximum(n_rejected, is_rejected.sum(axis=1))
    if cut.reject_over is not None:
        frame["tiles_rejected"] = n_rejected
    table = pd.concat(parts, axis=1)
    table.attrs.update(_document(table, chosen, prepared, missing, rejected, cut), source=Path(stack).name)
    if channels is None:
        table.attrs["channels_left_out"] = instrument_dependent(store)
    return table


def choose_channels(store: Store, wanted: Sequence[str] | None) -> list[ChannelInfo]:
    """The wanted channels, by default every absolute one."""
    known = {info.name: info for info in store.channels}
    if wanted is None:
        absolute = [info for info in known.values() if info.kind == "absolute" and not info.name.endswith(RETRACE)]
        if not absolute:
            raise DataError(
                f"no channel of this stack has absolute units (found: {', '.join(known) or 'none'}); "
                "name the ones to use with `channels`"
            )
        return absolute
    for name in wanted:
        if name not in known:
            raise DataError(f"channel {name!r} is not in the stack; it has {', '.join(known)}")
    return [known[name] for name in wanted]


def _preparations(
    store: Store, chosen: Sequence[ChannelInfo], level: Mapping[str, str], shared: Preparation
) -> dict[str, Preparation]:
    """Preparation of each channel: its level as given, else plane for height and none for other quantities."""
    known = Registry("channel", store.channels)
    for name in level:
        known[name]
    found = {}
    for info in chosen:
        usual = level.get(info.name.removesuffix(RETRACE), "plane" if is_height(info.name) else "none")
        try:
            found[info.name] = replace(shared, level=level.get(info.name, usual)).check(info.unit)
        except SettingsError as fault:
            raise SettingsError(f"channel {info.name!r}: {fault}") from None
    return found


def _undefined(info: ChannelInfo, parameters: str | Sequence[str], how: Preparation) -> list[str]:
    """Symbols without a value where pixels are missing: all of them where they were to be filled and were too many."""
    rows = applicable(parameters, info.unit, has_zero=not is_height(info.name))
    return [row.symbol for row in rows if how.fill != "none" or needs_all(row.of)]


def samples_of(store: Store, cut: Tiles) -> pd.DataFrame:
    """Identifiers of every sample, in the order in which values are laid out."""
    rows = store.rows.reset_index(drop=True)
    rows = rows.rename(columns={name: f"{name} (manifest)" for name in ("scan", "tile") if name in rows})
    rows["scan"], rows["tile"] = rows["name"], ""
    rows["shape"] = [f"{ny}x{nx}" for ny, nx in rows["shape"]]
    if cut.combine == "none" and not cut.whole:
        copies = cut.rows * cut.cols
        rows = rows.loc[rows.index.repeat(copies)].reset_index(drop=True)
        rows["tile"] = [f"{i // cut.cols},{i % cut.cols}" for i in range(copies)] * (len(rows) // copies)
        rows["name"] = rows["name"] + "#" + rows["tile"]
    extra = [c for c in rows.columns if c not in (*IDENTIFIERS, "index", "sha256")]
    return rows[[c for c in IDENTIFIERS if c in rows] + extra]


def with_identifiers(table: pd.DataFrame, store: Store, cut: Tiles) -> pd.DataFrame:
    """A table measured before, its labels and groups as the stack has them now."""
    fresh = samples_of(store, cut)
    parameters = [column["name"] for column in table.attrs["columns"]]
    kept = [c for c in ("tiles_rejected",) if c in table]
    renewed = pd.concat([fresh, table[[*kept, *parameters]]], axis=1)
    renewed.attrs.update(table.attrs)
    renewed.attrs["identifiers"] = [*fresh.columns, *kept]
    return renewed


def _channel(
    store: Store,
    info: ChannelInfo,
    parameters: str | Sequence[str],
    how: Preparation,
    cut: Tiles,
    pool: Pool,
    progress: StageProgress | None,
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, int]:
    """One channel's columns, their values, one line a sample, and which of its tiles were dropped (n, t).

    NaN for rows that lack the channel. The number is that of scans with missing pixels.
    """
    has_zero = not is_height(info.name)
    columns = columns_of(applicable(parameters, info.unit, has_zero=has_zero))
    place = {name: i for i, name in enumerate(store.rows["name"])}
    values = np.full((len(place), cut.rows * cut.cols, len(columns)), np.nan)
    blocks = store.blocks(info.name)
    n_incomplete = 0
    if blocks and columns:
        places = [place[name] for block in blocks for name in block.names]
        values[places], is_incomplete = measure_blocks(
            blocks, parameters=parameters, how=how, tiles=(cut.rows, cut.cols),
            unit=info.unit, has_zero=has_zero, pool=pool, progress=progress,
        )  # fmt: skip
        n_incomplete = int(is_incomplete.sum())
    if cut.combine == "none" or cut.whole:
        each = values.reshape(-1, len(columns))
        return columns, each, np.zeros((len(each), 1), bool), n_incomplete
    spread = columns.index("Sq") if "Sq" in columns else None
    combined, is_rejected = tiling.combine(values, cut.combine, reject_over=cut.reject_over, spread_column=spread)
    return columns, combined, is_rejected, n_incomplete


def _by_scan(is_rejected: np.ndarray, frame: pd.DataFrame, cut: Tiles) -> dict[str, list[str]]:
    """Places "row,column" of the dropped tiles, counted from 0 at the top left, by scan."""
    places = [f"{row},{column}" for row in range(cut.rows) for column in range(cut.cols)]
    return {
        str(frame["name"].iloc[scan]): [places[tile] for tile in np.flatnonzero(is_rejected[scan])]
        for scan in np.flatnonzero(is_rejected.any(axis=1))
    }


def _document(
    table: pd.DataFrame,
    chosen: Sequence[ChannelInfo],
    prepared: Mapping[str, Preparation],
    missing: Mapping[str, dict[str, Any]],
    rejected: Mapping[str, dict[str, list[str]]],
    cut: Tiles,
) -> dict[str, Any]:
    """What the table's columns mean, as data_schemas/parameters-1.0.json has it."""
    symbols = {column: row for row in PARAMETERS for column in columns_of((row,))}
    units = {info.name: info.unit for info in chosen}
    columns = []
    for name in table.columns:
        channel, _, symbol = name.rpartition(":")
        if channel in units:
            row = symbols[symbol]
            columns.append({"name": name, "unit": "" if row.is_angle else row.unit(units[channel])})
    sizes = table[["dx", "dy"]].drop_duplicates()
    return {
        "schema": name_of("parameters"),
        "definitions": DEFINITIONS_VERSION,
        "afmfast": version("afmfast"),
        "identifiers": list(table.columns[: len(table.columns) - len(columns)]),
        "pixel_size": {"dx": float(sizes["dx"].iloc[0]), "dy": float(sizes["dy"].iloc[0])} if len(sizes) == 1 else None,
        "tiles": {"rows": cut.rows, "columns": cut.cols, "combine": cut.combine, "reject_over": cut.reject_over},
        "channels": {
            info.name: {
                "unit": info.unit, "kind": info.kind, "calibrated": info.calibrated,
                **asdict(prepared[info.name]), "missing": missing.get(info.name), "rejected": rejected[info.name],
            }
            for info in chosen
        },
        "columns": columns,
    }  # fmt: skip


def _part_of(progress: StageProgress | None, number: int, parts: int, name: str) -> StageProgress | None:
    if progress is None:
        return None
    return lambda done, total, note: progress(number * total + done, parts * total, f"{name} {note}".strip())
