"""Tables of what the scores are worth for new groups, as text cells: intervals, corrections, patients, associations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .wording import DASH, defined, fixed, is_pooled, joined, p_value, plural, score, share, signed

#: How the rows of a group became one decision, in words.
_RULES = {"mean": "mean probability", "median": "median probability", "vote": "vote of its rows"}
_LEARNT = {"mean": "mean probability, threshold learnt", "vote": "m of n rows, m learnt"}
_TOLD = {
    "apart": "some levels hold several classes",
    "partly": "cannot be told apart for all classes",
    "confounded": "cannot be told apart: no level holds two classes",
}


def ends(interval: Mapping[str, Any], *, with_sign: bool = False) -> str:
    """`0.833–0.924`, with ≈ before it where the level is not to be taken at its word, or a dash."""
    if not (defined(interval["low"]) and defined(interval["high"])):
        return DASH
    low, high = (signed(interval[end]) if with_sign else fixed(interval[end]) for end in ("low", "high"))
    middle = " … " if with_sign else "–"
    return f"{'≈ ' if interval['approximate'] else ''}{low}{middle}{high}"


def intervals(result: Mapping[str, Any]) -> list[dict[str, str]]:
    """One line a score of the averaged predictions, with its interval and why that is approximate."""
    return [
        {"name": score(name)[0].upper() + score(name)[1:], "value": fixed(one["value"]), "ends": ends(one),
         "n_groups": str(one["n_groups"]), "reason": one["reason"]}
        for name, one in result["intervals"]["scores"].items()
        if defined(one["value"])
    ]  # fmt: skip


def auc_interval(result: Mapping[str, Any]) -> str:
    """`AUC of the averaged predictions 0.880, 95 % interval 0.80–0.93`, with the reason if approximate; or nothing."""
    one = result["intervals"]["scores"]["auc"]
    if not defined(one["low"]):
        return ""
    reserved = f" (approximate: {one['reason']})" if one["approximate"] else ""
    averaged = "" if is_pooled(result) else "averaged "
    return (
        f"AUC of the {averaged}predictions {fixed(one['value'])}, {share(one['level'])} interval for new groups "
        f"{fixed(one['low'])}–{fixed(one['high'])}{reserved}."
    )


def line(result: Mapping[str, Any]) -> dict[str, str]:
    """Cells of one combination's line: corrected p-values, interval, difference from the lead."""
    many, apart = result["significance"]["corrected"] or {}, result["difference"]
    auc = result["intervals"]["scores"]["auc"]
    return {
        "min_p": p_value(many.get("min_p")),
        "holm": p_value(many.get("holm")),
        "benjamini_hochberg": p_value(many.get("benjamini_hochberg")),
        "averaged": fixed(auc["value"]),
        "interval": ends(auc),
        "difference": signed(apart["scores"]["auc"]["value"]) if apart else DASH,
        "difference_interval": ends(apart["scores"]["auc"], with_sign=True) if apart else "",
    }


def tests_notes(result: Mapping[str, Any]) -> list[str]:
    """What each kind of p in the table is: its method, number of labellings and smallest possible value."""
    permutation, many = result["significance"]["permutation"], result["significance"]["corrected"]
    labellings = f"{permutation['n']} {'distinct' if permutation['exact'] else 'permuted'} labellings"
    own = f"p: permutation of the labels, one-sided, {labellings}; smallest {p_value(permutation['smallest'])}."
    if not many:
        return [own]
    K, least = many["n_lines"], many["smallest"]
    holm = p_value(min(K * least, 1.0)) if defined(least) else DASH
    return [
        f"{own} Uncorrected; the next three allow for picking among {K} lines.",
        f"min-p: the same {labellings} in every line, each counted by its p there (Westfall–Young, step-down); "
        f"smallest {p_value(least)}.",
        f"Holm: from the {K} p-values alone; smallest {holm}. B–H (Benjamini–Hochberg): bounds the share of false "
        f"findings among the lines picked, not the chance of one; smallest {p_value(least)}.",
    ]


def corrected_p(result: Mapping[str, Any]) -> str:
    """`corrected for 3 lines (min-p) 0.015`, or nothing for a single combination."""
    many = result["significance"]["corrected"]
    if not many or not defined(many["min_p"]):
        return ""
    return f"corrected for {many['n_lines']} lines (min-p) {p_value(many['min_p'])}"


def patients(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """One line a rule: groups right of all and of each class, with exact intervals; the groups told wrong by name."""
    found = result["patients"]
    if found is None or not found["n_groups"]:
        return None
    learnt = found["learnt"]
    rules = [(_RULES[rule], by) for rule, by in found["rules"].items()]
    rules += [(_LEARNT[rule], by) for rule, by in (learnt["rules"] if learnt else {}).items()]
    lines = [
        {"rule": rule, "cells": [_right(by["accuracy"]), *(_right(by["by_class"][c]) for c in result["classes"])]}
        for rule, by in rules
    ]
    wrong = [g for g in found["groups"] if g["called"] != g["label"]]
    named = [f"{g['group']} ({g['label']}, taken for {g['called']}; {plural(g['n_rows'], 'row')})" for g in wrong]
    return {
        "classes": [_role(c, result) for c in result["classes"]],
        "lines": lines,
        "n_groups": found["n_groups"],
        "n_left_out": found["n_left_out"],
        "wrong": joined(named),
        "learnt": _learnt(learnt, result) if learnt else "",
    }


def _learnt(learnt: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    at = {
        rule: f"{fixed(by['threshold']['median'], 2)} "
        f"({fixed(by['threshold']['low'], 2)}–{fixed(by['threshold']['high'], 2)})"
        for rule, by in learnt["rules"].items()
    }
    return (
        f"Threshold and m: learnt in each of {plural(learnt['n_splits'], 'split')} from further splits of its training "
        f"groups, as what tells most of these right: {result['positive']} from a mean probability of {at['mean']}, or "
        f"a share of the rows of {at['vote']} on (median, 95 % of splits). A group is what most splits call it."
    )


def _role(name: str, result: Mapping[str, Any]) -> str:
    """A class with what its share is called: sensitivity for the positive of two, specificity for the other."""
    if result["positive"] is None:
        return name
    return f"{name} ({'sensitivity' if name == result['positive'] else 'specificity'})"


def _right(part: Mapping[str, Any]) -> dict[str, str]:
    if not part["n"]:
        return {"share": DASH, "count": "", "ends": ""}
    return {"share": fixed(part["value"], 2), "count": f"{part['right']}/{part['n']}",
            "ends": f"{fixed(part['low'], 2)}–{fixed(part['high'], 2)}"}  # fmt: skip


def associations(results: Mapping[str, Any]) -> list[dict[str, str]]:
    """What goes with the class besides the sample, strongest first."""
    found = sorted(results["data"]["associations"], key=lambda one: -(one["v"] or 0))
    return [
        {"factor": one["factor"], "n_levels": str(one["n_levels"]), "n_groups": str(one["n_groups"]),
         "v": fixed(one["v"], 2), "v_corrected": fixed(one["v_corrected"], 2), "auc": fixed(one["auc_alone"]),
         "told": _comparable(one)}
        for one in found
    ]  # fmt: skip


def _comparable(one: Mapping[str, Any]) -> str:
    sets = [" with ".join(labels) for labels in one["comparable"] if len(labels) > 1]
    only = f"; only {'; '.join(sets)} can be compared" if one["verdict"] == "partly" else ""
    missing = f"; {plural(one['n_missing'], 'sample')} without an entry left out" if one["n_missing"] else ""
    return f"{_TOLD[one['verdict']]}{only}{missing}"
