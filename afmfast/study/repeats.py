"""Which lines of a parameter table show the same sample again: re-scans, ways back, levels of a named factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from ..errors import DataError
from ..records import RETRACE
from ..selection.repeatability import NOTHING_REPEATED, RepeatabilityGate
from ..significance.repeatability import FEWEST_SAMPLES

Kind = Literal["rescans", "retraces", "factor"]

#: The factor that a trace and its retrace are two levels of.
DIRECTION = ("trace", "retrace")


@dataclass(frozen=True)
class Repeats:
    """Measurements `values` (N, p) of samples numbered by `sample` (N,), in the order in which they count as first.

    `level` (N,) numbers the entry of `levels` that a measurement was made at, None for plain re-scans; `classes` (a,)
    are the samples' labels, empty where a sample has none, None where they are of one class or of none.
    """

    kind: Kind
    columns: tuple[str, ...]
    values: np.ndarray
    sample: np.ndarray
    names: tuple[str, ...]
    classes: np.ndarray | None = None
    factor: str = ""
    levels: tuple[str, ...] = ()
    level: np.ndarray | None = field(default=None)

    @property
    def counts(self) -> np.ndarray:
        """How often each sample was measured: (a,)."""
        return np.bincount(self.sample, minlength=len(self.names))

    def cells(self) -> np.ndarray:
        """The first measurement of each sample at each level: (a, k, p), NaN where there is none."""
        if self.level is None:
            raise DataError("plain re-scans are not crossed with anything; name a factor")
        cells = np.full((len(self.names), len(self.levels), self.values.shape[1]), np.nan)
        place = self.sample * len(self.levels) + self.level
        first = np.unique(place, return_index=True)[1]
        cells[self.sample[first], self.level[first]] = self.values[first]
        return cells

    def n_levels(self) -> np.ndarray:
        """At how many levels each sample was measured: (a,)."""
        places = pd.DataFrame({"sample": self.sample, "level": self.level}).drop_duplicates()
        return np.bincount(places["sample"], minlength=len(self.names))

    def labelled(self) -> Repeats:
        """Of samples with a label only."""
        if self.classes is None:
            return self
        has = self.classes.astype(str) != ""
        kept = has[self.sample]
        return replace(
            self, values=self.values[kept], sample=(np.cumsum(has) - 1)[self.sample[kept]],
            names=tuple(np.array(self.names, dtype=object)[has]), classes=self.classes[has],
            level=None if self.level is None else self.level[kept],
        )  # fmt: skip


def rescans(table: pd.DataFrame) -> Repeats | None:
    """Scans and those that the manifest calls a `repeat_of` them; None where there are no such."""
    first = first_scans(table)
    order = _first_come_first(table)
    columns = parameter_columns(table)
    names, sample = _numbered(first.to_numpy()[order])
    if len(names) == len(table):
        return None
    values = table[list(columns)].to_numpy(float)[order]
    return Repeats("rescans", columns, values, sample, names, _classes(table, first, names))


def retraces(table: pd.DataFrame) -> Repeats | None:
    """Every channel there and back, of the scans that are no repeats; None where no way back was measured."""
    columns = tuple(c for c in parameter_columns(table) if _way_back(c) in table)
    scans = table[table["repeat_of"].fillna("").astype(str) == ""]
    if not columns or scans.empty:
        return None
    there = scans[list(columns)].to_numpy(float)
    back = scans[[_way_back(c) for c in columns]].to_numpy(float)
    has = np.isfinite(back).any(axis=1)
    scans, values = scans[has], np.concatenate([there[has], back[has]])
    if scans.empty:
        return None
    names = tuple(scans["name"].astype(str))
    sample, level = np.tile(np.arange(len(names)), 2), np.repeat([0, 1], len(names))
    classes = _classes(scans, scans["name"].astype(str), names)
    return Repeats("retraces", columns, values, sample, names, classes, "direction", DIRECTION, level)


def crossed(table: pd.DataFrame, factor: str) -> Repeats:
    """Samples that were measured at different levels of a column of the manifest (probe, instrument, set-point).

    Raises `DataError` where there is no such column, or fewer than three samples were measured at every level.
    """
    if factor not in table or factor in parameter_columns(table):
        listed = ", ".join(c for c in table.columns if ":" not in c)
        raise DataError(f"{factor!r} is no column of the manifest; it has {listed}")
    said = table[factor].fillna("").astype(str)
    chosen = table[said != ""]
    order = _first_come_first(chosen)
    first = first_scans(table)[chosen.index]
    columns = parameter_columns(table)
    names, sample = _numbered(first.to_numpy()[order])
    levels, level = np.unique(said[chosen.index].to_numpy(str)[order], return_inverse=True)
    values = chosen[list(columns)].to_numpy(float)[order]
    found = Repeats(
        "factor", columns, values, sample, names, _classes(chosen, first, names), factor,
        tuple(map(str, levels)), level,
    )  # fmt: skip
    n_whole = int((found.n_levels() == len(levels)).sum())
    if len(levels) < 2 or n_whole < FEWEST_SAMPLES:
        counts = ", ".join(f"{name} {n}" for name, n in zip(levels, np.bincount(level), strict=True)) or "none"
        raise DataError(
            f"{n_whole} samples were measured at every {factor} (measurements: {counts}). Comparing takes two levels "
            "and three samples that were scanned at each: name the scans of one sample with repeat_of in the manifest"
        )
    return found


def gate_of(table: pd.DataFrame, rows: Sequence[str], columns: Sequence[str], threshold: float) -> RepeatabilityGate:
    """The gate for a table of these `rows` and `columns`, from the re-scans of `table`, else from its ways back.

    A sample belongs to the row of its first scan. Raises `DataError` where nothing was measured twice.
    """
    found = rescans(table) or retraces(table)
    if found is None:
        raise DataError(NOTHING_REPEATED)
    place = {name: number for number, name in enumerate(rows)}
    values = pd.DataFrame(found.values, columns=list(found.columns)).reindex(columns=list(columns)).to_numpy()
    row = np.array([place.get(name, -1) for name in found.names])
    return RepeatabilityGate.of(values, found.sample, row, threshold)


def parameter_columns(table: pd.DataFrame) -> tuple[str, ...]:
    """Columns that hold a parameter of a scan's way there."""
    names = [str(column["name"]) for column in table.attrs["columns"]]
    return tuple(name for name in names if not name.rpartition(":")[0].endswith(RETRACE))


