"""Templates of this folder to text."""

from __future__ import annotations

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
