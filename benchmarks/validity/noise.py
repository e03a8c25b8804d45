"""Tables of noise in which classes do not differ, by scenario, and with a difference where one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from afmfast.validation.data import Table

COLUMNS, ICC = 10, 0.5


def noise(rng: np.random.Generator, groups: np.ndarray, columns: int) -> np.ndarray:
    """Unit variance, of which rows of a group share `ICC`."""
    shared = rng.normal(size=(groups.max() + 1, columns))[groups]
    return np.sqrt(ICC) * shared + np.sqrt(1 - ICC) * rng.normal(size=shared.shape)


def single(n: int, n_classes: int = 2, share: float | None = None, correlated: bool = False) -> Callable[..., Table]:
    """`n` single rows; `share` of them in the first of two classes."""

    def made(rng: np.random.Generator, apart: float = 0.0) -> Table:
        y = np.arange(n) % n_classes if share is None else (np.arange(n) >= share * n).astype(int)
        X = rng.normal(size=(n, COLUMNS))
        if correlated:
            X = 0.7 * rng.normal(size=(n, 2)).repeat(COLUMNS // 2, axis=1) + 0.3 * X
        X[:, :2] += apart * (y[:, None] > 0)
        return Table.of(X, y)

    return made


def grouped(sizes: Callable[[np.random.Generator], np.ndarray], mixed: int = 0) -> Callable[..., Table]:
    """Groups of these sizes, classes in turn, whose rows share `ICC` of their variance; `mixed` hold both classes."""

    def made(rng: np.random.Generator, apart: float = 0.0) -> Table:
        n_rows = sizes(rng)
        groups = np.repeat(np.arange(len(n_rows)), n_rows)
        y = groups % 2
        y = np.where(groups < mixed, np.arange(len(groups)) % 2, y)
        X = noise(rng, groups, COLUMNS)
        X[:, :2] += apart * y[:, None]
        return Table.of(X, y, groups)

    return made


#: Name: how one table is drawn.
SCENARIOS: Mapping[str, Callable[..., Table]] = MappingProxyType(
    {
        "40 single rows": single(40),
        "the same, columns correlated": single(40, correlated=True),
        "8 against 32 rows": single(40, share=0.2),
        "4 classes of 12 rows": single(48, n_classes=4),
        "12 groups of 5": grouped(lambda rng: np.full(12, 5)),
        "16 groups of 1 to 20": grouped(lambda rng: rng.integers(1, 21, size=16)),
        "4 + 4 groups of 5": grouped(lambda rng: np.full(8, 5)),
        "groups of 2 in one class, of 8 in the other": grouped(lambda rng: np.where(np.arange(14) % 2, 8, 2)),
        "12 pure and 4 mixed groups of 4": grouped(lambda rng: np.full(16, 4), mixed=4),
    }
)
