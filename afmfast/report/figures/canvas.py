"""The one way from a matplotlib figure to SVG inside a page: same input, same bytes."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from html import escape
from typing import Any

import matplotlib
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Okabe-Ito colours, told apart by the colour-blind; the two distributions also differ in lightness.
ACTUAL, RANDOM, INK, FAINT = "#0072B2", "#E69F00", "#2b2f33", "#8a9299"

_STYLE: Any = {
    "svg.hashsalt": "afmfast",
    "svg.fonttype": "none",
    # Class and file names may hold a dollar sign; they are never mathematics.
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "axes.labelsize": 8.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


def draw(paint: Callable[[Figure], None], *, width: float, height: float, key: str, alt: str) -> Markup:
    """SVG element of a figure that `paint` fills; sizes in inches, `key` keeps ids apart on one page."""
    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        # The text stays text and the reader's own font draws it, so a glyph missing here is not missing there.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure = Figure(figsize=(width, height), layout="constrained")
        paint(figure)
        # Laid out once here; savefig would draw the whole figure another time to do it (a third of the time).
        engine = figure.get_layout_engine()
        if engine is not None:
            engine.execute(figure)
            figure.set_layout_engine("none")
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _embedded(buffer.getvalue(), key, alt)


def _embedded(document: str, key: str, alt: str) -> Markup:
    body = document[document.index("<svg") :]
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{key}-', body)
    body = re.sub(r'href="#', f'href="#{key}-', body).replace("url(#", f"url(#{key}-")
    head, _, rest = body.partition(">")
    wide, box = re.search(r'width="([\d.]+)pt"', head), re.search(r'viewBox="([^"]+)"', head)
    assert wide is not None, "matplotlib writes the width"
    assert box is not None, "matplotlib writes the viewBox"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'viewBox="{box[1]}" style="max-width:{float(wide[1]) * 4 / 3 * 1.12:.0f}px" aria-label="{escape(alt)}"'
    )
    # Markup: what comes from the data reached `rest` through matplotlib, which escapes text.
    return Markup(f"{head}>{rest}")


def shared_bins(*samples: list[float], n: int = 32) -> list[float]:
    """Bin edges common to several samples of AUC: equal steps from a round lower end to 1."""
    values = [v for sample in samples for v in sample]
    lowest = min(values, default=0.0)
    start = max(0.0, int(lowest * 20) / 20)
    return [start + (1 - start) * k / n for k in range(n + 1)]


def bare(axes: Axes) -> None:
    """No frame on the left: for histograms whose heights are only compared by eye."""
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
