"""Images to surface parameters: one image, or blocks of a stack through a pool."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from ..errors import DataError, ParameterFailed, SettingsError
from ..kernels.results import Differences
from ..schedule import Pool
from .filling import MOST_MISSING, filled
from .filters import filtered
from .levelling import levelled, unmeasured
from .parameter import Parameter
from .preparation import Preparation
from .recipes import ingredient, needs_all
from .surface import Surface
from .table import PARAMETERS, applicable, columns_of
from .tiles import tile_views
from .travel import Ticket, rows_of, tickets

Progress = Callable[[int, int, str], None]
_USUAL = Preparation()
#: Pixels a side that every power law has three scales in.
ENOUGH = 64
TOO_SMALL = "no power law: {} x {} pixels are too few for it, three scales at least"
NOT_ROUGH = "no power law: the heights are smooth, repeat, or do not vary along one axis"


class Block(Protocol):
    """A run of images of one shape, small to send and opened where it is measured."""

    @property
    def count(self) -> int:
        """How many images."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """What the images are called."""
        ...

    def load(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Heights (k, ny, nx), dx (k,) and dy (k,) in metres."""
        ...


def measure_image(
    z: np.ndarray,
    dx: float,
    dy: float,
    *,
    unit: str = "m",
    parameters: str | Sequence[str] = "classic",
    level: str = "plane",
    lines: str = "none",
    mask: np.ndarray | None = None,
    fill: str = "none",
    s_filter: float | None = None,
    l_filter: float | None = None,
) -> pd.Series:
    """Surface parameters of one image, as a Series of float64 over symbols; `.attrs["units"]` has their SI units.

    z (ny, nx) of any real type in `unit`, row 0 at the top, NaN or infinity = not measured; dx, dy in metres.
    `mask` (ny, nx) bool: True = measure this pixel, False = as if it were NaN. Parameters that mean nothing
    on heights of this unit are left out. Std is in degrees.

    Prepared in this order: `fill` (none | nearest | plane) fills missing pixels, if half of them at most are
    missing (else everything is NaN); `lines` (none | median | mean | linear | quadratic | matched) brings the
    scan lines to one level; `level` (none | constant | plane | quadratic | cubic | facet) is subtracted and the
    heights put about their mean; `s_filter` and `l_filter` are cut-off wavelengths in metres of the Gaussian
    filters of ISO 16610-61, which remove shorter and longer waves.

    NaN where a parameter is not defined: everything for fewer than 2 x 2 pixels or none valid, ratios and
    spatial parameters of a flat image. Of missing pixels: heights and the material ratio do without them;
    slopes, area and summits take what is measured together with all the neighbours they need, the
    autocorrelation all pairs measured both; what needs every pixel, as the spectrum does, is NaN, and
    `.attrs["undefined"]` (symbol: reason) says so. The fractal rows are NaN too, with the reason there, where the
    heights are smooth, repeat (as a sinusoid's do) or do not vary along one axis, or have too few pixels for three
    scales (64 a side for all of them).

    `.attrs["fits"]` (symbol: slope, r2, shortest, longest) has the power law behind every fractal row: its slope in
    double-logarithmic axes, R squared, and the lengths in metres from and to which it was fitted.

    Raises `DataError` for heights that are not a real 2-D array, `SettingsError` for a setting outside what is allowed,
    `ParameterFailed` where the function of a registered parameter raises.
    """
    how = Preparation(level, lines, fill, s_filter, l_filter).check(unit)
    rows, index, units = _prepared(
        parameters if isinstance(parameters, str) else tuple(parameters), unit, PARAMETERS.changes
    )
    heights = heights_of(z) if mask is None else _masked(heights_of(z), mask)
    surface = surface_of(heights, float(dx), float(dy), how)
    values = values_of(surface, rows)
    series = pd.Series(np.array(values), index=index)
    series.attrs["units"] = dict(units)
    series.attrs["undefined"] = _undefined(surface, rows, values, heights, how)
    series.attrs["fits"] = {
        row.symbol: row.fit(ingredient(surface, row.of))._asdict() for row in rows if row.fit is not None
    }
    return series


