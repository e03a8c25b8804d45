"""The only door to the compiled FFT (rocket-fft): transforms along one axis, float32, into arrays of the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.fft
from rocket_fft import c2c, c2r, r2c

from ._jit import stands_for

ONE = np.float32(1.0)


def good_length(n: int) -> int:
    """The next even length >= n that transforms fast."""
    return 2 * int(scipy.fft.next_fast_len(-(-n // 2), real=True))


def rows_forward(real: np.ndarray, out: np.ndarray) -> None:
    """Rows (k, n) float32 to half spectra (k, n // 2 + 1) complex64."""
    out[:] = scipy.fft.rfft(real, axis=1)


def rows_full(values: np.ndarray, out: np.ndarray) -> None:
    """Rows (k, n) complex64 to spectra (k, m), padded with zeros where m > n."""
    out[:] = scipy.fft.fft(values, n=out.shape[1], axis=1)


def rows_backward(real: np.ndarray, out: np.ndarray) -> None:
    """Rows (k, n) float32 to the first half (k, n // 2 + 1) of their backward transform, not divided by n."""
    out[:] = np.conj(scipy.fft.rfft(real, axis=1))


def columns_forward(real: np.ndarray, out: np.ndarray) -> None:
    """Columns (n, k) float32 to half spectra (n // 2 + 1, k) complex64."""
    out[:] = scipy.fft.rfft(real, axis=0)


def columns_full(values: np.ndarray, out: np.ndarray) -> None:
    """Columns (n, k) complex64 to spectra (n, k); `out` may be `values`."""
    out[:] = scipy.fft.fft(values, axis=0)


def columns_backward(half: np.ndarray, out: np.ndarray) -> None:
    """Half spectra (n // 2 + 1, k) to columns (n, k) float32, not divided by n."""
    out[:] = scipy.fft.irfft(half, n=out.shape[0], axis=0, norm="forward")


def _compile(plain: Callable[..., None], transform: Any, axis: int, forward: bool) -> None:
    """Let compiled code that calls `plain` call a transform of rocket-fft along one axis."""

    def choose(values: np.ndarray, out: np.ndarray) -> Callable[..., None]:
        def compiled(values: np.ndarray, out: np.ndarray) -> None:
            transform(values, out, np.array([axis]), forward, ONE, 1)

        return compiled

    stands_for(plain)(choose)


_compile(rows_forward, r2c, axis=1, forward=True)
_compile(rows_full, c2c, axis=1, forward=True)
_compile(rows_backward, r2c, axis=1, forward=False)
_compile(columns_forward, r2c, axis=0, forward=True)
_compile(columns_full, c2c, axis=0, forward=True)
_compile(columns_backward, c2r, axis=0, forward=False)
