"""results.json becomes report.html: one file, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import contracts
from ..files import write_text
from .page import context
from .render import render
from .thumbnails import Thumbnail

NAME = "report.html"


def write(
    results: Mapping[str, Any],
    target: Path,
    *,
    thumbnails: Sequence[Thumbnail] = (),
    repeatability: Mapping[str, Any] | None = None,
) -> Path:
    """Write `target`, a file named *.html or the folder of a report.html; returns the file. Equal input, equal bytes.

    `results` is a document of data_schemas/results-1.0.json, `repeatability` of repeatability-1.0.json; None and NaN
    appear as a dash.
    Raises `StoreError` where the results do not keep to the schema.
    """
    contracts.check(results, "results", where="results")
    path = target if target.suffix == ".html" else target / NAME
    return write_text(path, render("template.html", context(results, thumbnails, repeatability)))
