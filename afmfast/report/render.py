"""Templates of this folder to text, and text to disk in one step."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jinja2

_HERE = Path(__file__).parent


def render(template: str, context: dict[str, Any]) -> str:
    """Text of a template; everything from the data is escaped, an unknown name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(context)


def save(text: str, path: Path) -> Path:
    """Write under a working name beside `path`, then rename: a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    working = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        working.write_text(text, "utf-8")
        os.replace(working, path)
    finally:
        working.unlink(missing_ok=True)
    return path
