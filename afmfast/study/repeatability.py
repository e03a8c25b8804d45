"""How repeatable each parameter is, from whatever was measured more than once."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..contracts import check, name_of
from ..errors import DataError
from ..files import write_text
from ..kernels.anova import by_subject, one_way, two_way
from ..significance import repeatability as precision
from . import repeats as found
from .folder import Progress, StudyFolder
from .pipeline import compared_key, measure_stage, of_manifest
from .repeats import Repeats
from .settings import Settings

#: Coverage of every interval.
CONFIDENCE = 0.95


def repeatability(
    values: pd.DataFrame | np.ndarray,
    samples: Sequence[Any],
    *,
    levels: Sequence[Any] | None = None,
    classes: Sequence[Any] | None = None,
) -> pd.DataFrame:
    """How well repeated measurements of the same samples agree, one line a column of `values` (N, p).

    `samples` (N,) says which sample a measurement is of, `classes` (N,) its label; NaN = not measured. Plain repeats
    may be of unequal number and give ICC(1,1). With `levels` (N,), such as the probe used, samples are crossed with
    that factor: `icc` is ICC(2,1), agreement, without an interval where there are fewer than five levels;
    `consistency` is ICC(3,1). Of several measurements at one level the first counts, a sample that lacks a level does
    not.

    Columns: `icc` and its 95 % interval `icc_low`, `icc_high`, the same within classes, `share_*` of the variance,
    `sem` and `mdc` (minimal detectable change) in the unit of the values, `cv` within samples, `verdict`; NaN where
    not defined. docs/repeatability.md has the formulas. Raises `DataError` where lengths differ, a name is missing,
    nothing repeats, or fewer than three samples were measured at every level.
    """
    frame = values if isinstance(values, pd.DataFrame) else pd.DataFrame(np.asarray(values, float))
    sample, names = _coded("samples", samples, len(frame))
    if len(names) == len(frame):
        raise DataError("no sample was measured twice, so nothing can be compared; give repeats the same name")
    level, level_names = (None, ()) if levels is None else _coded("levels", levels, len(frame))
    if len(level_names) == 1:
        raise DataError(f"every measurement has the level {level_names[0]}; comparing takes two, or leave levels out")
    labels = None
    if classes is not None:
        labels = pd.Series(_coded("classes", classes, len(frame))[0]).groupby(sample).first().to_numpy()
    repeats = Repeats(
        "rescans" if level is None else "factor", tuple(map(str, frame.columns)), frame.to_numpy(float), sample,
        names, labels, "level", level_names, level,
    )  # fmt: skip
    n_whole = 0 if level is None else int((repeats.n_levels() == len(level_names)).sum())
    if level is not None and n_whole < precision.FEWEST_SAMPLES:
        raise DataError(
            f"{n_whole} samples were measured at every level ({', '.join(level_names)}); comparing takes "
            f"{precision.FEWEST_SAMPLES}: give measurements of one sample the same name"
        )
    return judged(repeats).set_axis(frame.columns)


def _coded(what: str, entries: Sequence[Any], n: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Entries numbered from 0 in the order in which they come, and their names."""
    codes, names = pd.factorize(np.asarray(entries, dtype=object))
    if len(codes) != n:
        raise DataError(f"{len(codes)} {what} for {n} measurements; give one each")
    if (codes < 0).any():
        raise DataError(f"{what} has missing entries; leave those measurements out, or name them")
    return codes, tuple(map(str, names))


class Judgement(NamedTuple):
    """The ICC of every column that `which_icc` names, the variances behind it, and ICC(3,1) beside ICC(2,1)."""

    icc: precision.Icc
    components: precision.Components
    consistency: precision.Icc | None


def judge(repeats: Repeats, classes: np.ndarray | None = None) -> Judgement:
    """The intraclass correlations of repeats; with `classes` (a,) samples are compared with those of their class."""
    if repeats.level is None:
        table = one_way(by_subject(repeats.values, repeats.sample, len(repeats.names)), classes)
        return Judgement(precision.icc_1(table, CONFIDENCE), precision.components_1(table), None)
    crossed = two_way(repeats.cells(), classes)
    consistency, components = precision.icc_3(crossed, CONFIDENCE), precision.components_2(crossed)
    if repeats.kind == "retraces":
        return Judgement(consistency, components, None)
    agreement = precision.icc_2(crossed, CONFIDENCE)
    has_interval = crossed.k >= precision.FEWEST_LEVELS
    return Judgement(agreement if has_interval else agreement.without_interval(), components, consistency)


def which_icc(repeats: Repeats) -> str:
    """There is no third direction, so ways there and back are no sample of levels: ICC(3,1)."""
    return {"rescans": "ICC(1,1)", "retraces": "ICC(3,1)", "factor": "ICC(2,1)"}[repeats.kind]


