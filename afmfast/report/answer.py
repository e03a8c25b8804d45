"""The answer in a sentence, for the report, the command line and a Result's repr."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .distrust import Caution, cautions
from .uncertainty import corrected_p
from .wording import (
    counts,
    defined,
    fixed,
    is_pooled,
    joined,
    mean_auc,
    mean_sd,
    p_equals,
    p_value,
    plural,
    score,
    stars,
    title,
)

Kind = Literal["told apart", "nothing can be told"]


@dataclass(frozen=True)
class Verdict:
    """What the permutation test allows to say: the kind, the reason in a clause, the paper's stars (or `ns`)."""

    kind: Kind
    reason: str
    stars: str

    @property
    def told(self) -> bool:
        """Whether the classes were told apart better than by chance."""
        return self.kind == "told apart"


def headline(results: Mapping[str, Any]) -> str:
    """Name of the combination that gives the answer: the one with most channels, the first of equals.

    It is fixed by the settings, never by which came out best.
    """
    combinations = results["combinations"]
    return max(combinations, key=lambda name: len(combinations[name]["channels"]))


def is_below_chance(result: Mapping[str, Any]) -> bool:
    """Whether the statistic of the true labels lies below the central 95 % of the randomized ones."""
    permutation = result["significance"]["permutation"]
    if "below_chance" in permutation:
        return bool(permutation["below_chance"])
    labellings = [v for v in result["randomized"].get("by_labelling", []) if defined(v)]
    value = permutation["value"]
    return bool(labellings) and value is not None and value < min(labellings)


def reached(permutation: Mapping[str, Any]) -> str:
    """How many of the labellings did at least as well as the true one: `38 of 39 permuted labellings`."""
    p, n = permutation["p"], permutation["n"]
    if permutation["exact"]:
        return f"{round(p * n)} of all {n} distinct labellings, the true one among them,"
    return f"{max(round(p * (n + 1)) - 1, 0)} of {n} permuted labellings"


def is_picked(result: Mapping[str, Any]) -> bool:
    """Whether a combination is one of several and not the one that gives the answer, which was fixed beforehand."""
    return bool(result["significance"]["corrected"] and result["difference"])


def deciding_p(result: Mapping[str, Any]) -> float | None:
    """The p that a combination is judged by: its own where it was fixed beforehand, else min-p."""
    significance = result["significance"]
    p: float | None = significance["corrected"]["min_p"] if is_picked(result) else significance["permutation"]["p"]
    return p


def verdict(result: Mapping[str, Any]) -> Verdict:
    """What one combination's permutation test allows to say (`result` is one entry of `combinations`)."""
    permutation, many = result["significance"]["permutation"], result["significance"]["corrected"]
    p, smallest = deciding_p(result), (many if is_picked(result) else permutation)["smallest"]
    how = f"by min-p over {many['n_lines']} lines" if is_picked(result) else "by permuting the labels"
    how += "" if permutation["statistic"] == "auc" else f" ({score(permutation['statistic'])})"
    mark = stars(p)
    if p is None or not defined(p):
        return Verdict("nothing can be told", "the permutation p-value is undefined", mark)
    if is_below_chance(result):
        reason = f"below chance: {reached(permutation)} did at least as well; usual with few groups, no evidence"
        return Verdict("nothing can be told", reason, "ns")
    if smallest > 0.05:
        reason = (
            f"{p_equals(p)}, and no smaller p than {p_value(smallest)} can come out with so few groups or permutations"
        )
        return Verdict("nothing can be told", reason, mark)
    if p > 0.05:
        return Verdict("nothing can be told", f"{p_equals(p)} {how}", mark)
    limit = ", the smallest that can come out" if p <= smallest * (1 + 1e-9) else ""
    return Verdict("told apart", f"{p_equals(p)} {how}{limit}", mark)


def warnings(results: Mapping[str, Any]) -> list[Caution]:
    """What to distrust, most serious first: the run's own warnings and those the results call for."""
    return cautions(results, results["combinations"][headline(results)])


def answer(results: Mapping[str, Any]) -> str:
    """One sentence with its uncertainty, for the combination of most channels."""
    result = results["combinations"][headline(results)]
    name = title(result)
    found = verdict(result)
    held = counts(result["n_rows"], result["n_groups"], results["settings"])
    n_splits, random = plural(result["n_repeats"], "split"), mean_sd(result["randomized"]["auc"])
    reached = (
        f"AUC {fixed(result['auc']['mean'])} (test parts of {n_splits} as one; randomized labels reach {random})"
        if is_pooled(result)
        else f"mean AUC {mean_sd(result['auc'])} (SD over {n_splits}; randomized labels reach {random})"
    )
    balanced = result["balanced_accuracy"]
    statistic = result["significance"]["permutation"]["statistic"]
    tested = "" if statistic in {"auc", "balanced_accuracy"} else f"{score(statistic)} {mean_sd(result[statistic])}, "
    scores = (
        f"{reached}, balanced accuracy {fixed(balanced['mean']) if is_pooled(result) else mean_sd(balanced)}, {tested}"
        f"{found.reason}; {held}"
    )
    if not found.told:
        return f"From {name}, nothing can be told about a difference between {classes(result)}: {scores}."
    comma = "," if result["line"] else ""
    return f"{name}{comma} tells {classes(result)} apart better than by chance: {scores}{_but(warnings(results))}."


def _but(points: Sequence[Caution]) -> str:
    reserved = list(dict.fromkeys(c.reservation for c in points if c.reservation))
    instead = joined([r.phrase for r in reserved if r.kind == "instead"], "or")
    too_good = joined([r.phrase for r in reserved if r.kind == "too good"])
    parts = [f"what is recognised may be {instead} and not the sample"] if instead else []
    parts += [f"scores and p-value are too good {too_good}"] if too_good else []
    return f" – but {'; and '.join(parts)}" if parts else ""


def best(results: Mapping[str, Any]) -> str:
    """A sentence that names the combination with the highest mean AUC and what its p is worth; "" for a single one."""
    combinations = {n: r for n, r in results["combinations"].items() if defined(r["auc"]["mean"])}
    if len(results["combinations"]) < 2 or not combinations:
        return ""
    name = max(combinations, key=lambda n: combinations[n]["auc"]["mean"])
    chosen = combinations[name]
    n, which = len(results["combinations"]), "it" if name == headline(results) else title(chosen)
    leads = f"Of the {n} lines, {which}," if chosen["line"] else f"Of the {n} combinations {which}"
    has = f"{leads} has the highest {mean_auc(chosen)} ({fixed(chosen['auc']['mean'])})"
    if name == headline(results):
        return f"{has}."
    p = chosen["significance"]["permutation"]["p"]
    also = corrected_p(chosen)
    return f"{has}; {p_equals(p)} there is uncorrected for its having been picked as the best{also and f', {also}'}."


def classes(result: Mapping[str, Any], at_most: int = 4) -> str:
    """`control and treated`, or `7 classes (a, b, c and 4 more)`."""
    names = list(result["classes"])
    if len(names) <= at_most:
        return joined(names)
    return f"{len(names)} classes ({', '.join(names[: at_most - 1])} and {len(names) - at_most + 1} more)"
