"""Which columns say the same, for many splits in one call."""

from __future__ import annotations

import numpy as np

from .._jit import exact
from .parts import NOBODY, USABLE, Columns, Prepared, Splits, order_of, part_of
from .twins import drop_twins, midranks


@exact
def twins_of_parts(
    columns: Columns,
    splits: Splits,
    prepared: Prepared,
    threshold: float,
    of_ranks: bool,
    twin: np.ndarray,
    correlation: np.ndarray,
) -> None:
    """The filter of `drop_twins` in each of m training parts, on ranks if `of_ranks`; out: (m, p), as there."""
    for r in range(len(splits.labels)):
        wanted = np.flatnonzero(prepared.state[r] == USABLE)
        part = part_of(columns, splits, prepared, r, wanted, NOBODY)
        compared = part.seen
        if of_ranks:
            order = order_of(columns, prepared, r, wanted, part)
            compared = np.empty(part.seen.shape)
            midranks(part.seen, order, compared)
        own_twin, own_correlation = np.empty(len(wanted), np.int64), np.empty(len(wanted))
        drop_twins(compared, threshold, own_twin, own_correlation)
        twin[r], correlation[r] = -1, np.nan
        for q in range(len(wanted)):
            correlation[r, wanted[q]] = own_correlation[q]
            twin[r, wanted[q]] = wanted[own_twin[q]] if own_twin[q] >= 0 else -1
