"""The windowed amplitude spectrum, in a layout in which any frequency has its four neighbours."""

from __future__ import annotations

import math

import numpy as np

from . import _fft
from ._jit import kernel

BAND = 16


@kernel
def windowed_amplitude(
    z: np.ndarray, window_x: np.ndarray, window_y: np.ndarray, band: np.ndarray, spectrum: np.ndarray, out: np.ndarray
) -> None:
    """|F| of z (ny, nx) times window_y (ny,) and window_x (nx,), mean left out, into out.

    out (2 cy + 1, cx + 1) with cx = nx // 2 + 1, cy = ny // 2 + 1 holds frequencies kx = 0 ... cx and
    ky = -cy ... cy; those beyond the Nyquist frequency come from the period of the transform.
    Work arrays: band (BAND, nx) float32, spectrum (ny, nx // 2 + 1) complex64.
    """
    ny, nx = z.shape
    for start in range(0, ny, BAND):
        n = min(BAND, ny - start)
        for i in range(n):
            row, target, weight = z[start + i], band[i], window_y[start + i]
            for j in range(nx):
                target[j] = row[j] * weight * window_x[j]
        _fft.rows_forward(band[:n], spectrum[start : start + n])
    _fft.columns_full(spectrum, spectrum)
    spectrum[0, 0] = 0.0
    cy, known = ny // 2 + 1, nx // 2 + 1
    for i in range(2 * cy + 1):
        ky = (i - cy) % ny
        target, source = out[i], spectrum[ky]
        for j in range(known):
            v = source[j]
            target[j] = np.sqrt(v.real * v.real + v.imag * v.imag)
        # kx = known is the same as known - nx, and |F(-k)| = |F(k)|
        v = spectrum[(ny - ky) % ny, (nx - known) % nx]
        target[known] = math.sqrt(v.real * v.real + v.imag * v.imag)
