"""The classic parameters a second time: float64, slow, straight from the definitions, nothing shared with the kernels.

Every function takes levelled, mean-free heights `z` (ny, nx) unless it says otherwise. `EPS` guards comparisons of
two expressions that are equal on paper (a ray that ends on the window's edge, a ring's limit): half-open by 1e-9.
"""

from __future__ import annotations

import math

import numpy as np

EPS = 1e-9
DEGREE = {"constant": 0, "plane": 1, "quadratic": 2, "cubic": 3}
N_RAYS, N_ALPHAS, N_GRID = 360, 512, 10_000
NAN = math.nan

HEIGHT = ("Smean", "Sa", "Sq", "Ssk", "Sku", "Sp", "Sv", "Sz", "S10z")
FUNCTIONAL = (
    "Sk", "Spk", "Svk", "Smr1", "Smr2", "Sbi", "Sci", "Svi", "Sdc0_5", "Sdc5_10", "Sdc10_50", "Sdc50_95",
)  # fmt: skip
HYBRID = ("Sdq", "Sdq6", "S3A", "Sdr", "Ssc")
SPATIAL = ("Scl20", "Scl37", "Str20", "Str37", "Sds", "Srw", "Srwi", "Shw")
FRACTAL = ("Std", "Stdi", "Sfd", "Sfd_top", "Sfd_bot", "D_psd")
SYMBOLS = HEIGHT + FUNCTIONAL + HYBRID + SPATIAL + FRACTAL
NEEDS_LENGTH = ("S3A", "Sdr")
NEEDS_ZERO = ("Smean",)


def naive(z: np.ndarray, dx: float, dy: float, *, unit: str = "m", level: str = "plane") -> dict[str, float]:
    """Every parameter that this unit allows, by symbol; Std in degrees."""
    values = dict.fromkeys(SYMBOLS, NAN)
    raw = np.where(np.isfinite(z), np.asarray(z, float), NAN)
    valid = ~np.isnan(raw)
    if min(raw.shape) >= 2 and valid.any():
        values["Smean"] = raw[valid].mean()
        values.update(_values(_levelled(raw, valid, level), valid, dx, dy))
    leave_out = NEEDS_ZERO if unit == "m" else NEEDS_LENGTH
    return {symbol: float(value) for symbol, value in values.items() if symbol not in leave_out}


