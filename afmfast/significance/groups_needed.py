"""How many groups allow which p, before anything is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial, prod


@dataclass(frozen=True)
class Attainable:
    """What groups of these numbers allow: `distinct` labellings, and the `smallest` p of going through them all.

    Classes with equally many groups, all alike in size, can swap their names and be told apart as well:
    `smallest_alike` is the least p then.
    """

    groups_per_class: tuple[int, ...]
    distinct: int
    smallest: float
    smallest_alike: float


def attainable(groups_per_class: Sequence[int]) -> Attainable:
    """The least p-value that whole groups, each of one class, can give: `attainable([3, 3])` has 20 labellings."""
    counts = tuple(int(n) for n in groups_per_class)
    distinct = factorial(sum(counts)) // prod(factorial(n) for n in counts)
    swaps = prod(factorial(counts.count(n)) for n in set(counts))
    return Attainable(counts, distinct, 1 / distinct, swaps / distinct)


def groups_needed(p: float = 0.05, *, n_classes: int = 2) -> int:
    """How many groups every class needs so that a p-value as small as `p` can come out, in groups alike in size."""
    n = 1
    while attainable([n] * n_classes).smallest_alike > p:
        n += 1
    return n
