"""The direction of slopes."""

from __future__ import annotations

import math

import numpy as np

from .common import NAN

N_BINS = 36


def orientation(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """Gradients in the middle of every four pixels, y up: structure tensor and histogram of orientations."""
    across, down = np.diff(z, axis=1) / dx, np.diff(z, axis=0) / dy
    gx, gy = (across[:-1] + across[1:]) / 2, -(down[:, :-1] + down[:, 1:]) / 2
    square = gx**2 + gy**2
    if np.mean((gx * dx) ** 2 + (gy * dy) ** 2) <= 1e-12 * np.mean(z**2):  # nothing but rounding
        return {}
    j11, j22, j12 = np.mean(gx**2), np.mean(gy**2), np.mean(gx * gy)
    (low, high), axes = np.linalg.eigh([[j11, j12], [j12, j22]])
    coherence = (high - low) / (high + low)
    angle = np.degrees(np.arctan2(gy, gx)) % 180
    share = np.bincount(np.floor(angle / 5 + 0.5).astype(int).ravel() % N_BINS, square.ravel(), N_BINS) / square.sum()
    share = share[share > 0]
    return {
        "Gcoh": coherence,
        "Gdir": math.degrees(math.atan2(axes[1, 1], axes[0, 1])) % 180 if coherence > 1e-6 else NAN,
        "Goent": -np.sum(share * np.log(share)) / math.log(N_BINS),
    }
