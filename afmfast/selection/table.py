"""What a classifier gets to see: a correlation filter, then the most important of the rest or their components."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..errors import SettingsError
from ..kernels.learners.parts import TRAIN, UNREPEATABLE, USABLE, Columns, Prepared, Splits
from ..registry import Registry
from .correlation import METHODS, Twins, twins
from .importance import forest_gini, forest_permutation, single_split_gini
from .repeatability import RepeatabilityGate

#: Importances (m, p) of the columns that stay (m, p bool) in m training parts, NaN for the others; `words` (m,) seeds.
Rank = Callable[[Columns, Splits, Prepared, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Ranking:
    """A rule of importance, larger is more important."""

    name: str
    title: str
    rank: Rank


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


@dataclass(frozen=True)
class Reduction:
    """How columns become the `keep` that a classifier sees: so many of them, or components of all."""

    name: str
    makes_components: bool


REDUCTIONS: Registry[Reduction] = Registry(
    "reduction",
    (
        Reduction("rank", makes_components=False),
        Reduction("pca", makes_components=True),
    ),
)


class Chosen(NamedTuple):
    """What became of each of p columns in m training parts.

    `ranked` (m, p) column numbers, most important first, -1 from where on none is left; `importances` (m, p), NaN
    where not ranked; `twins` what the correlation filter dropped; `state` (m, p) as in `Prepared`, after the gate.
    """

    ranked: np.ndarray
    importances: np.ndarray
    twins: Twins
    state: np.ndarray


@dataclass(frozen=True)
class Selector:
    """Drops what `gate` says does not repeat (None = no gate) and twins at |r| >= `correlation` (None = no filter).

    Of the rest it keeps the `keep` columns that `rank` puts first; or, with `reduce` pca, all of them, and the
    classifier sees their first `keep` principal components.

    Raises `SettingsError` for a value outside what is allowed.
    """

    correlation: float | None = 0.9
    method: str = "pearson"
    keep: int = 10
    rank: str = "gini"
    reduce: str = "rank"
    gate: RepeatabilityGate | None = None

    def __post_init__(self) -> None:
        if self.correlation is not None and not 0 < self.correlation <= 1:
            raise SettingsError(
                f"correlation = {self.correlation}; give a limit above 0 and up to 1, or None for no filter"
            )
        if isinstance(self.keep, bool) or not isinstance(self.keep, int | np.integer) or self.keep < 1:
            raise SettingsError(f"keep = {self.keep!r}; give the number of columns to keep, 1 or more")
        METHODS[self.method]
        RANKINGS[self.rank]
        REDUCTIONS[self.reduce]

    @property
    def n_kept(self) -> int | None:
        """How many of the ranked columns are kept; None = all."""
        return None if self.n_components else self.keep

    @property
    def n_components(self) -> int:
        """How many principal components of the kept columns the classifier sees; 0 = the columns themselves."""
        return self.keep if REDUCTIONS[self.reduce].makes_components else 0

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that changes a choice, for the key of stored repeats."""
        chosen = {
            "correlation": self.correlation, "method": self.method, "keep": int(self.keep), "rank": self.rank,
            "reduce": self.reduce,
        }  # fmt: skip
        return chosen if self.gate is None else {**chosen, "repeatability": self.gate.settings}

    def __call__(self, columns: Columns, splits: Splits, prepared: Prepared, words: np.ndarray) -> Chosen:
        """Filter and rank p columns in each of m training parts, with a seed (m,) each; kept are the first `n_kept`.

        Equal importances keep table order.
        """
        if self.gate is not None:
            prepared = _without_unrepeatable(prepared, self.gate.unrepeatable(splits.side == TRAIN))
        found = twins(columns, splits, prepared, self.correlation, self.method)
        stays = (prepared.state == USABLE) & (found.twin < 0)
        importances = RANKINGS[self.rank].rank(columns, splits, prepared, stays, words)
        first = np.argsort(-importances, axis=1, kind="stable")  # NaN comes last
        ranked = np.where(np.take_along_axis(stays, first, axis=1), first, -1)
        return Chosen(ranked, importances, found, prepared.state)


def _without_unrepeatable(prepared: Prepared, gone: np.ndarray) -> Prepared:
    state = np.where(gone & (prepared.state == USABLE), UNREPEATABLE, prepared.state)
    return prepared._replace(state=state.astype(np.int8))
