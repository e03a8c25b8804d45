"""What a study folder holds so far."""

from __future__ import annotations

from pathlib import Path

from .folder import StudyFolder


def status(path: str | Path) -> list[tuple[str, str]]:
    """(stage, what is there) for every stage of a study, without loading any of it."""
    folder = StudyFolder(Path(path))
    folder.check_there()
    return [
        ("ingest", _there(folder.stack, "stack.zarr")),
        ("measure", _there(folder.parameters, "parameters.parquet")),
        ("classify", _repeats(folder)),
        ("report", _there(folder.report, "report.html")),
    ]


def _there(path: Path, name: str) -> str:
    return f"{name} is there" if path.exists() else "not yet"


def _repeats(folder: StudyFolder) -> str:
    """How many repeats each configuration has, from the names of its batch files alone."""
    done = ", results.json is there" if folder.results.is_file() else ", not finished"
    lines = []
    for configuration in sorted(folder.repeats.iterdir()) if folder.repeats.is_dir() else []:
        counts: dict[str, int] = {}
        for batch in configuration.glob("*-*-*.parquet"):
            kind, _, count = batch.stem.rsplit("-", 2)
            counts[kind] = counts.get(kind, 0) + int(count)
        lines.append(f"{configuration.name[:8]}: " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
    return ("; ".join(lines) + done) if lines else "not yet"
