"""Five questions a reader has, answered in a line or two each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .answer import best, headline, is_below_chance, reached, verdict
from .distrust import Caution
from .uncertainty import auc_interval
from .wording import (
    channels_of,
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
    readable,
    score,
    share,
    signed,
    whole_range,
)


@dataclass(frozen=True)
class Glance:
    """A question and its short answer."""

    question: str
    answer: str


def at_a_glance(results: Mapping[str, Any], cautions: Sequence[Caution]) -> list[Glance]:
    """Is it real, how sure, what drives it, what to distrust, how many: in this order."""
    result = results["combinations"][headline(results)]
    return [
        Glance("Is it real?", _real(result, cautions)),
        Glance("How sure?", _sure(results, result)),
        Glance("What drives it?", _drives(results, result)),
        Glance("What to distrust?", _distrust(cautions)),
        Glance("How many?", _how_many(results, result)),
    ]


def _real(result: Mapping[str, Any], cautions: Sequence[Caution]) -> str:
    found = verdict(result)
    if not found.told:
        why = (
            " Where specimens of a class differ as much as classes do, one that was not trained on is taken for "
            "another class."
            if is_below_chance(result)
            else ""
        )
        return f"Not shown: {found.reason}.{why} That is not proof of no difference."
    if any(c.reservation for c in cautions):
        return f"A difference is there ({found.reason}), but it need not come from the sample: see what to distrust."
    n = result["significance"]["permutation"]["n"]
    return f"Yes, as far as {plural(n, 'labelling')} can tell: {found.reason}."


def _sure(results: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    permutation, auc = result["significance"]["permutation"], result["auc"]
    n_splits, n_repeats = result["randomized"]["splits_per_labelling"], result["n_repeats"]
    statistic = score(permutation["statistic"])
    over = f" (mean {statistic} of the first {n_splits} splits)"
    over = over if n_splits < n_repeats and not is_pooled(result) else "" if statistic == "AUC" else f" ({statistic})"
    random = f"{mean_sd(result['randomized']['auc'])} ({whole_range(result['randomized']['auc'])})"
    said = (
        f"AUC {fixed(auc['mean'])}, the test parts of {plural(n_repeats, 'split')} scored together; randomized labels "
        f"{random}. Where there is nothing to find, scores of this kind may lie below 0.5, so only randomized labels "
        "tell what one is worth."
        if is_pooled(result)
        else f"AUC {mean_sd(auc)} over {plural(n_repeats, 'split')} (whole range {whole_range(auc)}), randomized "
        f"labels {random}: the ± is the spread over splits, no error of the mean."
    )
    text = (
        f"{reached(permutation)} did as well as the true one{over}: {p_equals(permutation['p'])}; the smallest that "
        f"can come out is {p_value(permutation['smallest'])}. {said}"
        if defined(permutation["p"])
        else "The p-value is undefined."
    )
    return " ".join(filter(None, (text, auc_interval(result), best(results))))


def _drives(results: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    if not verdict(result).told:
        return "Not a question to ask yet: no difference was shown, so the ranking below ranks noise as well as signal."
    ranked = [p for p in result["parameters"] if defined(p["importance"])]
    if not ranked:
        return "No parameter was ranked."
    top = [p for p in ranked[:3] if p["importance"] >= ranked[0]["importance"] / 4]
    seen = result["titles"].get("components")
    kept = ["" if seen else f", kept in {share(p['kept'])} of repeats" for p in top]
    named = [
        f"{p['symbol']} of {p['channel']} ({_called(p)}{_lean(p, result)}{how_often})"
        for p, how_often in zip(top, kept, strict=True)
    ]
    led = f"The classifier saw {seen}; of single parameters these tell most:" if seen else "Most:"
    twins = (
        "Correlated parameters stand in for each other: see the twins."
        if any(p.get("twin") for p in result["parameters"])
        else ""
    )
    return f"{led} {joined(named)}. {_channels_alone(results)}{_enough(results, result)}{twins}".rstrip()


def _called(parameter: Mapping[str, Any]) -> str:
    return str(parameter.get("name") or f"importance {fixed(parameter['importance'], 2)}")


def _lean(parameter: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """Between which classes its mean differs most."""
    means = {c: m for c, m in (parameter.get("mean_by_class") or {}).items() if defined(m)}
    if len(means) < 2:
        return ""
    low, high = min(means, key=lambda c: means[c]), max(means, key=lambda c: means[c])
    (first, second), unit = readable([means[low], means[high]], parameter.get("unit", ""))
    ends = "lowest in {} and highest in {}" if len(result["classes"]) > 2 else "lower in {} than in {}"
    return f"; {ends.format(low, high)}: {first} against {second} {unit}".rstrip()


def _channels_alone(results: Mapping[str, Any]) -> str:
    line = results["combinations"][headline(results)]["line"]
    alike = {n: r for n, r in results["combinations"].items() if r["line"] == line}
    alone = {n: r for n, r in alike.items() if len(r["channels"]) == 1 and defined(r["auc"]["mean"])}
    if len(alone) < 2:
        return ""
    ranked = sorted(alone.items(), key=lambda item: -item[1]["auc"]["mean"])
    named = [f"{channels_of(result)} {fixed(result['auc']['mean'])}" for _, result in ranked]
    return f"Channels alone, by {mean_auc(ranked[0][1])}: {', '.join(named)}. "


def _enough(results: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """Names the fewest channels whose mean AUC is no lower than the combination's, if any do without the rest."""
    channels, reached = set(result["channels"]), result["auc"]["mean"]
    fewer = [
        other
        for other in results["combinations"].values()
        if other["line"] == result["line"]
        and set(other["channels"]) < channels
        and defined(other["auc"]["mean"])
        and other["auc"]["mean"] >= reached
    ]
    if not fewer:
        return ""
    enough = min(fewer, key=lambda other: (len(other["channels"]), -other["auc"]["mean"]))
    rest = joined([c for c in result["channels"] if c not in enough["channels"]])
    return f"With {rest} added to {channels_of(enough)} the {mean_auc(result)} is no higher. "


