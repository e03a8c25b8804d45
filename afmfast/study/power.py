"""How many groups does it take? A learning curve by groups, and the power of the permutation test by simulation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from ..contracts import check, name_of
from ..errors import SettingsError
from ..files import write_text
from ..report.answer import headline
from ..schedule import Pool, Scheduler, open_pool
from ..seeds import Stream, generator
from ..selection.table import Selector
from ..significance.permutation import permutation_p
from ..validation.calm import calm
from ..validation.data import Table
from ..validation.labels import LabelSpace
from ..validation.plan import Plan
from ..validation.run import run
from .alone import numbers_of
from .folder import Progress, StudyFolder, of_stage
from .pipeline import load_results, load_table, of_manifest
from .planning import Model, drawn, how_many, model_of, subset
from .samples import choose_samples
from .settings import Settings

#: What learns and ranks in the simulations, thousands of times.
STAND_IN = "logistic regression on columns ranked by their best single split"
ALPHA, WANTED = 0.05, 0.8
SHARES, TIMES = (0.5, 0.75, 1.0), (1.0, 1.5, 2.0, 3.0)
#: Subsets a share, studies a size, studies to find how strong a difference has an AUC, halvings to find it.
_N_SUBSETS, _N_STUDIES, _N_TRIALS, _HALVINGS = 10, 100, 40, 8
#: An effect below this AUC is none that anybody could plan for.
_LEAST_AUC = 0.52
_STRONGEST = 8.0


def power(
    study: str | Path,
    *,
    effect: float | None = None,
    scheduler: Scheduler = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Learning curve and power of a finished study, as written to its power.json (data_schemas/power-1.0.json).

    `study` its folder; `effect` a mean AUC worth finding, beside the observed one and the lower end of its interval.
    The power is that of p <= 0.05 by 39 permutations of whole groups, for as many groups as there are and up to three
    times as many, by simulation (`study.planning`). Raises `StoreError` where no study lies, `SettingsError` for
    an effect that is no AUC above 0.5.
    """
    folder = StudyFolder(Path(study))
    return power_stage(folder, folder.load(), effect, scheduler=scheduler, workers=workers, progress=progress)


