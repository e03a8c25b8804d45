"""Does something else than the sample go with the label: the day, the tip, the instrument, a setting?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.sparse.csgraph import connected_components

#: Whether all classes can be compared within levels of the factor, only some of them, or none; or there is one level.
Verdict = Literal["apart", "partly", "confounded", "constant"]


@dataclass(frozen=True, eq=False)
class Association:
    """Labels against the levels of a factor, counted in groups.

    `counts` (n_labels, n_levels): groups that have rows there; a group counts once in each cell. `v` Cramer's V, 0 =
    unrelated, 1 = the level tells the label; by luck alone it lies above 0, the more the fewer groups and the more
    levels, which `v_corrected` takes off. NaN where there is one label or one level. `comparable` labels that share
    levels, directly or through others. `verdict`: confounded = no level holds two classes, so class and factor cannot
    be told apart; partly = so it is between those sets of labels; apart = all labels are comparable.
    """

    labels: tuple[str, ...]
    levels: tuple[str, ...]
    counts: np.ndarray
    n_groups: int
    v: float
    v_corrected: float
    comparable: tuple[tuple[str, ...], ...]
    verdict: Verdict


def association(labels: Iterable[Any], factor: Iterable[Any], groups: Iterable[Any]) -> Association:
    """How far the factor's level of a row tells its label; all three (n_rows,).

    References: Cramer 1946, Mathematical Methods of Statistics; Bergsma 2013, J. Korean Stat. Soc. 42:323.
    """
    names, label = np.unique(np.array(list(labels), dtype=str), return_inverse=True)
    levels, level = np.unique(np.array(list(factor), dtype=str), return_inverse=True)
    group = np.unique(np.array(list(groups), dtype=str), return_inverse=True)[1]
    cells = np.unique(np.stack([label, level, group]), axis=1)
    counts = np.zeros((len(names), len(levels)), dtype=np.int64)
    np.add.at(counts, (cells[0], cells[1]), 1)
    there = (counts > 0).astype(np.int64)
    n_sets, member = connected_components(there @ there.T, directed=False)
    comparable = tuple(tuple(names[member == i].tolist()) for i in range(n_sets))
    return Association(
        tuple(names.tolist()), tuple(levels.tolist()), counts, int(group.max()) + 1, *cramers_v(counts), comparable,
        _verdict(len(levels), len(names), n_sets),
    )  # fmt: skip


def _verdict(n_levels: int, n_labels: int, n_sets: int) -> Verdict:
    if n_levels == 1:
        return "constant"
    if n_sets == 1:
        return "apart"
    return "confounded" if n_sets == n_labels else "partly"


def cramers_v(counts: np.ndarray) -> tuple[float, float]:
    """Cramer's V of a table of counts without empty rows or columns, and the same less its bias."""
    r, k = counts.shape
    n = counts.sum()
    if min(r, k) < 2 or n < 2:
        return float("nan"), float("nan")
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / n
    phi2 = float(((counts - expected) ** 2 / expected).sum() / n)
    v = (phi2 / (min(r, k) - 1)) ** 0.5
    unbiased = max(0.0, phi2 - (r - 1) * (k - 1) / (n - 1))
    least = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    return v, (unbiased / least) ** 0.5 if least > 0 else float("nan")
