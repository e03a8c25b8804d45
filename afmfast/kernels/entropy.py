"""Entropy of shares."""

from __future__ import annotations

import math

import numpy as np

from ._jit import exact


@exact
def evenness(weights: np.ndarray) -> float:
    """Entropy of weights (n,) >= 0 over ln n: 1 where all are equal, 0 where one has all; NaN where all are 0."""
    total = 0.0
    for k in range(weights.size):
        total += weights[k]
    if not total > 0.0:
        return np.nan
    found = 0.0
    for k in range(weights.size):
        share = weights[k] / total
        if share > 0.0:
            found -= share * math.log(share)
    return found / math.log(weights.size)
