"""Which rows of the parameter table are samples of which class and group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..errors import DataError
from ..validation.data import usable_rows
from . import checks
from .copies import without_copies
from .settings import Settings

LeftOut = list[dict[str, str]]

#: Columns of the table that are not of the manifest.
_OURS = {"name", "scan", "tile", "target", "shape", "dx", "dy", "source", "group_used"}
#: Classes whose shares of lost scans differ by more deserve a warning.
_UNEQUAL = 0.2


@dataclass(frozen=True)
class Samples:
    """Rows that take part, with their columns `group_used` and, to leave batches out, `batch_used`.

    With what was left out and what to distrust about them.
    `classes` has a line for every label, also those set aside.
    """

    table: pd.DataFrame
    classes: list[dict[str, object]]
    left_out: LeftOut = field(default_factory=list)
    warnings: checks.Warnings = field(default_factory=list)


def choose_samples(table: pd.DataFrame, channels: Sequence[str], settings: Settings) -> Samples:
    """Rows with a label and all chosen channels, in classes that can be split.

    Raises `DataError` where fewer than two classes remain, a class has a single group, pixel sizes are mixed, or one
    image has two labels.
    """
    out: LeftOut = []
    chosen = _without_repeats(_labelled(table, settings, out), out)
    chosen = _complete(chosen, channels, _rejected(table, channels), out)
    chosen = chosen.assign(group_used=_groups(chosen, settings.groups))
    if settings.scheme == "leave_one_batch_out":
        chosen = chosen.assign(batch_used=_column("batch", chosen, settings.batch))
    chosen, copies = without_copies(chosen, parameters_of(chosen, channels), out)
    seen = _class_lines(chosen)
    chosen = _splittable(chosen, settings, out)
    _name_tiles(chosen, _rejected(table, channels), out)
    warnings = copies + checks.check_groups(chosen, settings.groups)
    warnings += checks.check_pixel_sizes(chosen, allowed=settings.allow_mixed_pixel_size)
    warnings += checks.check_batches(chosen)
    used = set(chosen["label"])
    classes = [{**line, "used": line["name"] in used} for line in seen]
    return Samples(chosen.reset_index(drop=True), classes, out, warnings)


def parameters_of(table: pd.DataFrame, channels: Sequence[str]) -> list[str]:
    """The columns of a parameter table that are of these channels, channel after channel."""
    return [c for channel in channels for c in table.columns if c.rpartition(":")[0] == channel]


def _labelled(table: pd.DataFrame, settings: Settings, out: LeftOut) -> pd.DataFrame:
    labels = table["label"].fillna("").astype(str)
    for name in table.loc[labels == "", "name"]:
        out.append(_entry("row", name, "", "no label in the manifest"))
    chosen = table[labels != ""].assign(label=labels[labels != ""])
    if settings.classes is not None:
        unknown = sorted(set(settings.classes) - set(chosen["label"]))
        if unknown:
            there = ", ".join(sorted(set(chosen["label"])))
            raise DataError(f"no row has the label {unknown[0]!r}; labels: {there}")
        chosen = chosen[chosen["label"].isin(settings.classes)]
    return chosen


def _without_repeats(table: pd.DataFrame, out: LeftOut) -> pd.DataFrame:
    repeat_of = table["repeat_of"].fillna("").astype(str)
    for name, label, first in zip(table["name"], table["label"], repeat_of, strict=True):
        if first:
            out.append(_entry("row", name, label, f"repeat of {first}: shows repeatability, is no further sample"))
    return table[repeat_of == ""]


def _rejected(table: pd.DataFrame, channels: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Tiles that differ too much from the others, by channel and scan."""
    described = table.attrs.get("channels", {})
    return {c: described[c]["rejected"] for c in channels if described.get(c, {}).get("rejected")}