def first_scans(table: pd.DataFrame) -> pd.Series:
    """The sample (first scan, or its tile) that each line shows, whatever number of repeats of repeats it is.

    Raises `DataError` where scans are repeats of each other in a circle.
    """
    scans = table["scan"].astype(str)
    repeat_of = dict(zip(scans, table["repeat_of"].fillna("").astype(str), strict=True))
    tile = table["tile"].fillna("").astype(str)
    roots = scans.map({scan: _root(scan, repeat_of) for scan in repeat_of})
    return roots.where(tile == "", roots + "#" + tile)


def _root(scan: str, repeat_of: dict[str, str]) -> str:
    seen = [scan]
    while repeat_of.get(seen[-1]):
        following = repeat_of[seen[-1]]
        if following in seen:
            raise DataError(
                f"{' is a repeat_of '.join([*seen, following])}: a circle. Leave repeat_of of the first scan empty"
            )
        seen.append(following)
    return seen[-1]


def _first_come_first(table: pd.DataFrame) -> np.ndarray:
    """Places of the lines, first scans ahead of their repeats."""
    return np.argsort((table["repeat_of"].fillna("").astype(str) != "").to_numpy(), kind="stable")


def _numbered(samples: Sequence[str] | np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    numbers, names = pd.factorize(np.asarray(samples, dtype=object))
    return tuple(map(str, names)), numbers


def _classes(table: pd.DataFrame, first: pd.Series, names: Sequence[str]) -> np.ndarray | None:
    """Labels of the samples, empty where no scan of a sample has one."""
    labels = table["label"].fillna("").astype(str)
    said = labels[labels != ""].groupby(first[labels != ""].to_numpy()).first()
    classes = np.array([said.get(name, "") for name in names], dtype=str)
    return classes if len(set(classes) - {""}) > 1 else None


def _way_back(column: str) -> str:
    channel, _, symbol = column.rpartition(":")
    return f"{channel}{RETRACE}:{symbol}"
