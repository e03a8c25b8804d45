"""The table that is classified: numbers, class and group of every row, and their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from ..kernels.learners.parts import Columns, columns_of

#: A row that lacks more than this share of its columns says too little to be counted.
ROW_MISSING = 0.5


@dataclass(frozen=True, eq=False)
class Table:
    """Rows to tell apart.

    `X` (n, p) float64, NaN = missing; `y` (n,) codes into `classes`; `groups` (n,) integers, rows of one group never
    stand on two sides of a split (ungrouped: all different); `columns` (p,) and `rows` (n,) names; `scans` (n,)
    integers, rows of one scan are its tiles and have one label between them (left out: each row its own scan). Kept
    is the number of each scan's first row; where groups part the tiles of scans, every row counts as its own.
    `batches` (n,) names of what rows were recorded in (day, tip, instrument), "" = not known; only schemes that leave
    batches out look at them.
    Raises `DataError` for shapes that do not fit together, infinity, no columns, fewer than two classes, a scan with
    two labels, or with two groups that have rows of other scans too.
    """

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    scans: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    batches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        X = np.ascontiguousarray(self.X, dtype=float)
        y, groups = np.asarray(self.y, dtype=np.int64), np.asarray(self.groups, dtype=np.int64)
        for name, value in (("X", X), ("y", y), ("groups", groups)):
            object.__setattr__(self, name, value)
        scans = np.asarray(self.scans)
        object.__setattr__(self, "scans", _first_rows(scans) if len(scans) else np.arange(len(y)))
        self._check_shapes()
        if np.isinf(X).any():
            column = self.columns[int(np.argmax(np.isinf(X).any(axis=0)))]
            raise DataError(f"column {column!r} has infinite values; use NaN for what could not be measured")
        missing = [name for code, name in enumerate(self.classes) if not (y == code).any()]
        if missing:
            raise DataError(f"class {missing[0]!r} has no rows; leave it out of the classes")
        self._check_scans()

    def _check_shapes(self) -> None:
        if self.X.ndim != 2 or self.X.shape[1] == 0:
            raise DataError(f"X has shape {self.X.shape}; give (rows, columns) with at least one column")
        n, p = self.X.shape
        for name in ("y", "scans", "groups", "rows", "batches"):
            length = len(getattr(self, name))
            if length != n and (name != "batches" or length):
                raise DataError(f"{name} has {length} entries and X has {n} rows; give one entry a row")
        if len(self.columns) != p:
            raise DataError(f"{len(self.columns)} column names for {p} columns; give one name a column")
        if len(self.classes) < 2:
            raise DataError(f"only class {', '.join(self.classes)!r} is there; telling apart takes two or more classes")
        if n and not 0 <= self.y.min() <= self.y.max() < len(self.classes):
            raise DataError(f"y has codes {self.y.min()}..{self.y.max()}; allowed are 0..{len(self.classes) - 1}")

    def _check_scans(self) -> None:
        """One label and one group a scan; where groups are parts of scans instead, the scans give way to rows."""
        two_labels = np.flatnonzero(self.y != self.y[self.scans])
        if len(two_labels):
            row, first = two_labels[0], self.scans[two_labels[0]]
            raise DataError(
                f"rows {self.rows[first]!r} and {self.rows[row]!r} are of one scan and have the labels "
                f"{self.classes[self.y[first]]!r} and {self.classes[self.y[row]]!r}; give all rows of a scan one label"
            )
        two_groups = np.flatnonzero(self.groups != self.groups[self.scans])
        if not len(two_groups):
            return
        if len(np.unique(np.stack([self.groups, self.scans]), axis=1).T) == self.n_groups:  # each group in one scan
            object.__setattr__(self, "scans", np.arange(len(self.y)))
            return
        row, first = two_groups[0], self.scans[two_groups[0]]
        raise DataError(
            f"rows {self.rows[first]!r} and {self.rows[row]!r} are of one scan and stand in two groups, which have "
            "rows of other scans too; give all rows of a scan one group"
        )

    @classmethod
    def of(
        cls,
        X: Any,
        y: Any,
        groups: Any = None,
        *,
        scans: Any = None,
        batches: Any = None,
        columns: Sequence[str] | None = None,
        rows: Sequence[str] | None = None,
    ) -> Table:
        """From labels, group and scan names of any kind; classes are the sorted labels.

        `scans` say which rows are tiles of one image (default: each row its own); no `groups` = the scans.
        `batches` are names too, None or NaN = not known. X (n, p) array or data frame, whose column names and index
        are used. Raises `DataError`.
        """
        values = _numbers(X)
        n, p = values.shape if values.ndim == 2 else (len(values), 0)
        classes, codes = _coded("y", y)
        tiled = np.arange(n) if scans is None else _coded("scans", scans)[1]
        belongs = tiled if groups is None else _coded("groups", groups)[1]
        is_frame = hasattr(X, "columns")
        names = columns if columns is not None else X.columns if is_frame else [f"column {i}" for i in range(p)]
        lines = rows if rows is not None else X.index if is_frame else range(n)
        kinds, titles, labels = (tuple(str(name) for name in part) for part in (classes, names, lines))
        recorded = () if batches is None else tuple("" if pd.isna(b) else str(b) for b in batches)
        return cls(values, codes, belongs, kinds, titles, labels, tiled, recorded)

    @cached_property
    def sorted_columns(self) -> Columns:
        """The table by column, sorted, as compiled repeats want it."""
        return columns_of(self.X)

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    @property
    def n_groups(self) -> int:
        """How many groups there are; the rows, where each is its own."""
        return len(np.unique(self.groups))

    @property
    def is_grouped(self) -> bool:
        """Whether some group has more than one row."""
        return self.n_groups < len(self.y)


def _numbers(X: Any) -> np.ndarray:
    try:
        return np.asarray(X, dtype=float)
    except (TypeError, ValueError) as fault:
        raise DataError(f"X has values that are no numbers ({fault}); leave those columns out, or code them") from None


def _first_rows(codes: np.ndarray) -> np.ndarray:
    """The number of the first row with the same code, for every row: one form, whatever the codes."""
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    return np.asarray(first[place])


def _coded(what: str, names: Any) -> tuple[np.ndarray, np.ndarray]:
    """The different names, sorted, and the code of each entry."""
    # Asked before NumPy makes one type of a list: to it NaN among words is the word nan.
    if pd.isna(pd.Series(list(np.asarray(names, dtype=object).ravel()), dtype=object)).any():
        raise DataError(f"{what} has missing entries; leave those rows out, or name them")
    values = np.asarray(names).ravel()
    found, codes = np.unique(values.astype(str) if values.dtype == object else values, return_inverse=True)
    return found, codes


def usable_rows(X: np.ndarray) -> np.ndarray:
    """Which rows of X (n, p) lack no more than half of their columns: (n,) bool; the others are left out by name."""
    return np.asarray(np.isnan(X).mean(axis=1) <= ROW_MISSING)


def missingness(table: Table) -> np.ndarray:
    """How many values are missing, per column and class: (p, classes)."""
    missing = np.isnan(table.X)
    return np.stack([missing[table.y == code].sum(axis=0) for code in range(table.n_classes)], axis=1)
