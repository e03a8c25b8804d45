"""Images cut into tiles, and the tiles' values brought together again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from ..errors import SettingsError


def tile_views(image: np.ndarray, tiles: tuple[int, int]) -> Iterator[np.ndarray]:
    """Tiles of equal size, row by row from the top left; pixels left over at the right and bottom are not used."""
    n_rows, n_columns = tiles
    if n_rows < 1 or n_columns < 1:
        raise SettingsError(f"tiles are {tiles}; give rows and columns of at least 1")
    height, width = image.shape[0] // n_rows, image.shape[1] // n_columns
    for row in range(n_rows):
        for column in range(n_columns):
            yield image[row * height : (row + 1) * height, column * width : (column + 1) * width]


def combine(
    values: np.ndarray,
    how: Literal["mean", "median"],
    *,
    reject_over: float | None = None,
    spread_column: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """One row (n, p) per scan from its tiles' values (n, t, p), and which tiles were rejected (n, t).

    With `reject_over`, a tile whose value in `spread_column` (that of Sq) differs from the median of its
    scan's tiles by more than this share of that median is dropped. Tiles without a value do not count;
    NaN where no tile has one.
    """
    if how not in ("mean", "median"):
        raise SettingsError(f"tiles are combined by 'mean' or 'median', not by {how!r}")
    kept = values.copy()
    rejected = np.zeros(values.shape[:2], bool)
    if reject_over is not None:
        if spread_column is None:
            raise SettingsError("tiles can only be rejected by Sq, which is not among the parameters; add Sq")
        spread = values[:, :, spread_column]
        middle = _over_tiles(spread[:, :, None], "median")
        rejected = np.abs(spread - middle) > reject_over * np.abs(middle)
        kept[rejected] = np.nan
    return _over_tiles(kept, how), rejected


def _over_tiles(values: np.ndarray, how: str) -> np.ndarray:
    """Mean or median (n, p) over the tiles that have a value."""
    masked = np.ma.masked_invalid(values)
    combined = masked.mean(axis=1) if how == "mean" else np.ma.median(masked, axis=1)
    return np.ma.filled(combined, np.nan)