def _distrust(cautions: Sequence[Caution]) -> str:
    serious = [c for c in cautions if c.reservation]
    if serious:
        return f"Above all: {serious[0].text}" + (
            f" And {plural(len(cautions) - 1, 'more point')} below." if len(cautions) > 1 else ""
        )
    unseen = "What neither files nor manifest state (set-point, gains, tip, laboratory) was not looked at."
    if not cautions:
        return f"Nothing was flagged. {unseen}"
    sections = dict.fromkeys(c.section[0].lower() + c.section[1:] for c in cautions)
    return f"{plural(len(cautions), 'smaller point')} below ({', '.join(sections)}). {unseen}"


def _how_many(results: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    settings = results["settings"]
    each = [
        f"{c['name']}: {counts(c['n_rows'], c['n_groups'], settings)}" for c in results["data"]["classes"] if c["used"]
    ]
    kinds = Counter(entry["what"] for entry in results["data"]["left_out"])
    left = f" Left out: {joined([plural(n, what) for what, n in kinds.items()])}." if kinds else ""
    n_scans = results["data"].get("n_scans", result["n_rows"])
    cut = f", cut from {plural(n_scans, 'image')}" if n_scans < result["n_rows"] else ""
    alone = " Every image counts as a group of its own." if n_scans == result["n_groups"] else ""
    return f"{counts(result['n_rows'], result['n_groups'], settings)}{cut} ({'; '.join(each)}).{alone}{left}"


def leak_text(result: Mapping[str, Any]) -> str:
    """What choosing columns before splitting would have made of the AUC; "" where nobody looked."""
    leak = result["leak"]
    if not leak or not all(defined(leak[name]) for name in ("inside", "outside", "outside_permuted")):
        return ""
    inside, outside, permuted = (fixed(leak[name]) for name in ("inside", "outside", "outside_permuted"))
    return (
        f"Had the columns been chosen from all samples before splitting, the mean AUC over the same "
        f"{plural(leak['n_splits'], 'split')} would read {outside} instead of {inside} "
        f"({signed(leak['outside'] - leak['inside'])}). With permuted labels, where there is nothing to find, columns "
        f"chosen in that way would read {permuted}."
    )


def overtraining_text(result: Mapping[str, Any]) -> list[str]:
    """One sentence a score: how far randomized labels come from chance, with the interval over labellings."""
    sentences = []
    for name, noun in (("auc", "AUC"), ("accuracy", "accuracy")):
        excess = result["overtraining"][name]
        sentences.append(
            f"{noun}: {signed(excess['mean'])} from chance {fixed(excess['chance'])} "
            f"(95 % of labellings between {signed(excess['low'])} and {signed(excess['high'])})"
        )
    return sentences
