"""One table, several classifiers and numbers of columns: a line for each, and one that chooses among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from ..errors import SettingsError
from ..schedule import Scheduler, open_pool
from ..selection.table import Selector
from ..validation.plan import Plan
from ..validation.table import holds_gil
from .classify import evaluate, given_table
from .evidence import compare as differences
from .evidence import correct
from .folder import StageProgress
from .lines import lines_of, of_channels
from .result import StudyResult, of_one_table

_CHANNEL = "table"


def compare(
    X: Any,
    y: Any,
    *,
    classifier: Sequence[Any] = ("random_forest",),
    keep: Sequence[int] = (10,),
    correlation: Sequence[float | None] = (0.9,),
    reduce: Sequence[str] = ("rank",),
    inner_splits: int = 5,
    groups: Any = None,
    batches: Any = None,
    method: str = "pearson",
    rank: str = "gini",
    scheduler: Scheduler = None,
    workers: int | None = None,
    progress: StageProgress | None = None,
    **plan: Any,
) -> StudyResult:
    """As `classify`, with every classifier, number of columns, threshold of correlation and reduction with every other.

    A line for each, on the same splits and labellings; p-values are corrected for how many there are (min-p). The first
    line, which gives the answer, chooses among the others in every training part, by the mean AUC over `inner_splits`
    of it (nested choice: Varma, Simon 2006, BMC Bioinformatics 7:91); with 0 there is none, and the first entries
    answer. `plan`: n_repeats, test_size, scheme, folds, labels, n_permutations, splits_per_permutation, statistic,
    positive, seed.
    Raises `DataError` and `SettingsError` as `classify` does.
    """
    lists = {"classifier": classifier, "keep": keep, "correlation": correlation, "reduce": reduce}
    for name, entries in lists.items():
        if isinstance(entries, str) or not isinstance(entries, Sequence) or not entries:
            raise SettingsError(f"{name} = {entries!r}; give a list with an entry or more, or use `afmfast.classify`")
    if isinstance(inner_splits, bool) or not isinstance(inner_splits, int) or inner_splits < 0:
        raise SettingsError(f"inner_splits = {inner_splits!r}; give a whole number, 0 = no line that chooses")
    unknown = set(plan) - {field.name for field in fields(Plan)}
    if unknown:
        raise SettingsError(f"compare has no argument {', '.join(sorted(unknown))}; see help(afmfast.compare)")
    table, names, left_out = given_table(X, y, groups, batches)
    asked = lines_of(
        Plan(**plan), Selector(method=method, rank=rank), classifiers=classifier, keeps=keep,
        correlations=correlation, reductions=reduce, inner_splits=inner_splits,
    )  # fmt: skip
    lines = [of_channels(line, _CHANNEL) for line in asked]
    with open_pool(scheduler, workers=workers, holds_gil=any(map(holds_gil, classifier))) as pool:
        found = evaluate(table, lines, channels=(_CHANNEL,), pool=pool, group_names=names, progress=progress)
    found[0].warnings += left_out
    results = {line.name: result for line, result in zip(lines, found, strict=True)}
    correct(results)
    differences(results, lines[0].plan.seed)
    listed = {name: list(entries) if len(entries) > 1 else entries[0] for name, entries in lists.items()}
    listed["classifier"] = [result.classifier for result in found if not result.choices]
    return of_one_table(results, found[0].settings | listed | {"inner_splits": inner_splits})
