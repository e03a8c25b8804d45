"""The report's tables as text cells; the template only draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from . import uncertainty
from .answer import headline, is_below_chance, is_picked, reached, verdict
from .wording import (
    DASH,
    defined,
    fixed,
    is_pooled,
    joined,
    mean_sd,
    p_value,
    readable,
    score,
    share,
    title,
    whole_range,
)

#: A parameter dropped in this share of the repeats is listed under its twin.
_MOSTLY = 0.5
#: Share of wrong tests from which a scan is listed.
_WORTH_A_LOOK = 0.2


def combinations(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One line a combination, in the order of the settings."""
    lead = headline(results)
    return [
        {
            "name": title(result),
            "lead": name == lead and len(results["combinations"]) > 1,
            "n_columns": result["n_columns"],
            "accuracy": mean_sd(result["accuracy"]),
            "auc": mean_sd(result["auc"]),
            "auc_range": "" if is_pooled(result) else whole_range(result["auc"]),
            "balanced_accuracy": mean_sd(result["balanced_accuracy"]),
            "sensitivity": mean_sd(result["sensitivity"]),
            "specificity": mean_sd(result["specificity"]),
            "randomized": mean_sd(result["randomized"]["auc"]),
            "p": p_value(result["significance"]["permutation"]["p"]),
            "stars": verdict(result).stars if verdict(result).told else "",
            **uncertainty.line(result),
        }
        for name, result in results["combinations"].items()
    ]


def confusion(result: Mapping[str, Any]) -> dict[str, Any]:
    """Cells with share, SD and tint (0-1); rows are true classes, columns what was said."""
    matrix = result["confusion"]
    lines = []
    for name, shares, sds, counts in zip(
        result["classes"], matrix["share"], matrix["sd"], matrix["counts"], strict=True
    ):
        cells = [
            {"share": fixed(s, 2), "sd": fixed(d, 2), "tint": round(s, 3) if defined(s) else 0.0}
            for s, d in zip(shares, sds, strict=True)
        ]
        total = sum(c for c in counts if defined(c))
        lines.append({"name": name, "cells": cells, "tested": f"{total:,.0f}".replace(",", " ")})
    return {"classes": result["classes"], "lines": lines}


