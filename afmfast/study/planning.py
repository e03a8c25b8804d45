"""A simple model of a table of samples, from which larger studies are drawn to see how often they would find it.

Columns are normal, in units of their standard deviation inside classes: a part that the rows of a group share (each
column its own intraclass correlation) and one that they do not, both with the correlations of the table, shrunk a
little. Classes differ along the differences of their means in the table, times a factor that is chosen for an AUC.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..kernels.anova import by_subject, one_way
from ..significance.repeatability import icc_1
from ..validation.data import Table

#: Share of the identity in the correlations: with few rows small ones are luck.
_SHRINKAGE = 0.2
#: A group never shares more of a column's variance.
_MOST_SHARED = 0.95


class Model(NamedTuple):
    """`factor` (p, p) of the correlations, `shared` (p,) ICC of each column, `means` (K, p), `sizes` rows of groups."""

    factor: np.ndarray
    shared: np.ndarray
    means: np.ndarray
    sizes: tuple[np.ndarray, ...]
    classes: tuple[str, ...]


def model_of(table: Table) -> Model:
    """The model of a table, without columns that a class lacks or that never vary; gaps get the mean of their class."""
    rows_of = [table.y == code for code in range(table.n_classes)]
    X = table.X[:, np.all([~np.isnan(table.X[rows]).all(axis=0) for rows in rows_of], axis=0)].copy()
    means = np.zeros((table.n_classes, X.shape[1]))
    for code, rows in enumerate(rows_of):
        means[code] = np.nanmean(X[rows], axis=0)
        X[rows] = np.where(np.isnan(X[rows]), means[code], X[rows]) - means[code]
    spread = X.std(axis=0, ddof=table.n_classes)
    there = spread > 0
    X, spread, means = X[:, there] / spread[there], spread[there], means[:, there]
    correlations = (1 - _SHRINKAGE) * np.atleast_2d(np.corrcoef(X, rowvar=False)) + _SHRINKAGE * np.eye(X.shape[1])
    _, member, of_class = _groups(table)
    n_rows = np.bincount(member)
    sizes = tuple(n_rows[of_class == code] for code in range(table.n_classes))
    return Model(
        np.linalg.cholesky(correlations), _shared(X, member), (means - means.mean(axis=0)) / spread, sizes,
        table.classes,
    )  # fmt: skip


def _groups(table: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Names of the groups, which one each row is of, and the class most rows of each have, of equals the first."""
    names, member = np.unique(table.groups, return_inverse=True)
    counts = np.zeros((len(names), table.n_classes), int)
    np.add.at(counts, (member, table.y), 1)
    return names, member, counts.argmax(axis=1)


def _shared(X: np.ndarray, member: np.ndarray) -> np.ndarray:
    """ICC(1,1) of each column between groups, from 0 on: (p,). 0 where every row is a group of its own."""
    n_groups = int(member.max()) + 1
    if n_groups == len(member):
        return np.zeros(X.shape[1])
    return np.clip(icc_1(one_way(by_subject(X, member, n_groups))).value, 0.0, _MOST_SHARED)


def drawn(model: Model, n_groups: np.ndarray, strength: float, rng: np.random.Generator) -> Table:
    """A table of `n_groups` (K,) groups of each class, their sizes drawn from those there are."""
    codes = np.repeat(np.arange(len(n_groups)), n_groups)
    sizes = np.array([rng.choice(model.sizes[code]) for code in codes])
    groups = np.repeat(np.arange(len(codes)), sizes)
    p = len(model.shared)
    between = (rng.normal(size=(len(codes), p)) @ model.factor.T)[groups]
    within = rng.normal(size=(len(groups), p)) @ model.factor.T
    X = np.sqrt(model.shared) * between + np.sqrt(1 - model.shared) * within + strength * model.means[codes[groups]]
    return Table.of(X, [model.classes[code] for code in codes[groups]], groups)


def how_many(share: float, n_groups: int) -> int:
    """Groups in this share of a class."""
    return max(2, round(share * n_groups))


def subset(table: Table, share: float, rng: np.random.Generator) -> Table:
    """This share of the groups of each class, two at least; groups are drawn and stay whole."""
    names, _, of_class = _groups(table)
    taken = []
    for code in range(table.n_classes):
        own = names[of_class == code]
        taken.append(rng.permutation(own)[: how_many(share, len(own))])
    rows = np.flatnonzero(np.isin(table.groups, np.concatenate(taken)))
    labels = [table.classes[code] for code in table.y[rows]]
    return Table.of(table.X[rows], labels, table.groups[rows], columns=table.columns)
