"""Everything the template needs, in the order of the page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from . import tables, uncertainty
from .answer import answer, headline, is_picked, verdict
from .distrust import cautions
from .figures import auc, correlation, roc
from .glance import at_a_glance, leak_text, overtraining_text
from .methods import REFERENCES, paragraph
from .repeatability import repeats
from .thumbnails import Thumbnail, by_channel
from .wording import answering, counts, defined, is_pooled, kept_noun, sample_noun, title

#: Parameters shown at once; the rest folds away.
_RANKED_AT_ONCE = 12


def context(
    results: Mapping[str, Any], thumbnails: Sequence[Thumbnail], repeatability: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The template's variables."""
    lead = headline(results)
    result = results["combinations"][lead]
    points = cautions(results, result)
    data, settings = results["data"], results["settings"]
    several = len(results["combinations"]) > 1
    return {
        "title": results["name"],
        "created": str(results.get("created", "")).replace("T", " ")[:16],
        "answer": answer(results),
        "told": verdict(result).told,
        "serious": [p for p in points if p.reservation],
        "notes": [
            (title, list(group))
            for title, group in groupby((p for p in points if not p.reservation), key=lambda p: p.section)
        ],
        "glance": at_a_glance(results, points),
        "noun": sample_noun(settings),
        "counts": counts(result["n_rows"], result["n_groups"], settings),
        "strips": by_channel(
            thumbnails, [c["name"] for c in data["classes"]], {c["name"]: c["level"] for c in data["channels"]}
        ),
        "lead": evidence(result, "c0"),
        "others": [
            # Its parameters' correlations are a part of the map above.
            evidence(other, f"c{number}", mapped=frozenset(result["correlation"]["columns"]))
            for number, (name, other) in enumerate(results["combinations"].items(), 1)
            if name != lead
        ],
        "table": tables.combinations(results),
        "tests_notes": uncertainty.tests_notes(result),
        "is_pooled": is_pooled(result),
        "two_sided": any(
            defined(r[s]["mean"]) for r in results["combinations"].values() for s in ("sensitivity", "specificity")
        ),
        "boxes": auc.combinations(results["combinations"], "all") if several else None,
        "wrong": tables.often_wrong(result),
        "settings_by_class": tables.settings_by_class(results),
        "associations": uncertainty.associations(results),
        "left_out": tables.left_out(results),
        "repeats": repeats(repeatability) if repeatability else [],
        "rule": data["rule_of_ten"],
        "kept_noun": kept_noun(settings),
        "answering": answering(result),
        "classes": data["classes"],
        "channels": data["channels"],
        "methods": paragraph(results),
        "references": REFERENCES,
        "settings": {key: json.dumps(value, ensure_ascii=False) for key, value in settings.items()},
        "versions": results["afmfast"],
    }


def evidence(result: Mapping[str, Any], key: str, *, mapped: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Figures and tables of one combination; `key` keeps the ids of its figures apart.

    No correlation map where all its columns are `mapped` already.
    """
    ranked = tables.parameters(result)
    alone = result["settings_alone"]
    return {
        "name": title(result),
        "classes": result["classes"],
        "told": verdict(result).told,
        "verdict": verdict(result),
        "is_pooled": is_pooled(result),
        "classifier": result["classifier"].replace("_", " "),
        "titles": result["titles"],
        "n_repeats": result["n_repeats"],
        "n_columns": result["n_columns"],
        "n_redrawn": result.get("n_redrawn", 0),
        "labels": result["randomized"]["labels"],
        "n_labels_redrawn": result["randomized"].get("n_redrawn", 0),
        "figure_5": None if is_pooled(result) else auc.figure_5(result, f"{key}-auc"),
        "labellings": auc.labellings(result, f"{key}-labellings"),
        "roc": roc.roc(result, f"{key}-roc"),
        "confusion": tables.confusion(result),
        "correlation": None
        if mapped.issuperset(result["correlation"]["columns"])
        else correlation.correlation(result, f"{key}-correlation"),
        "p_values": tables.p_values(result),
        "is_picked": is_picked(result),
        "intervals": uncertainty.intervals(result),
        "approximate": any(one["approximate"] for one in result["intervals"]["scores"].values()),
        "choices": [f"{one['line']} in {one['share']:.0%}".replace("%", " %") for one in result["choices"]],
        "n_resamples": result["intervals"]["n_resamples"],
        "patients": uncertainty.patients(result),
        "overtraining": overtraining_text(result),
        "leak": leak_text(result),
        "train_auc": tables.spread_line(result.get("train_auc")),
        "test_auc": tables.spread_line(result["auc"]),
        "top": ranked[:_RANKED_AT_ONCE],
        "rest": ranked[_RANKED_AT_ONCE:],
        "tested": any(row["tested"] for row in result["rows"]),
        "wrong": tables.wrong_rows(result),
        "wrong_groups": tables.wrong_groups(result),
        "alone": {
            "settings": alone["settings"],
            "auc": tables.spread_line(alone["auc"]),
            "balanced_accuracy": tables.spread_line(alone["balanced_accuracy"]),
        }
        if alone
        else None,
    }
