"""Images to surface parameters: one image, or blocks of a stack through a pool."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Protocol

import numpy as np
import pandas as pd

from ..errors import DataError, ParameterFailed, SettingsError
from ..schedule import Pool
from .levelling import check, levelled
from .parameter import Parameter
from .recipes import ingredient
from .table import PARAMETERS, applicable, columns_of
from .tiles import tile_views
from .travel import Ticket, rows_of, tickets

Progress = Callable[[int, int, str], None]


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
) -> pd.Series:
    """Surface parameters of one image, as a Series of float64 over symbols; `.attrs["units"]` has their SI units.

    z (ny, nx) of any real type in `unit`, row 0 at the top, NaN or infinity = not measured; dx, dy in metres.
    Heights are put about their mean after `level` (none | constant | plane | quadratic | cubic); `lines`
    "median" first takes from each row its median. Parameters that mean nothing on heights of this unit
    are left out. Std is in degrees. NaN where a parameter is not defined: everything for fewer than
    2 x 2 pixels or none valid, all but heights and material ratio where a pixel is missing, ratios and
    spatial parameters of a flat image.

    Raises `DataError` for heights that are not a real 2-D array, `SettingsError` for a setting outside what is allowed,
    `ParameterFailed` where the function of a registered parameter raises.
    """
    check(level, lines)
    rows, index, units = _prepared(
        parameters if isinstance(parameters, str) else tuple(parameters), unit, PARAMETERS.changes
    )
    values = values_of(heights_of(z), float(dx), float(dy), rows, level, lines)
    series = pd.Series(np.array(values), index=index)
    series.attrs["units"] = dict(units)
    return series


def heights_of(z: Any) -> np.ndarray:
    """Heights (ny, nx) as contiguous float32 or float64 in native byte order."""
    heights = np.asarray(z)
    if heights.ndim != 2:
        raise DataError(f"heights have shape {heights.shape}; one image is a 2-D array (ny, nx)")
    if heights.dtype.kind not in "fiub":
        raise DataError(f"heights are of type {heights.dtype}; give real numbers")
    kind = np.float32 if heights.dtype.kind == "f" and heights.dtype.itemsize <= 4 else np.float64
    return np.ascontiguousarray(heights, dtype=kind)


def values_of(z: np.ndarray, dx: float, dy: float, rows: Sequence[Parameter], level: str, lines: str) -> list[float]:
    """Values of these rows for heights as `heights_of` leaves them."""
    if not (0.0 < dx < math.inf and 0.0 < dy < math.inf):
        raise SettingsError(f"pixel sizes are dx={dx}, dy={dy}; give both in metres, above zero")
    if min(z.shape) < 2:
        return [math.nan] * len(rows)
    surface = levelled(z, dx, dy, level, lines)
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
    level: str
    lines: str
    tiles: tuple[int, int]


def measure(
    blocks: Sequence[Block],
    *,
    parameters: str | Sequence[str] = "classic",
    level: str = "plane",
    lines: str = "none",
    tiles: tuple[int, int] = (1, 1),
    unit: str = "m",
    has_zero: bool | None = None,
    pool: Pool,
    progress: Progress | None = None,
) -> np.ndarray:
    """Parameters (n_images, n_tiles, n_columns) of all images of the blocks, one block a task.

    Columns are `columns_of(applicable(parameters, unit, has_zero=has_zero))`. Each image is cut into tiles
    (rows, columns) of equal size, pixels left over at the right and bottom are not used, and each tile is
    levelled by itself.
    """
    check(level, lines)
    rows = applicable(parameters, unit, has_zero=has_zero)
    settings = _Settings(tickets(rows, is_remote=pool.is_remote), level, lines, tiles)
    starts = np.concatenate([[0], np.cumsum([block.count for block in blocks], dtype=int)])
    values = np.full((starts[-1], tiles[0] * tiles[1], len(columns_of(rows))), np.nan)
    if progress is not None:
        progress(0, int(starts[-1]), "warming up the kernels; after an update they are compiled, once")
    for _ in pool.each(warm_worker, range(pool.workers)):
        pass
    done = 0
    for index, result in pool.each(measure_block, blocks, shared=settings):
        values[starts[index] : starts[index + 1]] = result
        done += blocks[index].count
        if progress is not None:
            progress(done, int(starts[-1]), "measuring")
    return values


def measure_block(block: Block, settings: _Settings) -> np.ndarray:
    """Parameters (k, n_tiles, n_columns) of one block."""
    rows = rows_of(settings.parameters)
    heights, dx, dy = block.load()
    n_columns = len(columns_of(rows))
    values = np.empty((len(heights), settings.tiles[0] * settings.tiles[1], n_columns))
    for k, image in enumerate(heights):
        for t, tile in enumerate(tile_views(image, settings.tiles)):
            try:
                found = values_of(heights_of(tile), float(dx[k]), float(dy[k]), rows, settings.level, settings.lines)
            except ParameterFailed as fault:
                raise ParameterFailed(fault.symbol, fault.said, block.names[k]) from fault.__cause__
            values[k, t] = spread_angles(rows, found)
    return values


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


def warm_worker(number: int) -> None:
    """Have the kernels ready in the process that this task lands in."""
    warm()


@cache
def warm() -> None:
    """Compile, or load from disk, every kernel of the classic set, once in each process."""
    place = np.arange(32.0)
    waves = np.sin(place)[:, None] * np.cos(2.0 * place)
    for kind in (np.float32, np.float64):
        measure_image(waves.astype(kind), 1.0, 1.0)
