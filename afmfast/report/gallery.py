"""A contact sheet of scans: what went in, to be looked at before anything is believed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..files import write_text
from ..units import is_length
from .render import render
from .thumbnails import Thumbnail, for_show, limits, tile
from .wording import plural


def write_gallery(thumbnails: Sequence[Thumbnail], path: Path, *, title: str) -> Path:
    """Write one HTML file with every thumbnail under its label, each with its own colours and scale bar."""
    at_most = 160 if len(thumbnails) <= 200 else 96
    labels = list(dict.fromkeys(t.label for t in thumbnails))
    sections = []
    for label in labels:
        chosen = [t for t in thumbnails if t.label == label]
        shown = [for_show(t, at_most=at_most, flat=is_length(t.unit)) for t in chosen]
        n_rows = len({t.row for t in chosen})
        sections.append(
            {
                "label": label or "no label",
                "n": f"{plural(n_rows, 'scan')}, {plural(len(chosen), 'picture')}",
                "tiles": [tile(t, z, *limits([z])) for t, z in zip(chosen, shown, strict=True)],
            }
        )
    total = f"{plural(len({t.row for t in thumbnails}), 'scan')}, {plural(len(thumbnails), 'picture')}"
    return write_text(Path(path), render("gallery.html", {"title": title, "sections": sections, "total": total}))
