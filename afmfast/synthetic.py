"""Made-up scans whose answers are known: test surfaces, what a microscope does to them, whole labelled archives.

Surfaces are arrays (ny, nx) in SI units; x runs along columns, y along rows downwards (row 0 is the top of the scan),
`dx`, `dy` are pixel sizes. `seed` is a number or a generator that goes on: equal seeds give equal arrays.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage, special

from .errors import SettingsError
from .files import written
from .seeds import Stream, generator

Seed = int | np.random.Generator


def _rng(seed: Seed) -> np.random.Generator:
    return seed if isinstance(seed, np.random.Generator) else generator(seed, Stream.SYNTHETIC)


def _xy(shape: tuple[int, int], dx: float, dy: float) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(shape[1]) * dx, np.arange(shape[0])[:, None] * dy


# --- surfaces with known answers -----------------------------------------------------------------


def sine(shape: tuple[int, int], *, amplitude: float, waves: tuple[float, float], phase: float = 0.0) -> np.ndarray:
    """`amplitude` sin(2 pi (waves[0] x / Lx + waves[1] y / Ly) + phase): so many periods along x and downwards along y.

    Whole numbers of periods give exact answers; `phase` in radians at the first pixel.
    """
    x, y = _xy(shape, 1 / shape[1], 1 / shape[0])
    return amplitude * np.sin(2 * np.pi * (waves[0] * x + waves[1] * y) + phase)


def eggcrate(
    shape: tuple[int, int], dx: float, dy: float, *, amplitude: float, wavelength: float, phase: float = 0.0
) -> np.ndarray:
    """`amplitude` cos(kx + phase) cos(ky + phase) with k = 2 pi / wavelength."""
    x, y = _xy(shape, 2 * np.pi * dx / wavelength, 2 * np.pi * dy / wavelength)
    return amplitude * np.cos(x + phase) * np.cos(y + phase)


def cosine_sum(
    shape: tuple[int, int], dx: float, dy: float, *, amplitude: float, wavelength: float, phase: float = 0.0
) -> np.ndarray:
    """`amplitude` (cos(kx + phase) + cos(ky + phase)) with k = 2 pi / wavelength."""
    x, y = _xy(shape, 2 * np.pi * dx / wavelength, 2 * np.pi * dy / wavelength)
    return amplitude * (np.cos(x + phase) + np.cos(y + phase))


def plane(
    shape: tuple[int, int], dx: float, dy: float, *, slope_x: float, slope_y: float, offset: float = 0.0
) -> np.ndarray:
    """A tilted plane that is `offset` at the first pixel; slopes along columns and, downwards, along rows."""
    x, y = _xy(shape, dx, dy)
    return offset + slope_x * x + slope_y * y


def sphere_cap(shape: tuple[int, int], dx: float, dy: float, *, radius: float, height: float) -> np.ndarray:
    """A cap of that radius and height in the middle of a flat floor at 0."""
    x, y = _xy(shape, dx, dy)
    r2 = (x - x.mean()) ** 2 + (y - y.mean()) ** 2
    return np.maximum(height - radius + np.sqrt(np.maximum(radius**2 - r2, 0.0)), 0.0)


def spikes(shape: tuple[int, int], heights: Sequence[float]) -> np.ndarray:
    """Single pixels of these heights on a floor at 0, spread on a square lattice; one alone stands in the middle."""
    side = math.ceil(math.sqrt(len(heights)))
    z = np.zeros(shape)
    for n, height in enumerate(heights):
        z[(2 * (n // side) + 1) * shape[0] // (2 * side), (2 * (n % side) + 1) * shape[1] // (2 * side)] = height
    return z


def white_noise(shape: tuple[int, int], *, sq: float, seed: Seed = 0) -> np.ndarray:
    """Independent Gaussian heights of standard deviation `sq`."""
    return sq * _rng(seed).standard_normal(shape)


def _ranks(shape: tuple[int, int], seed: Seed) -> np.ndarray:
    n = shape[0] * shape[1]
    return ((_rng(seed).permutation(n) + 0.5) / n).reshape(shape)


def uniform_heights(shape: tuple[int, int], *, amplitude: float, seed: Seed = 0) -> np.ndarray:
    """Evenly spaced heights between -amplitude and amplitude, each once, at random places."""
    return amplitude * (2 * _ranks(shape, seed) - 1)


def normal_heights(shape: tuple[int, int], *, sq: float, seed: Seed = 0) -> np.ndarray:
    """The Gaussian quantiles (r + 1/2)/n, each once, at random places: a height distribution without sampling noise."""
    return sq * special.ndtri(_ranks(shape, seed))


def gaussian_field(
    shape: tuple[int, int], dx: float, dy: float, *, sq: float, length_x: float, length_y: float, seed: Seed = 0
) -> np.ndarray:
    """Gaussian heights with expected autocorrelation sq^2 exp(-(x/length_x)^2 - (y/length_y)^2)."""
    return sq * _shaped_noise(
        shape, dx, dy, lambda fx, fy: np.exp(-(np.pi**2) * ((length_x * fx) ** 2 + (length_y * fy) ** 2)), seed
    )


def self_affine(
    shape: tuple[int, int],
    dx: float,
    dy: float,
    *,
    sq: float,
    hurst: float,
    roll_off: float = math.inf,
    anisotropy: float = 1.0,
    seed: Seed = 0,
) -> np.ndarray:
    """Gaussian heights whose power falls as frequency^-(2 + 2 hurst) below the wavelength `roll_off`, flat above it.

    Cut out of a surface twice the size, so not periodic; mean 0 and rms exactly `sq`; features are `anisotropy` times
    longer along x than along y.
    """

    def power(fx: np.ndarray, fy: np.ndarray) -> np.ndarray:
        f = np.maximum(np.hypot(anisotropy * fx, fy), 1 / roll_off)
        return np.where((fx == 0) & (fy == 0), 0.0, np.where(f > 0, f, 1.0) ** (-2 - 2 * hurst))

    z = _shaped_noise(shape, dx, dy, power, seed)
    return (z - z.mean()) * (sq / z.std())


def _shaped_noise(
    shape: tuple[int, int], dx: float, dy: float, power: Callable[[np.ndarray, np.ndarray], np.ndarray], seed: Seed
) -> np.ndarray:
    """White noise filtered to a power spectrum on a grid twice the size, expected variance 1, cut to `shape`."""
    ny, nx = 2 * shape[0], 2 * shape[1]
    full = power(np.fft.fftfreq(nx, dx), np.fft.fftfreq(ny, dy)[:, None])
    noise = np.fft.fft2(_rng(seed).standard_normal((ny, nx)))
    z = np.fft.ifft2(noise * np.sqrt(full / full.mean())).real
    return z[: shape[0], : shape[1]].copy()


# --- what a microscope does to them --------------------------------------------------------------


def tilted(z: np.ndarray, dx: float, dy: float, *, slope_x: float, slope_y: float) -> np.ndarray:
    """The surface on a sample that is not level."""
    return z + plane(z.shape, dx, dy, slope_x=slope_x, slope_y=slope_y)


def bowed(z: np.ndarray, *, height: float) -> np.ndarray:
    """The scanner's bow: a parabola along the fast axis, `height` from edge to middle."""
    return z - height * np.linspace(-1.0, 1.0, z.shape[1]) ** 2


