"""Scans as text: Gwyddion exports in any header language, x y z columns, bare numbers with a pixel size."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import FileRefused
from ..records import Image
from ..units import to_si
from .channels import Channel, text_of, to_images
from .columns import Grid, grid_of
from .numbers import columns_of, first_row, table_of

_QUANTITY = re.compile(r"(?P<value>[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)\s*(?P<unit>[^\d\s]\S*)?\s*$")
_PAIR = re.compile(r"\s*([\d.,]+)\s*[xX×]\s*([\d.,]+)\s*$")


@dataclass
class Words:
    """What the lines above the numbers say; None or empty where they are silent."""

    title: str | None = None
    unit: str | None = None
    width: float | None = None
    height: float | None = None
    shape: tuple[int, int] | None = None
    lateral: tuple[float, float] | None = None
    columns: bool = False
    header: dict[str, str] = field(default_factory=dict)


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """The one image of a text file.

    A matrix begins with the top line; of x, y, z columns the largest y is the top, as axes are drawn.
    Bare numbers take `pixel_size` and `z_unit`; without `z_unit` numbers that are all below 0.1 mm can only be
    metres (and are marked as not calibrated), others have no unit.

    Raises:
        FileRefused: no numbers, rows of unequal length, ambiguous commas, columns that leave holes, no pixel size.
    """
    text = _decoded(path)
    lines = text.splitlines()
    start = first_row(lines)
    if start is None:
        raise FileRefused(path, "no rows of numbers in it", "It is cut off, or a table of results or words and no scan")
    words = _words(path, lines[:start])
    table = table_of(path, lines[start:], whole=text.endswith(("\n", "\r")))
    if words.columns or (table.shape[1] == 3 and words.width is None):
        channel = _from_columns(path, table, words, pixel_size)
    else:
        channel = _from_matrix(path, table, words)
    return to_images(path, [channel], pixel_size=pixel_size, z_unit=z_unit)


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    if b"\0" in data:
        raise FileRefused(path, "a binary file with a text file's name", "Give it the ending of its own format")
    return text_of(data)


def _words(path: Path, lines: list[str]) -> Words:
    marked = [line.lstrip("# \t").rstrip() for line in lines if line.startswith("#")]
    plain = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    words = _gwyddion(marked) if marked else Words()
    for line in plain:
        _plain_line(path, line, words)
    return words


def _gwyddion(lines: list[str]) -> Words:
    """Title, width, height and unit in this order, whatever language names them."""
    pairs = [tuple(part.strip() for part in line.split(":", 1)) for line in lines if ":" in line]
    words = Words(header={pair[0]: pair[1] for pair in pairs})
    sizes = [i for i in range(1, len(pairs)) if _metres(pairs[i][1]) is not None]
    if len(sizes) >= 2 and sizes[1] == sizes[0] + 1:
        first = sizes[0]
        words.title = pairs[first - 1][1] or None
        words.width, words.height = _metres(pairs[first][1]), _metres(pairs[first + 1][1])
        words.unit = pairs[first + 2][1] if len(pairs) > first + 2 else ""
    return words


def _metres(text: str) -> float | None:
    match = _QUANTITY.match(text)
    if match is None:
        return None
    unit, factor = to_si(match["unit"] or "")
    return float(match["value"].replace(",", ".")) * factor if unit == "m" else None


def _plain_line(path: Path, line: str, words: Words) -> None:
    """One line such as "X Unit: MicroMeter", "Data Size: 256 x 256", or a line of column names."""
    key, colon, value = (part.strip() for part in line.partition(":"))
    if not colon:
        words.columns = words.columns or columns_of(line)
        if words.columns:
            words.unit = words.unit or _unit_in_brackets(line)
        return
    words.header[key] = value
    pair = _PAIR.match(value)
    low = key.lower()
    if low == "data size" and pair:
        words.shape = int(pair[2]), int(pair[1])
    elif low == "surface size" and pair:
        words.width, words.height = (float(number.replace(",", ".")) for number in pair.groups())
    elif low in ("x unit", "y unit"):
        words.lateral = _lateral(path, value, low, words.lateral)
    elif low == "z unit":
        words.unit = value.lower() if to_si(value.lower())[0] == "m" else value
    elif low in ("channel", "title", "name"):
        words.title = value


def _unit_in_brackets(line: str) -> str | None:
    found = re.findall(r"[\[(]([^\])]+)[\])]", line)
    return found[2] if len(found) == 3 else None


def _lateral(path: Path, value: str, key: str, before: tuple[float, float] | None) -> tuple[float, float]:
    unit, factor = to_si(value.lower() if to_si(value.lower())[0] == "m" else value)
    if unit != "m":
        raise FileRefused(path, f"{key} is {value!r}, which is no length", "Export it with lengths along x and y")
    x, y = before or (factor, factor)
    return (factor, y) if key == "x unit" else (x, factor)


def _from_matrix(path: Path, table: np.ndarray, words: Words) -> Channel:
    rows, columns = table.shape
    _check_shape(path, words, rows, columns)
    x_unit, y_unit = words.lateral or (1.0, 1.0)
    silent = words.width is None or words.height is None
    dx = float("nan") if silent else (words.width or 0.0) * x_unit / columns
    dy = float("nan") if silent else (words.height or 0.0) * y_unit / rows
    return Channel(table, dx, dy, words.unit, words.title, header=words.header)


def _from_columns(path: Path, table: np.ndarray, words: Words, pixel_size: float | None) -> Channel:
    if table.shape[1] != 3:
        raise FileRefused(path, f"{table.shape[1]} columns under names of x, y and z", "Export three columns: x, y, z")
    grid = grid_of(path, table)
    rows, columns = grid.heights.shape
    _check_shape(path, words, rows, columns)
    dx, dy = _steps(grid, words, pixel_size)
    return Channel(grid.heights, dx, dy, words.unit, words.title, header=words.header)


def _steps(grid: Grid, words: Words, pixel_size: float | None) -> tuple[float, float]:
    """Pixel sizes: the size the header states over the number of points, else the columns' own step.

    Columns hold rounded numbers (0.0195 for 0.01953), so a stated size comes first where both are there.
    """
    rows, columns = grid.heights.shape
    if words.lateral is None:
        if pixel_size is None:
            return float("nan"), float("nan")
        return pixel_size, pixel_size * grid.step_y / grid.step_x
    x_unit, y_unit = words.lateral
    if words.width and words.height:
        return words.width * x_unit / columns, words.height * y_unit / rows
    return grid.step_x * x_unit, grid.step_y * y_unit


def _check_shape(path: Path, words: Words, rows: int, columns: int) -> None:
    if words.shape not in (None, (rows, columns)):
        stated = " x ".join(str(n) for n in reversed(words.shape or ()))
        raise FileRefused(
            path, f"it says {stated} points and holds {columns} x {rows}", "It is cut off: export it again"
        )
