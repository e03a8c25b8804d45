"""Other labellings of the same rows: permuted as the groups allow, counted, enumerated, or drawn by coin."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial, prod

import numpy as np

from .. import seeds
from ..errors import DataError
from .data import Table

#: Draws before a coin labelling with two groups in every class counts as impossible.
MAX_DRAWS = 100_000


@dataclass(frozen=True, eq=False)
class Labelling:
    """Class code of every row, and how many draws were thrown away before this one."""

    labels: np.ndarray
    n_redrawn: int = 0


@dataclass(frozen=True, eq=False)
class LabelSpace:
    """All labellings that are as likely as the true one if labels mean nothing.

    `y` (n,) the true labelling; `member` (n,) group number of each row; `pure` numbers of the groups of one class,
    which exchange their labels as whole groups; `mixed` numbers of the others, whose scans permute inside. `item` (n,)
    is which of these, a pure group or a scan, each row is of, and `blocks` list those that exchange labels among them.
    """

    y: np.ndarray
    member: np.ndarray
    pure: np.ndarray
    mixed: np.ndarray
    item: np.ndarray
    blocks: tuple[np.ndarray, ...]
    n_classes: int

    @classmethod
    def of(cls, table: Table, within: np.ndarray | None = None) -> LabelSpace:
        """The space around the labels of a table.

        `within` (n,) codes of batches: what exchanges labels has rows in the same batches then.
        """
        y, n_classes = table.y, table.n_classes
        member = np.unique(table.groups, return_inverse=True)[1]
        n_groups = member.max() + 1
        lowest = np.full(n_groups, n_classes)
        highest = np.full(n_groups, -1)
        np.minimum.at(lowest, member, y)
        np.maximum.at(highest, member, y)
        is_mixed = lowest < highest
        items = np.where(is_mixed[member], n_groups + table.scans, member)
        _, first, item = np.unique(items, return_index=True, return_inverse=True)
        inside = np.where(is_mixed[member[first]], member[first], -1)
        alike = np.stack([inside, _places(item, within)], axis=1)
        block = np.unique(alike, axis=0, return_inverse=True)[1].ravel()
        blocks = tuple(np.flatnonzero(block == b) for b in range(block.max() + 1))
        return cls(y, member, np.flatnonzero(~is_mixed), np.flatnonzero(is_mixed), item, blocks, n_classes)

    @property
    def n_groups(self) -> int:
        """How many groups there are."""
        return len(self.pure) + len(self.mixed)

    @property
    def distinct(self) -> int:
        """How many different labellings there are, the true one included; exact."""
        return prod(_arrangements(np.bincount(units)) for units in self._units())

    @property
    def renamed(self) -> int:
        """How many labellings only give the true classes other names, so that nothing can tell them from the true one.

        Known where all groups are pure and alike in size; else 1, the true one.
        """
        sizes = np.bincount(self.member)
        if len(self.mixed) or sizes.min() < sizes.max():
            return 1
        groups_per_class = [np.bincount(unit, minlength=self.n_classes) for unit in self._units()]
        alike = np.unique(np.transpose(groups_per_class), axis=0, return_counts=True)[1]
        return prod(factorial(int(times)) for times in alike)

    def is_counted_out(self, n_permutations: int) -> bool:
        """Whether so many permutations are enough to go through all labellings instead of drawing some."""
        return self.distinct <= n_permutations

    def smallest_p(self, n_permutations: int) -> float:
        """The least p-value that so many permutations can be expected to give; NaN for none."""
        if n_permutations == 0:
            return float("nan")
        return self.renamed / self.distinct if self.is_counted_out(n_permutations) else 1 / (n_permutations + 1)

    def _item_labels(self) -> np.ndarray:
        label_of = np.empty(self.item.max() + 1, dtype=np.int64)
        label_of[self.item] = self.y
        return label_of

    def _units(self) -> list[np.ndarray]:
        """Label sequences that are permuted independently: one of each block."""
        label_of = self._item_labels()
        return [label_of[block] for block in self.blocks]

    def _labelled(self, units: list[np.ndarray]) -> np.ndarray:
        label_of = np.empty(self.item.max() + 1, dtype=np.int64)
        for block, labels in zip(self.blocks, units, strict=True):
            label_of[block] = labels
        return label_of[self.item]

    def permuted(self, seed: int, index: int) -> Labelling:
        """Random labelling number `index`: pure groups exchange labels, mixed groups permute their scans'."""
        rng = seeds.generator(seed, seeds.Stream.LABELS, index)
        return Labelling(self._labelled([rng.permutation(unit) for unit in self._units()]))

    def other(self, index: int) -> Labelling:
        """Number `index` of the `distinct - 1` labellings other than the true one, in a fixed order."""
        units = self._units()
        ways = [_arrangements(np.bincount(unit)) for unit in units]
        true = 0
        for unit, n in zip(units, ways, strict=True):
            true = true * n + _place_of(unit)
        place = index if index < true else index + 1
        made: list[np.ndarray] = []
        for unit, n in zip(reversed(units), reversed(ways), strict=True):
            place, own = divmod(place, n)
            made.append(_arrangement(np.bincount(unit), own))
        return Labelling(self._labelled(made[::-1]))

    def bernoulli(self, seed: int, index: int) -> Labelling:
        """Coin labelling number `index`: each group draws a class uniformly, until every class has two groups.

        Raises `DataError` where the groups are too few for that.
        """
        rng = seeds.generator(seed, seeds.Stream.BERNOULLI, index)
        if self.n_groups >= 2 * self.n_classes:
            for redrawn in range(MAX_DRAWS):
                label_of = rng.integers(self.n_classes, size=self.n_groups)
                if np.bincount(label_of, minlength=self.n_classes).min() >= 2:
                    return Labelling(label_of[self.member], redrawn)
        raise DataError(
            f"{self.n_groups} groups cannot be given {self.n_classes} classes by coin with two groups in each; "
            "use labels: permuted"
        )

    def size_warning(self, classes: tuple[str, ...]) -> str:
        """A sentence if groups of one class are over a quarter larger than those of another, else nothing."""
        sizes = np.bincount(self.member)[self.pure]
        labels = self._item_labels()[: len(sizes)]  # pure groups are the first items
        mean = {classes[code]: float(sizes[labels == code].mean()) for code in np.unique(labels)}
        if not mean or max(mean.values()) <= 1.25 * min(mean.values()):
            return ""
        listed = ", ".join(f"{name} {size:.3g}" for name, size in mean.items())
        return (
            f"Groups differ in size between classes (mean rows a group: {listed}). Groups exchange labels as a whole, "
            "so randomized classes differ in rows from the true ones and the p-value is approximate"
        )


