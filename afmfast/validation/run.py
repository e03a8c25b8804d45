"""A plan carried out on a table: what is missing is computed, in any mode, and kept."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

from ..errors import AfmfastWarning
from ..schedule import Pool
from .calm import calm
from .collect import Collected
from .data import Table
from .labels import LabelSpace
from .outcome import Scores, randomized_from
from .plan import Plan, Selector, key, settings_of
from .repeat import ACTUAL, ENUMERATED, Batch, Records, Shared, run_batch
from .split import check_splittable
from .standing import announce, numbers_of
from .store import BatchStore
from .table import SCHEMES
from .tasks import cut, pilot, warm

Progress = Callable[[int, int, str], None]


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
    """Every repeat of the plan; with `folder` those that lie there are read, and new ones kept at once.

    `name` is what plan.json in the folder calls them.

    Results depend on table, plan and selector alone, not on the pool, the batches or what was there before.
    Before the first fit each of `label_warnings` is a note to `progress`, and `AfmfastWarning` says which p-value
    cannot be reached. Raises `DataError` where the classes cannot be split, `SettingsError` where plan and table do
    not fit.
    """
    positive = plan.positive_code(table)
    check_splittable(table, test_size=plan.test_size, seed=plan.seed, rule=SCHEMES[plan.scheme].split)
    space = LabelSpace.of(table)
    exact = space.is_counted_out(plan.n_permutations)
    wanted = _wanted(plan, space, exact)
    settings = settings_of(plan, selector)
    about = {
        "algorithm": settings["algorithm"], "seed": int(plan.seed), "n_rows": len(table.y),
        "classes": list(table.classes), "columns": list(table.columns), "settings": settings,
    }  # fmt: skip
    own = key(table, plan, selector)
    store = BatchStore(folder, own, about)
    for collected in wanted.values():
        for records in store.read(collected.kind):
            collected.add(records)
    planned = numbers_of(plan) if folder is None else announce(folder / own, name, about, plan, positive, wanted)
    found = label_warnings(space, plan, table.classes)
    for code, text in found:
        if code == "smallest-p":
            warnings.warn(text, AfmfastWarning, stacklevel=2)
    with calm():  # held from here on, so that no thread of a pool enters or leaves it
        _fill(wanted, (table, plan, selector), pool, store, progress, [text for _, text in found])
    randomized = {kind: randomized_from(wanted[kind], space, plan) for kind in wanted if kind != ACTUAL}
    permuted = randomized.get(ENUMERATED if exact else "permuted")
    if store.set_aside:
        named = "; ".join(store.set_aside)
        found.append(("store-damaged", f"Stored repeats were damaged, set aside and computed again: {named}"))
    if (planned["n_permutations"], planned["splits_per_permutation"]) != (
        plan.n_permutations,
        plan.splits_per_permutation,
    ):
        found.append(("permutations-changed", _permutations_changed(planned, plan)))
    return Scores(
        table, plan, space, wanted[ACTUAL], permuted, randomized.get("bernoulli", permuted), exact, planned, found
    )  # fmt: skip


def label_warnings(space: LabelSpace, plan: Plan, classes: tuple[str, ...]) -> list[tuple[str, str]]:
    """What is known before any fit to limit the p-value: (code, sentence) pairs."""
    found = []
    text = space.size_warning(classes)
    if text:
        found.append(("group-size-by-class", text))
    smallest = space.smallest_p(plan.n_permutations)
    if smallest > 0.05:  # not if NaN
        why = _why_no_less(space, plan.n_permutations)
        found.append(
            ("smallest-p", f"The p-value cannot be expected below {smallest:.2g}, whatever the images show: {why}")
        )
    return found


def _why_no_less(space: LabelSpace, n_permutations: int) -> str:
    if not space.is_counted_out(n_permutations):
        return f"{n_permutations} permutations are too few, use 19 or more"
    alike = space.renamed
    told = f", {alike} of which only swap the names of the classes" if alike > 1 else ""
    groups = "groups" if len(space.member) > space.n_groups else "rows"
    return f"{space.n_groups} {groups} have only {space.distinct} labellings{told}; add {groups}"


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


def _fill(
    wanted: dict[str, Collected],
    shared: Shared,
    pool: Pool,
    store: BatchStore,
    progress: Progress | None,
    notes: list[str],
) -> None:
    """Compute what is missing: of each kind a few repeats to see how long they take, then the rest in longer tasks."""
    total = sum(collected.have.size for collected in wanted.values())
    done = sum(int(collected.have.sum()) for collected in wanted.values())

    def say(note: str) -> None:
        if progress is not None:
            progress(done, total, note)

    def keep(batch: Batch, records: Records) -> None:
        nonlocal done
        wanted[batch.kind].add(records)
        store.write(batch, records)
        done += batch.n_fits
        say(_NOTES[batch.kind])

    for note in [*notes, "repeats"]:  # a log shows the first one of a minute
        say(note)
    firsts = [batches[0] for collected in wanted.values() if (batches := collected.missing())]
    if not firsts:
        return
    say("warming up the workers; after an update they compile, once")
    pool.everywhere(warm, shared)
    seconds_per_fit = {}
    for _, (batch, records, seconds) in pool.each(pilot, firsts, shared):
        seconds_per_fit[batch.kind] = seconds
        keep(batch, records)
    tasks = cut([b for collected in wanted.values() for b in collected.missing()], seconds_per_fit, pool.workers)
    for index, (records, _) in pool.each(run_batch, tasks, shared):
        keep(tasks[index], records)


_NOTES = {
    ACTUAL: "true labels", "permuted": "permuted labels", ENUMERATED: "all other labellings", "bernoulli": "coin labels"
}  # fmt: skip
