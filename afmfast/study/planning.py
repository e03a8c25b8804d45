"""A simple model of a table of samples, from which larger studies are drawn to see how often they would find it.

Columns are normal, in units of their standard deviation inside classes: a part that the rows of a group share (each
column its own intraclass correlation) and one that they do not, both with the correlations of the table, shrunk a
little. Classes differ along the differences of their means in the table, times a factor that is chosen for an AUC.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

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
    by_group = [table.y[table.groups == group] for group in np.unique(table.groups)]
    sizes = tuple(
        np.array([len(labels) for labels in by_group if np.bincount(labels).argmax() == code])
        for code in range(table.n_classes)
    )
    return Model(
        np.linalg.cholesky(correlations), _shared(X, table.groups), (means - means.mean(axis=0)) / spread, sizes,
        table.classes,
    )  # fmt: skip


def _shared(X: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """ICC(1,1) of each column between groups, from 0 on: (p,). 0 where every row is a group of its own."""
    names, member, count = np.unique(groups, return_inverse=True, return_counts=True)
    n, k = len(member), len(names)
    if n == k:
        return np.zeros(X.shape[1])
    means = np.stack([np.bincount(member, column, minlength=k) / count for column in X.T])
    within = ((X.T - means[:, member]) ** 2).sum(axis=1) / (n - k)
    between = (count * (means - X.mean(axis=0)[:, None]) ** 2).sum(axis=1) / max(k - 1, 1)
    size = (n - (count**2).sum() / n) / max(k - 1, 1)
    return np.clip((between - within) / (between + (size - 1) * within), 0.0, _MOST_SHARED)


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


def subset(table: Table, share: float, rng: np.random.Generator) -> Table:
    """This share of the groups of each class, two at least; groups are drawn and stay whole."""
    names = np.unique(table.groups)
    of_class = np.array([np.bincount(table.y[table.groups == name]).argmax() for name in names])
    taken = []
    for code in range(table.n_classes):
        own = names[of_class == code]
        taken.append(rng.permutation(own)[: max(2, round(share * len(own)))])
    rows = np.flatnonzero(np.isin(table.groups, np.concatenate(taken)))
    labels = [table.classes[code] for code in table.y[rows]]
    return Table.of(table.X[rows], labels, table.groups[rows], columns=table.columns)
