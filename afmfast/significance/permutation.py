"""The permutation test: is the true labelling better than the others?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Means of the same scores in another order differ by this much at most; such labellings are equals.
ROUNDING = 1e-9


@dataclass(frozen=True)
class PermutationTest:
    """`p` one-sided, `smallest` the least it can be, `n` labellings compared (with the true one if `exact`).

    `value` the statistic of the true labels; `below_chance`: it lies below the central 95 % of the labellings, which
    is usual with few groups and no evidence of anything. NaN without labellings.
    """

    p: float
    n: int
    smallest: float
    value: float
    exact: bool
    below_chance: bool


def permutation_p(
    t_observed: float, t_randomized: np.ndarray, exact: bool = False, *, smallest: float | None = None
) -> PermutationTest:
    """Share of labellings, the true one counted, that do as well as the true one.

    `t_randomized` (B,) statistics of other labellings, the same functional as `t_observed`; `exact` if these are all
    there are. An undefined one counts as doing as well, and an undefined `t_observed` is beaten by all. `smallest` is
    the least p can be where some labellings are the true one by another name, which differs from it by the luck of
    the splits alone; default 1 / (B + 1).
    References: Phipson & Smyth 2010, SAGMB 9:39; Ojala & Garriga 2010, JMLR 11:1833.
    """
    B = len(t_randomized)
    if B == 0:
        return PermutationTest(float("nan"), 0, float("nan"), float(t_observed), exact, False)
    worse = int(np.sum(t_randomized < t_observed - ROUNDING))
    defined = t_randomized[~np.isnan(t_randomized)]
    below = len(defined) > 0 and bool(t_observed < np.percentile(defined, 2.5) - ROUNDING)
    least = 1 / (B + 1) if smallest is None else smallest
    p = max((1 + B - worse) / (B + 1), least)
    return PermutationTest(p, B + 1 if exact else B, least, float(t_observed), exact, below)
