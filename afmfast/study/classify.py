"""One table, classified many times: the scores, and what they prove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from ..schedule import Pool, Scheduler, open_pool
from ..selection.correlation import correlation_matrix
from ..selection.table import RANKINGS, Selector
from ..significance.permutation import permutation_p
from ..significance.resampling import corrected_t, overtraining, two_sample_t
from ..validation import summary
from ..validation.data import Table, missingness, usable_rows
from ..validation.options import canonical
from ..validation.outcome import Scores
from ..validation.plan import CHOSEN, Line, Plan
from ..validation.run import run_lines
from ..validation.table import holds_gil, scheme_of, title_of
from .checks import Warnings, warning
from .copies import check_rows
from .evidence import averaged, intervals_of, patients_of
from .folder import StageProgress
from .learnt_rules import learnt_rules
from .result import Result, probability_of

#: A labelling count beyond this is written as "more than can be counted", which is what it is.
_COUNTABLE = 10**15


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
    as many principal components of all. `scheme`: "stratified" splits at random; "k_fold" goes through the `folds` of
    one random partition after the other; "leave_one_group_out", "leave_one_batch_out" (`batches` (n_rows,) names of
    the day, tip or instrument) and a splitter with `split(X, y, groups)` are one pass, whose predictions are pooled
    and scored once. `n_repeats` and `splits_per_permutation` mean nothing then, `auc` is (1,), and as pooled scores
    lie below 0.5 where there is nothing to find, only permuted labels tell what they are worth. A row that lacks over
    half of its columns is left out.
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
    found = run_lines(table, lines, pool=pool, folder=folder, progress=progress)
    results = [
        _concluded(line, scores, channels, group_names, described, wrong_splits)
        for line, scores in zip(lines, found, strict=True)
    ]
    if results[0].patients is not None:
        results[0].patients["learnt"] = learnt_rules(found[0], lines[0])
    return results


def _concluded(
    line: Line,
    scores: Scores,
    channels: Sequence[str],
    group_names: Sequence[str] | None,
    described: pd.DataFrame | None,
    wrong_splits: bool,
) -> Result:
    table, plan, selector = scores.table, scores.plan, _selector(line)
    line = line._replace(plan=plan)
    auc = scores.of("auc")
    shape = (0, plan.splits_per_permutation)
    none = np.empty(shape)
    randomized = scores.randomized
    auc_randomized = none if randomized is None else randomized.of("auc", scores.positive)
    accuracy_randomized = none if randomized is None else randomized.of("accuracy", scores.positive)
    chance = float("nan") if randomized is None else randomized.chance
    matrix = summary.confusion(scores)
    n_train, n_test = scores.groups_per_part
    positive = None if scores.positive is None else table.classes[scores.positive]
    rows = _predictions(scores, group_names)
    said = averaged(rows, table.classes, positive)
    test = _permutation(scores)
    return Result(
        classes=table.classes,
        channels=tuple(channels),
        columns=table.columns,
        classifier=_classifier(line),
        positive=positive,
        n_rows=len(table.y),
        n_groups=table.n_groups,
        auc=auc,
        train_auc=scores.train_auc,
        accuracy=scores.of("accuracy"),
        balanced_accuracy=scores.of("balanced_accuracy"),
        sensitivity=scores.of("sensitivity"),
        specificity=scores.of("specificity"),
        confusion=matrix.share,
        confusion_sd=matrix.sd,
        confusion_counts=matrix.counts,
        roc={"fpr": summary.FPR_GRID, "curves": {c: vars(curve) for c, curve in summary.roc(scores).items()}},
        auc_randomized=auc_randomized,
        accuracy_randomized=accuracy_randomized,
        labels=plan.labels,
        permutation=test,
        corrected_t=asdict(
            corrected_t(
                auc, n_train_groups=n_train, n_test_groups=n_test, n_groups=table.n_groups, wrong_splits=wrong_splits
            )
        ),
        two_sample_t=asdict(two_sample_t(auc, auc_randomized)),
        overtraining={
            "auc": asdict(overtraining(auc_randomized, 0.5)),
            "accuracy": asdict(overtraining(accuracy_randomized, chance)),
        },
        importances=_importances(scores, described),
        predictions=rows,
        intervals=intervals_of(said, test, plan.seed),
        patients=patients_of(said, table.classes),
        t_permuted=scores.t_permuted,
        correlation=correlation_matrix(_filled(table.X), selector.method),
        settings=_settings(line),
        titles=_titles(line),
        scheme=_scheme(plan),
        line=line.words,
        choices=_choices(line, scores),
        planned=scores.planned,
        n_redrawn=scores.n_redrawn,
        n_redrawn_randomized=0 if randomized is None else randomized.n_redrawn,
        warnings=[warning(code, text) for code, text in scores.warnings],
    )


def _selector(line: Line) -> Selector:
    """That of a study, whose choices have words."""
    return cast(Selector, line.selector)


def _classifier(line: Line) -> str:
    if line.among:
        return CHOSEN
    return canonical(line.plan.classifier) if isinstance(line.plan.classifier, str) else repr(line.plan.classifier)


def _choices(line: Line, scores: Scores) -> list[dict[str, Any]]:
    """How often each line was taken, of those among which this one chose in every training part."""
    if not line.among:
        return []
    taken = scores.repeats["choice"][: line.plan.n_repeats]
    return [{"line": one.words, "share": float((taken == number).mean())} for number, one in enumerate(line.among)]


def _settings(line: Line) -> dict[str, Any]:
    """What was asked for, by the keys of study.yaml."""
    plan, selector = line.plan, _selector(line)
    return {
        **selector.settings,
        "repeatability": None if selector.gate is None else selector.gate.threshold,
        "classifier": _classifier(line),
        "repeats": plan.n_repeats,
        "test_size": plan.test_size,
        "scheme": scheme_of(plan.scheme).name,
        "folds": plan.folds,
        "labels": plan.labels,
        "permutations": plan.n_permutations,
        "splits_per_permutation": plan.splits_per_permutation,
        "statistic": plan.statistic,
        "positive": plan.positive,
        "seed": plan.seed,
    }


def _scheme(plan: Plan) -> dict[str, Any]:
    """How rows were split, and whether the predictions of all test parts were scored together."""
    row = scheme_of(plan.scheme)
    return {"name": row.name, "title": row.title, "pooled": plan.is_pooled}


def _titles(line: Line) -> dict[str, str]:
    """What learnt, what ranked and, if any were made, what components were learnt from, in words."""
    plan, selector = line.plan, _selector(line)
    if line.among:
        told = [_titles(one) for one in line.among]
        learners, components = (dict.fromkeys(one[of] for one in told) for of in ("classifier", "components"))
        return {
            "classifier": ", ".join(learners),
            "ranking": told[0]["ranking"],
            "components": " or ".join(components) if all(components) else "",
        }
    named = isinstance(plan.classifier, str)
    learnt = title_of(plan.classifier) if named else " ".join(repr(plan.classifier).split())
    seen = f"the first {selector.n_components} principal components of all columns" if selector.n_components else ""
    return {"classifier": learnt, "ranking": RANKINGS[selector.rank].title, "components": seen}


def _permutation(scores: Scores) -> dict[str, Any]:
    test = permutation_p(scores.t_true, scores.t_permuted, scores.exact, smallest=scores.smallest_p)
    distinct = scores.space.distinct
    return {
        **asdict(test),
        "statistic": scores.plan.statistic,
        "distinct": float(distinct) if distinct <= _COUNTABLE else None,
        "n_groups_exchanged": len(scores.space.pure),
        "n_groups_mixed": len(scores.space.mixed),
    }


def _importances(scores: Scores, described: pd.DataFrame | None) -> pd.DataFrame:
    """One line a column, most important first."""
    table, found = scores.table, summary.columns(scores)
    spreads = {c: _class_spread(table, code) for code, c in enumerate(table.classes)}
    missing = missingness(table)
    lines = []
    for i in found.order:
        column = table.columns[i]
        channel, _, symbol = column.rpartition(":")
        line = {"column": column, "channel": channel, "symbol": symbol}
        line |= {} if described is None else described.loc[column].to_dict()
        line |= {"importance": found.importance[i], "importance_sd": found.importance_sd[i]}
        line |= {"kept": found.kept[i], "dropped": found.correlated[i], "unrepeatable": found.unrepeatable[i]}
        line["twin"] = None if found.twin[i] < 0 else table.columns[found.twin[i]]
        line["mean_by_class"] = {c: mean[i] for c, (mean, _) in spreads.items()}
        line["sd_by_class"] = {c: sd[i] for c, (_, sd) in spreads.items()}
        line["missing_by_class"] = dict(zip(table.classes, missing[i], strict=True))
        lines.append(line)
    return pd.DataFrame(lines)


def _class_spread(table: Table, code: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and SD of every column over the rows of a class, NaN where fewer than one or two values are there."""
    part = pd.DataFrame(table.X[table.y == code])
    return part.mean().to_numpy(), part.std().to_numpy()


def _predictions(scores: Scores, group_names: Sequence[str] | None) -> pd.DataFrame:
    """One line a row: label, group, times tested, share wrong, mean out-of-fold probability of each class."""
    table, found = scores.table, summary.rows(scores)
    frame = pd.DataFrame(
        {
            "row": table.rows,
            "label": [table.classes[code] for code in table.y],
            "group": [str(g) for g in (table.groups if group_names is None else group_names)],
            "tested": found.tested,
            "wrong": found.wrong,
        }
    )
    probabilities = pd.DataFrame(found.probability, columns=[probability_of(name) for name in table.classes])
    return pd.concat([frame, probabilities], axis=1)


def _filled(X: np.ndarray) -> np.ndarray:
    """Missing values replaced by their column's median, for the picture of correlations only."""
    there = ~np.isnan(X)
    medians = np.array([np.median(X[t, j]) if (t := there[:, j]).any() else 0.0 for j in range(X.shape[1])])
    return np.where(there, X, medians)
