"""What the commands say of an ingest, of a folder of scans and of flags that mean nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from cyclopts import CycloptsError, CycloptsPanel
from pydantic import ValidationError
from rich.text import Text

from ..study.settings import Settings
from ..study.settings_file import in_a_sentence

if TYPE_CHECKING:
    from ..stack.manifest import Finding
    from ..stack.outcome import IngestReport

_AT_MOST = 20


def wrong_use(fault: CycloptsError) -> Any:
    """What is printed of a wrong flag; of its value the sentence that study.yaml would get."""
    wrong = fault.__cause__
    return Text(f"afmfast: {in_a_sentence(wrong)}") if isinstance(wrong, ValidationError) else CycloptsPanel(fault)


def settings_reset(before: Settings, now: Settings, given: Collection[str]) -> str:
    """A line that names what the last run in a folder had otherwise, less what was `given` as flags; or nothing."""
    other = [
        f"{key}: {getattr(now, key)}, it was {getattr(before, key)}"
        for key in Settings.model_fields
        if key not in {"manifest", "name", *given} and getattr(now, key) != getattr(before, key)
    ]
    return f"! other settings than in the last run of this study ({'; '.join(other)})" if other else ""


def ingest_summary(report: IngestReport) -> str:
    """Counts, then every file that was left out and why."""
    lines = [
        f"{report.n_files_read} files read, {len(report.added)} rows added, {len(report.present)} were there already, "
        f"{len(report.left_out)} left out: {report.stack}"
    ]
    lines += [f"  left out: {one.what} {one.name}: {one.reason}" for one in report.left_out]
    lines += [f"! {one.text}" for one in report.warnings]
    return "\n".join(lines)


def findings_table(findings: Sequence[Finding]) -> str:
    """Which channels, sizes and pixel sizes were found in how many files, and what could not be read."""
    seen = Counter(_described(finding) for finding in findings if not finding.problem)
    lines = [f"{n:5d} files: {channels}" for channels, n in seen.most_common(_AT_MOST)]
    bad = [finding for finding in findings if finding.problem]
    lines += [f"cannot be read: {finding.path}: {finding.problem}" for finding in bad[:_AT_MOST]]
    if len(bad) > _AT_MOST:
        lines.append(f"and {len(bad) - _AT_MOST} more, marked `use: no` in the manifest")
    return "\n".join(lines)


def _described(finding: Finding) -> str:
    channels = ", ".join(f"{name} [{unit or '?'}]" for name, unit in finding.channels)
    ny, nx = finding.shape or (0, 0)
    pixel = f"{finding.dx * 1e9:.5g} x {finding.dy * 1e9:.5g} nm" if finding.dx > 0 else "unknown: fill pixel_size_nm"
    return f"{channels}; {ny} x {nx} pixels; pixel size {pixel}"
