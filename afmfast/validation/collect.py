"""Records of many batches, put in their places; and which places are still empty."""

from __future__ import annotations

from typing import Any

import numpy as np

from .batches import ACTUAL, Batch, Records
from .scores import Parts


class Collected:
    """Repeats of one kind by number: shape (n_repeats,), or (n_labellings, n_splits) for randomized labels."""

    def __init__(self, kind: str, shape: tuple[int, ...]) -> None:
        self.kind, self.shape = kind, shape
        self.have = np.zeros(shape, dtype=bool)
        self._columns: dict[str, np.ndarray] = {}

    def add(self, records: Records) -> None:
        """Put records where they belong; those beyond the shape are not needed now."""
        axes = ("repeat",) if self.kind == ACTUAL else ("labelling", "split")
        places = np.stack([np.asarray(records[name]) for name in axes])
        inside = np.flatnonzero((places < np.array(self.shape)[:, None]).all(axis=0))
        where = tuple(places[:, inside])
        for name, values in records.items():
            if name not in self._columns:
                self._columns[name] = self._empty(values)
            if isinstance(values, list):
                for line in inside:
                    self._columns[name][tuple(places[:, line])] = values[line]
            else:
                self._columns[name][where] = values[inside]
        self.have[where] = True

    def _empty(self, values: Any) -> np.ndarray:
        if isinstance(values, list):
            return np.empty(self.shape, dtype=object)
        return np.zeros(self.shape + values.shape[1:], dtype=values.dtype)

    def __getitem__(self, name: str) -> np.ndarray:
        """A column by name, its first axes those of the shape."""
        return self._columns[name]

    @property
    def parts(self) -> Parts:
        """The test scores."""
        return Parts(self["accuracy"], self["auc"], self["recall"], self["specificity"])

    def missing(self) -> list[Batch]:
        """What is still to do, in the largest batches that have one row of splits in common."""
        if self.kind == ACTUAL:
            return [Batch(self.kind, first, count) for first, count in _runs(~self.have)]
        open_splits = [tuple(_runs(~row)) for row in self.have]
        found: list[Batch] = []
        first = 0
        while first < len(open_splits):
            last = first
            while last < len(open_splits) and open_splits[last] == open_splits[first]:
                last += 1
            found += [Batch(self.kind, first, last - first, start, n) for start, n in open_splits[first]]
            first = last
        return found


def _runs(wanted: np.ndarray) -> list[tuple[int, int]]:
    """(first, count) of each stretch of True in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]]).astype(int)))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
