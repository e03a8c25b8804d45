"""What is concluded from all scores of a line: its `Result`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

import numpy as np
import pandas as pd

from ..selection.correlation import correlation_matrix
from ..selection.table import RANKINGS, Selector
from ..significance.permutation import permutation_p
from ..significance.resampling import corrected_t, overtraining, two_sample_t
from ..validation import summary
from ..validation.data import Table, missingness
from ..validation.options import canonical
from ..validation.outcome import Scores
from ..validation.plan import CHOSEN, Line, Plan
from ..validation.table import scheme_of, spoken, title_of
from .checks import Warnings, warning
from .evidence import averaged, intervals_of, patients_of
from .result import Result, probability_of

#: A labelling count beyond this is written as "more than can be counted", which is what it is.
_COUNTABLE = 10**15


def concluded(
    line: Line,
    scores: Scores,
    channels: Sequence[str],
    group_names: Sequence[str] | None,
    described: pd.DataFrame | None,
    wrong_splits: bool,
) -> Result:
    """The `Result` of a line; `channels`, `group_names` (n_rows,) and `described` (one line a column) label it."""
    table, plan, selector = scores.table, scores.plan, _selector(line)
    line = line._replace(plan=plan)
    auc = scores.of("auc")
    randomized = scores.randomized
    auc_randomized, accuracy_randomized = (_randomized(scores, statistic) for statistic in ("auc", "accuracy"))
    chance = float("nan") if randomized is None else randomized.chance
    matrix = summary.confusion(scores)
    n_train, n_test = scores.groups_per_part
    positive = None if scores.positive is None else table.classes[scores.positive]
    rows = predictions(scores, group_names)
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
        warnings=[warning(code, text) for code, text in scores.warnings] + _says_nothing(scores),
    )


def _says_nothing(scores: Scores) -> Warnings:
    """Where the test rows of every split that has several get one and the same probabilities."""
    K, n = scores.table.n_classes, scores.plan.n_repeats
    parts = [said.reshape(-1, K) for said in scores.repeats["probability"][:n]]
    several = [part for part in parts if len(part) > 1]
    if not several or any((part != part[0]).any() for part in several):
        return []
    text = (
        "The classifier gave all rows of a test part the same probabilities in every split, so it learnt nothing: more "
        "neighbours than rows, too strong a penalty, or no column left. That is no sign of equal samples."
    )
    return [warning("classifier-split-nothing", text)]


def _randomized(scores: Scores, statistic: str) -> np.ndarray:
    """A statistic of every randomized labelling and split: (n_labellings, S)."""
    if scores.randomized is None:
        return np.empty((0, scores.plan.splits_per_permutation))
    return scores.randomized.of(statistic, scores.positive)


def _selector(line: Line) -> Selector:
    """That of a study, whose choices have words."""
    return cast(Selector, line.selector)


def _classifier(line: Line) -> str:
    if line.among:
        return CHOSEN
    return canonical(line.plan.classifier) if isinstance(line.plan.classifier, str) else spoken(line.plan.classifier)


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
        seen = " or ".join(filter(None, components))
        return {
            "classifier": ", ".join(learners),
            "ranking": told[0]["ranking"],
            "components": ("" if all(components) else "in some training parts ") + seen if seen else "",
        }
    seen = (
        f"the first {selector.n_components} principal components of all columns that the filters left"
        if selector.n_components
        else ""
    )
    return {"classifier": title_of(plan.classifier), "ranking": RANKINGS[selector.rank].title, "components": seen}


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


def predictions(scores: Scores, group_names: Sequence[str] | None) -> pd.DataFrame:
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
