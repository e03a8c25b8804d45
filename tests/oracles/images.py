"""What every program is asked about: made surfaces, and height channels of real files known by their SHA-256."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from strategies import NM, SURFACES, rough

from afmfast import read, synthetic

ROOT = Path(__file__).parents[2]


class Image(NamedTuple):
    """Heights (ny, nx) and pixel sizes in metres, and the levelling that everybody starts from."""

    z: np.ndarray
    dx: float
    dy: float
    level: str


PERIODIC = ("sine", "sine_oblique", "eggcrate", "cosine_sum")
NAMED = (*PERIODIC, "uniform", "normal", "self_affine_small", "self_affine_0.2", "self_affine_0.5", "self_affine_0.8")
ROUGH = {
    "rough_96x120": lambda: Image(rough((96, 120)), 10 * NM, 10 * NM, "plane"),
    "rough_wide_pixels": lambda: Image(rough((75, 64), seed=2), 25 * NM, 10 * NM, "plane"),
    "lay_129x129": lambda: Image(
        synthetic.self_affine((129, 129), 1.0, 1.0, sq=20 * NM, hurst=0.6, roll_off=20.0, anisotropy=3.0, seed=3),
        10 * NM,
        10 * NM,
        "plane",
    ),
    "smooth_256x256": lambda: Image(
        synthetic.gaussian_field((256, 256), 1.0, 1.0, sq=50 * NM, length_x=9.0, length_y=6.0, seed=4),
        20 * NM,
        20 * NM,
        "plane",
    ),
}
#: Those with a power law, so that a fractal dimension means something.
FRACTAL = ("self_affine_0.2", "self_affine_0.5", "self_affine_0.8", "lay_129x129", "di-3.di", "sample_0.jpk")
#: First twelve hex digits of the file's SHA-256, its name for the reader, and the channel.
FILES = (
    ("1c65c9d1f67e", "di-3.di", "Height Sensor"),
    ("0d678731dc1d", "sapphire.nid", "Z-Axis"),
    ("cb470d7d4e68", "AR_20211011.ibw", "HeightRetrace"),
    ("6fa365941272", "NanoSurf_20160301.nid", "Z-Axis"),
    ("db89fc08c604", "PE11_1.txt", "Height (27)"),
    ("7b1945c97936", "sample_0.jpk", "height (retrace)"),
    ("55a6dbaa290d", "old_bruker.002", "Height"),
)


def data() -> Path:
    """The folder of real scans: `AFMFAST_DATA`, or where they lie beside the checkout; it need not be there."""
    return Path(os.environ.get("AFMFAST_DATA") or ROOT.parent / "shared" / "data")


@cache
def _by_hash() -> dict[str, Path]:
    files = [path for path in (data() / "files").rglob("*") if path.is_file() and path.stat().st_size < 5e6]
    return {hashlib.sha256(path.read_bytes()).hexdigest()[:12]: path for path in files}


@cache
def made(name: str) -> Image:
    """A made surface, of several the first."""
    if name in ROUGH:
        return ROUGH[name]()
    surface = SURFACES[name]
    return Image(surface.make()[0], surface.dx, surface.dy, surface.level)


@cache
def scanned(sha256: str, channel: str) -> Image | None:
    """A channel of a real file, or None where the file is not here."""
    path = _by_hash().get(sha256)
    if path is None:
        return None
    image = next(image for image in read(path) if image.channel == channel)
    return Image(np.asarray(image.heights, float), image.dx, image.dy, "plane")


def prepared(image: Image) -> np.ndarray:
    """Its heights as every program gets them: float64, levelled by plain least squares, mean 0."""
    z = image.z - image.z.mean()
    if image.level == "plane":
        y, x = (place / max(z.shape) - 0.5 for place in np.indices(z.shape))
        terms = np.stack([np.ones_like(x), x, y], axis=-1).reshape(-1, 3)
        z = z - (terms @ np.linalg.lstsq(terms, z.ravel(), rcond=None)[0]).reshape(z.shape)
    return z - z.mean()
