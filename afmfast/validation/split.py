"""One split of rows into a training and a test part that keeps groups whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .. import seeds
from ..errors import DataError
from .data import Table

#: A rule: (labels, groups, rng, test_size) gives row numbers (train, test).
Rule = Callable[[np.ndarray, np.ndarray, np.random.Generator, float], tuple[np.ndarray, np.ndarray]]

#: Draws before a split with every class on both sides counts as impossible.
MAX_DRAWS = 1000


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of both parts, the seed of the generator they were made with, and which draw it is."""

    train: np.ndarray
    test: np.ndarray
    seed: int
    draw: int


def stratified(
    labels: np.ndarray, groups: np.ndarray, rng: np.random.Generator, test_size: float
) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers (train, test): in each stratum `test_size` of its groups, rounded, go to the test part as a whole.

    The stratum of a group is the class most of its rows have (of equals the lowest code), so single rows are the
    case of groups of one. A stratum of several groups has at least one on each side; a lone group goes to the test
    part with probability `test_size`.
    """
    names, member = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), int(labels.max()) + 1), dtype=np.int64)
    np.add.at(counts, (member, labels), 1)
    stratum = counts.argmax(axis=1)
    in_test = np.zeros(len(names), dtype=bool)
    for code in np.unique(stratum):
        units = np.flatnonzero(stratum == code)
        m = len(units)
        if m == 1:
            in_test[units] = rng.random() < test_size
        else:
            wanted = min(max(int(test_size * m + 0.5), 1), m - 1)
            in_test[rng.permutation(units)[:wanted]] = True
    tested = in_test[member]
    return np.flatnonzero(~tested), np.flatnonzero(tested)


def split_seed(seed: int, repeat: int, draw: int) -> int:
    """The 64-bit seed of one draw of one repeat; it knows neither columns nor classifier nor labelling."""
    return int(seeds.sequence(seed, seeds.Stream.SPLIT, repeat, draw).generate_state(1, np.uint64)[0])


def draw_split(
    labels: np.ndarray,
    groups: np.ndarray,
    n_classes: int,
    *,
    test_size: float,
    seed: int,
    repeat: int,
    draw: int = 0,
    rule: Rule = stratified,
) -> Split:
    """The first split from sub-seed `draw` on that has every class on both sides.

    Raises `DataError` if a thousand draws have none.
    """
    for attempt in range(draw, draw + MAX_DRAWS):
        number = split_seed(seed, repeat, attempt)
        train, test = rule(labels, groups, np.random.default_rng(number), test_size)
        sides = (np.bincount(labels[part], minlength=n_classes) for part in (train, test))
        if all((side > 0).all() for side in sides):
            return Split(train, test, number, attempt)
    raise DataError(
        f"repeat {repeat}: none of {MAX_DRAWS} splits of whole groups has every class on both sides; "
        "leave small classes aside (in a study: drop_small_classes), or give another group column"
    )


def check_splittable(table: Table, *, test_size: float = 0.3, seed: int = 0, rule: Rule = stratified) -> None:
    """Refuse a table of which no split has every class on both sides.

    Raises `DataError` that names the class and the way out.
    """
    for code, name in enumerate(table.classes):
        found = len(np.unique(table.groups[table.y == code]))
        if found < 2:
            n = int((table.y == code).sum())
            held = "a single row" if not table.is_grouped else f"a single group ({n} rows)"
            raise DataError(
                f"class {name!r} has {held}, so it cannot be in training and test part at once. "
                "Leave it aside (in a study: drop_small_classes), give another group column, or add samples of it"
            )
    try:
        draw_split(table.y, table.groups, table.n_classes, test_size=test_size, seed=seed, repeat=0, rule=rule)
    except DataError:
        rarest = min(range(table.n_classes), key=lambda code: len(np.unique(table.groups[table.y == code])))
        n = len(np.unique(table.groups[table.y == rarest]))
        raise DataError(
            f"no split of whole groups has every class on both sides; the rarest is {table.classes[rarest]!r} "
            f"({n} groups, shared with other classes). Leave it aside (in a study: drop_small_classes), or give "
            "another group column"
        ) from None
