"""The most common gradient of a surface."""

from __future__ import annotations

import numpy as np

from ._jit import kernel


@kernel
def weighted_mean(across: np.ndarray, down: np.ndarray, x: float, y: float, radius: float) -> tuple[float, float]:
    """One step of mean shift from (x, y): mean of the gradients (n,) with weights (1 - r^2 / radius^2)^2 inside it.

    (x, y) itself where none is inside.
    """
    inverse = 1.0 / (radius * radius)
    total, sum_x, sum_y = 0.0, 0.0, 0.0
    for k in range(across.size):
        a, b = across[k] - x, down[k] - y
        weight = 1.0 - (a * a + b * b) * inverse
        weight = weight * weight if weight > 0.0 else 0.0
        total += weight
        sum_x += weight * a
        sum_y += weight * b
    if total == 0.0:
        return x, y
    return x + sum_x / total, y + sum_y / total
