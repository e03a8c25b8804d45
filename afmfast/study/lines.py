"""The lines of the table of results: every listed classifier and way of selecting with every other."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, cast

from ..errors import SettingsError
from ..selection.repeatability import RepeatabilityGate
from ..selection.table import Selector
from ..validation.options import canonical, in_words
from ..validation.plan import CHOSEN, Line, Plan, described
from ..validation.table import spoken
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
    Raises `SettingsError` where a list has an entry twice: lines are known by their words, and counted.
    """
    lists = {"classifier": classifiers, "keep": keeps, "correlation": correlations, "reduce": reductions}
    told = product(*(_told(name, entries) for name, entries in lists.items()))
    found = [
        Line(
            replace(plan, classifier=classifier),
            replace(selector, keep=keep, correlation=correlation, reduce=reduction),
            words=", ".join(filter(None, words)),
        )
        for (classifier, keep, correlation, reduction), words in zip(product(*lists.values()), told, strict=True)
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


def _told(name: str, entries: Sequence[Any]) -> list[str]:
    """What sets each entry of a list apart, no two alike; nothing where there is one alone."""
    plain = [_PLAIN[name](one) for one in entries]
    known = [json.dumps(described(one), sort_keys=True) for one in plain]
    if len(set(known)) < len(known):
        twice = entries[next(i for i, one in enumerate(known) if one in known[:i])]
        raise SettingsError(f"{name} has {twice!r} twice; a list needs entries that differ in more than a random seed")
    if len(entries) == 1:
        return [""]
    words = [_WORDS[name](one) for one in plain]
    # A repr may leave out what sets two estimators apart.
    return words if len(set(words)) == len(words) else [f"{said} ({i + 1})" for i, said in enumerate(words)]


#: The one way to write an entry, by which it is known.
_PLAIN: dict[str, Callable[[Any], Any]] = {
    "classifier": lambda one: canonical(one) if isinstance(one, str) else one,
    "keep": lambda one: one,
    "correlation": lambda one: float(one) if isinstance(one, int | float) else one,
    "reduce": lambda one: one,
}
_WORDS: dict[str, Callable[[Any], str]] = {
    "classifier": lambda one: in_words(one) if isinstance(one, str) else spoken(one),
    "keep": lambda one: f"{one} kept",
    "correlation": lambda one: "no correlation filter" if one is None else f"|r| up to {one!r}",
    "reduce": lambda one: "principal components" if one == "pca" else "by importance",
}
