"""Points in x, y, z columns become an image."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import FileRefused

#: How far a coordinate may lie from its grid line, in steps: rounding to four digits moves it by 0.003.
TOLERANCE = 0.05


class Grid(NamedTuple):
    """Heights (ny, nx) with the largest y in row 0, and the steps between points in the columns' own unit."""

    heights: np.ndarray
    step_x: float
    step_y: float


def grid_of(path: Path, table: np.ndarray) -> Grid:
    """The grid that the points (n, 3) make, in whatever order they are written.

    Raises:
        FileRefused: holes, points that are there twice, or distances that differ.
    """
    x, step_x = _lines(path, table[:, 0], "x")
    y, step_y = _lines(path, table[:, 1], "y")
    columns, rows = int(x.max()) + 1, int(y.max()) + 1
    place = (rows - 1 - y) * columns + x
    if rows * columns != len(place) or len(np.unique(place)) != len(place):
        raise FileRefused(
            path,
            f"its {len(place)} points do not fill a grid of {columns} x {rows}",
            "It is cut off, or its points are scattered: export the scan as a grid",
        )
    heights = np.empty(rows * columns)
    heights[place] = table[:, 2]
    return Grid(heights.reshape(rows, columns), step_x, step_y)


def _lines(path: Path, values: np.ndarray, axis: str) -> tuple[np.ndarray, float]:
    """Number of the grid line each point lies on, and the step between lines."""
    distinct = np.unique(values)
    if not np.isfinite(distinct).all() or len(distinct) < 2:
        raise FileRefused(path, f"a column {axis} that does not change", "Export three columns: x, y, z")
    step = float(distinct[-1] - distinct[0]) / (len(distinct) - 1)
    position = (values - distinct[0]) / step
    number = np.rint(position)
    if np.abs(position - number).max() > TOLERANCE:
        raise FileRefused(
            path, f"three columns whose {axis} is not evenly spaced", "Export the scan as a grid, or as a matrix"
        )
    return number.astype(np.intp), step
