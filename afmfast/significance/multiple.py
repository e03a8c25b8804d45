"""Many tests at once: what a p-value is worth after the best of K lines was picked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from .permutation import ROUNDING


@dataclass(frozen=True, eq=False)
class Corrected:
    """P-values of K lines, each (K,): `p` as they are, and corrected for their number.

    `min_p` and `holm` bound the chance that any line without a difference comes out below them,
    `benjamini_hochberg` the expected share of such lines among those picked. `n` labellings compared, `smallest` the
    least that `p` and `min_p` can be. NaN where a line has no p.
    """

    p: np.ndarray
    min_p: np.ndarray
    holm: np.ndarray
    benjamini_hochberg: np.ndarray
    n: int
    smallest: float


def corrected(
    t_observed: np.ndarray, t_randomized: np.ndarray, exact: bool = False, *, smallest: float | None = None
) -> Corrected:
    """One-sided p-values of K lines that were tried on the same B labellings, corrected for their number.

    `t_observed` (K,), `t_randomized` (K, B) with the same labelling in the same place of every line; `exact` and
    `smallest` as in `permutation_p`.
    """
    K, B = t_randomized.shape
    if B == 0 or K == 0:
        nothing = np.full(K, np.nan)
        return Corrected(nothing, nothing, nothing, nothing, 0, float("nan"))
    least = 1 / (B + 1) if smallest is None else smallest
    P = _p_of_every_labelling(t_observed, t_randomized)
    p = np.maximum(P[:, 0], least)
    n = B + 1 if exact else B
    return Corrected(p, _step_down(P, least), holm(p), false_discovery_control(p), n, least)


def _p_of_every_labelling(t_observed: np.ndarray, t_randomized: np.ndarray) -> np.ndarray:
    """Every labelling's p in its own line, the true one first: (K, B + 1).

    So lines of unequal spread weigh the same: the maximum of their statistics would be ruled by the noisiest.
    """
    # An undefined statistic counts as doing as well as any, and of the true labels as doing worse than all.
    others = np.where(np.isnan(t_randomized), np.inf, t_randomized)
    T = np.column_stack([np.where(np.isnan(t_observed), -np.inf, t_observed), others])
    N = T.shape[1]
    below = np.stack([np.searchsorted(np.sort(line), line - ROUNDING) for line in T])
    return np.asarray((N - below) / N)


def _step_down(P: np.ndarray, least: float) -> np.ndarray:
    """Each line's p against the least p of every labelling over that line and those of larger p: (K,).

    Reference: Westfall & Young 1993, Resampling-Based Multiple Testing, algorithm 2.8.
    """
    order = np.argsort(P[:, 0], kind="stable")
    least_of_rest = np.minimum.accumulate(P[order[::-1]], axis=0)[::-1]
    reached = (least_of_rest <= P[order, :1] + ROUNDING).mean(axis=1)
    adjusted = np.empty(len(P))
    adjusted[order] = np.maximum(np.maximum.accumulate(reached), least)
    return adjusted


def holm(p: np.ndarray) -> np.ndarray:
    """Holm's p-values (K,) of K p-values without NaN; valid however the lines hang together.

    Reference: Holm 1979, Scand. J. Statist. 6:65.
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted
