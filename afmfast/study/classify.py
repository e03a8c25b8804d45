"""One table, classified many times."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, SettingsError
from ..schedule import Pool, Scheduler, open_pool
from ..selection.table import Selector
from ..validation.data import Table, usable_rows
from ..validation.plan import Line, Plan
from ..validation.run import run_lines
from ..validation.table import holds_gil
from .checks import Warnings, warning
from .conclude import concluded
from .copies import check_rows
from .folder import StageProgress
from .learnt_rules import learnt_rules
from .result import Result


def classify(
    X: Any,
    y: Any,
    *,
    groups: Any = None,
    classifier: Any = "random_forest",
    n_repeats: int = 500,
    test_size: float = 0.3,
    scheme: Any = "stratified",
    folds: int = 5,
    batches: Any = None,
    correlation: float | None = 0.9,
    method: str = "pearson",
    keep: int = 10,
    rank: str = "gini",
    reduce: str = "rank",
    labels: str = "permuted",
    n_permutations: int = 199,
    splits_per_permutation: int = 10,
    statistic: str = "auc",
    positive: Any = None,
    seed: int = 0,
    scheduler: Scheduler = None,
    workers: int | None = None,
    progress: StageProgress | None = None,
) -> Result:
    """Tell classes apart from a table of parameters, hundreds of times, and test whether that is real.

    `X` (n_rows, n_columns) numbers or a DataFrame, NaN = missing; `y` (n_rows,) labels; `groups` (n_rows,) names of
    what must stay together (patient, specimen), an empty or missing one = the row stands alone. `classifier` is a
    name or any scikit-learn classifier, which sees the `keep` columns that `rank` puts first, or with `reduce` "pca"
    as many principal components of all that `correlation` leaves. `scheme`: "stratified" splits at random; "k_fold"
    goes through the `folds` of one random partition after the other; "leave_one_group_out", "leave_one_batch_out"
    (`batches` (n_rows,) names of the day, tip or instrument) and a splitter with `split(X, y, groups)` are one pass,
    whose predictions are pooled and scored once. `n_repeats` and `splits_per_permutation` mean nothing then, `auc` is
    (1,), and as pooled scores may lie below 0.5 where there is nothing to find, only permuted labels tell what they are
    worth. A row that lacks over half of its columns is left out.
    Raises `DataError` where the data cannot answer (a class with one group), `SettingsError` for a wrong argument.
    """
    table, names, left_out = given_table(X, y, groups, batches)
    plan = Plan(
        classifier=classifier, n_repeats=n_repeats, test_size=test_size, labels=labels, n_permutations=n_permutations,
        splits_per_permutation=splits_per_permutation, statistic=statistic, positive=positive, seed=seed, scheme=scheme,
        folds=folds,
    )  # fmt: skip
    selector = Selector(correlation=correlation, method=method, keep=keep, rank=rank, reduce=reduce)
    with open_pool(scheduler, workers=workers, holds_gil=holds_gil(classifier)) as pool:
        (result,) = evaluate(
            table, [Line(plan, selector)], channels=("table",), pool=pool, group_names=names, progress=progress
        )
    result.warnings += left_out
    return result


def given_table(X: Any, y: Any, groups: Any, batches: Any = None) -> tuple[Table, list[str], Warnings]:
    """Rows that can be used, the names of their groups, and a warning if there are others."""
    _check_index(X, {"y": y, "groups": groups, "batches": batches})
    names = _group_names(groups, len(y))
    table = Table.of(X, y, names, batches=batches)
    alike = check_rows(table.X, table.groups, table.rows)
    enough = usable_rows(table.X)
    if enough.all():
        return table, names, alike
    kept = np.flatnonzero(enough)
    names = [names[i] for i in kept]
    table = Table.of(
        table.X[kept], np.asarray(y)[kept], names, columns=table.columns, rows=[table.rows[i] for i in kept],
        batches=[table.batches[i] for i in kept] if table.batches else None,
    )  # fmt: skip
    lost = f"{int((~enough).sum())} rows lack over half of their parameters and were left out."
    return table, names, [*alike, warning("rows-left-out", lost)]


def _check_kept(table: Table, lines: Sequence[Line]) -> None:
    """Refuse lines that keep all columns there are, each by another number: they are one line, counted as several."""
    p = len(table.columns)
    beyond = {line.selector.keep for line in lines if isinstance(line.selector, Selector) and line.selector.keep >= p}
    if len(beyond) > 1:
        raise SettingsError(
            f"keep = {', '.join(map(str, sorted(beyond)))} keep all of {p} columns, and are the same line several "
            f"times; give {min(beyond)} alone of these"
        )


def _check_index(X: Any, beside: dict[str, Any]) -> None:
    """Refuse what pandas would put beside other rows than the place in the list does."""
    for name, values in beside.items():
        both_named = isinstance(X, pd.DataFrame) and isinstance(values, pd.Series)
        if both_named and not X.index.equals(values.index):
            raise DataError(
                f"{name} has another index than X, and which row belongs to which cannot be told; give "
                f"{name}.loc[X.index], or {name}.to_numpy() where rows belong together as they stand"
            )


def _group_names(groups: Any, n_rows: int) -> list[str]:
    """A name for every row's group; rows without one are groups of their own."""
    given = [None] * n_rows if groups is None else np.asarray(groups, dtype=object).tolist()
    return [f"row {i}" if name is None or name != name or name == "" else str(name) for i, name in enumerate(given)]


def evaluate(
    table: Table,
    lines: Sequence[Line],
    *,
    channels: Sequence[str],
    pool: Pool,
    group_names: Sequence[str] | None = None,
    described: pd.DataFrame | None = None,
    wrong_splits: bool = False,
    folder: Path | None = None,
    progress: StageProgress | None = None,
) -> list[Result]:
    """Run lines that differ in classifier and selection alone, and draw the conclusions of each.

    Rules for groups are learnt for the first one, which gives the answer.

    `group_names` (n_rows,) and `described` (one line a column: name, unit, definition) only label the result;
    `wrong_splits` says that rows of one group stand on both sides. Batches are kept in `folder` and read from there.
    """
    _check_kept(table, lines)
    found = run_lines(table, lines, pool=pool, folder=folder, progress=progress)
    results = [
        concluded(line, scores, channels, group_names, described, wrong_splits)
        for line, scores in zip(lines, found, strict=True)
    ]
    if results[0].patients is not None:
        results[0].patients["learnt"] = learnt_rules(found[0], lines[0])
    return results