def with_line_noise(z: np.ndarray, *, sd: float, seed: Seed = 0) -> np.ndarray:
    """Every line at its own offset."""
    return z + sd * _rng(seed).standard_normal((z.shape[0], 1))


def with_line_steps(z: np.ndarray, *, count: int, sd: float, seed: Seed = 0) -> np.ndarray:
    """The probe changes `count` times: all later lines jump together."""
    rng = _rng(seed)
    steps = np.zeros((z.shape[0], 1))
    np.add.at(steps, rng.integers(0, z.shape[0], count), sd * rng.standard_normal((count, 1)))
    return z + np.cumsum(steps, axis=0)


def with_scars(z: np.ndarray, *, count: int, height: float, seed: Seed = 0) -> np.ndarray:
    """Streaks of up to half a line where the probe lost and found the surface."""
    rng, out = _rng(seed), z.copy()
    for _ in range(count):
        row, start = rng.integers(z.shape[0]), rng.integers(z.shape[1])
        out[row, start : start + 1 + rng.integers(max(1, z.shape[1] // 2))] += height
    return out


def tip_dilated(z: np.ndarray, dx: float, dy: float, *, radius: float) -> np.ndarray:
    """The surface as a paraboloid tip of that radius draws it (grey dilation)."""
    reach = math.sqrt(2 * radius * float(np.ptp(z)))
    half_y, half_x = (min(n - 1, math.ceil(reach / d)) for n, d in zip(z.shape, (dy, dx), strict=True))
    x, y = np.arange(-half_x, half_x + 1) * dx, np.arange(-half_y, half_y + 1)[:, None] * dy
    return ndimage.grey_dilation(z, structure=-(x**2 + y**2) / (2 * radius), mode="nearest")


def quantised(z: np.ndarray, *, step: float) -> np.ndarray:
    """Heights on the levels of an analogue-to-digital converter: plateaus."""
    return np.round(z / step) * step


def drifted(z: np.ndarray, *, pixels: float) -> np.ndarray:
    """The sample moves along the fast axis by so many pixels from the first line to the last (linear interpolation)."""
    rows, columns = np.indices(z.shape)
    moved = columns + pixels * rows / max(1, z.shape[0] - 1)
    return ndimage.map_coordinates(z, [rows, moved], order=1, mode="nearest")


def with_missing(z: np.ndarray, *, share: float, seed: Seed = 0) -> np.ndarray:
    """NaN at a share of the pixels, at random places."""
    out = np.array(z, float)
    places = _rng(seed).permutation(out.size)[: round(share * out.size)]
    out.flat[places] = np.nan
    return out


# --- labelled archives ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Planted:
    """The difference between the classes of `archive`: its channel, and families of parameters that show it.

    Parameters of a family are twins of each other, so the correlation filter may keep any one of them.
    """

    channel: str
    families: tuple[tuple[str, ...], ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        """All symbols of all families."""
        return tuple(symbol for family in self.families for symbol in family)


#: Classes differ in how skewed and how coarse the adhesion map is, and in nothing else.
PLANTED = Planted(
    "adhesion",
    (
        ("Ssk", "Sku", "Smr1", "Smr2", "Sbi", "Sci", "Svi"),
        ("Sdq", "Scl20", "Scl37", "Sds", "Srwi", "Shw", "Sfd", "Sfd_bot", "D_psd"),
    ),
)

SCAN_SIZE = 2.56e-6
#: Class step, spread of specimens, spread of scans of one specimen: log of the texture length, strength of the skew.
_TEXTURE = (0.27, 0.12, 0.06)
_SKEW = (0.145, 0.06, 0.03)
_SPECIMEN, _SCAN, _RESCAN, _RETRACE = 0, 1, 2, 3


def archive(
    folder: str | os.PathLike[str],
    *,
    n_rows: int = 60,
    shape: tuple[int, int] = (128, 128),
    seed: int = 0,
    null: bool = False,
    classes: Sequence[str] = ("A", "B"),
    rows_per_group: int = 3,
    repeats: int = 0,
    retraces: bool = False,
) -> Path:
    """Write scans (.gwy with height in m and adhesion in N) and their manifest.csv, whose path is returned.

    Groups are specimens of `rows_per_group` scans, whose classes take turns; what is planted stands in `PLANTED`;
    `null` leaves the classes without any difference. Row r depends on (seed, r, its group) alone. Each is scanned
    `repeats` times more, with other noise, drift, tilt, scars and wear of the tip, named in `repeat_of`; `retraces`
    adds every line's way back, with noise of its own.
    Raises `SettingsError` for fewer than two classes or less than one group of each.
    """
    n_groups = -(-n_rows // rows_per_group) if rows_per_group > 0 else 0
    if len(set(classes)) < 2 or n_groups < len(classes):
        raise SettingsError(
            f"n_rows={n_rows}, rows_per_group={rows_per_group}, classes={tuple(classes)} make {n_groups} groups; "
            "an archive needs two different classes and a group of each. Ask for more rows or smaller groups"
        )
    folder = Path(folder)
    (folder / "scans").mkdir(parents=True, exist_ok=True)
    lines = []
    for row in range(n_rows):
        group = row // rows_per_group
        which = group % len(classes)
        day = 1 + (group // len(classes)) % 2
        first = f"scans/scan_{row:03d}.gwy"
        for repeat in range(repeats + 1):
            channels = scan(row, group, shape=shape, seed=seed, step=0 if null else which, repeat=repeat)
            if retraces:
                channels |= _ways_back(channels, generator(seed, Stream.SYNTHETIC, _RETRACE, row, repeat))
            name = f"scans/scan_{row:03d}_again_{repeat}.gwy" if repeat else first
            _write_gwy(folder / name, channels)
            about = (name, classes[which], f"specimen {group + 1:02d}", f"day {day}")
            lines.append((*about, first if repeat else "") if repeats else about)
    header = ("path", "label", "group", "batch", "repeat_of") if repeats else ("path", "label", "group", "batch")
    with written(folder / "manifest.csv") as working, working.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *lines])
    return folder / "manifest.csv"


def scan(
    row: int, group: int, *, shape: tuple[int, int] = (128, 128), seed: int = 0, step: float = 0.0, repeat: int = 0
) -> dict[str, np.ndarray]:
    """One scan of the archive: height (m) and adhesion (N), `step` class steps away from the first class.

    Repeats show the same surface, seen by the microscope another time.
    """
    specimen, rng = generator(seed, Stream.SYNTHETIC, _SPECIMEN, group), generator(seed, Stream.SYNTHETIC, _SCAN, row)
    pixel = SCAN_SIZE / shape[1]
    again = generator(seed, Stream.SYNTHETIC, _RESCAN, row, repeat)
    surface = _surface(shape, pixel, specimen, rng)
    first = {"height": _scanned(surface, pixel, specimen, rng)}
    force = _force(shape, pixel, specimen, rng, step)
    first["adhesion"] = _force_scanned(force, rng)
    if repeat == 0:
        return first
    return {"height": _scanned(surface, pixel, again, again), "adhesion": _force_scanned(force, again)}


def _ways_back(channels: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    noise = {"height": 0.5e-9, "adhesion": 0.03e-9}
    return {f"{name} (retrace)": with_line_noise(z, sd=noise[name], seed=rng) for name, z in channels.items()}


def _vary(specimen: np.random.Generator, rng: np.random.Generator, spreads: tuple[float, float]) -> float:
    """What one specimen and one scan of it add to a property."""
    return float(spreads[0] * specimen.standard_normal() + spreads[1] * rng.standard_normal())


def _surface(
    shape: tuple[int, int], pixel: float, specimen: np.random.Generator, rng: np.random.Generator
) -> np.ndarray:
    return self_affine(
        shape, pixel, pixel,
        sq=20e-9 * math.exp(_vary(specimen, rng, (0.15, 0.10))),
        hurst=0.75 + _vary(specimen, rng, (0.04, 0.02)),
        roll_off=600e-9 * math.exp(_vary(specimen, rng, (0.15, 0.08))),
        anisotropy=math.exp(_vary(specimen, rng, (0.08, 0.04))),
        seed=rng,
    )  # fmt: skip


def _scanned(z: np.ndarray, pixel: float, specimen: np.random.Generator, rng: np.random.Generator) -> np.ndarray:
    z = tip_dilated(z, pixel, pixel, radius=10e-9 * math.exp(_vary(specimen, rng, (0.0, 0.2))))
    z = drifted(z, pixels=_vary(specimen, rng, (0.0, 2.0)))
    z = with_scars(z, count=int(rng.integers(0, 4)), height=15e-9, seed=rng)
    z = with_line_steps(with_line_noise(z, sd=0.5e-9, seed=rng), count=int(rng.integers(0, 3)), sd=2e-9, seed=rng)
    z = bowed(z, height=5e-9 * rng.standard_normal())
    z = tilted(z, pixel, pixel, slope_x=0.02 * rng.standard_normal(), slope_y=0.02 * rng.standard_normal())
    return quantised(z, step=0.05e-9)


def _force(
    shape: tuple[int, int], pixel: float, specimen: np.random.Generator, rng: np.random.Generator, step: float
) -> np.ndarray:
    texture = step * _TEXTURE[0] + _vary(specimen, rng, _TEXTURE[1:])
    skew = 0.10 + step * _SKEW[0] + _vary(specimen, rng, _SKEW[1:])
    mean = 5e-9 * math.exp(_vary(specimen, rng, (0.08, 0.03)))
    sd = 1e-9 * math.exp(_vary(specimen, rng, (0.08, 0.04)))
    field = self_affine(
        shape, pixel, pixel, sq=1.0, hurst=0.6 + _vary(specimen, rng, (0.03, 0.02)),
        roll_off=250e-9 * math.exp(texture), seed=rng,
    )  # fmt: skip
    field = np.exp(max(skew, 0.01) * field)
    return mean + sd * (field - field.mean()) / field.std()


def _force_scanned(force: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    force = with_scars(force, count=int(rng.integers(0, 4)), height=-0.3e-9, seed=rng)
    return quantised(with_line_noise(force, sd=0.03e-9, seed=rng), step=2e-12)


def _write_gwy(path: Path, channels: dict[str, np.ndarray]) -> None:
    from gwyfile.objects import GwyContainer, GwyDataField, GwySIUnit

    container = GwyContainer()
    for n, (name, values) in enumerate(channels.items()):
        side_x, side_y = SCAN_SIZE, SCAN_SIZE * values.shape[0] / values.shape[1]
        container[f"/{n}/data/title"] = name
        container[f"/{n}/data"] = GwyDataField(
            values, xreal=side_x, yreal=side_y,
            si_unit_xy=GwySIUnit(unitstr="m"), si_unit_z=GwySIUnit(unitstr="m" if name.startswith("height") else "N"),
        )  # fmt: skip
    with written(path) as working:
        container.tofile(str(working))