def _masked(heights: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Heights with NaN where the mask is False."""
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.shape != heights.shape:
        raise DataError(
            f"the mask is {mask.dtype} of shape {mask.shape}; give bool of the image's shape {heights.shape}, "
            "True = measure this pixel"
        )
    return np.where(mask, heights, heights.dtype.type(math.nan))


def _undefined(
    surface: Surface, rows: Sequence[Parameter], values: Sequence[float], raw: np.ndarray, how: Preparation
) -> dict[str, str]:
    """Why values are NaN, by symbol: missing pixels, or too few pixels or too smooth a surface for a power law."""
    missing = 0 if surface.is_complete else int((~np.isfinite(raw)).sum())
    if missing == 0 and (surface.is_flat or surface.valid.size == 0):
        return {}
    if missing == 0:
        fitted = [row.symbol for row, value in zip(rows, values, strict=True) if row.fit and math.isnan(value)]
        if fitted and min(raw.shape) > 3 and not _is_rough(surface):
            return dict.fromkeys(fitted, NOT_ROUGH)
        return dict.fromkeys(fitted, TOO_SMALL.format(*raw.shape)) if min(raw.shape) < ENOUGH else {}
    said = f"{missing} of {raw.size} pixels are not measured"
    if surface.valid.size == 0:
        reason = f"{said}, more than fill={how.fill!r} fills ({MOST_MISSING:.0%})" if missing < raw.size else said
        return dict.fromkeys((row.symbol for row in rows), reason)
    every = f"{said}, and it needs every one; fill='nearest' or 'plane' fills them"
    found = f"{said}, and it was not found among the others"
    return {
        row.symbol: every if needs_all(row.of) else found
        for row, value in zip(rows, values, strict=True)
        if math.isnan(value) and (needs_all(row.of) or not surface.is_flat)
    }


def _is_rough(surface: Surface) -> bool:
    differences: Differences = ingredient(surface, Differences)
    return differences.is_rough


def heights_of(z: Any) -> np.ndarray:
    """Heights (ny, nx) as contiguous float32 or float64 in native byte order."""
    heights = np.asarray(z)
    if heights.ndim != 2:
        raise DataError(f"heights have shape {heights.shape}; one image is a 2-D array (ny, nx)")
    if heights.dtype.kind not in "fiub":
        raise DataError(f"heights are of type {heights.dtype}; give real numbers")
    kind = np.float32 if heights.dtype.kind == "f" and heights.dtype.itemsize <= 4 else np.float64
    return np.ascontiguousarray(heights, dtype=kind)


def surface_of(z: np.ndarray, dx: float, dy: float, how: Preparation) -> Surface:
    """The prepared surface of heights as `heights_of` leaves them."""
    if not (0.0 < dx < math.inf and 0.0 < dy < math.inf):
        raise SettingsError(f"pixel sizes are dx={dx}, dy={dy}; give both in metres, above zero")
    if min(z.shape) < 2:
        return unmeasured(z.shape, dx, dy)
    surface = levelled(filled(z, dx, dy, how.fill), dx, dy, how.level, how.lines)
    if how.s_filter is None and how.l_filter is None:
        return surface
    return filtered(surface, how.s_filter, how.l_filter)


def values_of(surface: Surface, rows: Sequence[Parameter]) -> list[float]:
    """Values of these rows."""
    values = [row.value(ingredient(surface, row.of)) * _power(surface.scale, row.z_power) for row in rows]
    return [value if math.isfinite(value) else math.nan for value in values]


def _power(scale: float, exponent: int) -> float:
    """NaN where the square of absurd heights is beyond double precision."""
    try:
        return scale**exponent
    except OverflowError:
        return math.nan


@lru_cache(maxsize=32)
def _prepared(
    parameters: str | tuple[str, ...], unit: str, changes: int
) -> tuple[tuple[Parameter, ...], pd.Index, dict[str, str]]:
    """What every image of one measurement shares: rows, index and units; `changes` of the table make it anew."""
    rows = applicable(parameters, unit)
    return rows, pd.Index([row.symbol for row in rows]), {row.symbol: row.unit(unit) for row in rows}


@dataclass(frozen=True)
class _Settings:
    """What every block of one measurement shares; small and picklable."""

    parameters: tuple[Ticket, ...]
    how: Preparation
    tiles: tuple[int, int]


class Measured(NamedTuple):
    """Values (n_images, n_tiles, n_columns), and which images (n_images,) have pixels that are missing still."""

    values: np.ndarray
    is_incomplete: np.ndarray


def measure(
    blocks: Sequence[Block],
    *,
    parameters: str | Sequence[str] = "classic",
    how: Preparation = _USUAL,
    tiles: tuple[int, int] = (1, 1),
    unit: str = "m",
    has_zero: bool | None = None,
    pool: Pool,
    progress: Progress | None = None,
) -> Measured:
    """Parameters of all images of the blocks, one block a task.

    Columns are `columns_of(applicable(parameters, unit, has_zero=has_zero))`. Each image is cut into tiles
    (rows, columns) of equal size, pixels left over at the right and bottom are not used, and each tile is
    prepared by itself.
    """
    rows = applicable(parameters, unit, has_zero=has_zero)
    settings = _Settings(tickets(rows, is_remote=pool.is_remote), how.check(unit), tiles)
    starts = np.concatenate([[0], np.cumsum([block.count for block in blocks], dtype=int)])
    values = np.full((starts[-1], tiles[0] * tiles[1], len(columns_of(rows))), np.nan)
    is_incomplete = np.zeros(starts[-1], bool)
    if progress is not None:
        progress(0, int(starts[-1]), "warming up the kernels; after an update they are compiled, once")
    pool.everywhere(warm)
    done = 0
    for index, result in pool.each(measure_block, blocks, shared=settings):
        values[starts[index] : starts[index + 1]], is_incomplete[starts[index] : starts[index + 1]] = result
        done += blocks[index].count
        if progress is not None:
            progress(done, int(starts[-1]), "measuring")
    return Measured(values, is_incomplete)


def measure_block(block: Block, settings: _Settings) -> Measured:
    """Parameters of one block."""
    rows = rows_of(settings.parameters)
    heights, dx, dy = block.load()
    n_columns = len(columns_of(rows))
    values = np.empty((len(heights), settings.tiles[0] * settings.tiles[1], n_columns))
    is_incomplete = np.zeros(len(heights), bool)
    for k, image in enumerate(heights):
        for t, tile in enumerate(tile_views(image, settings.tiles)):
            surface = surface_of(heights_of(tile), float(dx[k]), float(dy[k]), settings.how)
            try:
                found = values_of(surface, rows)
            except ParameterFailed as fault:
                raise ParameterFailed(fault.symbol, fault.said, block.names[k]) from fault.__cause__
            values[k, t] = spread_angles(rows, found)
            is_incomplete[k] |= not surface.is_complete
    return Measured(values, is_incomplete)


def spread_angles(rows: Sequence[Parameter], values: Sequence[float]) -> list[float]:
    """Values by column: an angle in degrees becomes cosine and sine of twice the angle."""
    spread: list[float] = []
    for row, value in zip(rows, values, strict=True):
        if row.is_angle:
            twice = math.radians(2.0 * value)
            spread += [math.cos(twice), math.sin(twice)]
        else:
            spread.append(value)
    return spread


@cache
def warm() -> None:
    """Compile, or load from disk, every kernel of the classic set, once in each process."""
    place = np.arange(32.0)
    waves = np.sin(place)[:, None] * np.cos(2.0 * place)
    for kind in (np.float32, np.float64):
        measure_image(waves.astype(kind), 1.0, 1.0)
