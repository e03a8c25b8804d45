"""What the spread over splits and over labellings says, and how little of it is evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

#: With fewer groups the corrected t-test is not shown as evidence.
MIN_GROUPS = 30


@dataclass(frozen=True)
class CorrectedT:
    """One-sided `p` (NaN = not defined), `t`, `df`; `evidence` whether it may be read so, else `reason` why not."""

    p: float
    t: float
    df: float
    evidence: bool
    reason: str


def corrected_t(
    auc: np.ndarray, *, n_train_groups: float, n_test_groups: float, n_groups: int, wrong_splits: bool = False
) -> CorrectedT:
    """t-test of mean AUC (n_repeats,) against 0.5, its variance enlarged for splits that share their rows.

    Group counts of the two parts are means over splits; `wrong_splits` says that rows of one group stood on both
    sides. Approximate: rejects up to 2.6 times too often. Reference: Nadeau & Bengio 2003, Mach. Learn. 52:239.
    """
    values = auc[~np.isnan(auc)]
    R = len(values)
    if R < 2 or np.ptp(values) == 0:
        nothing = float("nan")
        why = (
            "fewer than two scores to judge a spread by"
            if R < 2
            else "every repeat gave the same AUC, so there is no spread to judge by"
        )
        return CorrectedT(nothing, nothing, max(R - 1.0, 0.0), False, why)
    variance = (1 / R + n_test_groups / n_train_groups) * values.var(ddof=1)
    t = float((values.mean() - 0.5) / np.sqrt(variance))
    reason = ""
    if wrong_splits:
        reason = "rows of one group stood on both sides of the splits"
    elif n_groups < MIN_GROUPS:
        reason = f"{n_groups} groups are fewer than the {MIN_GROUPS} it takes"
    return CorrectedT(float(stdtr(R - 1, -t)), t, R - 1.0, not reason, reason)


@dataclass(frozen=True)
class TwoSampleT:
    """One-sided `p`, two-sided `p_two_sided` and `t`; NaN where neither side spreads."""

    p: float
    p_two_sided: float
    t: float


def two_sample_t(auc: np.ndarray, auc_randomized: np.ndarray) -> TwoSampleT:
    """Welch's t-test of all true against all randomized AUCs, as in the paper.

    Over-stated: splits of the same rows are counted as independent, so p goes to 0 as repeats are added, with no
    signal at all too. For comparison with the literature only.
    """
    a, b = (values[~np.isnan(values)] for values in (auc.ravel(), auc_randomized.ravel()))
    if len(a) < 2 or len(b) < 2 or (np.ptp(a) == 0 and np.ptp(b) == 0):
        return TwoSampleT(float("nan"), float("nan"), float("nan"))
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    t = float((a.mean() - b.mean()) / np.sqrt(va + vb))
    df = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    return TwoSampleT(float(stdtr(df, -t)), float(2 * stdtr(df, -abs(t))), t)


@dataclass(frozen=True)
class Excess:
    """Mean over labellings of a score minus `chance`, with the interval that holds 95 % of the labellings."""

    mean: float
    low: float
    high: float
    chance: float


def overtraining(randomized: np.ndarray, chance: float) -> Excess:
    """How far a score on randomized labels (B, S) lies above chance; a labelling counts as the mean of its splits.

    Undefined splits are left out; all NaN if nothing is defined.
    """
    defined = ~np.isnan(randomized)
    times = defined.sum(axis=1)
    means = np.where(defined, randomized, 0.0).sum(axis=1)[times > 0] / times[times > 0]
    if len(means) == 0:
        return Excess(float("nan"), float("nan"), float("nan"), chance)
    low, high = np.percentile(means, [2.5, 97.5]) - chance
    return Excess(float(means.mean() - chance), float(low), float(high), chance)
