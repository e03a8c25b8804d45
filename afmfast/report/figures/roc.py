"""Mean ROC curve with its band: one for two classes, else one a class against the rest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import ACTUAL, FAINT, draw

_COLUMNS = 4


def paint(figure: Figure, result: Mapping[str, Any]) -> None:
    """One panel a curve, all with the same axes."""
    curves = result["roc"]["curves"]
    columns = min(_COLUMNS, len(curves))
    panels = figure.subplots(math.ceil(len(curves) / columns), columns, squeeze=False, sharex=True, sharey=True)
    fpr = np.asarray(result["roc"]["fpr"], float)
    for axes, (name, curve) in zip(panels.ravel(), curves.items(), strict=False):
        _paint_curve(axes, fpr, {part: np.array(curve[part], float) for part in ("mean", "low", "high")})
        axes.set_title(_title(name, len(curves)))
    for axes in panels.ravel()[len(curves) :]:
        axes.set_visible(False)
    below = {
        column: max(row for row in range(len(panels)) if row * columns + column < len(curves))
        for column in range(columns)
    }
    for column, row in below.items():
        panels[row, column].set_xlabel("false positives")
        panels[row, column].tick_params(labelbottom=True)
    for axes in panels[:, 0]:
        axes.set_ylabel("true positives")


def _paint_curve(axes: Axes, fpr: np.ndarray, curve: Mapping[str, np.ndarray]) -> None:
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.fill_between(fpr, curve["low"], curve["high"], color=ACTUAL, alpha=0.2, linewidth=0)
    axes.plot(fpr, curve["mean"], color=ACTUAL, linewidth=1.6, label="_mean")
    axes.set_xlim(-0.01, 1)
    axes.set_ylim(0, 1.01)
    axes.set_aspect("equal")
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])


def _title(name: str, n_curves: int, at_most: int = 20) -> str:
    if n_curves == 1:
        return f"positive: {name}" if len(name) <= 28 else f"positive: {name[:27]}…"
    return name if len(name) <= at_most else f"{name[: at_most - 1]}…"


def roc(result: Mapping[str, Any], key: str) -> Markup | None:
    """SVG of the curves; None where there are none."""
    n = len(result["roc"]["curves"])
    if n == 0:
        return None
    rows = math.ceil(n / _COLUMNS)
    width, height = (3.4, 3.3) if n == 1 else (7.0, 0.35 + 1.95 * rows)
    alt = "Mean ROC curve with the band that holds 95 % of the splits" + (", one panel a class" if n > 1 else "")
    return draw(lambda figure: paint(figure, result), width=width, height=height, key=key, alt=alt)
