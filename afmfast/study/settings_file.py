"""study.yaml: read, checked, written, and its faults in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ..contracts import name_of
from ..errors import SettingsError
from .settings import Settings

#: Endings of a file of settings; a study may also be named by its manifest.
YAML = (".yaml", ".yml")
#: Keys of one value or a list of them, of which pydantic names the way it tried.
_EITHER = {("keep",), ("correlation",), ("reduce",), ("classifier",)}


def load(path: Path, **changes: Any) -> Settings:
    """Settings from a study.yaml, or from the manifest.csv that the study is about.

    `changes` (None = not given) win over the file. Raises `SettingsError` naming file, key and what is allowed.
    """
    if path.is_dir():
        raise SettingsError(f"{path}: a folder; give the study.yaml or the manifest.csv in it")
    if not path.is_file():
        raise SettingsError(
            f"{path}: no such file; give a manifest.csv or a study.yaml (`afmfast init FOLDER` writes both)"
        )
    given: dict[str, Any] = {"manifest": path.resolve()}
    if path.suffix.lower() in YAML:
        given = _read_yaml(path)
        given["manifest"] = path.resolve().parent / str(given.get("manifest") or "manifest.csv")
    for key, value in changes.items():
        if value is not None:
            nested = isinstance(value, dict) and isinstance(given.get(key), dict)
            given[key] = {**given[key], **value} if nested else value
    return parse(given, where=str(path))


def parse(given: dict[str, Any], *, where: str = "settings") -> Settings:
    """Checked settings; the first fault as a `SettingsError`."""
    try:
        return Settings.model_validate(given)
    except ValidationError as fault:
        raise SettingsError(f"{where}: {in_a_sentence(fault)}") from None


def in_a_sentence(fault: ValidationError) -> str:
    """The first fault that was found: its key, what is allowed, what was given."""
    every = fault.errors()
    alike = [one for one in every if one["loc"][:1] == every[0]["loc"][:1]]
    first = max(alike, key=lambda one: len(one["loc"]))  # of "one or a list" the way that got furthest
    steps = first["loc"][:1] if first["loc"][:1] in _EITHER else first["loc"]
    key = ".".join(map(str, steps))
    known = f" Known keys: {', '.join(Settings.model_fields)}." if first["type"] == "extra_forbidden" else ""
    value = "" if first["type"] in {"value_error", "extra_forbidden"} else f" (given: {first.get('input')!r})"
    said = first["msg"].removeprefix("Value error, ")
    return f"{key + ': ' if key else ''}{said}{value}.{known}"


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        given = yaml.safe_load(path.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{path}: not YAML: {' '.join(str(fault).split())}") from None
    if not isinstance(given, dict):
        raise SettingsError(f"{path}: expected `key: value` lines, found {type(given).__name__}")
    if given.pop("schema", name_of("study")) != name_of("study"):
        raise SettingsError(f"{path}: schema is not {name_of('study')!r}; this afmfast reads no other")
    return given


def dump(settings: Settings) -> str:
    """The settings as YAML that `load` reads back."""
    document = {
        "schema": name_of("study"),
        **settings.model_dump(mode="json"),
        "manifest": settings.manifest.as_posix(),
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def commented(manifest: str, *, note: str = "") -> str:
    """A study.yaml with every key, its default and one line of explanation, for `afmfast init`."""
    lines = [f"# Settings of this study. Remove the # before a key to change it.{note}", f"schema: {name_of('study')}"]
    for key, about in Settings.model_fields.items():
        default = Settings.model_construct(manifest=Path(manifest)).model_dump(mode="json")[key]
        text = yaml.safe_dump({key: default}, default_flow_style=True, allow_unicode=True, width=10_000).strip()[1:-1]
        explained = f"  # {about.description}" if about.description else ""
        lines.append(("" if key == "manifest" else "# ") + text + explained)
    return "\n".join(lines) + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of study.yaml, as kept in data_schemas."""
    schema = Settings.model_json_schema()
    schema["properties"] = {"schema": {"const": name_of("study")}, **schema["properties"]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name_of("study"), **schema}
