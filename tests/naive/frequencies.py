"""The spectrum."""

from __future__ import annotations

import math

import numpy as np

from .common import EPS, NAN, bilinear

N_ALPHAS = 512


def amplitude(z: np.ndarray) -> np.ndarray:
    """|F| (ny, nx) of the Hann-windowed heights, by the sum that defines it; index (l, k), DC = 0."""
    sides = []
    for n in z.shape:
        i = np.arange(n)
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * (i + 0.5) / n)
        sides.append(np.exp(-2j * np.pi * (np.outer(i, i) % n) / n) * hann)
    spectrum = np.abs(sides[0] @ z @ sides[1].T)
    spectrum[0, 0] = 0.0
    return spectrum


def polar(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    step = max(1 / (nx * dx), 1 / (ny * dy))
    n_radii = math.ceil(min(1 / (2 * dx), 1 / (2 * dy)) / step - EPS) - 1
    if n_radii < 4:
        return {}
    spectrum = amplitude(z)
    grid = np.empty((N_ALPHAS, n_radii))
    for m in range(N_ALPHAS):
        alpha = math.radians(m * 180 / N_ALPHAS)
        for r in range(1, n_radii + 1):
            k = r * step * math.cos(alpha) * nx * dx
            up = r * step * math.sin(alpha) * ny * dy  # row 0 is at the top, so upwards is towards smaller rows
            grid[m, r - 1] = bilinear(lambda i, j: spectrum[i % ny, j % nx], -up, k)
    beta, by_angle = grid.mean(axis=0), grid.sum(axis=1)
    if not beta.max() > 0:
        return {}
    frequencies = step * np.arange(n_radii + 1)
    cumulative = np.concatenate([[0.0], np.cumsum(beta)])
    half = np.interp(cumulative[-1] / 2, cumulative, frequencies)
    return {
        "Std": (int(np.argmax(by_angle)) * 180 / N_ALPHAS + 90) % 180,
        "Stdi": by_angle.mean() / by_angle.max(),
        "Srw": 1 / ((1 + int(np.argmax(beta))) * step),
        "Srwi": beta.mean() / beta.max(),
        "Shw": 1 / half,
        "Saent": _entropy(np.sum(frequencies[1:] * grid**2, axis=1)),
        "Sch": _cross_hatch(by_angle),
    }


def _entropy(weights: np.ndarray) -> float:
    share = weights[weights > 0] / weights.sum()
    return -np.sum(share * np.log(share)) / math.log(weights.size)


def _cross_hatch(by_angle: np.ndarray) -> float:
    n = by_angle.size
    smooth = np.array([np.mean(np.roll(by_angle, 7 - m)[:15]) for m in range(n)])
    peaks = []
    for m in range(n):
        before, after = np.roll(smooth, 28 - m)[:28], np.roll(smooth, -1 - m)[:28]
        if smooth[m] > smooth.mean() and smooth[m] > before.max() and smooth[m] >= after.max():
            peaks.append(m)
    if len(peaks) < 2:
        return NAN
    one, other = sorted(peaks, key=lambda m: smooth[m])[-2:]
    apart = abs(one - other) * 180 / n
    return min(apart, 180 - apart)


def wavelengths(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    spectrum = amplitude(z)
    f = np.hypot(np.fft.fftfreq(z.shape[0], dy)[:, None], np.fft.fftfreq(z.shape[1], dx))
    strongest = spectrum >= (1 - 1e-5) * spectrum.max()
    if not spectrum.max() > 0:
        return {}
    return {"Ssw": 1 / f[strongest].min(), "Sfc": np.sum(spectrum**2) / np.sum(f * spectrum**2)}


def fractal(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    step = max(1 / (nx * dx), 1 / (ny * dy))
    first, last = 4 / min(nx * dx, ny * dy), 1 / (4 * max(dx, dy))
    spectrum = amplitude(z)
    rings: dict[int, list[float]] = {}
    for row in range(ny):
        for column in range(nx):
            fy, fx = (row - ny * (2 * row > ny)) / (ny * dy), (column - nx * (2 * column > nx)) / (nx * dx)
            number = math.floor(math.hypot(fx, fy) / step + 0.5 + EPS)
            rings.setdefault(number, []).append(spectrum[row, column])
    fit = [r for r in sorted(rings) if first * (1 - EPS) <= r * step <= last * (1 + EPS)]
    middle = math.sqrt(first * last) * (1 + EPS)
    low, high = [r for r in fit if r * step <= middle], [r for r in fit if r * step > middle]
    mean_amplitude = {r: np.mean(rings[r]) for r in fit}
    mean_power = {r: np.mean(np.square(rings[r])) for r in fit}
    return {
        "Sfd": 2 - _slope(fit, mean_amplitude),
        "Sfd_top": 2 - _slope(high, mean_amplitude),
        "Sfd_bot": 2 - _slope(low, mean_amplitude),
        "D_psd": 4 + _slope(fit, mean_power) / 2,
        "D_psd1": 3.5 + _row_slope(spectrum) / 2,
    }


def _row_slope(spectrum: np.ndarray) -> float:
    """Of the power summed over all frequencies along y, from 4 periods a row to half the Nyquist frequency."""
    fit = list(range(4, spectrum.shape[1] // 4 + 1))
    return _slope(fit, {k: np.sum(spectrum[:, k] ** 2) for k in fit})


def _slope(rings: list[int], value: dict[int, float]) -> float:
    """Log-log least squares, weight 1/r; fewer than four rings or an empty one: NaN."""
    if len(rings) < 4 or not all(value[r] > 0 for r in rings):
        return NAN
    r = np.array(rings, float)
    x, y, w = np.log(r), np.log([value[k] for k in rings]), 1 / r
    x, y = x - np.sum(w * x) / np.sum(w), y - np.sum(w * y) / np.sum(w)
    return float(np.sum(w * x * y) / np.sum(w * x * x))
