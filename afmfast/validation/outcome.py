"""All scores of a run, before anything is concluded from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .batches import labelling_of
from .collect import Collected
from .data import Table
from .labels import LabelSpace
from .plan import Plan
from .scores import STATISTICS, Parts, one_or_mean, score_parts


@dataclass(frozen=True, eq=False)
class Randomized:
    """Scores of B randomized labellings with S splits each.

    `kind` permuted, enumerated (all but the true one) or bernoulli; `n_redrawn` counts undefined splits and labellings
    that were thrown away; `chance` the share of the largest class, mean over labellings.
    """

    kind: str
    parts: Parts
    n_redrawn: int
    chance: float

    def of(self, statistic: str, positive: int | None) -> np.ndarray:
        """A statistic (B, S)."""
        return STATISTICS[statistic].of(self.parts, positive)


@dataclass(frozen=True, eq=False)
class Scores:
    """Every repeat of a plan.

    `repeats` the true-label repeats (at least S of them); `permuted` what the p-value is made of; `randomized` what
    overtraining is measured on (the same, unless labels are drawn by coin); both None without permutations;
    `exact` whether `permuted` has all other labellings there are; `planned` the numbers that were planned first
    (n_repeats, n_permutations, splits_per_permutation); `warnings` (code, sentence) pairs.
    """

    table: Table
    plan: Plan
    space: LabelSpace
    repeats: Collected
    permuted: Randomized | None
    randomized: Randomized | None
    exact: bool
    planned: dict[str, int] = field(default_factory=dict)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def positive(self) -> int | None:
        """Code of the positive class; None for more than two classes."""
        return self.plan.positive_code(self.table)

    @cached_property
    def parts(self) -> Parts:
        """Scores of the test parts of all repeats there are; of one pass (1,), all its test parts taken together."""
        if not self.plan.is_pooled:
            return self.repeats.parts
        said = np.concatenate(list(self.repeats["probability"])).reshape(1, -1, self.table.n_classes)
        labels = self.table.y[np.concatenate(list(self.repeats["test_rows"]))][None]
        return score_parts(said, labels, np.ones(labels.shape, dtype=bool))

    def of(self, statistic: str) -> np.ndarray:
        """A statistic by name (auc, accuracy, balanced_accuracy, sensitivity, specificity): (n_repeats,).

        Of one pass it is (1,).
        """
        return STATISTICS[statistic].of(self.parts.first(self.plan.n_repeats), self.positive)

    @property
    def train_auc(self) -> np.ndarray:
        """AUC of the training parts themselves: (n_repeats,)."""
        areas = self.repeats["train_auc"][: self.plan.n_repeats]
        return one_or_mean(areas, self.positive)

    @property
    def t_true(self) -> float:
        """The statistic of the permutation test for the true labels: mean over the first S repeats, no more."""
        S = self.plan.splits_per_permutation
        return float(STATISTICS[self.plan.statistic].of(self.parts.first(S), self.positive).mean())

    @property
    def t_permuted(self) -> np.ndarray:
        """The same for each permuted labelling: (B,), NaN where a split stayed undefined."""
        if self.permuted is None:
            return np.empty(0)
        return np.asarray(self.permuted.of(self.plan.statistic, self.positive).mean(axis=1))

    @property
    def n_undefined(self) -> int:
        """How many permuted labellings have no statistic."""
        return int(np.isnan(self.t_permuted).sum())

    @property
    def smallest_p(self) -> float:
        """The least p-value that could be expected, NaN without labellings.

        Those that only swap class names count, and those without a statistic.
        """
        least = self.space.smallest_p(self.plan.n_permutations)
        return max(least, (1 + self.n_undefined) / (1 + len(self.t_permuted))) if self.n_undefined else least

    @property
    def n_redrawn(self) -> int:
        """How many splits of the true labels were thrown away."""
        return int(self.repeats["draw"][: self.plan.n_repeats].sum())

    @property
    def groups_per_part(self) -> tuple[float, float]:
        """Mean number of groups in a training and in a test part."""
        n = self.plan.n_repeats
        return float(self.repeats["n_train_groups"][:n].mean()), float(self.repeats["n_test_groups"][:n].mean())


def randomized_from(collected: Collected, space: LabelSpace, plan: Plan) -> Randomized:
    """Complete records of one kind of randomized labels."""
    n = collected.shape[0]
    shares = []
    for b in range(n):
        counts = np.bincount(labelling_of(collected.kind, space, plan.seed, b).labels)
        shares.append(counts.max() / counts.sum())
    redrawn = int(collected["draw"].sum() + collected["label_draws"][:, 0].sum())
    return Randomized(collected.kind, collected.parts, redrawn, float(np.mean(shares)))
