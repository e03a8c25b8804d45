"""A plan carried out on a table: what is missing is computed, in any mode, and kept."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import AfmfastWarning, DataError, SettingsError
from ..kernels.learners.parts import TEST
from ..schedule import Pool
from .batches import ACTUAL, ENUMERATED, Batch, Records, Shared, run_batch
from .calm import calm
from .collect import Collected
from .data import Table
from .labels import LabelSpace
from .outcome import Scores, randomized_from
from .passes import check_trained
from .plan import Line, Plan, Selector, key, settings_of
from .split import check_splittable
from .standing import announce, numbers_of
from .store import BatchStore
from .table import scheme_of, spoken
from .tasks import cut, pilot, warm

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class _Work:
    """What is there of a line, by kind, where it is kept, and the numbers that were planned first."""

    line: Line
    wanted: dict[str, Collected]
    store: BatchStore
    planned: dict[str, int]


def run(
    table: Table,
    plan: Plan,
    *,
    selector: Selector,
    pool: Pool,
    folder: Path | None = None,
    name: str = "table",
    progress: Progress | None = None,
) -> Scores:
    """Every repeat of the plan: `run_lines` of a single line; `name` is what plan.json in the folder calls it."""
    return run_lines(table, [Line(plan, selector, name)], pool=pool, folder=folder, progress=progress)[0]


def run_lines(
    table: Table,
    lines: Sequence[Line],
    *,
    pool: Pool,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> list[Scores]:
    """Every repeat of plans that differ in classifier and selection alone, on the same splits and labellings.

    With `folder` repeats that lie there are read, and new ones kept at once. Results of a line depend on table, plan
    and selector alone, not on other lines, the pool, the batches or what was there before. Before the first fit each
    of `label_warnings` is a note to `progress`, and `AfmfastWarning` says which p-value cannot be reached. Raises
    `DataError` where the classes cannot be split, `SettingsError` where plans and table do not fit.
    """
    plan = lines[0].plan
    if any(replace(line.plan, classifier=plan.classifier, inner_splits=plan.inner_splits) != plan for line in lines):
        raise SettingsError("plans that run together may differ in the classifier alone; run them one by one")
    if folder is not None and not isinstance(plan.scheme, str):
        raise SettingsError("repeats of a splitter of your own are not kept; leave the folder out, or name a scheme")
    plan.positive_code(table)
    lines, untested = _splittable(table, lines)
    plan = lines[0].plan
    space = plan.label_space(table)
    exact = space.is_counted_out(plan.n_permutations)
    works = [_opened(table, line, space, exact, folder) for line in lines]
    found = untested + label_warnings(space, plan, table.classes)
    for code, text in found:
        if code == "smallest-p":
            warnings.warn(text, AfmfastWarning, stacklevel=2)
    with calm():  # held from here on, so that no thread of a pool enters or leaves it
        _fill(works, (table, tuple(lines)), pool, progress, [text for _, text in found])
    return [_scores(table, work, space, exact, found) for work in works]


def _splittable(table: Table, lines: Sequence[Line]) -> tuple[list[Line], list[tuple[str, str]]]:
    """The lines, where the table can be split as they say, and a warning of rows that no split tests.

    One pass has as many repeats as splits, and one score.
    """
    plan = lines[0].plan
    if not plan.is_pooled:
        check_splittable(table, test_size=plan.test_size, seed=plan.seed, n_folds=plan.n_folds)
        return list(lines), []
    with calm():
        side, again = plan.sides(table, table.y), plan.sides(table, table.y)
    if not np.array_equal(side, again):
        raise DataError(
            f"the splitter {spoken(plan.scheme)} gives other splits when it is asked again, and a result could not be "
            "repeated; give it a random_state"
        )
    check_trained(table, side)
    n, n_untested = len(side), int((side != TEST).all(axis=0).sum())
    counted = [line._replace(plan=replace(line.plan, n_repeats=n, splits_per_permutation=1)) for line in lines]
    text = f"{n_untested} rows are in no test part, so no prediction of them counts in a score"
    return counted, [("rows-untested", text)] if n_untested else []


def _opened(table: Table, line: Line, space: LabelSpace, exact: bool, folder: Path | None) -> _Work:
    """The empty places of a line, filled with what lies in the folder."""
    plan, selector, name = line.plan, line.selector, line.name
    wanted, positive = _wanted(plan, space, exact), plan.positive_code(table)
    settings = settings_of(plan, selector, line.among)
    about = {
        "algorithm": settings["algorithm"], "seed": int(plan.seed), "n_rows": len(table.y),
        "classes": list(table.classes), "columns": list(table.columns), "settings": settings,
    }  # fmt: skip
    own = key(table, plan, selector, line.among)
    store = BatchStore(folder, own, about)
    for collected in wanted.values():
        for records in store.read(collected.kind):
            collected.add(records)
    smallest = space.smallest_p(plan.n_permutations)
    planned = numbers_of(plan)
    if folder is not None:
        planned = announce(folder / own, name, about, plan, positive, smallest, wanted)
    return _Work(line, wanted, store, planned)


def _scores(table: Table, work: _Work, space: LabelSpace, exact: bool, found: list[tuple[str, str]]) -> Scores:
    plan, wanted, planned = work.line.plan, work.wanted, work.planned
    randomized = {kind: randomized_from(wanted[kind], space, plan) for kind in wanted if kind != ACTUAL}
    permuted = randomized.get(ENUMERATED if exact else "permuted")
    said = list(found)
    if work.store.set_aside:
        named = "; ".join(work.store.set_aside)
        said.append(("store-damaged", f"Stored repeats were damaged, set aside and computed again: {named}"))
    now = numbers_of(plan)
    if any(planned[name] != now[name] for name in ("n_permutations", "splits_per_permutation")):
        said.append(("permutations-changed", _permutations_changed(planned, plan)))
    scores = Scores(
        table, plan, space, wanted[ACTUAL], permuted, randomized.get("bernoulli", permuted), exact, planned, said
    )
    if scores.n_undefined:
        said.append(("labellings-undefined", _undefined(scores)))
    return scores


def _undefined(scores: Scores) -> str:
    instead = "; random splits (scheme: stratified) have none" if scores.plan.is_pooled else ""
    return (
        f"{scores.n_undefined} of {len(scores.t_permuted)} permuted labellings have no score: a training part lacked a "
        "class, a test part held one alone, or the classifier or splitter failed. They count as doing as well as the "
        f"true one, so p cannot be below {scores.smallest_p:.2g}{instead}"
    )


def label_warnings(space: LabelSpace, plan: Plan, classes: tuple[str, ...]) -> list[tuple[str, str]]:
    """What is known before any fit to limit the p-value: (code, sentence) pairs."""
    found = []
    text = space.size_warning(classes)
    if text:
        found.append(("group-size-by-class", text))
    smallest = space.smallest_p(plan.n_permutations)
    if smallest > 0.05:  # not if NaN
        why = _why_no_less(space, plan)
        found.append(
            ("smallest-p", f"The p-value cannot be expected below {smallest:.2g}, whatever the images show: {why}")
        )
    return found


def _why_no_less(space: LabelSpace, plan: Plan) -> str:
    if not space.is_counted_out(plan.n_permutations):
        return f"{plan.n_permutations} permutations are too few, use 19 or more"
    alike = space.renamed
    told = f", {alike} of which only swap the names of the classes" if alike > 1 else ""
    groups = "groups" if len(space.member) > space.n_groups else "rows"
    inside = " inside their batches" if scheme_of(plan.scheme).within_batches else ""
    return f"{space.n_groups} {groups} have only {space.distinct} labellings{inside}{told}; add {groups}"


def _permutations_changed(planned: dict[str, int], plan: Plan) -> str:
    return (
        f"{planned['n_permutations']} permutations with {planned['splits_per_permutation']} splits each were planned "
        f"at first, {plan.n_permutations} with {plan.splits_per_permutation} were used. A number that was chosen after "
        "looking at p makes p too small."
    )


def _wanted(plan: Plan, space: LabelSpace, exact: bool) -> dict[str, Collected]:
    """Empty places for every repeat the plan asks for, by kind."""
    S = plan.splits_per_permutation
    wanted = {ACTUAL: Collected(ACTUAL, (max(plan.n_repeats, S if plan.n_permutations else 1),))}
    if plan.n_permutations:
        kind, B = (ENUMERATED, space.distinct - 1) if exact else ("permuted", plan.n_permutations)
        wanted[kind] = Collected(kind, (B, S))
        if plan.labels == "bernoulli":
            wanted["bernoulli"] = Collected("bernoulli", (plan.n_permutations, S))
    return wanted


def _fill(works: list[_Work], shared: Shared, pool: Pool, progress: Progress | None, notes: list[str]) -> None:
    """Compute what is missing: of each kind a few repeats to see how long they take, then the rest in longer tasks."""
    places = [collected.have for work in works for collected in work.wanted.values()]
    total, done = sum(have.size for have in places), sum(int(have.sum()) for have in places)

    def say(note: str) -> None:
        if progress is not None:
            progress(done, total, note)

    def keep(batch: Batch, found: list[Records]) -> None:
        nonlocal done
        for number, records in zip(batch.lines, found, strict=True):
            works[number].wanted[batch.kind].add(records)
            works[number].store.write(batch, records)
        done += batch.n_fits
        say(_NOTES[batch.kind])

    for note in [*notes, "warming up the workers; after an update they compile, once"]:
        say(note)  # a log shows the first one of a minute
    firsts = {(batch.kind, batch.lines): batch for batch in reversed(_missing(works))}
    if not firsts:
        return
    pool.everywhere(warm, shared)
    seconds_per_fit: dict[str, float] = {}
    for _, (batch, found, seconds) in pool.each(pilot, list(firsts.values()), shared):
        seconds_per_fit[batch.kind] = max(seconds, seconds_per_fit.get(batch.kind, 0.0))
        keep(batch, found)
    tasks = cut(_missing(works), seconds_per_fit, pool.workers)
    for index, (found, _) in pool.each(run_batch, tasks, shared):
        keep(tasks[index], found)


def _missing(works: list[_Work]) -> list[Batch]:
    """What is still to do; lines that lack the same are done together."""
    lacking: dict[Batch, list[int]] = {}
    for number, work in enumerate(works):
        for collected in work.wanted.values():
            for batch in collected.missing():
                lacking.setdefault(batch, []).append(number)
    return [replace(batch, lines=tuple(numbers)) for batch, numbers in lacking.items()]


_NOTES = {
    ACTUAL: "true labels", "permuted": "permuted labels", ENUMERATED: "all other labellings", "bernoulli": "coin labels"
}  # fmt: skip
