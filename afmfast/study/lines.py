"""The lines of the table of results: every listed classifier, number of columns and threshold with every other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from ..selection.repeatability import RepeatabilityGate
from ..selection.table import Selector
from ..validation.plan import CHOSEN, Line, Plan
from .settings import Settings


@dataclass(frozen=True)
class Choice:
    """A plan and a selection by what sets them apart from the other lines, in words (`lda, 5 kept`), or nothing.

    A choice with others `among` which to choose takes the best one inside every training part.
    """

    plan: Plan
    selector: Selector
    words: str = ""
    among: tuple[Choice, ...] = ()


def choices(
    plan: Plan,
    selector: Selector,
    *,
    classifiers: Sequence[Any],
    keeps: Sequence[int],
    correlations: Sequence[float | None],
    inner_splits: int,
) -> list[Choice]:
    """One for each line of a combination, the one that gives the answer first.

    That is one which chooses among the others by `inner_splits` of every training part; with 0 there is none.
    """
    lists = (classifiers, keeps, correlations)
    listed = [len(entries) > 1 for entries in lists]
    found = [
        Choice(
            replace(plan, classifier=entry[0]),
            replace(selector, keep=entry[1], correlation=entry[2]),
            _words(listed, entry),
        )
        for entry in product(*lists)
    ]
    if len(found) > 1 and inner_splits:
        chosen_by = replace(found[0].plan, inner_splits=inner_splits)
        found.insert(0, Choice(chosen_by, found[0].selector, CHOSEN, tuple(found)))
    return found


def choices_of(settings: Settings) -> list[Choice]:
    """The same of the settings of a study."""
    plan = Plan(
        classifier=settings.classifiers[0], n_repeats=settings.repeats, test_size=settings.test_size,
        labels=settings.labels, n_permutations=settings.permutations,
        splits_per_permutation=settings.splits_per_permutation, statistic=settings.statistic,
        positive=settings.positive, seed=settings.seed, scheme=settings.scheme,
    )  # fmt: skip
    return choices(
        plan, Selector(method=settings.method, rank=settings.rank), classifiers=settings.classifiers,
        keeps=settings.keeps, correlations=settings.correlations, inner_splits=settings.inner_splits,
    )  # fmt: skip


def line_of(choice: Choice, label: str, gate: RepeatabilityGate | None) -> Line:
    """The line of one combination of channels, whose own columns pass the gate."""
    return Line(
        choice.plan, replace(choice.selector, gate=gate), name_of(label, choice),
        tuple(line_of(one, label, gate) for one in choice.among),
    )  # fmt: skip


def name_of(label: str, choice: Choice) -> str:
    """The name of a line of a combination of channels."""
    return f"{label}, {choice.words}" if choice.words else label


def _words(listed: Sequence[bool], entry: tuple[Any, ...]) -> str:
    classifier, keep, correlation = entry
    limit = "no correlation filter" if correlation is None else f"|r| up to {correlation:g}"
    named = classifier.replace("_", " ") if isinstance(classifier, str) else type(classifier).__name__
    told = (named, f"{keep} kept", limit)
    return ", ".join(part for part, is_listed in zip(told, listed, strict=True) if is_listed)