def _places(item: np.ndarray, within: np.ndarray | None) -> np.ndarray:
    """A number for the set of batches in which each item has rows: (n_items,)."""
    n_items = item.max() + 1
    if within is None:
        return np.zeros(n_items, dtype=np.int64)
    there = np.zeros((n_items, within.max() + 1), dtype=bool)
    there[item, within] = True
    return np.unique(there, axis=0, return_inverse=True)[1].ravel()


def _arrangements(counts: np.ndarray) -> int:
    """In how many orders labels of these counts can stand."""
    return factorial(int(counts.sum())) // prod(factorial(int(c)) for c in counts)


def _place_of(sequence: np.ndarray) -> int:
    """The place of a sequence among all orders of its labels, sorted."""
    counts = np.bincount(sequence)
    place = 0
    for label in sequence:
        for smaller in range(label):
            if counts[smaller]:
                counts[smaller] -= 1
                place += _arrangements(counts)
                counts[smaller] += 1
        counts[label] -= 1
    return place


def _arrangement(counts: np.ndarray, place: int) -> np.ndarray:
    """The sequence at a place among all orders of labels of these counts, sorted."""
    counts = counts.copy()
    sequence = np.empty(int(counts.sum()), dtype=np.int64)
    for position in range(len(sequence)):
        for label in np.flatnonzero(counts):
            counts[label] -= 1
            ways = _arrangements(counts)
            if place < ways:
                sequence[position] = label
                break
            place -= ways
            counts[label] += 1
    return sequence
