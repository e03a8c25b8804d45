"""What several twins need."""

from __future__ import annotations

import math

import numpy as np

#: Guards comparisons of two expressions that are equal on paper: half-open by 1e-9.
EPS = 1e-9
NAN = math.nan


def known_mean(values: np.ndarray) -> float:
    """Mean of those that are not NaN; NaN where all are."""
    known = values[~np.isnan(values)]
    return known.mean() if known.size else NAN


def bilinear(at, i: float, j: float) -> float:
    i0, j0 = math.floor(i + EPS), math.floor(j + EPS)
    ti, tj = i - i0, j - j0
    low = (1 - tj) * at(i0, j0) + tj * at(i0, j0 + 1)
    return (1 - ti) * low + ti * ((1 - tj) * at(i0 + 1, j0) + tj * at(i0 + 1, j0 + 1))
