"""What a study folder holds so far, while it is worked in or after."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import StoreError
from ..significance.permutation import permutation_p
from ..validation.standing import Standing, standing
from .at_work import recorded, who_is_at_work
from .folder import StudyFolder

_UNITS = {"ingest": "files", "measure": "images", "classify": "fits"}
_KINDS = {"permuted": "permuted labellings", "enumerated": "other labellings", "bernoulli": "coin labellings"}
#: The rate is that of the last minute in which batches were written.
_WINDOW = 60.0


def status(path: str | Path) -> list[tuple[str, str]]:
    """(stage, what is there) for every stage of a study, under `classify` a line ("", ...) for every configuration.

    Only looks: another process may be at work in the folder. Raises `StoreError` where no study lies.
    """
    folder = StudyFolder(Path(path))
    folder.check_there()
    worker = who_is_at_work(folder)
    stages = recorded(folder.progress)
    known, unknown = _standings(folder)
    rate = _rate(known)
    lines = [("study", f"at work: {worker.rstrip(',')}" if worker else "nobody is at work")]
    lines.append(("ingest", _stage("ingest", folder.stack, stages, _mean_rate(stages.get("ingest")), bool(worker))))
    measured = _stage("measure", folder.parameters, stages, _mean_rate(stages.get("measure")), bool(worker))
    lines.append(("measure", measured))
    lines.append(("classify", _stage("classify", folder.results, stages, rate, bool(worker))))
    names = Counter((one.name, one.classifier) for one in known)
    lines += [("", _configuration(one, names[one.name, one.classifier] > 1)) for one in known]
    lines += [("", f"{name[:8]}: repeats of an earlier version, or plan.json is damaged") for name in unknown]
    lines.append(("report", "report.html is there" if folder.report.is_file() else "not yet"))
    return lines


def _standings(folder: StudyFolder) -> tuple[list[Standing], list[str]]:
    """Configurations by the time their last run began, and folders of which nothing can be said."""
    known, unknown = [], []
    for path in sorted(folder.repeats.iterdir()) if folder.repeats.is_dir() else []:
        try:
            known.append(standing(path))
        except StoreError:
            unknown.append(path.name)
    return sorted(known, key=lambda one: one.began), unknown


def _stage(name: str, product: Path, stages: dict[str, Any], rate: float, is_worked_on: bool) -> str:
    said = stages.get(name)
    if said is None:
        return f"{product.name} is there" if product.exists() else "not yet"
    done, total = said["done"], said["total"]
    if done >= total:
        return f"{product.name} is there" if product.exists() else "all done, not written yet"
    text = f"{done} of {total} {_UNITS[name]} ({done / total:.0%})"
    if not is_worked_on:
        return f"{text}, stopped; the same command goes on from there"
    if rate > 0:
        text += f", {rate:.3g} a second, about {_duration((total - done) / rate)} left"
    return f"{text}; {said['note']}"


def _mean_rate(said: dict[str, Any] | None) -> float:
    if said is None or said["updated"] <= said["began"]:
        return 0.0
    return float((said["done"] - said["first"]) / (said["updated"] - said["began"]))


def _rate(known: list[Standing]) -> float:
    """Fits a second; of batches, since a run begins with all that was there before."""
    written = np.concatenate([one.written for one in known]) if known else np.empty((0, 2))
    if len(written) < 2:
        return 0.0
    recent = written[written[:, 0] >= written[:, 0].max() - _WINDOW]
    span = float(np.ptp(recent[:, 0]))
    first = int(np.argmin(recent[:, 0]))
    return float((recent[:, 1].sum() - recent[first, 1]) / span) if span > 0 else 0.0


def _configuration(one: Standing, is_ambiguous: bool) -> str:
    named = one.classifier.partition("(")[0].replace("_", " ") in one.name
    name = (one.name if named else f"{one.name}, {one.classifier}") + (f" [{one.key[:8]}]" if is_ambiguous else "")
    counts = [f"{one.done['actual']} of {one.planned['actual']} repeats"]
    counts += [f"{one.done[k]} of {one.planned[k]} {said}" for k, said in _KINDS.items() if k in one.planned]
    said = [", ".join(counts)]
    if one.auc == one.auc:
        said.append(f"mean AUC {one.auc:.3f}")
    tested = next((kind for kind in ("permuted", "enumerated") if kind in one.planned), None)
    if tested is not None and one.done[tested] and one.t_true == one.t_true:
        is_over = one.done[tested] == one.planned[tested]
        p = permutation_p(one.t_true, one.t_permuted, one.exact and is_over, smallest=one.smallest_p).p
        said.append(
            f"p {p:.3g}" if is_over else f"p so far {p:.3g} (not for reporting: only the planned end is a test)"
        )
    return f"{name}: {'; '.join(said)}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
