"""The classic set as one writes it with NumPy and SciPy: whole arrays, no loop over pixels; speed is compared with it.

Definitions are those of the table of parameters, so the values agree; it is written to be read, not to be fast or slow.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import fft, ndimage

N_RAYS, N_ALPHAS, N_CURVE = 360, 512, 10_000


def classic(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """All classic parameters of heights z (ny, nx) on pixels dx, dy, a plane taken off."""
    mean, z = float(z.mean(dtype=float)), levelled(z.astype(float))
    return {
        "Smean": mean,
        **_heights(z),
        **_curve(z),
        **_neighbours(z, dx, dy),
        **_lags(z, dx, dy),
        **_waves(z, dx, dy),
    }


def levelled(z: np.ndarray) -> np.ndarray:
    y, x = np.indices(z.shape) / max(z.shape)
    terms = np.stack([np.ones(z.size), x.ravel(), y.ravel()], axis=1)
    return z - (terms @ np.linalg.lstsq(terms, z.ravel(), rcond=None)[0]).reshape(z.shape)


def _heights(z: np.ndarray) -> dict[str, float]:
    sq = z.std()
    return {
        "Sa": np.abs(z).mean(), "Sq": sq, "Ssk": np.mean(z**3) / sq**3, "Sku": np.mean(z**4) / sq**4,
        "Sp": z.max(), "Sv": -z.min(), "Sz": np.ptp(z),
    }  # fmt: skip


def _curve(z: np.ndarray) -> dict[str, float]:
    fall, sq = np.sort(z, axis=None)[::-1], z.std()
    share = (np.arange(z.size) + 0.5) / z.size
    p0, p5, p10, p50, p80, p95 = np.interp([0.0, 0.05, 0.1, 0.5, 0.8, 0.95], share, fall)

    def void(height: float) -> float:
        return float(np.maximum(height - z, 0.0).mean())

    p = np.linspace(0.0, 1.0, N_CURVE + 1)
    curve = np.interp(p, share, fall)
    width = 2 * N_CURVE // 5
    start = int(np.argmin(curve[:-width] - curve[width:]))
    window = slice(start, start + width + 1)
    slope, upper = np.polyfit(p[window], curve[window], 1)
    lower = upper + slope
    smr1, smr2 = (float(np.interp(-height, -fall, share)) for height in (upper, lower))
    peak, valley = np.maximum(z - upper, 0.0).mean(), np.maximum(lower - z, 0.0).mean()
    return {
        "Sk": upper - lower, "Smr1": smr1, "Smr2": smr2, "Spk": 2 * peak / smr1, "Svk": 2 * valley / (1 - smr2),
        "Sbi": sq / p5, "Sci": (void(p5) - void(p80)) / sq, "Svi": void(p80) / sq,
        "Sdc0_5": p0 - p5, "Sdc5_10": p5 - p10, "Sdc10_50": p10 - p50, "Sdc50_95": p50 - p95,
    }  # fmt: skip


def _neighbours(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    across, down = np.diff(z, axis=1) / dx, np.diff(z, axis=0) / dy
    taps = np.array([1, -9, 45, 0, -45, 9, -1]) / 60
    inner = slice(3, -3), slice(3, -3)
    across6, down6 = (ndimage.convolve1d(z, taps, axis=k)[inner] / d for k, d in ((1, dx), (0, dy)))
    corners = [np.sqrt(1 + x**2 + y**2).mean() for x in (across[:-1], across[1:]) for y in (down[:, :-1], down[:, 1:])]
    stretch = np.mean(corners)
    cells = (z.shape[0] - 1) * (z.shape[1] - 1) * dx * dy
    ring = np.ones((3, 3), bool)
    ring[1, 1] = False
    inside = slice(1, -1), slice(1, -1)
    top = (z > ndimage.maximum_filter(z, footprint=ring))[inside]
    pit = (z < ndimage.minimum_filter(z, footprint=ring))[inside]
    bends = (np.diff(z, 2, axis=1)[1:-1] / dx**2 + np.diff(z, 2, axis=0)[:, 1:-1] / dy**2)[top]
    tops, pits = np.sort(z[inside][top]), np.sort(z[inside][pit])
    return {
        "Sdq": math.sqrt(np.mean(across[1:] ** 2 + down[:, 1:] ** 2)),
        "Sdq6": math.sqrt(np.mean(across6**2 + down6**2)),
        "S3A": cells * stretch, "Sdr": stretch - 1, "Sds": tops.size / cells, "Ssc": -bends.mean() / 2,
        "S10z": tops[-5:].mean() - pits[:5].mean(),
    }  # fmt: skip


def _lags(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    shape = fft.next_fast_len(2 * ny, real=True), fft.next_fast_len(2 * nx, real=True)
    acf = fft.irfft2(np.abs(fft.rfft2(z, shape)) ** 2, shape)
    my, mx = ny // 2, nx // 2
    ly, lx = np.arange(-my, my + 1), np.arange(-mx, mx + 1)
    acf = acf[np.ix_(ly, lx)] / np.outer(ny - np.abs(ly), nx - np.abs(lx))
    theta = np.arange(N_RAYS)[:, None] * np.pi / N_RAYS
    step = min(dx, dy) / 2
    r = np.arange(int(math.hypot(mx * dx, my * dy) / step) + 1) * step
    y, x = r * np.sin(theta) / dy, r * np.cos(theta) / dx
    rays = ndimage.map_coordinates(acf / acf[my, mx], [my + y, mx + x], order=1, mode="nearest")
    ends = ((np.abs(x) <= mx + 1e-9) & (np.abs(y) <= my + 1e-9)).sum(axis=1) - 1
    found = {}
    for name, threshold in (("20", 0.2), ("37", math.exp(-1))):
        k = np.argmax(rays < threshold, axis=1)
        falls = (rays < threshold).any(axis=1) & (k <= ends)
        above, below = (np.take_along_axis(rays, k[:, None] + shift, axis=1)[:, 0] for shift in (-1, 0))
        lengths = step * np.where(falls, k - 1 + (above - threshold) / (above - below), ends)
        found |= {f"Scl{name}": lengths[falls].min(), f"Str{name}": lengths[falls].min() / lengths.max()}
    return found


def _waves(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    hann_y, hann_x = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(n) + 0.5) / n) for n in z.shape)
    amplitude = np.abs(fft.fft2(z * hann_y[:, None] * hann_x))
    amplitude[0, 0] = 0.0
    step = max(1 / (nx * dx), 1 / (ny * dy))
    n_radii = math.ceil(min(1 / (2 * dx), 1 / (2 * dy)) / step - 1e-9) - 1
    alpha, r = np.arange(N_ALPHAS)[:, None] * np.pi / N_ALPHAS, np.arange(1, n_radii + 1) * step
    places = [-r * np.sin(alpha) * ny * dy, r * np.cos(alpha) * nx * dx]
    polar = ndimage.map_coordinates(amplitude, places, order=1, mode="grid-wrap")
    beta, by_angle = polar.mean(axis=0), polar.sum(axis=1)
    cumulative = np.concatenate([[0.0], np.cumsum(beta)])
    half = np.interp(cumulative[-1] / 2, cumulative, step * np.arange(n_radii + 1))

    f = np.hypot(fft.fftfreq(ny, dy)[:, None], fft.fftfreq(nx, dx))
    ring = np.floor(f / step + 0.5 + 1e-9).astype(int).ravel()
    count = np.bincount(ring)
    mean_amplitude = np.bincount(ring, amplitude.ravel()) / count
    mean_power = np.bincount(ring, amplitude.ravel() ** 2) / count
    first, last = 4 / min(nx * dx, ny * dy), 1 / (4 * max(dx, dy))
    middle = math.sqrt(first * last)

    def slope(values: np.ndarray, low: float, high: float) -> float:
        rings = np.arange(count.size)
        rings = rings[(rings * step >= low * (1 - 1e-9)) & (rings * step <= high * (1 + 1e-9))]
        return np.polyfit(np.log(rings), np.log(values[rings]), 1, w=rings**-0.5)[0]

    return {
        "Std": (np.argmax(by_angle) * 180 / N_ALPHAS + 90) % 180, "Stdi": by_angle.mean() / by_angle.max(),
        "Srw": 1 / ((1 + np.argmax(beta)) * step), "Srwi": beta.mean() / beta.max(), "Shw": 1 / half,
        "Sfd": 2 - slope(mean_amplitude, first, last), "Sfd_top": 2 - slope(mean_amplitude, middle, last),
        "Sfd_bot": 2 - slope(mean_amplitude, first, middle), "D_psd": 4 + slope(mean_power, first, last) / 2,
    }  # fmt: skip
