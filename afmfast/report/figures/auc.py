"""The paper's Figure 5: AUC with the true labels, with randomized labels, and both as boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..answer import deciding_p, is_picked, verdict
from ..wording import defined, is_pooled, p_equals, score, title
from .canvas import ACTUAL, FAINT, INK, RANDOM, bare, draw, shared_bins


def values(spread: Mapping[str, Any]) -> list[float]:
    """The numbers behind a spread that are defined."""
    return [v for v in spread.get("values") or [] if defined(v)]


def box(
    axes: Axes, place: float, spread: Mapping[str, Any], colour: str, *, upright: bool = True, width: float = 0.5
) -> None:
    """One box as the paper draws it: box = mean ± SD, middle bar = mean, whiskers = the whole range.

    Nothing is drawn where the mean is undefined.
    """
    if not defined(spread["mean"]):
        return
    mean, sd = spread["mean"], spread["sd"] if defined(spread["sd"]) else 0.0
    low, high = (spread[end] if defined(spread[end]) else mean for end in ("min", "max"))

    def line(across: Sequence[float], along: Sequence[float], **style: Any) -> None:
        axes.plot(*((across, along) if upright else (along, across)), color=INK, solid_capstyle="butt", **style)

    for end, edge in ((low, mean - sd), (high, mean + sd)):
        # A skewed spread can end inside the box: the cap then lies in it, as the numbers say.
        line([place, place], [edge, end], linewidth=0.9, label="_whisker")
        line([place - width / 4, place + width / 4], [end, end], linewidth=0.9, label="_cap")
    corner = (place - width / 2, mean - sd) if upright else (mean - sd, place - width / 2)
    sides = (width, 2 * sd) if upright else (2 * sd, width)
    axes.add_patch(Rectangle(corner, *sides, facecolor=colour, alpha=0.85, edgecolor=INK, linewidth=0.9, label="_box"))
    line([place - width / 2, place + width / 2], [mean, mean], linewidth=1.6, label="_mean")


def paint(figure: Figure, result: Mapping[str, Any]) -> None:
    """Both histograms on one axis with common bins, beside them the boxes."""
    randomized = result["randomized"]["auc"]
    true, random = values(result["auc"]), values(randomized)
    parts = figure.subplot_mosaic([["a", "c"], ["b", "c"]], width_ratios=[2.1, 1])
    edges = shared_bins(true, random)
    n_labellings, n_each = result["randomized"]["n_labellings"], result["randomized"]["splits_per_labelling"]
    rows = (
        ("a", true, ACTUAL, f"a  True labels, {len(true)} splits"),
        ("b", random, RANDOM, f"b  Randomized labels, {n_labellings} × {n_each} splits"),
    )
    for key, sample, colour, heading in rows:
        axes = parts[key]
        axes.set_title(heading)
        axes.set_xlim(edges[0], 1.0)
        axes.axvline(0.5, color=FAINT, linewidth=0.8, linestyle=(0, (3, 3)))
        bare(axes)
        axes.set_ylabel("share")
        if sample:
            axes.hist(
                sample,
                bins=edges,
                weights=[1 / len(sample)] * len(sample),
                color=colour,
                edgecolor="white",
                linewidth=0.4,
            )
        else:
            axes.text(0.5, 0.5, "values not kept", transform=axes.transAxes, ha="center", va="center", color=FAINT)
    parts["a"].tick_params(labelbottom=False)
    parts["b"].set_xlabel("area under the ROC curve (AUC) of a split")
    _paint_boxes(parts["c"], result)


def _paint_boxes(axes: Axes, result: Mapping[str, Any]) -> None:
    randomized, p = result["randomized"]["auc"], deciding_p(result)
    axes.set_title("c  Both as boxes")
    box(axes, 0, result["auc"], ACTUAL)
    box(axes, 1, randomized, RANDOM)
    axes.axhline(0.5, color=FAINT, linewidth=0.8, linestyle=(0, (3, 3)), zorder=0)
    lowest = min([0.5, *(s["min"] for s in (result["auc"], randomized) if defined(s["min"]))]) - 0.04
    step = (1 - lowest) / 20
    axes.set_ylim(lowest, 1 + 6 * step)
    axes.set_yticks([t / 10 for t in range(11) if t / 10 >= lowest])
    axes.set_xlim(-0.6, 1.6)
    axes.set_xticks([0, 1], ["true", "randomized"])
    axes.set_ylabel("AUC")
    axes.plot(
        [0, 0, 1, 1], [1 + step, 1 + 2 * step, 1 + 2 * step, 1 + step], color=INK, linewidth=0.9, label="_bracket"
    )
    for text, points, size in (
        (verdict(result).stars, 1, 10),
        (f"{p_equals(p)} ({'min-p' if is_picked(result) else 'permutation'})", 14, 7.5),
    ):
        axes.annotate(text, (0.5, 1 + 2 * step), xytext=(0, points), textcoords="offset points", ha="center",
                      va="bottom", fontsize=size)  # fmt: skip


def figure_5(result: Mapping[str, Any], key: str) -> Markup:
    """SVG of the paper's Figure 5 for one combination."""
    alt = (
        f"Histograms of AUC over splits with true and with randomized labels on a common axis, and a box for each. "
        f"{p_equals(result['significance']['permutation']['p'])} by permutation."
    )
    return draw(lambda figure: paint(figure, result), width=7.0, height=3.3, key=key, alt=alt)


