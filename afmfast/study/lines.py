"""The lines of the table of results: every listed classifier and way of selecting with every other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any, cast

from ..selection.repeatability import RepeatabilityGate
from ..selection.table import Selector
from ..validation.options import in_words
from ..validation.plan import CHOSEN, Line, Plan
from .settings import Settings


def lines_of(
    plan: Plan,
    selector: Selector,
    *,
    classifiers: Sequence[Any],
    keeps: Sequence[int],
    correlations: Sequence[float | None],
    reductions: Sequence[str],
    inner_splits: int,
) -> list[Line]:
    """One for each line of a combination, the one that gives the answer first.

    That is one which chooses among the others by `inner_splits` of every training part; with 0 there is none.
    """
    lists = (classifiers, keeps, correlations, reductions)
    listed = [len(entries) > 1 for entries in lists]
    found = [
        Line(
            replace(plan, classifier=entry[0]),
            replace(selector, keep=entry[1], correlation=entry[2], reduce=entry[3]),
            words=_words(listed, entry),
        )
        for entry in product(*lists)
    ]
    if len(found) > 1 and inner_splits:
        chosen_by = replace(found[0].plan, inner_splits=inner_splits)
        found.insert(0, Line(chosen_by, found[0].selector, among=tuple(found), words=CHOSEN))
    return found


def lines_of_settings(settings: Settings) -> list[Line]:
    """The same of the settings of a study."""
    plan = Plan(
        classifier=settings.classifiers[0], n_repeats=settings.repeats, test_size=settings.test_size,
        labels=settings.labels, n_permutations=settings.permutations,
        splits_per_permutation=settings.splits_per_permutation, statistic=settings.statistic,
        positive=settings.positive, seed=settings.seed, scheme=settings.scheme,
        folds=settings.folds,
    )  # fmt: skip
    return lines_of(
        plan, Selector(method=settings.method, rank=settings.rank), classifiers=settings.classifiers,
        keeps=settings.keeps, correlations=settings.correlations, reductions=settings.reductions,
        inner_splits=settings.inner_splits,
    )  # fmt: skip


def of_channels(line: Line, label: str, gate: RepeatabilityGate | None = None) -> Line:
    """A line for one combination of channels: by its name, with the gate that its own columns pass."""
    return line._replace(
        selector=line.selector if gate is None else replace(cast(Selector, line.selector), gate=gate),
        name=f"{label}, {line.words}" if line.words else label,
        among=tuple(of_channels(one, label, gate) for one in line.among),
    )


def _words(listed: Sequence[bool], entry: tuple[Any, ...]) -> str:
    classifier, keep, correlation, reduction = entry
    limit = "no correlation filter" if correlation is None else f"|r| up to {correlation:g}"
    named = in_words(classifier) if isinstance(classifier, str) else type(classifier).__name__
    told = (named, f"{keep} kept", limit, "principal components" if reduction == "pca" else "by importance")
    return ", ".join(part for part, is_listed in zip(told, listed, strict=True) if is_listed)
