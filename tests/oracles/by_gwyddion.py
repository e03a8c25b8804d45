"""Gwyddion's C library (GPL-2.0-or-later): an outside process only; on Debian `apt-get install libgwyddion2-0`."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from ctypes import POINTER, byref, c_double, c_int, c_void_p
from functools import cache
from typing import Any

import numpy as np

NONE, HANN = 0, 1  # GwyWindowingType
LINEAR = 2  # GwyInterpolationType
HORIZONTAL = 0  # GwyOrientation
FRACTALS = {"D_box": "cubecounting", "D_area": "triangulation", "D_part": "partitioning", "D_psd1": "psdf"}
N_RAYS = 360


@cache
def library() -> ctypes.CDLL:
    """libgwyprocess2, its types initialised. `libgwyddion2` goes first: the other one uses it and does not say so."""
    ctypes.CDLL("libgwyddion2.so.0", mode=ctypes.RTLD_GLOBAL)
    lib = ctypes.CDLL("libgwyprocess2.so.0")
    lib.gwy_process_type_init()
    for name in ("field_new", "line_new", "field_psdf_to_angular_spectrum"):
        getattr(lib, f"gwy_data_{name}").restype = c_void_p
    lib.gwy_data_field_get_data.restype = POINTER(c_double)
    for name in ("median", "min", "max", "surface_area", "surface_slope"):
        getattr(lib, f"gwy_data_field_get_{name}").restype = c_double
    for name in FRACTALS.values():
        getattr(lib, f"gwy_data_field_fractal_{name}_dim").restype = c_double
    return lib


def version() -> str:
    """The version the library says it has."""
    lib = ctypes.CDLL("libgwyddion2.so.0", mode=ctypes.RTLD_GLOBAL)
    lib.gwy_version_string.restype = ctypes.c_char_p
    return lib.gwy_version_string().decode()


class Field:
    """A data field that is freed when it goes."""

    def __init__(self, z: np.ndarray, dx: float, dy: float) -> None:
        ny, nx = z.shape
        make = library().gwy_data_field_new
        self.at = c_void_p(make(c_int(nx), c_int(ny), c_double(nx * dx), c_double(ny * dy), c_int(0)))
        z = np.ascontiguousarray(z, np.float64)
        ctypes.memmove(library().gwy_data_field_get_data(self.at), z.ctypes.data, z.nbytes)

    def __del__(self) -> None:
        library().g_object_unref(self.at)

    def array(self) -> np.ndarray:
        """A copy of its values (ny, nx)."""
        shape = (library().gwy_data_field_get_yres(self.at), library().gwy_data_field_get_xres(self.at))
        return np.ctypeslib.as_array(library().gwy_data_field_get_data(self.at), shape).copy()

    def number(self, name: str) -> float:
        """What `gwy_data_field_get_<name>` gives."""
        return getattr(library(), f"gwy_data_field_get_{name}")(self.at)

    def stats(self) -> list[float]:
        """Mean, Ra, rms, skewness, excess kurtosis."""
        found = [c_double() for _ in range(5)]
        library().gwy_data_field_get_stats(self.at, *map(byref, found))
        return [number.value for number in found]


class Line:
    """A data line that is freed when it goes."""

    def __init__(self, at: Any = None) -> None:
        self.at = c_void_p(at or library().gwy_data_line_new(c_int(1), c_double(1.0), c_int(0)))

    def __del__(self) -> None:
        library().g_object_unref(self.at)


def fractal(field: Field, name: str) -> float:
    """The dimension by one of its methods, over all scales it offers."""
    x, y, a, b = Line(), Line(), c_double(), c_double()
    getattr(library(), f"gwy_data_field_fractal_{name}")(field.at, x.at, y.at, c_int(LINEAR))
    return getattr(library(), f"gwy_data_field_fractal_{name}_dim")(x.at, y.at, byref(a), byref(b))


def autocorrelation(field: Field, ny: int, nx: int) -> np.ndarray:
    """The two-dimensional autocorrelation (2 ny - 1, 2 nx - 1), lag 0 in the middle; it takes no mean off."""
    target = Field(np.zeros((1, 1)), 1.0, 1.0)
    library().gwy_data_field_area_2dacf(field.at, target.at, 0, 0, nx, ny, nx, ny)
    return target.array()


def decay(acf: np.ndarray, dx: float, dy: float, threshold: float) -> tuple[float, float]:
    """Shortest decay along 360 rays within half the image, and its ratio to the longest; NaN where a ray finds none."""
    from scipy import ndimage

    middle_y, middle_x = acf.shape[0] // 2, acf.shape[1] // 2
    reach_y, reach_x = (middle_y + 1) // 2, (middle_x + 1) // 2
    step, lengths = min(dx, dy) / 2, []
    for theta in np.arange(N_RAYS) * math.pi / N_RAYS:
        along_x, along_y = math.cos(theta) / dx, math.sin(theta) / dy
        reach = min(reach_x / max(abs(along_x), 1e-300), reach_y / max(abs(along_y), 1e-300))
        r = np.arange(int(reach / step + 1e-9) + 1) * step
        places = [middle_y + r * along_y, middle_x + r * along_x]
        profile = ndimage.map_coordinates(acf / acf[middle_y, middle_x], places, order=1, mode="nearest")
        below = np.flatnonzero(profile < threshold)
        if below.size == 0:
            lengths.append(math.nan)
            continue
        k = below[0]
        lengths.append(r[k - 1] + step * (profile[k - 1] - threshold) / (profile[k - 1] - profile[k]))
    if np.isnan(lengths).all():
        return math.nan, math.nan
    return float(np.nanmin(lengths)), float(np.nanmin(lengths) / np.max(lengths))


def values(z: np.ndarray, dx: float, dy: float) -> dict[str, float]:
    """Its values by our symbols, in SI units, of mean-free heights."""
    field, (ny, nx) = Field(z, dx, dy), z.shape
    mean, ra, rms, skewness, excess = field.stats()
    acf = autocorrelation(field, ny, nx)
    length_20, aspect_20 = decay(acf, dx, dy, 0.2)
    length_37, aspect_37 = decay(acf, dx, dy, math.exp(-1))
    area = field.number("surface_area")
    return {
        "Sa": ra, "Sq": rms, "Ssk": skewness, "Sku": excess + 3.0, "Smed": field.number("median"),
        "Sp": field.number("max") - mean, "Sv": mean - field.number("min"),
        "Sz": field.number("max") - field.number("min"), "Sdq": field.number("surface_slope"),
        "S3A": area, "Sdr": area / (nx * dx * ny * dy) - 1.0,
        "Sds": library().gwy_data_field_count_maxima(field.at) / (nx * dx * ny * dy),
        "Scl20": length_20, "Scl37": length_37, "Str20": aspect_20, "Str37": aspect_37,
        **{symbol: fractal(field, name) for symbol, name in FRACTALS.items()},
    }  # fmt: skip


def work(name: str, dx: float, dy: float) -> Callable[[np.ndarray], object]:
    """What the benchmark times: "calls", the 17 calls that have a counterpart here."""
    assert name == "calls", name

    def run(z: np.ndarray) -> object:
        lib, (ny, nx) = library(), z.shape
        field = Field(z, dx, dy)
        at = field.at
        spectrum, line = Field(np.zeros((1, 1)), 1.0, 1.0), Line()
        found: list[object] = [field.stats(), *map(field.number, ("median", "surface_area", "surface_slope"))]
        lib.gwy_data_field_cdh(at, line.at, c_int(-1))
        found.append(lib.gwy_data_field_count_maxima(at))
        found.append(autocorrelation(field, ny, nx).shape)
        lib.gwy_data_field_2dpsdf(at, spectrum.at, c_int(HANN), c_int(1))
        lib.gwy_data_field_rpsdf(at, line.at, c_int(LINEAR), c_int(HANN), c_int(-1))
        Line(lib.gwy_data_field_psdf_to_angular_spectrum(spectrum.at, c_int(-1)))
        lib.gwy_data_field_slope_distribution(at, line.at, c_int(5))
        found += [fractal(field, method) for method in FRACTALS.values()]
        lib.gwy_data_field_hhcf(at, line.at, c_int(HORIZONTAL), c_int(LINEAR), c_int(-1))
        lib.gwy_data_field_get_inclination(at, byref(c_double()), byref(c_double()))
        return found

    return run
