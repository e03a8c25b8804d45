"""What a reader should distrust: warnings of the run, and those that the results themselves call for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .wording import answering, counts, defined, fixed, joined, kept_noun, p_value, sample_noun, signed

Results = Mapping[str, Any]
Rule = Callable[[Results, Mapping[str, Any]], str]

#: Headings in the order of the page, with the words of a warning's code that lead there.
SECTIONS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Something else than the sample may differ", frozenset({"batch", "settings", "pixel", "losses"})),
    ("Splits and groups", frozenset({"group", "groups", "split", "splits", "tiles", "ungrouped"})),
    ("What the numbers can bear", frozenset({"p", "permutation", "permutations", "smallest", "uncorrected", "below",
     "labellings", "ten", "analyses", "overtraining", "redrawn", "undefined", "auc"})),
    ("Channels and units", frozenset({"channel", "channels", "unit", "units", "calibrated", "uncalibrated",
     "instrument", "calibration", "sources"})),
    ("What is missing", frozenset({"class", "classes", "left", "missing", "nan", "file", "files", "row", "rows",
     "dropped", "parts", "parameter", "parameters", "imputed"})),
)  # fmt: skip
OTHER = "Other points"


@dataclass(frozen=True)
class Reservation:
    """How a warning can overturn the answer: something else is recognised `instead`, or every score is too good."""

    kind: Literal["instead", "too good"]
    phrase: str


_BATCH = Reservation("instead", "the batch (day, tip, instrument)")
_SETTINGS = Reservation("instead", "the scan settings")

#: Codes of warnings that can overturn the answer; the words complete it.
RESERVATIONS = {
    "batch-confounded": _BATCH,
    "batch-partly-confounded": _BATCH,
    "batch-nearly-confounded": _BATCH,
    "settings-tell": _SETTINGS,
    "settings-differ": _SETTINGS,
    "mixed-pixel-size": _SETTINGS,
    "mixed-calibration": Reservation("instead", "the missing units of some files"),
    "tiles-split": Reservation("too good", "because tiles of one scan stand on both sides of the splits"),
    "groups-share-an-image": Reservation("too good", "if scans of one specimen are spread over groups"),
    "groups-ignored": Reservation("too good", "because scans of one specimen are counted as independent"),
    "groups-missing": Reservation("too good", "if several of the images without a group come from one specimen"),
    "ungrouped": Reservation("too good", "if several images come from one specimen (each counts as its own group)"),
}


@dataclass(frozen=True)
class Caution:
    """One thing to distrust: its code, sentence, heading, and the reservation it puts on the answer, if any."""

    code: str
    text: str
    section: str
    reservation: Reservation | None = None


def cautions(results: Results, headline: Mapping[str, Any]) -> list[Caution]:
    """All warnings in the order of the page: those that can overturn the answer first, then by heading.

    The run's own warnings win over what would be derived here.
    """
    given = [(w["code"], w["text"]) for w in results["data"]["warnings"]]
    found = list(given)
    said = {code for code, _ in given}
    for code, rule, also in _RULES:
        if code in said or also & said:
            continue
        text = rule(results, headline)
        if text:
            found.append((code, text))
    made = [_caution(code, text, results, headline) for code, text in dict.fromkeys(found)]
    order = [title for title, _ in SECTIONS] + [OTHER]
    return sorted(made, key=lambda c: (not c.reservation, order.index(c.section)))


def _caution(code: str, text: str, results: Results, headline: Mapping[str, Any]) -> Caution:
    words = set(code.split("-"))
    section = next((title for title, known in SECTIONS if words & known), OTHER)
    reservation = RESERVATIONS.get(code)
    if code == "settings-differ" and not _settings_matter(results, headline):
        reservation = None
    return Caution(code, text, section, reservation)


def _settings_matter(results: Results, headline: Mapping[str, Any]) -> bool:
    """Whether scan settings alone reach half of what the parameters reach (or nobody looked)."""
    alone = headline["settings_alone"]
    if alone is None:
        return any(line["differs"] for line in results["data"]["settings_by_class"])
    reached, full = alone["auc"]["mean"], headline["auc"]["mean"]
    if not (defined(reached) and defined(full)):
        return True
    return bool(reached - 0.5 >= max(0.5 * (full - 0.5), 0.05))


def _settings(results: Results, headline: Mapping[str, Any]) -> str:
    differing = [line["setting"] for line in results["data"]["settings_by_class"] if line["differs"]]
    if not differing:
        return ""
    alone = headline["settings_alone"]
    told = f" A classifier that sees only these reaches a mean AUC of {fixed(alone['auc']['mean'])}." if alone else ""
    if alone and defined(alone["auc"]["mean"]) and alone["auc"]["mean"] <= 0.55:
        told = " A classifier that sees only these does no better than chance."
    return f"Not all images were scanned alike; they differ in {joined(differing)}.{told}"


def _wrong_splits(results: Results, headline: Mapping[str, Any]) -> str:
    if results["settings"].get("groups") != "tile":
        return ""
    return ("The splits put tiles of one scan on both sides (groups: tile). This is a wrong setting, for "
            "demonstration: the scores and p-values are too good.")  # fmt: skip


def _ungrouped(results: Results, headline: Mapping[str, Any]) -> str:
    if results["data"].get("groups_given", True):
        return ""
    return ("Every scan counts as a group of its own. Where several scans come from one specimen, patient or culture, "
            "every score and p-value is too good until the column “group” says so.")  # fmt: skip


def _smallest(results: Results, headline: Mapping[str, Any]) -> str:
    smallest = headline["significance"]["permutation"]["smallest"]
    if not defined(smallest) or smallest <= 0.05:
        return ""
    return (f"With {counts(headline['n_rows'], headline['n_groups'], results['settings'])} the smallest p-value that "
            f"can come out is {p_value(smallest)}: whatever the data, nothing can be told. More groups are needed "
            "(or more permutations, if those are the limit).")  # fmt: skip


def _uncorrected(results: Results, headline: Mapping[str, Any]) -> str:
    n = len(results["combinations"])
    if n < 2:
        return ""
    listed = any(result["line"] for result in results["combinations"].values())
    tried = "lines of channels, classifiers and columns kept" if listed else "channel combinations"
    return (f"{n} {tried} were tried. Their p-values are uncorrected: picking the best of them after "
            f"looking makes its p too small; read min-p then. The answer above is for "
            f"{answering(headline)}, whichever came out best.")  # fmt: skip


def _few_groups(results: Results, headline: Mapping[str, Any]) -> str:
    small = [c for c in results["data"]["classes"] if c["used"] and c["n_groups"] < 5]
    if not small:
        return ""
    named = [f"{c['name']} ({counts(c['n_rows'], c['n_groups'], results['settings'])})" for c in small]
    return f"Few independent groups: {joined(named)}. The spread over splits is then a poor guide to new samples."


def _rule_of_ten(results: Results, headline: Mapping[str, Any]) -> str:
    rule = results["data"]["rule_of_ten"]
    allowed = min(rule["by_rows"], rule["by_smaller_class"], rule["by_groups"])
    if rule["keep"] <= allowed:
        return ""
    noun = sample_noun(results["settings"])
    kept = f"{rule['keep']} {kept_noun(results['settings'])}"
    return (f"{kept} are kept, and the rule of ten allows {rule['by_rows']:.3g} by "
            f"{noun}s (the paper's count), {rule['by_smaller_class']:.3g} by those of the smallest class and "
            f"{rule['by_groups']:.3g} by groups. Overtraining is then likelier.")  # fmt: skip


def _overtraining(results: Results, headline: Mapping[str, Any]) -> str:
    excess = headline["overtraining"]["auc"]
    if not (defined(excess["mean"]) and defined(excess["low"])) or excess["mean"] < 0.02 or excess["low"] <= 0:
        return ""
    return (f"With randomized labels the mean AUC is {signed(excess['mean'])} from 0.5: the procedure finds something "
            "where nothing is. Compare with the randomized range, not with 0.5.")  # fmt: skip


def _uncalibrated(results: Results, headline: Mapping[str, Any]) -> str:
    named = [c["name"] for c in results["data"]["channels"] if not c["calibrated"]]
    if not named:
        return ""
    return f"Not calibrated, so the numbers hold for one instrument and day only: {joined(named)}."


def _instrument(results: Results, headline: Mapping[str, Any]) -> str:
    named = [c["name"] for c in results["data"]["channels"] if c["kind"] == "instrument-dependent"]
    if not named:
        return ""
    return f"Depends on instrument and feedback settings, not on the sample alone: {joined(named)}."


def _set_aside(results: Results, headline: Mapping[str, Any]) -> str:
    aside = [c for c in results["data"]["classes"] if not c["used"]]
    if not aside:
        return ""
    named = [f"{c['name']} ({counts(c['n_rows'], c['n_groups'], results['settings'])})" for c in aside]
    return f"Set aside and not part of any score: {joined(named)}."


#: Code, its sentence ("" = nothing to say), and the codes under which a run says the same itself.
_RULES: tuple[tuple[str, Rule, frozenset[str]], ...] = (
    ("settings-differ", _settings, frozenset({"settings-tell", "mixed-pixel-size"})),
    ("tiles-split", _wrong_splits, frozenset()),
    ("ungrouped", _ungrouped, frozenset({"tiles-split", "groups-ignored", "groups-missing", "groups-of-one"})),
    ("few-groups", _few_groups, frozenset()),
    ("smallest-p", _smallest, frozenset()),
    ("uncorrected-p", _uncorrected, frozenset()),
    ("rule-of-ten", _rule_of_ten, frozenset()),
    ("overtraining", _overtraining, frozenset()),
    ("uncalibrated", _uncalibrated, frozenset()),
    ("instrument-dependent", _instrument, frozenset()),
    ("class-set-aside", _set_aside, frozenset()),
)