def judged(repeats: Repeats) -> pd.DataFrame:
    """One line a column: ICC, shares of variance, smallest difference, verdict."""
    overall = judge(repeats)
    lines = _ends("icc", overall.icc)
    if overall.consistency is not None:
        lines |= _ends("consistency", overall.consistency)
    lines |= _shares(overall.components)
    if repeats.classes is not None:
        labelled = repeats.labelled()
        within = judge(labelled, labelled.classes)
        lines |= _ends("icc_within_class", within.icc) | _shares(within.components, "_within_class")
    error = overall.components.error
    lines |= {"sem": np.sqrt(error), "mdc": precision.smallest_difference(error)}
    lines["cv"] = precision.within_cv(error, repeats.values)
    table = pd.DataFrame(lines, index=pd.Index(repeats.columns, name="column"))
    table["verdict"] = [precision.verdict(*ends) for ends in zip(table["icc_low"], table["icc_high"], strict=True)]
    return table


def agreements(repeats: Repeats) -> list[tuple[str, str, precision.Agreement]]:
    """Bland-Altman limits of each level against the first; of plain re-scans those of the second scan."""
    if repeats.level is None:
        turn = pd.Series(repeats.sample).groupby(repeats.sample).cumcount().to_numpy()
        level, names = np.minimum(turn, 2), ("first scan", "second scan", "later")
        repeats = replace(repeats, level=level, levels=names)
    cells, levels = repeats.cells(), [name for name in repeats.levels if name != "later"]
    pairs = [(0, number) for number in range(1, len(levels))]
    return [(levels[a], levels[b], precision.bland_altman(cells[:, a], cells[:, b])) for a, b in pairs]


def repeatability_stage(
    folder: StudyFolder,
    settings: Settings,
    *,
    by: Sequence[str] = (),
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure what was scanned more than once and write repeatability.json, whose document is returned.

    Re-scans and ways back are compared where there are any, and samples across the levels of every column named in
    `by`. Raises `DataError` where nothing was measured twice.
    """
    table = of_manifest(measure_stage(folder, settings, workers=workers, progress=progress), settings)
    compared = [one for one in (found.rescans(table), found.retraces(table)) if one is not None]
    compared += [found.crossed(table, column) for column in by]
    if not compared:
        raise DataError(
            f"{folder.path}: nothing was measured twice. Name re-scans in the manifest's column repeat_of, or set "
            "retraces: true and ingest again: then the way back of every line is compared with the way there"
        )
    document = document_of(compared, table)
    check(document, "repeatability", where=str(folder.repeatability))
    write_text(folder.repeatability, json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n")
    return document


def document_of(compared: Sequence[Repeats], table: pd.DataFrame) -> dict[str, Any]:
    """The document of data_schemas/repeatability-1.0.json; `table` is the parameter table they come from."""
    units = {str(column["name"]): str(column["unit"]) for column in table.attrs["columns"]}
    return {
        "schema": name_of("repeatability"),
        "afmfast": version("afmfast"),
        "key": compared_key(table),
        "confidence": CONFIDENCE,
        "comparisons": [_comparison(one, units) for one in compared],
    }


def _comparison(repeats: Repeats, units: Mapping[str, str]) -> dict[str, Any]:
    table, pairs = judged(repeats), agreements(repeats)
    counts = repeats.counts
    lacking = np.zeros(len(counts), bool) if repeats.level is None else repeats.n_levels() < len(repeats.levels)
    return {
        "kind": repeats.kind,
        "icc": which_icc(repeats),
        "factor": repeats.factor or None,
        "levels": list(repeats.levels),
        "n_samples": int((~lacking).sum()),
        "n_repeated": int((~lacking & (counts > 1)).sum()),
        "n_measurements": int(counts.sum()),
        "left_out": [name for name, lacks in zip(repeats.names, lacking, strict=True) if lacks],
        "columns": [
            {
                "name": name, "unit": units[name], "verdict": line.pop("verdict"),
                **{key: _plain(value) for key, value in line.items()},
                "agreement": [
                    {"first": a, "second": b, "n": int(of.n[j]), "bias": _plain(of.bias[j]), "low": _plain(of.low[j]),
                     "high": _plain(of.high[j])}
                    for a, b, of in pairs
                ],
            }
            for j, (name, line) in enumerate(zip(table.index, table.to_dict("records"), strict=True))
        ],
    }  # fmt: skip


def _ends(name: str, icc: precision.Icc) -> dict[str, np.ndarray]:
    return {name: icc.value, f"{name}_low": icc.low, f"{name}_high": icc.high}


def _shares(components: precision.Components, ending: str = "") -> dict[str, np.ndarray]:
    return {f"share_{name}{ending}": share for name, share in components.shares()._asdict().items()}


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
