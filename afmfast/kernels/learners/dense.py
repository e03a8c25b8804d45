"""Small dense linear algebra: sums along contiguous rows, and symmetric systems by Cholesky's method."""

from __future__ import annotations

import math

import numpy as np

from .._jit import exact, fast_part, part


@fast_part
def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Scalar product of a and b (n,)."""
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@part
def copy(values: np.ndarray, out: np.ndarray) -> None:
    """Values (n,) into out (n,); an assignment of slices takes seconds to compile."""
    for i in range(out.size):
        out[i] = values[i]


@fast_part
def add_scaled(values: np.ndarray, factor: float, out: np.ndarray) -> None:
    """Add factor times values (n,) to out (n,)."""
    for i in range(out.size):
        out[i] += factor * values[i]


@exact
def factorise(A: np.ndarray) -> bool:
    """Cholesky factor of a symmetric A (n, n), of which the lower half is read and overwritten.

    False where A is not positive definite; what is in A then is of no use.
    """
    for j in range(A.shape[0]):
        row = A[j]
        for k in range(j):
            row[k] = (row[k] - dot(row[:k], A[k, :k])) / A[k, k]
        pivot = row[j] - dot(row[:j], row[:j])
        if not pivot > 0.0:
            return False
        row[j] = math.sqrt(pivot)
    return True


@exact
def solve(L: np.ndarray, b: np.ndarray) -> None:
    """Solve L L' x = b (n,) in place, L (n, n) from `factorise`."""
    n = b.size
    for j in range(n):
        b[j] = (b[j] - dot(L[j, :j], b[:j])) / L[j, j]
    for j in range(n - 1, -1, -1):
        b[j] /= L[j, j]
        add_scaled(L[j, :j], -b[j], b[:j])
