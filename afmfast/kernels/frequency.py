"""Wavelengths from the whole plane of frequencies."""

from __future__ import annotations

import math

import numpy as np

from ._jit import kernel
from .results import Wavelengths

#: Amplitudes equal to this share count as equal, so that rounding does not choose among them.
TIE = 1e-5


@kernel
def plane_wavelengths(amplitude: np.ndarray, ny: int, nx: int, length_x: float, length_y: float) -> Wavelengths:
    """Wavelength of the largest amplitude, the longest of equal ones, and that of the mean frequency by power.

    amplitude as `windowed_amplitude` leaves it for an image (ny, nx) of these lengths. Every frequency of the
    transform counts once: the half plane stands for the other half. NaN where all are 0.
    """
    centre, width, pairs = (amplitude.shape[0] - 1) // 2, nx // 2 + 1, (nx - 1) // 2
    shortest = min(length_x, length_y)
    across, highest = np.empty(width, np.float32), np.zeros(width, np.float32)
    for kx in range(width):
        across[kx] = (kx * shortest / length_x) ** 2
    total, weighted = 0.0, 0.0
    for ky in range(-((ny - 1) // 2), ny // 2 + 1):
        row, down = amplitude[centre + ky], np.float32((ky * shortest / length_y) ** 2)
        power, moment = np.float32(0), np.float32(0)
        for kx in range(width):
            square = row[kx] * row[kx]
            power += square
            moment += square * np.sqrt(across[kx] + down)
        total += 2.0 * np.float64(power)
        weighted += 2.0 * np.float64(moment)
        # Columns without a mirror image: frequency 0, and the Nyquist frequency where there is one.
        for kx in range(0, width, pairs + 1):
            square = np.float64(row[kx]) ** 2
            total -= square
            weighted -= square * math.sqrt(across[kx] + down)
        for kx in range(width):
            highest[kx] = row[kx] if row[kx] > highest[kx] else highest[kx]
    largest = np.float32(0)
    for kx in range(width):
        largest = max(largest, highest[kx])
    if not largest > 0.0:
        return Wavelengths(np.nan, np.nan)
    limit, lowest = largest * (1.0 - TIE), np.inf
    for kx in range(width):
        if highest[kx] < limit:
            continue
        for ky in range(-((ny - 1) // 2), ny // 2 + 1):
            if amplitude[centre + ky, kx] >= limit:
                lowest = min(lowest, (kx * shortest / length_x) ** 2 + (ky * shortest / length_y) ** 2)
    return Wavelengths(shortest / math.sqrt(lowest), shortest * total / weighted)
