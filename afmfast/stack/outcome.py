"""What an ingest did, as an object, a document and `ingest.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from ..files import write_text


@dataclass(frozen=True)
class LeftOut:
    """A file, row or channel that is not in the stack: its name, the label of its row, and why."""

    what: Literal["file", "row", "channel"]
    name: str
    label: str
    reason: str


@dataclass(frozen=True)
class Warned:
    """Something that stands, and that the reader of any result should know; `code` is fixed for each kind."""

    code: str
    text: str


@dataclass
class IngestReport:
    """What an ingest added, found there already, left out and warns of.

    `added`, `present`, `updated` (other label or metadata, same images) and `set_aside` (`use` no) are names of rows;
    `sources` counts, for every channel, the rows by the vendor's name it came from.
    """

    stack: str
    n_files_read: int = 0
    n_retraces: int = 0
    added: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    set_aside: list[dict[str, str]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    left_out_by_class: dict[str, int] = field(default_factory=dict)
    sources: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """3 where a file or row was left out, else 0; a channel that is missing in a row is told where it is chosen."""
        return 3 if any(one.what != "channel" for one in self.left_out) else 0

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain lists, numbers and words."""
        return {"afmfast": version("afmfast"), **asdict(self), "exit_code": self.exit_code}

    def leave_out(self, what: Literal["file", "row", "channel"], name: str, label: str, reason: str) -> None:
        """Note what is not in the stack."""
        self.left_out.append(LeftOut(what, name, label, reason))

    def lose_row(self, label: str) -> None:
        """Count a whole row that is not in the stack."""
        self.left_out_by_class[label] = self.left_out_by_class.get(label, 0) + 1

    def write(self, path: Path) -> None:
        """Write `ingest.json`."""
        write_text(path, json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n")