def _values(z: np.ndarray, valid: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    flat = not z[valid].any()
    out = {**heights(z[valid], flat), **functional(z[valid], flat)}
    if valid.all():
        out |= {"S10z": ten_point(z), **slopes(z, dx, dy), **area(z, dx, dy), **summits(z, dx, dy)}
        if not flat:
            out |= {**autocorrelation(z, dx, dy), **polar(z, dx, dy), **fractal(z, dx, dy)}
    return out


def _levelled(raw: np.ndarray, valid: np.ndarray, level: str) -> np.ndarray:
    y, x = np.indices(raw.shape)
    x, y = x / max(raw.shape) - 0.5, y / max(raw.shape) - 0.5
    z = raw - raw[valid].mean()
    if level != "none":
        degree = DEGREE[level]
        terms = np.stack([x**i * y**j for i in range(degree + 1) for j in range(degree + 1 - i)], axis=-1)
        z = z - terms @ np.linalg.lstsq(terms[valid], z[valid], rcond=None)[0]
    z = z - z[valid].mean()
    if math.sqrt(np.mean(z[valid] ** 2)) <= 1e-12 * np.abs(raw[valid]).max():
        z[valid] = 0.0
    return z


# --- height and material ratio -------------------------------------------------------------------


def heights(v: np.ndarray, flat: bool) -> dict[str, float]:
    sq = math.sqrt(np.mean(v**2))
    sp, sv = v.max(), -v.min()
    ratios = {"Ssk": NAN, "Sku": NAN} if flat else {"Ssk": np.mean(v**3) / sq**3, "Sku": np.mean(v**4) / sq**4}
    return {"Sa": np.mean(np.abs(v)), "Sq": sq, "Sp": sp, "Sv": sv, "Sz": sp + sv, **ratios}


def functional(v: np.ndarray, flat: bool) -> dict[str, float]:
    ratios = ("Smr1", "Smr2", "Sbi", "Sci", "Svi")
    if flat:
        return {symbol: NAN if symbol in ratios else 0.0 for symbol in FUNCTIONAL}
    fall = np.sort(v)[::-1]
    nodes = (np.arange(v.size) + 0.5) / v.size

    def curve(p):
        return np.interp(p, nodes, fall)

    def void(p):
        return np.mean(np.maximum(curve(p) - v, 0.0))

    sq = math.sqrt(np.mean(v**2))
    at = {p: curve(p / 100) for p in (0, 5, 10, 50, 95)}
    out = {f"Sdc{a}_{b}": at[a] - at[b] for a, b in ((0, 5), (5, 10), (10, 50), (50, 95))}
    out |= {"Sbi": sq / at[5] if at[5] else NAN, "Sci": (void(0.05) - void(0.80)) / sq, "Svi": void(0.80) / sq}

    upper, lower = _core_line(curve(np.arange(N_GRID + 1) / N_GRID), sq)
    smr1 = _where_it_falls_to(upper, nodes, fall)
    smr2 = 1.0 - _where_it_falls_to(-lower, nodes, -fall[::-1])  # the same rule on the image upside down
    spk = 2 * np.mean(np.maximum(v - upper, 0.0)) / smr1 if smr1 > 0 else 0.0
    svk = 2 * np.mean(np.maximum(lower - v, 0.0)) / (1 - smr2) if smr2 < 1 else 0.0
    return out | {"Sk": upper - lower, "Smr1": smr1, "Smr2": smr2, "Spk": spk, "Svk": svk}


def _core_line(c: np.ndarray, sq: float) -> tuple[float, float]:
    """Heights at p = 0 and p = 1 of the least-squares line in the flattest 40 % of the sampled curve.

    Of windows that are equally flat to within 1e-6 Sq the first counts: on quantised heights many are, on paper.
    """
    width = 2 * N_GRID // 5
    drop = c[: N_GRID + 1 - width] - c[width:]
    start = int(np.flatnonzero(drop <= drop.min() + 1e-6 * sq)[0])
    window = c[start : start + width + 1]
    if window[0] == window[-1]:  # a plateau: the line is the plateau, to the last bit
        return window[0], window[0]
    p = np.arange(start, start + width + 1) / N_GRID
    slope = np.sum((p - p.mean()) * (window - window.mean())) / np.sum((p - p.mean()) ** 2)
    return window.mean() - slope * p.mean(), window.mean() + slope * (1 - p.mean())


def _where_it_falls_to(level: float, nodes: np.ndarray, fall: np.ndarray) -> float:
    """First p at which the curve is at or below a level; 0 where it starts there."""
    if level >= fall[0]:
        return 0.0
    k = int(np.flatnonzero(fall <= level)[0])
    share = (fall[k - 1] - level) / (fall[k - 1] - fall[k])
    return nodes[k - 1] + share * (nodes[k] - nodes[k - 1])


# --- slopes, area, summits -----------------------------------------------------------------------


def slopes(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    sx = (z[1:, 1:] - z[1:, :-1]) / dx
    sy = (z[1:, 1:] - z[:-1, 1:]) / dy
    sdq6 = NAN
    if ny >= 7 and nx >= 7:
        taps = np.array([-1, 9, -45, 0, 45, -9, 1]) / 60
        gx = sum(t * z[3:-3, k : nx - 6 + k] for k, t in enumerate(taps)) / dx
        gy = sum(t * z[k : ny - 6 + k, 3:-3] for k, t in enumerate(taps)) / dy
        sdq6 = math.sqrt(np.mean(gx**2 + gy**2))
    return {"Sdq": math.sqrt(np.mean(sx**2 + sy**2)), "Sdq6": sdq6}


def area(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    sx, sy = np.diff(z, axis=1) / dx, np.diff(z, axis=0) / dy
    excess = 0.0  # of each triangle over its projection dx dy / 2, in units of dx dy
    for x_side in (sx[:-1], sx[1:]):
        for y_side in (sy[:, :-1], sy[:, 1:]):
            steep = x_side**2 + y_side**2
            excess = excess + 0.25 * steep / (1 + np.sqrt(1 + steep))
    sdr = np.mean(excess)
    return {"Sdr": sdr, "S3A": (1 + sdr) * (z.shape[0] - 1) * (z.shape[1] - 1) * dx * dy}


def _extrema(z: np.ndarray) -> list[tuple[int, int]]:
    """Interior pixels strictly above their eight neighbours."""
    found = []
    for i in range(1, z.shape[0] - 1):
        for j in range(1, z.shape[1] - 1):
            around = np.delete(z[i - 1 : i + 2, j - 1 : j + 2].ravel(), 4)
            if z[i, j] > around.max():
                found.append((i, j))
    return found


def ten_point(z: np.ndarray) -> float:
    peaks = sorted((z[at] for at in _extrema(z)), reverse=True)[:5]
    pits = sorted(z[at] for at in _extrema(-z))[:5]
    return np.mean(peaks) - np.mean(pits) if peaks and pits else NAN


def summits(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    bends = [
        -0.5 * ((z[i, j + 1] - 2 * z[i, j] + z[i, j - 1]) / dx**2 + (z[i + 1, j] - 2 * z[i, j] + z[i - 1, j]) / dy**2)
        for i, j in _extrema(z)
    ]
    return {"Sds": len(bends) / ((ny - 1) * (nx - 1) * dx * dy), "Ssc": np.mean(bends) if bends else NAN}


# --- autocorrelation -----------------------------------------------------------------------------


def autocorrelation(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    ny, nx = z.shape
    my, mx = ny // 2, nx // 2
    acf = np.empty((2 * my + 1, 2 * mx + 1))
    for ly in range(my + 1):
        for lx in range(-mx, mx + 1):
            here = z[: ny - ly, max(0, -lx) : nx - max(0, lx)]
            there = z[ly:, max(0, lx) : nx - max(0, -lx)]
            acf[my + ly, mx + lx] = acf[my - ly, mx - lx] = np.mean(here * there)
    acf /= acf[my, mx]

    out = {}
    rays = [_along(acf, math.radians(q * 180 / N_RAYS), dx, dy) for q in range(N_RAYS)]
    for name, threshold in (("20", 0.2), ("37", math.exp(-1))):
        crossings = [_crossing(profile, threshold, min(dx, dy) / 2) for profile in rays]
        ends = [(len(profile) - 1) * min(dx, dy) / 2 for profile in rays]
        shortest = min((c for c in crossings if c is not None), default=NAN)
        longest = max(end if c is None else c for c, end in zip(crossings, ends, strict=True))
        out |= {f"Scl{name}": shortest, f"Str{name}": shortest / longest}
    return out


def _along(acf: np.ndarray, theta: float, dx: float, dy: float) -> list[float]:
    """The autocorrelation from lag 0 outwards, every half of the smaller pixel, as far as the window goes."""
    my, mx = acf.shape[0] // 2, acf.shape[1] // 2
    profile = []
    while True:
        r = len(profile) * min(dx, dy) / 2
        lx, ly = r * math.cos(theta) / dx, r * math.sin(theta) / dy
        if abs(lx) > mx + EPS or abs(ly) > my + EPS:
            return profile
        profile.append(_bilinear(lambda i, j: acf[min(i, 2 * my), min(j, 2 * mx)], my + ly, mx + lx))


def _crossing(profile: list[float], threshold: float, step: float) -> float | None:
    for s in range(1, len(profile)):
        above, below = profile[s - 1], profile[s]
        if below < threshold:
            return step * (s - 1 + (above - threshold) / (above - below))
    return None


def _bilinear(at, i: float, j: float) -> float:
    i0, j0 = math.floor(i + EPS), math.floor(j + EPS)
    ti, tj = i - i0, j - j0
    low = (1 - tj) * at(i0, j0) + tj * at(i0, j0 + 1)
    return (1 - ti) * low + ti * ((1 - tj) * at(i0 + 1, j0) + tj * at(i0 + 1, j0 + 1))


# --- spectrum ------------------------------------------------------------------------------------


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
            grid[m, r - 1] = _bilinear(lambda i, j: spectrum[i % ny, j % nx], -up, k)
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
    }


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
    }


def _slope(rings: list[int], value: dict[int, float]) -> float:
    """Log-log least squares, weight 1/r; fewer than four rings or an empty one: NaN."""
    if len(rings) < 4 or not all(value[r] > 0 for r in rings):
        return NAN
    r = np.array(rings, float)
    x, y, w = np.log(r), np.log([value[k] for k in rings]), 1 / r
    x, y = x - np.sum(w * x) / np.sum(w), y - np.sum(w * y) / np.sum(w)
    return float(np.sum(w * x * y) / np.sum(w * x * x))