def power_stage(
    folder: StudyFolder,
    settings: Settings,
    effect: float | None = None,
    *,
    scheduler: Scheduler = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """`power` of a study's folder and settings."""
    if effect is not None and not _LEAST_AUC < effect < 1:
        raise SettingsError(f"effect = {effect}; give a mean AUC above {_LEAST_AUC} and below 1, such as 0.75")
    results = load_results(folder)
    name = headline(results)
    result = results["combinations"][name]
    table = of_manifest(load_table(folder), settings)
    channels = tuple(result["channels"])
    data = numbers_of(choose_samples(table, channels, settings), channels)
    with open_pool(scheduler, workers=workers, holds_gil=True) as pool:
        document = document_of(data, result, name, settings, effect, pool, progress)
    check(document, "power", where=str(folder.power))
    write_text(folder.power, json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n")
    return document


def document_of(
    data: Table, result: dict[str, Any], name: str, settings: Settings, effect: float | None, pool: Pool,
    progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The document of data_schemas/power-1.0.json."""
    plan = Plan(
        "logistic_regression", n_repeats=5, test_size=settings.test_size, n_permutations=0, splits_per_permutation=1,
        seed=settings.seed,
    )  # fmt: skip
    selector = Selector(settings.correlations[0], settings.method, settings.keeps[0], "gini_single")
    model = model_of(data)
    n_groups = np.array([len(sizes) for sizes in model.sizes])
    said = of_stage(progress, "power")
    effects = []
    wanted = _effects(result, effect)
    for number, (kind, auc) in enumerate(wanted):
        if said is not None:
            said(number, len(wanted), f"simulating studies at an AUC of {auc:.2f}")
        lines = _powers(model, n_groups, auc, plan, selector, pool) if auc > _LEAST_AUC else []
        enough = next((sum(line["n_groups"]) for line in lines if line["power"] >= WANTED), None)
        effects.append({"kind": kind, "auc": auc, "lines": lines, "enough": enough})
    if said is not None:
        said(len(wanted), len(wanted), "done")
    return {
        "schema": name_of("power"),
        "afmfast": version("afmfast"),
        "combination": name,
        "classes": list(data.classes),
        "n_groups": n_groups.tolist(),
        "stand_in": STAND_IN,
        "alpha": ALPHA,
        "wanted": WANTED,
        "learning": [_learned(data, n_groups, share, plan, selector, pool) for share in _shares(n_groups)],
        "effects": effects,
    }


def _effects(result: dict[str, Any], effect: float | None) -> list[tuple[str, float]]:
    """The lower end of the interval, the observed mean AUC, the user's."""
    observed = result["auc"]["mean"]
    low = result["intervals"]["scores"]["auc"]["low"]
    found = [("lower end", min(low, observed))] if observed is not None and low is not None else []
    found += [("observed", observed)] if observed is not None else []
    return found + ([("asked", effect)] if effect is not None else [])


def _shares(n_groups: np.ndarray) -> list[float]:
    """Of shares that leave as many groups of every class, the largest."""
    share_of = {tuple(how_many(share, int(n)) for n in n_groups): share for share in SHARES}
    return list(share_of.values())


def _learned(
    data: Table, n_groups: np.ndarray, share: float, plan: Plan, selector: Selector, pool: Pool
) -> dict[str, Any]:
    """Mean and SD of the AUC over subsets of this share of the groups."""
    tasks = [(int(100 * share), number) for number in range(_N_SUBSETS)]
    found = _all(pool, _learn, tasks, (data, plan, selector))
    aucs = np.array([auc for auc, _ in found])
    return {
        "share": share,
        "n_groups": [how_many(share, int(n)) for n in n_groups],
        "auc": float(np.nanmean(aucs)),
        "sd": float(np.nanstd(aucs)),
    }


def _learn(task: tuple[int, int], shared: tuple[Table, Plan, Selector]) -> tuple[float, float]:
    data, plan, selector = shared
    rng = generator(plan.seed, Stream.PLANNING, *task)
    return _study(subset(data, task[0] / 100, rng), replace(plan, n_repeats=20, seed=plan.seed + task[1]), selector)


def _powers(
    model: Model, n_groups: np.ndarray, auc: float, plan: Plan, selector: Selector, pool: Pool
) -> list[dict[str, Any]]:
    strength = _strength(model, n_groups, auc, plan, selector, pool)
    tested = replace(plan, n_repeats=5, n_permutations=39, splits_per_permutation=5)
    lines = []
    for times in TIMES:
        n = np.ceil(times * n_groups).astype(int)
        tasks = [(1000 + int(100 * times), number) for number in range(_N_STUDIES)]
        found = _all(pool, _simulate, tasks, (model, n, strength, tested, selector))
        hits = sum(p <= ALPHA + 1e-12 for _, p in found)
        held = binomtest(hits, _N_STUDIES).proportion_ci()
        lines.append(
            {"times": times, "n_groups": n.tolist(), "power": hits / _N_STUDIES, "low": held.low, "high": held.high}
        )
    return lines


def _strength(model: Model, n_groups: np.ndarray, auc: float, plan: Plan, selector: Selector, pool: Pool) -> float:
    """How far apart classes must be for studies of this size to have this mean AUC; the same draws for every try."""
    low, high = 0.0, _STRONGEST
    tasks = [(1, number) for number in range(_N_TRIALS)]
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        found = _all(pool, _simulate, tasks, (model, n_groups, middle, plan, selector))
        low, high = (middle, high) if np.nanmean([one for one, _ in found]) < auc else (low, middle)
    return 0.5 * (low + high)


def _simulate(task: tuple[int, int], shared: tuple[Model, np.ndarray, float, Plan, Selector]) -> tuple[float, float]:
    model, n_groups, strength, plan, selector = shared
    return _study(drawn(model, n_groups, strength, generator(plan.seed, Stream.PLANNING, *task)), plan, selector)


def _study(data: Table, plan: Plan, selector: Selector) -> tuple[float, float]:
    """Mean AUC of a table, and its permutation p; NaN without permutations, or where no p could be small."""
    can_be_found = plan.n_permutations and LabelSpace.of(data).smallest_p(plan.n_permutations) <= ALPHA
    asked = plan if can_be_found else replace(plan, n_permutations=0)
    with calm(), open_pool("serial") as pool:
        scores = run(data, asked, selector=selector, pool=pool)
    p = float("nan")
    if can_be_found:
        p = permutation_p(scores.t_true, scores.t_permuted, scores.exact, smallest=scores.smallest_p).p
    return float(np.nanmean(scores.of("auc"))), p


def _all(pool: Pool, function: Any, tasks: Sequence[Any], shared: Any) -> list[tuple[float, float]]:
    """Results in the order of the tasks."""
    found: list[tuple[float, float]] = [(np.nan, np.nan)] * len(tasks)
    for index, one in pool.each(function, tasks, shared):
        found[index] = one
    return found
