"""Numbers, units and counts as a person reads them; what is undefined is a dash."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..units import for_reading

DASH = "–"

#: What the paper's stars stand for: `****` is p < 0.0001 (its Figure 5), the others follow the same custom.
STARS = ((1e-4, "****"), (1e-3, "***"), (1e-2, "**"), (0.05, "*"))

#: Units that `for_reading` leaves as they are, with what people write instead.
_READABLE = {
    "m2": ("µm²", 1e12),
    "1/m": ("1/µm", 1e-6),
    "1/m2": ("1/µm²", 1e-12),
    "m3": ("µm³", 1e18),
    "N/m": ("nN/µm", 1e3),
    "N/m2": ("nN/µm²", 1e-3),
    "J/m": ("aJ/µm", 1e12),
    "deg": ("°", 1.0),
}
_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"))
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PREFIXED = ("Pa", "V", "A", "Hz", "W", "eV")


def defined(value: float | None) -> bool:
    """Whether a number is there at all: neither None nor NaN nor infinite."""
    return value is not None and math.isfinite(value)


def fixed(value: float | None, digits: int = 3) -> str:
    """A score with a fixed number of digits, or a dash; a true minus sign."""
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{value:.{digits}f}"
    return (text.removeprefix("-") if float(text) == 0 else text).replace("-", "−")


def signed(value: float | None, digits: int = 3) -> str:
    """A difference with its sign, or a dash."""
    text = fixed(value, digits)
    return text if text == DASH or text.startswith("−") else f"+{text}"


def mean_sd(spread: Mapping[str, Any] | None, digits: int = 3) -> str:
    """`0.872 ± 0.061`, or a dash; without an SD (one repeat) the mean alone."""
    if not spread or not defined(spread["mean"]):
        return DASH
    sd = f" ± {fixed(spread['sd'], digits)}" if defined(spread["sd"]) else ""
    return fixed(spread["mean"], digits) + sd


def whole_range(spread: Mapping[str, Any] | None, digits: int = 3) -> str:
    """`0.655–1.000`, or a dash."""
    if not spread or not (defined(spread["min"]) and defined(spread["max"])):
        return DASH
    return f"{fixed(spread['min'], digits)}–{fixed(spread['max'], digits)}"


def p_value(p: float | None) -> str:
    """A p-value with no more digits than it has: `0.35`, `0.005`, `< 0.0001`, or a dash."""
    if p is None or not math.isfinite(p):
        return DASH
    if p < 1e-4:
        return "< 0.0001"
    if p < 1e-3:
        return f"{p:.4f}"
    # 0.0503 must not be read as 0.050: the side of 0.05 stays visible.
    if f"{p:.3f}" == "0.050" and p != 0.05:
        return f"{p:.4f}"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def p_equals(p: float | None) -> str:
    """`p = 0.005`, `p < 0.0001` or `p undefined`."""
    text = p_value(p)
    if text == DASH:
        return "p undefined"
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def stars(p: float | None) -> str:
    """The paper's stars where p supports them, else `ns`; a dash where p is undefined."""
    if p is None or not math.isfinite(p):
        return DASH
    at_most = next((mark for limit, mark in STARS if p < limit), None)
    return at_most or ("*" if p == 0.05 else "ns")


def share(value: float | None) -> str:
    """A share in per cent for reading: `84 %`; never 0 or 100 unless it is."""
    if value is None or not math.isfinite(value):
        return DASH
    if 0 < value < 0.005:
        return "< 1 %"
    if 0.995 < value < 1:
        return "> 99 %"
    return f"{value:.0%}".replace("%", " %")


def significant(value: float | None, digits: int = 3) -> str:
    """A quantity with so many significant digits, without powers of ten where that reads well."""
    if value is None or not math.isfinite(value):
        return DASH
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if -3 <= size < 6:
        text = f"{value:.{max(0, digits - 1 - size)}f}"
    else:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        text = f"{mantissa}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return text.replace("-", "−")


def readable(
    values: Iterable[float | None], unit: str, *, digits: Sequence[int] | None = None
) -> tuple[list[str], str]:
    """SI values of one quantity as people write them, with the unit: metres in nm, newtons in nN, pascals in MPa.

    `digits`: significant ones of each value, by default three.
    """
    numbers = list(values)
    label, factor = for_reading(unit)
    if unit in _READABLE:
        label, factor = _READABLE[unit]
    elif unit in _PREFIXED:
        largest = max((abs(v) for v in numbers if v is not None and math.isfinite(v)), default=1.0)
        scale, prefix = next((pair for pair in _PREFIXES if largest >= pair[0]), (1.0, ""))
        label, factor = prefix + unit, 1 / scale
    wanted = digits or [3] * len(numbers)
    texts = [significant(v * factor, n) if v is not None else DASH for v, n in zip(numbers, wanted, strict=True)]
    return texts, label


def plural(n: int, noun: str) -> str:
    """`1 image`, `20 images`, `3 classes`."""
    if n == 1:
        return f"1 {noun}"
    many = f"{noun}es" if noun.endswith(("s", "x")) else f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{n} {many}"


def sample_noun(settings: Mapping[str, Any]) -> str:
    """What one row is: a `tile` where tiles of a scan are rows of their own, else an `image`."""
    tiles = settings.get("tiles") or {}
    cut = int(tiles.get("rows") or 1) * int(tiles.get("cols") or 1) > 1
    return "tile" if cut and tiles.get("combine") == "none" else "image"


def counts(n_rows: int, n_groups: int, settings: Mapping[str, Any]) -> str:
    """`60 images in 20 groups`: the two numbers are never shown apart."""
    return f"{plural(n_rows, sample_noun(settings))} in {plural(n_groups, 'group')}"


def title(result: Mapping[str, Any]) -> str:
    """A line as people read it: `height + adhesion, lda`, which breaks where a line ends."""
    return f"{channels_of(result)}, {result['line']}" if result["line"] else channels_of(result)


def channels_of(result: Mapping[str, Any]) -> str:
    """Its channels alone."""
    return " + ".join(result["channels"])


def mean_auc(result: Mapping[str, Any]) -> str:
    """`mean AUC`; of one pass, which has a single one, `AUC`."""
    return "AUC" if is_pooled(result) else "mean AUC"


def answering(result: Mapping[str, Any]) -> str:
    """Which line the answer is of, fixed beforehand: `the nested choice of the combination with most channels`."""
    first = "the nested choice of " if result["choices"] else "the first line of " if result["line"] else ""
    return f"{first}the combination with most channels"


def kept_noun(settings: Mapping[str, Any]) -> str:
    """What `keep` counts: `parameters`, `principal components`, or either."""
    asked = settings.get("reduce", "rank")
    ways = {asked} if isinstance(asked, str) else set(asked)
    nouns = {"rank": "parameters", "pca": "principal components"}
    return joined([nouns[way] for way in nouns if way in ways], "or")


def score(statistic: str) -> str:
    """`AUC`, `balanced accuracy`: a statistic in words."""
    return "AUC" if statistic == "auc" else statistic.replace("_", " ")


def is_pooled(result: Mapping[str, Any]) -> bool:
    """Whether the test parts of its splits were scored together, as one."""
    return bool(result["scheme"]["pooled"])


def joined(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
