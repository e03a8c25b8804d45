"""What stored repeats are about and how far they are: plan.json beside them, for people and for who looks on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ..contracts import check, name_of
from ..errors import StoreError
from ..files import write_text
from .batches import ACTUAL, ENUMERATED
from .collect import Collected
from .plan import Plan
from .scores import STATISTICS
from .store import scores_of
from .table import SCHEMES

_FILE = "plan.json"


def announce(
    folder: Path,
    name: str,
    about: Mapping[str, Any],
    plan: Plan,
    positive: int | None,
    smallest_p: float,
    wanted: Mapping[str, Collected],
) -> dict[str, int]:
    """Write what is planned; returns the numbers that were planned first.

    A plan of which nothing was computed has shown nothing, so it is forgotten.
    """
    numbers = numbers_of(plan)
    is_new = not any(collected.have.any() for collected in wanted.values())
    before = [] if is_new else _planned(folder)
    planned = before if before[-1:] == [numbers] else [*before, numbers]
    document = {
        "schema": name_of("plan"), "key": folder.name, "name": name, "settings": about["settings"],
        "statistic": plan.statistic, "positive": positive,
        "smallest_p": None if math.isnan(smallest_p) else smallest_p, "planned": planned,
        "places": {kind: list(collected.shape) for kind, collected in wanted.items()},
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    write_text(folder / _FILE, json.dumps(check(document, "plan", where=_FILE), indent=1))
    return planned[0]


def numbers_of(plan: Plan) -> dict[str, int]:
    """How much a plan asks for."""
    return {
        "n_repeats": int(plan.n_repeats), "n_permutations": int(plan.n_permutations),
        "splits_per_permutation": int(plan.splits_per_permutation),
    }  # fmt: skip


def _planned(folder: Path) -> list[dict[str, int]]:
    try:
        return list(_read(folder)["planned"])
    except StoreError:
        return []


def _read(folder: Path) -> dict[str, Any]:
    path = folder / _FILE
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise StoreError(f"{path}: cannot be read ({fault}); the next run writes it again") from fault
    return dict(check(document, "plan", where=str(path)))


def n_before(repeats: Path, since: str) -> int:
    """How many configurations in a folder of repeats were last tested before a time (ISO 8601, UTC).

    What has no permutations, as scan settings alone, was not tested.
    """
    documents = []
    for path in repeats.glob(f"*/{_FILE}"):
        with suppress(StoreError):  # of an earlier version, or damaged
            documents.append(_read(path.parent))
    return sum(one["began"] < since and one["planned"][-1]["n_permutations"] > 0 for one in documents)


@dataclass(frozen=True, eq=False)
class Standing:
    """How far the repeats of one configuration are.

    `done` and `planned` labellings by kind (repeats for `actual`); `auc` mean over the repeats so far, NaN for one
    pass, whose test parts are scored when all are there; `t_true` the
    statistic of the true labels, NaN until its splits are there; `t_permuted` that of every labelling whose splits are
    all there; `written` (n_batches, 2) when each batch was written, in seconds since 1970, and its number of fits.
    """

    name: str
    classifier: str
    key: str
    began: str
    done: dict[str, int]
    planned: dict[str, int]
    auc: float
    t_true: float
    t_permuted: np.ndarray
    exact: bool
    smallest_p: float | None
    written: np.ndarray


def standing(folder: Path) -> Standing:
    """How far a folder of repeats is, while another process writes to it or after; nothing in it is changed.

    Raises `StoreError` where it has no readable plan.json.
    """
    document = _read(folder)
    written: list[tuple[float, int]] = []
    found = {kind: Collected(kind, tuple(shape)) for kind, shape in document["places"].items()}
    for kind, collected in found.items():
        for time, records in scores_of(folder, kind):
            collected.add(records)
            written.append((time, len(records["accuracy"])))
    statistic, positive = STATISTICS[document["statistic"]], document["positive"]
    actual = found[ACTUAL]
    drawn = next((found[kind] for kind in ("permuted", ENUMERATED) if kind in found), None)
    auc = t_true = float("nan")
    t_permuted = np.empty(0)
    if actual.have.any() and not _is_pooled(document["settings"]["scheme"]):
        auc = float(np.nanmean(STATISTICS["auc"].of(actual.parts, positive)[actual.have]))
        S = 1 if drawn is None else drawn.shape[1]
        if actual.have[:S].all():
            t_true = float(statistic.of(actual.parts.first(S), positive).mean())
    if drawn is not None and drawn.have.any():
        t_permuted = statistic.of(drawn.parts, positive)[drawn.have.all(axis=1)].mean(axis=1)
    made_with = document["settings"]["classifier"]
    return Standing(
        name=document["name"],
        classifier=made_with if isinstance(made_with, str) else str(made_with[0]).rpartition(".")[2],
        key=document["key"],
        began=document["began"],
        done={kind: int(c.have.all(axis=1).sum() if c.have.ndim > 1 else c.have.sum()) for kind, c in found.items()},
        planned={kind: c.shape[0] for kind, c in found.items()},
        auc=auc,
        t_true=t_true,
        t_permuted=t_permuted,
        exact=ENUMERATED in found,
        smallest_p=document["smallest_p"],
        written=np.array(sorted(written)).reshape(-1, 2),
    )


def _is_pooled(scheme: Any) -> bool:
    """Whether stored settings name a scheme of one pass; a user's splitter is described by more than a name."""
    return not isinstance(scheme, str) or SCHEMES[scheme].one_pass is not None
