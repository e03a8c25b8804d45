"""The only door to `data_schemas/`: what lies on disk keeps to a versioned JSON Schema."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from .errors import StoreError

#: Version written into every document, by its kind.
VERSIONS = {
    "manifest": "1.0", "study": "1.0", "stack": "1.0", "parameters": "1.0", "repeats": "1.0", "results": "1.0",
    "bench": "1.0", "plan": "1.0", "progress": "1.0", "repeatability": "1.0", "power": "1.0",
}  # fmt: skip


def name_of(kind: str) -> str:
    """The `schema` entry of a document: `results/1.0`."""
    return f"{kind}/{VERSIONS[kind]}"


@cache
def folder() -> Path:
    """Where the schemas are: in the wheel inside the package, in a checkout beside it."""
    inside = Path(__file__).parent / "data_schemas"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "data_schemas"


@cache
def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of one kind of document."""
    path = folder() / f"{kind}-{VERSIONS[kind]}.json"
    return dict(json.loads(path.read_text("utf-8")))


def check(document: Any, kind: str, *, where: str = "document") -> Any:
    """The document itself, or a `StoreError` that names the place of its first fault."""
    import jsonschema

    found = document.get("schema") if isinstance(document, dict) else None
    if found not in (None, name_of(kind)):
        raise StoreError(
            f"{where}: written as {found!r}, this afmfast reads {name_of(kind)!r}. "
            "Use the afmfast that wrote it, or make it again."
        )
    fault = next(jsonschema.Draft202012Validator(schema(kind)).iter_errors(document), None)
    if fault is not None:
        place = "/".join(str(step) for step in fault.absolute_path) or "top level"
        raise StoreError(f"{where}: does not keep to {name_of(kind)} at {place}: {fault.message}")
    return document
