"""The sets as one writes them with NumPy and SciPy: whole arrays, no loop over pixels; speed is compared with them.

Definitions are those of the table of parameters, so the values agree; it is written to be read, not to be fast or slow.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import fft, ndimage

N_RAYS, N_ALPHAS, N_CURVE = 360, 512, 10_000


def together(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """Classic, fractal and directional parameters of heights z (ny, nx) on pixels dx, dy, a plane taken off."""
    mean, z = float(z.mean(dtype=float)), levelled(z.astype(float))
    return {
        "Smean": mean,
        **_heights(z),
        **_curve(z),
        **_neighbours(z, dx, dy),
        **_lags(z, dx, dy),
        **_waves(z, dx, dy),
        **_scales(z, dx, dy),
        **_orientation(z, dx, dy),
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
    row_power, columns = np.sum(amplitude**2, axis=0), np.arange(4, nx // 4 + 1)
    sector = np.sum(r * polar**2, axis=1)
    share = sector[sector > 0] / sector.sum()
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
        "D_psd1": 3.5 + _line(columns, row_power[columns], columns**-0.5) / 2,
        "Saent": -np.sum(share * np.log(share)) / math.log(N_ALPHAS), "Sch": _cross_hatch(by_angle),
    }  # fmt: skip


def _line(scales: np.ndarray, values: np.ndarray, w: np.ndarray | None = None) -> float:
    return float(np.polyfit(np.log(scales), np.log(values), 1, w=w)[0])


def _cross_hatch(by_angle: np.ndarray) -> float:
    smooth = ndimage.uniform_filter1d(by_angle, 15, mode="wrap")
    peaks = np.flatnonzero((smooth == ndimage.maximum_filter1d(smooth, 57, mode="wrap")) & (smooth > smooth.mean()))
    if peaks.size < 2:
        return math.nan
    one, other = peaks[np.argsort(smooth[peaks])[-2:]]
    apart = abs(one - other) * 180 / N_ALPHAS
    return float(min(apart, 180 - apart))


def _scales(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    side, extent, sq = min(z.shape), np.ptp(z), z.std()
    sides = 2 ** np.arange(2, int(math.log2(side / 4)) + 1)
    lags = np.sort(np.concatenate([sides, 3 * sides // 2]))
    lags = lags[lags <= side // 4]
    apart = [[np.mean((z[:, n:] - z[:, :-n]) ** 2), np.mean((z[n:] - z[:-n]) ** 2)] for n in lags]
    rise = np.mean([_line(lags, curve) for curve in np.transpose(apart)])
    unit = min(z.shape[1] * dx, z.shape[0] * dy) / sq
    variance, anywhere, boxes, triangles, prisms = [], [], [], [], []
    for n in sides:
        ny, nx = z.shape[0] // n, z.shape[1] // n
        blocks = z[: ny * n, : nx * n].reshape(ny, n, nx, n)
        low, high, height = blocks.min(axis=(1, 3)), blocks.max(axis=(1, 3)), extent * n / side
        variance.append(blocks.var(axis=(1, 3)).mean())
        cell = [
            np.minimum(np.floor((h - z.min() + 3e-7 * extent) / height), np.ceil(side / n) - 1) for h in (low, high)
        ]
        boxes.append((cell[1] - cell[0] + 1).mean() / n**2)
        anywhere.append(((high - low) / height + 1).mean() / n**2)
        coarse = z[::n, ::n] * unit
        x, y = np.diff(coarse, axis=1) / (n * dx), np.diff(coarse, axis=0) / (n * dy)
        edges_x, edges_y = (x[:-1], x[1:]), (y[:, :-1], y[:, 1:])
        middle_x, middle_y = (edges_x[0] + edges_x[1]) / 2, (edges_y[0] + edges_y[1]) / 2
        triangles.append(np.mean([np.sqrt(1 + a**2 + b**2) for a in edges_x for b in edges_y]))
        walls = [(a, middle_y) for a in edges_x] + [(middle_x, b) for b in edges_y]
        prisms.append(np.mean([np.sqrt(1 + a**2 + b**2) for a, b in walls]))
    return {
        "D_var": 3 - rise / 2, "Hurst": rise / 2, "D_part": 3 - _line(sides, variance) / 2,
        "D_box": -_line(sides, anywhere), "D_dbc": -_line(sides, boxes),
        "D_area": 2 - _line(sides, triangles), "D_prism": 2 - _line(sides, prisms),
    }  # fmt: skip


def _orientation(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    across, down = np.diff(z, axis=1) / dx, np.diff(z, axis=0) / dy
    gx, gy = (across[:-1] + across[1:]) / 2, -(down[:, :-1] + down[:, 1:]) / 2
    xx, yy, xy = np.mean(gx**2), np.mean(gy**2), np.mean(gx * gy)
    place = np.floor(np.degrees(np.arctan2(gy, gx)) / 5 + 0.5).astype(int).ravel() % 36
    share = np.bincount(place, (gx**2 + gy**2).ravel(), 36)
    share = share[share > 0] / share.sum()
    return {
        "Gcoh": math.hypot(xx - yy, 2 * xy) / (xx + yy), "Gdir": math.degrees(0.5 * math.atan2(2 * xy, xx - yy)) % 180,
        "Goent": -np.sum(share * np.log(share)) / math.log(36),
    }  # fmt: skip