def paint_labellings(figure: Figure, result: Mapping[str, Any]) -> None:
    """Where the p-value comes from: the statistic of every labelling, the true one as a line."""
    permutation = result["significance"]["permutation"]
    sample = [v for v in result["randomized"]["by_labelling"] if defined(v)]
    axes = figure.subplots()
    axes.hist(sample, bins=24, color=RANDOM, edgecolor="white", linewidth=0.4)
    bare(axes)
    axes.set_ylim(top=1.25 * axes.get_ylim()[1])  # room for the words
    axes.set_ylabel("labellings")
    n_splits = result["randomized"]["splits_per_labelling"]
    over = "all test parts together" if is_pooled(result) else f"mean of {n_splits} splits"
    axes.set_xlabel(f"{score(permutation['statistic'])} of a labelling ({over})")
    if defined(permutation["value"]):
        axes.axvline(permutation["value"], color=ACTUAL, linewidth=2, label="_observed")
        inside = permutation["value"] <= (min(sample) + max(sample)) / 2
        axes.annotate("true labels", (permutation["value"], 1), xycoords=("data", "axes fraction"), color=ACTUAL,
                      xytext=(4 if inside else -4, -2), textcoords="offset points", ha="left" if inside else "right",
                      va="top", fontweight="bold")  # fmt: skip


def labellings(result: Mapping[str, Any], key: str) -> Markup | None:
    """SVG of the randomized statistics against the true one; None where they were not kept."""
    if not any(defined(v) for v in result["randomized"].get("by_labelling") or []):
        return None
    alt = "Histogram of the statistic over randomized labellings, with the statistic of the true labels as a line."
    return draw(lambda figure: paint_labellings(figure, result), width=5.2, height=1.9, key=key, alt=alt)


def paint_combinations(figure: Figure, results: Mapping[str, Mapping[str, Any]]) -> None:
    """A pair of boxes for every combination, first on top."""
    axes = figure.subplots()
    names = list(results)
    for place, name in enumerate(names):
        box(axes, place - 0.18, results[name]["auc"], ACTUAL, upright=False, width=0.3)
        box(axes, place + 0.18, results[name]["randomized"]["auc"], RANDOM, upright=False, width=0.3)
    axes.axvline(0.5, color=FAINT, linewidth=0.8, linestyle=(0, (3, 3)), zorder=0)
    axes.set_yticks(range(len(names)), [fill(title(results[name]), 30) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    unit = "all test parts together" if is_pooled(results[names[0]]) else "a split"
    axes.set_xlabel(f"AUC of {unit}: box = mean ± SD, bar = mean, whiskers = whole range")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    handles = [Rectangle((0, 0), 1, 1, facecolor=c, alpha=0.85, edgecolor=INK) for c in (ACTUAL, RANDOM)]
    figure.legend(handles, ["true labels", "randomized labels"], loc="outside upper right", ncols=2)


def combinations(results: Mapping[str, Mapping[str, Any]], key: str) -> Markup:
    """SVG of the boxes of all combinations on one axis."""
    height = 0.95 + 0.5 * len(results)
    alt = "AUC of every channel combination with true and with randomized labels, as boxes on one axis."
    return draw(lambda figure: paint_combinations(figure, results), width=7.0, height=height, key=key, alt=alt)
