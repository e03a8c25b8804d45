"""repeatability.json as a person reads it: what was compared, a line a parameter, the best first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .wording import DASH, defined, fixed, joined, plural, readable, share

Comparison = Mapping[str, Any]

#: An ICC above this is good or excellent (Koo & Li 2016).
_GOOD = 0.75
_WHERE = {
    "rescans": "scanned again",
    "retraces": "with every line there and back",
    "factor": "measured at every {factor} ({levels})",
}

_TITLES = {"rescans": "Scanned again", "retraces": "There and back", "factor": "By {factor}"}
_CAUTIONS = {
    "retraces": "A way back follows its line at once: it shows noise and the feedback, not drift, wear of the tip or "
    "another place, so repeatability is no better than this."
}


def told(comparison: Comparison) -> str:
    """What was compared, and on which side of a good ICC the parameters' intervals lie."""
    where = _WHERE[comparison["kind"]].format(factor=comparison["factor"], levels=joined(comparison["levels"]))
    compared = f"{comparison['n_repeated']} of {plural(comparison['n_samples'], 'sample')} {where}."
    columns = [c for c in comparison["columns"] if defined(c["icc"])]
    known = [c for c in columns if defined(c["icc_low"]) and defined(c["icc_high"])]
    if comparison["icc"] == "ICC(2,1)" and not known:
        n_levels = len(comparison["levels"])
        return (
            f"{compared} ICC(2,1) has no interval here and so no verdict: {n_levels} levels say too little of all "
            f"there could be. ICC(3,1) has one; it leaves constant offsets out, which the differences show."
        )
    good = sum(c["icc_low"] >= _GOOD for c in known)
    poor = sum(c["icc_high"] < _GOOD for c in known)
    return (
        f"{compared} {comparison['icc']} of {plural(len(columns), 'parameter')}: 95 % interval above {_GOOD} for "
        f"{good}, below for {poor}, open for {len(columns) - good - poor}."
    )


def repeats(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the report shows of every comparison of a document of data_schemas/repeatability-1.0.json."""
    shown = []
    for comparison in document["comparisons"]:
        table = lines(comparison)
        words = {"title": _TITLES[comparison["kind"]].format(factor=comparison["factor"]), "told": told(comparison)}
        rows = [list(line.values()) for line in table]
        shown.append({**words, "caution": _CAUTIONS.get(comparison["kind"], ""), "heads": list(table[0]), "rows": rows,
                      "left_out": comparison["left_out"]})  # fmt: skip
    return shown


def lines(comparison: Comparison) -> list[dict[str, str]]:
    """One line a parameter, cells by heading, those that repeat best first."""
    columns = sorted(comparison["columns"], key=lambda c: -math.inf if c["icc"] is None else c["icc"], reverse=True)
    return [_line(comparison, column) for column in columns]


def _line(comparison: Comparison, column: Mapping[str, Any]) -> dict[str, str]:
    factor, pairs = comparison["factor"], column["agreement"]
    numbers = [column["mdc"], *(pair[end] for pair in pairs for end in ("bias", "low", "high"))]
    (mdc, *ends), unit = readable(numbers, column["unit"])
    differences = {
        f"{pair['second']} − {pair['first']} ({_n_pairs(comparison, place)})": _limits(*ends[3 * place : 3 * place + 3])
        for place, pair in enumerate(pairs)
    }
    line = {"parameter": column["name"], f"{comparison['icc']} (95 %)": _interval(column, "icc")}
    if comparison["kind"] == "retraces":
        line |= differences
    if "consistency" in column:
        line["ICC(3,1) (95 %)"] = _interval(column, "consistency")
    if "icc_within_class" in column:
        line["ICC within classes"] = fixed(column["icc_within_class"])
    line["of samples"] = share(column["share_sample"])
    if factor:
        line[f"of {factor}"] = share(column["share_factor"])
    line["of the rest"] = share(column["share_residual"])
    line |= {"CV": share(column["cv"]), "smallest difference": f"{mdc} {unit}".strip()}
    return line | differences | {"verdict": column["verdict"] or DASH}


def _n_pairs(comparison: Comparison, place: int) -> str:
    """Of how many pairs a difference is, of one parameter or another."""
    counts = [column["agreement"][place]["n"] for column in comparison["columns"]]
    fewest, most = min(counts), max(counts)
    return plural(most, "pair") if fewest == most else f"{fewest} to {most} pairs"


def _interval(column: Mapping[str, Any], icc: str) -> str:
    value, low, high = (column[f"{icc}{end}"] for end in ("", "_low", "_high"))
    if not (defined(value) and defined(low) and defined(high)):
        return fixed(value)
    return f"{fixed(value)} ({fixed(low)} to {fixed(high)})"


def _limits(bias: str, low: str, high: str) -> str:
    return f"{bias} ({low} to {high})" if low != DASH else bias
