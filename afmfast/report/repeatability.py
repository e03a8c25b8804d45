"""repeatability.json as a person reads it: what was compared, a line a parameter, the best first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .wording import DASH, defined, fixed, joined, plural, readable, share

Comparison = Mapping[str, Any]

#: An ICC whose interval lies above this is good or excellent (Koo & Li 2016).
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
    """What was compared, and how many parameters surely repeat well, surely do not, or are open."""
    where = _WHERE[comparison["kind"]].format(factor=comparison["factor"], levels=joined(comparison["levels"]))
    columns = [c for c in comparison["columns"] if defined(c["icc"])]
    good = sum(c["icc_low"] >= _GOOD for c in columns)
    poor = sum(c["icc_high"] < _GOOD for c in columns)
    return (
        f"{comparison['n_repeated']} of {plural(comparison['n_samples'], 'sample')} {where}. Of "
        f"{plural(len(columns), 'parameter')} {good} surely repeat well ({comparison['icc']} above {_GOOD}), "
        f"{poor} surely do not, {len(columns) - good - poor} are open."
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
    line = {"parameter": column["name"], "ICC (95 %)": _interval(column)}
    if factor:
        line["ICC(3,1)"] = fixed(column["consistency"])
    if "icc_within_class" in column:
        line["ICC within classes"] = fixed(column["icc_within_class"])
    line["of samples"] = share(column["share_sample"])
    if factor:
        line[f"of {factor}"] = share(column["share_factor"])
    line["of the rest"] = share(column["share_residual"])
    line |= {"CV": share(column["cv"]), "smallest difference": f"{mdc} {unit}".strip()}
    for place, pair in enumerate(pairs):
        line[f"{pair['second']} − {pair['first']}"] = _limits(*ends[3 * place : 3 * place + 3])
    return line | {"verdict": column["verdict"] or DASH}


def _interval(column: Mapping[str, Any]) -> str:
    if not (defined(column["icc"]) and defined(column["icc_low"])):
        return fixed(column["icc"])
    return f"{fixed(column['icc'])} ({fixed(column['icc_low'], 2)} to {fixed(column['icc_high'], 2)})"


def _limits(bias: str, low: str, high: str) -> str:
    return f"{bias} ({low} to {high})" if low != DASH else bias