def _complete(
    table: pd.DataFrame, channels: Sequence[str], rejected: Mapping[str, Mapping[str, list[str]]], out: LeftOut
) -> pd.DataFrame:
    """Rows that have every chosen channel and enough of its parameters."""
    complete = np.ones(len(table), bool)
    for channel in channels:
        values = table[parameters_of(table, [channel])].to_numpy(float)
        lacks, poor = np.isnan(values).all(axis=1), ~usable_rows(values)
        for name, label, absent in zip(table["name"][poor], table["label"][poor], lacks[poor], strict=True):
            why = f"lacks channel {channel}" if absent else f"over half of the parameters of {channel} are undefined"
            if absent and name in rejected.get(channel, {}):
                why = f"every tile of channel {channel} differs too much in Sq from the others"
            out.append(_entry("row", name, label, why))
        complete &= ~poor
    return table[complete]


def _groups(table: pd.DataFrame, column: str) -> pd.Series:
    """The group of every row: its manifest entry, else its scan, so that tiles of one scan never part."""
    if column == "tile":
        return table["name"]
    if column == "scan":
        return table["scan"]
    given = _column("groups", table, column)
    return given.where(given != "", "scan " + table["scan"].astype(str))


def _column(setting: str, table: pd.DataFrame, column: str) -> pd.Series:
    """A column of the manifest as text, "" where it has no entry."""
    if column not in table:
        manifest = ", ".join(c for c in table.columns if ":" not in c and c not in _OURS)
        raise DataError(f"{setting}: {column!r} is no column of the manifest; it has {manifest}")
    return table[column].fillna("").astype(str)


def _class_lines(table: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {"name": str(label), "n_rows": len(part), "n_groups": int(part["group_used"].nunique())}
        for label, part in table.groupby("label", sort=True)
    ]


def _splittable(table: pd.DataFrame, settings: Settings, out: LeftOut) -> pd.DataFrame:
    """Set aside classes with a single group, or refuse them by name."""
    groups = table.groupby("label")["group_used"].nunique()
    small = [str(label) for label in groups.index[groups < 2]]
    if small and not settings.drop_small_classes:
        n = int((table["label"] == small[0]).sum())
        raise DataError(
            f"class {small[0]!r} has a single group ({n} rows), so it cannot be in the training and the test part at "
            f"once{_also(small[1:])}. Set drop_small_classes: true to leave it aside, use another group column "
            f"(groups: {settings.groups} now), or add samples of it"
        )
    for label in small:
        n = int((table["label"] == label).sum())
        out.append(_entry("class", label, label, f"set aside: a single group ({n} rows) cannot be split"))
    kept = table[~table["label"].isin(small)]
    left = sorted(set(kept["label"]))
    if len(left) < 2:
        found = f"only class {left[0]!r}" if left else "no class"
        raise DataError(f"{found} can be used; telling apart takes two or more classes with two groups each")
    return kept


def _also(names: Sequence[str]) -> str:
    return f" (likewise {', '.join(names)})" if names else ""


def _name_tiles(table: pd.DataFrame, rejected: Mapping[str, Mapping[str, list[str]]], out: LeftOut) -> None:
    """Say which scans lost which tiles to `reject_over`."""
    labels = dict(zip(table["name"], table["label"], strict=True))
    for channel, scans in rejected.items():
        for name, places in scans.items():
            if name in labels:
                reason = f"channel {channel}, {'; '.join(places)}: differs too much in Sq from the scan's others"
                out.append(_entry("tile", name, labels[name], reason))


def unequal_losses(kept: pd.DataFrame, left_out: LeftOut) -> checks.Warnings:
    """Warn where one class lost many more scans than another: what is missing may tell them apart."""
    names = {
        (e["label"], e["name"]) for e in left_out if e["what"] in {"file", "row"} and "repeat of" not in e["reason"]
    }
    lost = pd.Series([label for label, _ in names], dtype=object).value_counts()
    share = {c: lost.get(c, 0) / (lost.get(c, 0) + n) for c, n in kept["label"].value_counts().sort_index().items()}
    if max(share.values()) - min(share.values()) <= _UNEQUAL:
        return []
    listed = ", ".join(f"{c} {100 * s:.0f} %" for c, s in share.items())
    text = (
        f"Classes lost unequal shares of their scans ({listed}): what made them unusable may itself differ between "
        "classes."
    )
    return [checks.warning("unequal-losses", text)]


def _entry(what: str, name: object, label: object, reason: str) -> dict[str, str]:
    return {"what": what, "name": str(name), "label": str(label), "reason": reason}
