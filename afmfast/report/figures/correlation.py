"""Map of the correlations between parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from .canvas import FAINT, INK, draw

#: Above this many columns the symbols could not be read; the channels still are named.
_SYMBOLS_UP_TO = 110


def paint(figure: Figure, columns: Sequence[str], matrix: np.ndarray) -> None:
    """Square map, purple to orange, a line between channels; undefined = grey."""
    axes = figure.subplots()
    n = len(columns)
    colours = matplotlib.colormaps["PuOr_r"].with_extremes(bad="#d9dde0")
    shown = axes.imshow(np.ma.masked_invalid(matrix), cmap=colours, vmin=-1, vmax=1, interpolation="none")
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, pad=2)
    symbols = [column.rpartition(":")[2] for column in columns]
    if n <= _SYMBOLS_UP_TO:
        size = min(7.5, _side(n) * 54 / n)
        axes.set_xticks(range(n), symbols, rotation=90, fontsize=size)
        axes.set_yticks(range(n), symbols, fontsize=size)
    else:
        axes.set_xticks([])
        axes.set_yticks([])
    place = 0
    for channel, members in groupby(column.rpartition(":")[0] for column in columns):
        width = len(list(members))
        if place:
            axes.axhline(place - 0.5, color="white", linewidth=2)
            axes.axvline(place - 0.5, color="white", linewidth=2)
        axes.annotate(channel, (place + (width - 1) / 2, -0.5), xytext=(0, 5), textcoords="offset points", ha="center",
                      va="bottom", fontsize=8, fontweight="bold", color=INK)  # fmt: skip
        place += width
    bar = figure.colorbar(shown, ax=axes, shrink=0.5, aspect=28, pad=0.02)
    bar.set_label("correlation")
    bar.set_ticks([-1, 0, 1], labels=["−1", "0", "1"])
    bar.outline.set_edgecolor(FAINT)
    bar.outline.set_linewidth(0.5)


def _side(n: int) -> float:
    """Inches along a map of n columns: what a page holds, so that its symbols can be read."""
    return 4.2 if n < 30 else 6.6 if n < 50 else 9.4


def correlation(result: Mapping[str, Any], key: str) -> Markup | None:
    """SVG of the correlation map; None where no column is left."""
    columns, matrix = result["correlation"]["columns"], np.array(result["correlation"]["matrix"], float)
    if not columns:
        return None
    alt = f"Correlations between {len(columns)} parameters"
    side = _side(len(columns))
    return draw(lambda figure: paint(figure, columns, matrix), width=side + 0.6, height=side + 0.3, key=key, alt=alt)
