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

    `member` (n,) group number of each row; `pure` numbers of the groups of one class, which exchange their labels as
    whole groups; `mixed` numbers of the others, whose scans permute inside; `scans` (n,) the first row of each row's
    scan, all of whose rows have one label; `y` (n,) the true labelling.
    """

    y: np.ndarray
    member: np.ndarray
    pure: np.ndarray
    mixed: np.ndarray
    scans: np.ndarray
    n_classes: int

    @classmethod
    def of(cls, table: Table) -> LabelSpace:
        """The space around the labels of a table."""
        y, n_classes = table.y, table.n_classes
        member = np.unique(table.groups, return_inverse=True)[1]
        lowest = np.full(member.max() + 1, n_classes)
        highest = np.full(member.max() + 1, -1)
        np.minimum.at(lowest, member, y)
        np.maximum.at(highest, member, y)
        pure, mixed = np.flatnonzero(lowest == highest), np.flatnonzero(lowest < highest)
        return cls(y, member, pure, mixed, table.scans, n_classes)

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
        groups_per_class = np.bincount(self._pure_labels(), minlength=self.n_classes)
        return prod(factorial(int(times)) for times in np.unique(groups_per_class, return_counts=True)[1])

    def is_counted_out(self, n_permutations: int) -> bool:
        """Whether so many permutations are enough to go through all labellings instead of drawing some."""
        return self.distinct <= n_permutations

    def smallest_p(self, n_permutations: int) -> float:
        """The least p-value that so many permutations can be expected to give; NaN for none."""
        if n_permutations == 0:
            return float("nan")
        return self.renamed / self.distinct if self.is_counted_out(n_permutations) else 1 / (n_permutations + 1)

    def _pure_labels(self) -> np.ndarray:
        label_of = np.empty(self.n_groups, dtype=np.int64)
        label_of[self.member] = self.y
        return label_of[self.pure]

    def _units(self) -> list[np.ndarray]:
        """Label sequences that are permuted independently: one of the pure groups, one of each mixed group's scans."""
        return [self._pure_labels()] + [self.y[self._scans_of(group)[1]] for group in self.mixed]

    def _scans_of(self, group: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row numbers of a group, the first row of each of its scans, and which of those scans each row is of."""
        rows = np.flatnonzero(self.member == group)
        first, scan = np.unique(self.scans[rows], return_inverse=True)
        return rows, first, scan

    def _labelled(self, units: list[np.ndarray]) -> np.ndarray:
        label_of = np.empty(self.n_groups, dtype=np.int64)
        label_of[self.pure] = units[0]
        labels = label_of[self.member]
        for group, inside in zip(self.mixed, units[1:], strict=True):
            rows, _, scan = self._scans_of(group)
            labels[rows] = inside[scan]
        return labels

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
        labels = self._pure_labels()
        mean = {classes[code]: float(sizes[labels == code].mean()) for code in np.unique(labels)}
        if not mean or max(mean.values()) <= 1.25 * min(mean.values()):
            return ""
        listed = ", ".join(f"{name} {size:.3g}" for name, size in mean.items())
        return (
            f"Groups differ in size between classes (mean rows a group: {listed}). Groups exchange labels as a whole, "
            "so randomized classes differ in rows from the true ones and the p-value is approximate"
        )


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
