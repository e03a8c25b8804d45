"""Which columns a classifier gets to see: a correlation filter, then the most important of the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..errors import DataError, SettingsError
from ..registry import Registry
from .correlation import METHODS, drop_twins
from .importance import forest_gini, forest_permutation, single_split_gini


@dataclass(frozen=True)
class Ranking:
    """A rule of importance: `rank(X, y, seed)` gives one number a column, larger is more important."""

    name: str
    title: str
    rank: Callable[[np.ndarray, np.ndarray, int], np.ndarray]


RANKINGS: Registry[Ranking] = Registry(
    "ranking",
    (
        Ranking("gini", "mean Gini decrease in a random forest of 100 trees", forest_gini),
        Ranking("gini_single", "Gini decrease of the best single threshold", single_split_gini),
        Ranking(
            "permutation", "loss of a forest on unseen training rows when the column is shuffled", forest_permutation
        ),
    ),
)


@dataclass(frozen=True, eq=False)
class Chosen:
    """What became of each of p columns.

    `columns` (k,) the kept ones, most important first; `importances` (p,), NaN where the filter dropped the column
    before ranking; `twin` (p,) the kept column it was dropped for, -1 = not dropped; `twin_correlation` (p,) their r.
    """

    columns: np.ndarray
    importances: np.ndarray
    twin: np.ndarray
    twin_correlation: np.ndarray


@dataclass(frozen=True)
class Selector:
    """Drops twins at |r| >= `correlation` (None = no filter), then keeps the `keep` columns that `rank` puts first.

    Raises `SettingsError` for a value outside what is allowed.
    """

    correlation: float | None = 0.9
    method: str = "pearson"
    keep: int = 10
    rank: str = "gini"

    def __post_init__(self) -> None:
        if self.correlation is not None and not 0 < self.correlation <= 1:
            raise SettingsError(
                f"correlation = {self.correlation}; give a limit above 0 and up to 1, or None for no filter"
            )
        if isinstance(self.keep, bool) or not isinstance(self.keep, int) or self.keep < 1:
            raise SettingsError(f"keep = {self.keep!r}; give the number of columns to keep, 1 or more")
        METHODS[self.method]
        RANKINGS[self.rank]

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that changes a choice, for the key of stored repeats."""
        return asdict(self)

    def __call__(self, X: np.ndarray, y: np.ndarray, seed: int) -> Chosen:
        """Choose among the columns of X (n, p), training rows only, without NaN; `y` (n,) class codes.

        Equal importances keep table order. Raises `DataError` if there is no column, or a NaN.
        """
        if X.ndim != 2 or X.shape[1] == 0:
            raise DataError(f"a table of shape {X.shape} has no columns to choose from; give (rows, columns)")
        if np.isnan(X).any():
            raise DataError(
                "the table to choose columns from has NaN; fill or drop them first, from training rows only"
            )
        p = X.shape[1]
        twin, pair = np.full(p, -1), np.full(p, np.nan)
        if self.correlation is not None:
            twin, pair = drop_twins(X, self.correlation, self.method)
        stays = np.flatnonzero(twin < 0)
        importances = np.full(p, np.nan)
        importances[stays] = RANKINGS[self.rank].rank(X[:, stays], y, seed)
        first = stays[np.argsort(-importances[stays], kind="stable")][: self.keep]
        return Chosen(first, importances, twin, pair)