def parameters(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Ranked parameters with unit, definition, kept share, twin and class means in readable units."""
    largest = max((p["importance"] for p in result["parameters"] if defined(p["importance"])), default=0.0)
    lines = []
    stands_for: dict[str, list[str]] = {}
    for entry in result["parameters"]:
        if entry.get("twin") and entry.get("dropped", 0) >= _MOSTLY:
            stands_for.setdefault(entry["twin"], []).append(_named(entry["column"], result))
    for rank, entry in enumerate(result["parameters"], 1):
        means = entry.get("mean_by_class") or {}
        sds = entry.get("sd_by_class") or {}
        n = len(result["classes"])
        both = [d.get(c) for d in (means, sds) for c in result["classes"]]
        values, unit = readable(both, entry.get("unit", ""), digits=[3] * n + [2] * n)
        lines.append(
            {
                "rank": rank,
                "symbol": entry["symbol"],
                "channel": entry["channel"],
                "name": entry.get("name", ""),
                "definition": entry.get("definition", ""),
                "reference": entry.get("reference", ""),
                "unit": unit,
                "importance": fixed(entry["importance"]),
                "sd": fixed(entry["importance_sd"]),
                "bar": round(100 * max(entry["importance"], 0) / largest, 1)
                if defined(entry["importance"]) and largest > 0
                else 0,
                "kept": share(entry["kept"]),
                "dropped": share(entry.get("dropped")),
                "unrepeatable": share(entry.get("unrepeatable")) if entry.get("unrepeatable") else "",
                "twin": _named(entry["twin"], result) if entry.get("twin") else "",
                "stands_for": ", ".join(stands_for.get(entry["column"], [])),
                "means": [{"mean": m, "sd": s} for m, s in zip(values[:n], values[n:], strict=True)],
                "missing": sum(entry.get("missing_by_class", {}).values()),
            }
        )
    return lines


def _named(column: str, result: Mapping[str, Any]) -> str:
    """`Sq`, or with several channels `Sq of height`."""
    channel, _, symbol = column.rpartition(":")
    return f"{symbol} of {channel}" if len(result["channels"]) > 1 else symbol


def often_wrong(result: Mapping[str, Any]) -> frozenset[str]:
    """Names of the scans that most of their tests told wrong, all tiles of a scan taken together."""
    return frozenset(scan for scan, wrong, _ in _wrong_by(result, lambda row: _scan(row["row"])) if wrong > 0.5)


def _scan(row: str) -> str:
    return row.partition("#")[0]


def _wrong_by(result: Mapping[str, Any], key: Callable[[Mapping[str, Any]], Any]) -> list[tuple[Any, float, int]]:
    """Key, share of wrong tests and number of rows of the tested rows that share a key."""
    parts: dict[Any, list[Mapping[str, Any]]] = {}
    for row in result["rows"]:
        if row["tested"] and defined(row["wrong"]):
            parts.setdefault(key(row), []).append(row)
    return [
        (name, sum(row["wrong"] * row["tested"] for row in rows) / sum(row["tested"] for row in rows), len(rows))
        for name, rows in parts.items()
    ]


def wrong_groups(result: Mapping[str, Any]) -> str:
    """Groups of two or more rows that most of their rows' tests told wrong: whole specimens that fail."""
    groups = _wrong_by(result, lambda row: (row["label"], row.get("group") or ""))
    return joined(
        [
            f"{group} ({label}, {n} rows, wrong in {share(wrong)} of tests)"
            for (label, group), wrong, n in groups
            if n > 1 and wrong > 0.5
        ]
    )


def wrong_rows(result: Mapping[str, Any], at_most: int = 12) -> dict[str, Any]:
    """Rows that were told wrong most often with the class they were taken for, and how many more there are."""
    tested = [row for row in result["rows"] if row["tested"] and defined(row["wrong"]) and row["wrong"] > 0]
    worst = sorted(tested, key=lambda row: (-row["wrong"], row["row"]))[:at_most]
    worst = [row for row in worst if row["wrong"] >= _WORTH_A_LOOK] or worst[:1]
    lines = []
    for row in worst:
        others = {n: p for n, p in row["probability"].items() if n != row["label"] and defined(p)}
        taken = max(others, key=lambda name: others[name]) if others else ""
        lines.append(
            {
                "row": row["row"],
                "label": row["label"],
                "group": row.get("group") or DASH,
                "wrong": share(row["wrong"]),
                "tested": row["tested"],
                "own": fixed(row["probability"].get(row["label"]), 2),
                "taken": taken or DASH,
                "other": fixed(others.get(taken), 2),
            }
        )
    return {"lines": lines, "n_more": len(tested) - len(worst), "n_right": len(result["rows"]) - len(tested)}


_NO_SPREAD = "Test parts were scored together, so there is one score and no spread over splits to judge it by."


def p_values(result: Mapping[str, Any]) -> list[dict[str, str]]:
    """The three p-values, each with one sentence that says what it is worth."""
    permutation = result["significance"]["permutation"]
    corrected, two_sample = result["significance"]["corrected_t"], result["significance"]["two_sample_t"]
    return [
        {
            "name": "Permutation of the labels",
            "worth": "uncorrected" if is_picked(result) else "the answer",
            "p": p_value(permutation["p"]),
            "text": _permutation(result),
        },
        {
            "name": "Corrected t (Nadeau–Bengio)",
            "worth": "approximate",
            "p": p_value(corrected["p"]) if corrected["evidence"] else DASH,
            "text": "One-sided against 0.5, with the overlap of the splits allowed for: approximate."
            if corrected["evidence"]
            else _NO_SPREAD
            if is_pooled(result)
            else f"Not shown as evidence: {_clause(corrected['reason'])}. Its value is kept in results.json.",
        },
        {
            "name": "Two-sample t of the paper (Welch)",
            "worth": "over-stated",
            "p": p_value(two_sample["p"]),
            "text": _NO_SPREAD
            if is_pooled(result)
            else "Takes overlapping splits for independent samples, so it shrinks with the number of splits: "
            "over-stated, for comparison with the literature only.",
        },
    ]


def _permutation(result: Mapping[str, Any]) -> str:
    permutation = result["significance"]["permutation"]
    p, smallest = permutation["p"], permutation["smallest"]
    n_splits, n_repeats = result["randomized"]["splits_per_labelling"], result["n_repeats"]
    over = f" over the first {n_splits} of the {n_repeats} splits" if n_splits < n_repeats else ""
    what = f"Mean {score(permutation['statistic'])} of the true labels{over}"
    if is_pooled(result):
        what = f"{score(permutation['statistic'])} of the true labels, all test parts scored together,"
    text = f"{what} {fixed(permutation['value'])}"
    if defined(p):
        text += (
            f"; {reached(permutation)} reached it, each {'pass likewise' if is_pooled(result) else 'on as many splits'}"
        )
    text += f". Smallest p that can come out: {p_value(smallest)}."
    if "n_groups_exchanged" in permutation:
        mixed = permutation.get("n_groups_mixed", 0)
        text += f" {permutation['n_groups_exchanged']} groups exchanged labels as wholes"
        text += f", in {mixed} of mixed class the rows did." if mixed else "."
    if is_picked(result):
        text += f" One of several lines, so judged by the p {uncertainty.corrected_p(result)}."
    if is_below_chance(result):
        text += " Below chance: usual with few groups, no evidence."
    return text


def _clause(text: str) -> str:
    return text.strip().rstrip(".") or "too few groups"


def settings_by_class(results: Mapping[str, Any]) -> dict[str, Any]:
    """Scan settings of each class; those that differ are marked."""
    lines = results["data"]["settings_by_class"]
    names = [c["name"] for c in results["data"]["classes"] if c["used"]]
    return {
        "classes": names,
        "differ": any(line["differs"] for line in lines),
        "lines": [
            {
                "setting": line["setting"],
                "differs": line["differs"],
                "values": [line["values"].get(n, DASH) for n in names],
            }
            for line in lines
        ],
    }


def left_out(results: Mapping[str, Any]) -> dict[str, Any]:
    """What was left out: counted by kind, class and reason, and each by name."""
    entries = results["data"]["left_out"]
    counted = Counter((e["what"], e.get("label", ""), e["reason"]) for e in entries)
    groups = [
        {"what": what, "label": label or DASH, "reason": reason, "n": n}
        for (what, label, reason), n in counted.most_common()
    ]
    return {"n": len(entries), "groups": groups, "entries": entries}


def spread_line(spread: Mapping[str, Any] | None) -> str:
    """`0.872 ± 0.061 (0.655–1.000)`."""
    if not spread or not defined(spread["mean"]):
        return DASH
    return f"{mean_sd(spread)} ({whole_range(spread)})" if defined(spread["sd"]) else mean_sd(spread)
