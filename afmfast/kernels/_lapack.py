"""The only door to BLAS and LAPACK (SciPy's): symmetric positive definite systems of some hundred rows.

Only lower halves are read and written. They are the upper halves of arrays in Fortran's order, which LAPACK is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg

from ._jit import exact, routine, stands_for

_dpotrf = routine("lapack", "dpotrf", 5)
_dlauum = routine("lapack", "dlauum", 5)
_dtrtri = routine("lapack", "dtrtri", 6)
_dtrmm = routine("blas", "dtrmm", 11)
_dtrsm = routine("blas", "dtrsm", 11)

#: Letters that say what to do, at the places below.
_LETTERS = np.frombuffer(b"ULRTN", np.uint8)
_UPPER, _LEFT, _RIGHT, _TURNED, _PLAIN = range(5)
#: Blocks of this many rows are inverted by LAPACK, whose way with more is half as fast as products of blocks.
_BLOCK = 32


def factorise(A: np.ndarray) -> bool:
    """Cholesky factor of A (n, n) in its place; False where A is not positive definite."""
    try:
        A[:] = np.linalg.cholesky(A)
    except np.linalg.LinAlgError:
        return False
    return True


def solve_rows(L: np.ndarray, rows: np.ndarray) -> None:
    """Solve L x = r for each r of rows (m, n) in its place, L (n, n) from `factorise`."""
    rows[:] = scipy.linalg.solve_triangular(L, rows.T, lower=True).T


def invert(L: np.ndarray) -> None:
    """Inverse of the matrix whose factor is L (n, n), in its place."""
    inverse = scipy.linalg.solve_triangular(L, np.eye(len(L)), lower=True)
    L[:] = inverse.T @ inverse


def _factorise(A: np.ndarray) -> Callable[..., bool]:
    def compiled(A: np.ndarray) -> bool:
        sizes = np.array([A.shape[0], 0], np.int32)
        say, size, info = _LETTERS.ctypes.data, sizes.ctypes.data, sizes.ctypes.data + 4
        _dpotrf(say + _UPPER, size, A.ctypes.data, size, info)
        return sizes[1] == 0

    return compiled


def _solve_rows(L: np.ndarray, rows: np.ndarray) -> Callable[..., None]:
    def compiled(L: np.ndarray, rows: np.ndarray) -> None:
        sizes, one = np.array([rows.shape[1], rows.shape[0]], np.int32), np.ones(1)
        say, n, m = _LETTERS.ctypes.data, sizes.ctypes.data, sizes.ctypes.data + 4
        _dtrsm(
            say + _LEFT, say + _UPPER, say + _TURNED, say + _PLAIN, n, m, one.ctypes.data,
            L.ctypes.data, n, rows.ctypes.data, n,
        )  # fmt: skip

    return compiled


def _invert(L: np.ndarray) -> Callable[..., None]:
    def compiled(L: np.ndarray) -> None:
        _invert_factor(L)
        sizes = np.array([L.shape[0], 0], np.int32)
        size, info = sizes.ctypes.data, sizes.ctypes.data + 4
        _dlauum(_LETTERS.ctypes.data + _UPPER, size, L.ctypes.data, size, info)

    return compiled


@exact
def _invert_factor(L: np.ndarray) -> None:
    """Inverse of a factor L (n, n) in its place: of blocks on the diagonal, then of ever larger ones they are in."""
    n = L.shape[0]
    sizes, factors = np.zeros(4, np.int32), np.array([-1.0, 1.0])
    sizes[0] = n
    say, size, first, second = _LETTERS.ctypes.data, sizes.ctypes.data, sizes.ctypes.data + 4, sizes.ctypes.data + 8
    minus, plus = factors.ctypes.data, factors.ctypes.data + 8
    for start in range(0, n, _BLOCK):
        sizes[1] = min(_BLOCK, n - start)
        _dtrtri(say + _UPPER, say + _PLAIN, first, L[start:, start:].ctypes.data, size, sizes.ctypes.data + 12)
    width = _BLOCK
    while width < n:
        for start in range(0, n - width, 2 * width):
            middle = start + width
            sizes[1], sizes[2] = width, min(width, n - middle)
            below, before, after = L[middle:, start:], L[start:, start:], L[middle:, middle:]
            _dtrmm(
                say + _LEFT, say + _UPPER, say + _PLAIN, say + _PLAIN, first, second, minus,
                before.ctypes.data, size, below.ctypes.data, size,
            )  # fmt: skip
            _dtrmm(
                say + _RIGHT, say + _UPPER, say + _PLAIN, say + _PLAIN, first, second, plus,
                after.ctypes.data, size, below.ctypes.data, size,
            )  # fmt: skip
        width *= 2


def _compile(plain: Callable[..., Any], choose: Callable[..., Any]) -> None:
    """Let compiled code that calls `plain` call LAPACK instead."""
    stands_for(plain)(choose)


_compile(factorise, _factorise)
_compile(solve_rows, _solve_rows)
_compile(invert, _invert)
