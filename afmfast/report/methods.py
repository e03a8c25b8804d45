"""A methods paragraph that can be pasted, made from the settings and counts of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .answer import headline
from .wording import answering, counts, is_pooled, joined, plural, score, title

_LEVELS = {"none": "as measured", "constant": "minus the mean", "plane": "after subtracting a plane",
           "facet": "after making its most common facet horizontal"}  # fmt: skip
_FILLS = {"nearest": "the nearest measured pixel", "plane": "the least-squares plane of the others"}
_LINES = {
    "median": "its median was subtracted", "mean": "its mean was subtracted",
    "linear": "its least-squares line was subtracted", "quadratic": "its least-squares parabola was subtracted",
    "matched": "its median difference from the line before was subtracted",
}  # fmt: skip

REFERENCES = (
    "I. Sokolov, On machine learning analysis of atomic force microscopy images for image classification, sample "
    "surface recognition, Phys. Chem. Chem. Phys. 26, 2024, doi:10.1039/D3CP05673B: “the paper” of this page "
    "(parameters, repeated splits, randomized labels).",
    "B. Phipson and G. K. Smyth, Permutation P-values should never be zero, Stat. Appl. Genet. Mol. Biol. 9, 39, 2010.",
    "C. Nadeau and Y. Bengio, Inference for the generalization error, Mach. Learn. 52, 239–281, 2003.",
    "P. H. Westfall and S. S. Young, Resampling-Based Multiple Testing, Wiley 1993 (min-p).",
    "C. A. Field and A. H. Welsh, Bootstrapping clustered data, J. R. Stat. Soc. B 69, 369–390, 2007 (intervals).",
    "ISO 25178-2, Geometrical product specifications: areal surface texture parameters.",
)


def paragraph(results: Mapping[str, Any]) -> str:
    """Methods in plain words; only what the settings state."""
    settings = results["settings"]
    result = results["combinations"][headline(results)]
    return " ".join(filter(None, (
        _samples(results), _measured(results), _validated(settings, result), _tested(result), _uncertain(result),
        _planned(result),
        f"Computed with afmfast {results['afmfast']['version']}, seed {settings.get('seed', 'not kept')}.",
    )))  # fmt: skip


def _samples(results: Mapping[str, Any]) -> str:
    used = [c for c in results["data"]["classes"] if c["used"]]
    each = [f"{c['name']}: {counts(c['n_rows'], c['n_groups'], results['settings'])}" for c in used]
    total = counts(results["data"]["n_rows"], results["data"]["n_groups"], results["settings"])
    text = f"{total} were analysed ({'; '.join(each)})."
    n_scans = results["data"].get("n_scans", results["data"]["n_rows"])
    if n_scans < results["data"]["n_rows"]:
        text += f" They were cut from {plural(n_scans, 'image')}."
    kinds = Counter(entry["what"] for entry in results["data"]["left_out"])
    return text + (f" Left out beforehand: {joined([plural(n, what) for what, n in kinds.items()])}." if kinds else "")


def _measured(results: Mapping[str, Any]) -> str:
    settings = results["settings"]
    if not results["data"]["channels"]:
        return ""
    channels = joined([f"{c['name']} ({_levelled(c['level'])})" for c in results["data"]["channels"]])
    several = len(results["data"]["channels"]) > 1
    tiles = settings.get("tiles") or {}
    rows, cols = int(tiles.get("rows") or 1), int(tiles.get("cols") or 1)
    combine = tiles.get("combine")
    joint = "each tile a sample of its own" if combine == "none" else f"the {combine} of the tiles taken for each scan"
    cut = f", each scan cut into {rows} × {cols} tiles ({joint})" if rows * cols > 1 else ""
    sets = settings.get("parameters")
    which = f" of the set {joined([sets] if isinstance(sets, str) else list(sets))}" if sets else ""
    n = [c["n_parameters"] for c in results["data"]["channels"]]
    number = str(n[0]) if len(set(n)) == 1 else f"{min(n)} to {max(n)}"
    subject = f"The channels {channels} were each" if several else f"The channel {channels} was"
    return f"{subject} reduced to {number} surface parameters{which}{cut}.{_prepared(settings)}"


def _prepared(settings: Mapping[str, Any]) -> str:
    """How pixels, lines and wavelengths were treated, where they were."""
    steps = []
    if settings.get("fill", "none") != "none":
        steps.append(f"missing pixels were filled with {_FILLS[settings['fill']]}")
    if settings.get("lines", "none") != "none":
        steps.append(f"from every scan line {_LINES[settings['lines']]}")
    cut = [(settings.get("s_filter_nm"), "below"), (settings.get("l_filter_nm"), "above")]
    waves = [f"{side} {cutoff:g} nm" for cutoff, side in cut if cutoff]
    if waves:
        steps.append(f"after levelling, wavelengths {joined(waves)} were removed by Gaussian filters (ISO 16610-61)")
    return f" Before that, {'; '.join(steps)}." if steps else ""


def _levelled(level: str) -> str:
    return _LEVELS.get(level, f"after subtracting a {level} surface")


def _validated(settings: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    test = (
        f" ({settings['test_size']:.0%} of the groups in the test part)".replace("%", " %")
        if "test_size" in settings
        else ""
    )
    text = (
        f"The samples were split at random {plural(result['n_repeats'], 'time')} into training and test parts{test}, "
        "stratified by class, a group never on two sides."
    )
    if settings.get("scheme") == "k_fold":
        text = (
            f"The samples were divided at random into {settings['folds']} folds, stratified by class, a group never in "
            "two folds, again and again; every fold was the test part once, the others the training part, "
            f"{plural(result['n_repeats'], 'time')} in all."
        )
    if is_pooled(result):
        text = _one_pass(settings, result)
    if settings.get("groups") == "tile":
        text = text.replace(
            "a group never on two sides", "tiles of one scan on both sides (a wrong setting, for demonstration)"
        )
    steps = []
    if settings.get("repeatability") is not None:
        steps.append(f"parameters whose repeats there gave an ICC(1,1) below {settings['repeatability']} were dropped")
    limit, keep = (_listed(settings.get(key), result) for key in ("correlation", "keep"))
    if limit:
        steps.append(f"parameters correlating above {limit} ({settings.get('method', 'pearson')}) were dropped")
    if keep:
        rank = result["titles"]["ranking"]
        ways = _entries(settings.get("reduce", "rank"), result)
        told = {
            "rank": f"the {keep} most important ({rank}) were kept",
            "pca": f"the rest was replaced by its first {keep} principal components",
        }
        steps.append(joined([told[way] for way in ways], "or"))
    chosen = f"{joined(steps)}, and " if steps else ""
    learnt = result["titles"]["classifier"]
    scored = "its predictions of all test parts were scored together" if is_pooled(result) else (
        "it was scored on the test part"
    )  # fmt: skip
    return (
        f"{text} In every training part alone, {chosen}a classifier ({learnt}) was trained; {scored}."
        f"{_chosen(settings, result)}"
    )


_PASSES = {
    "leave_one_group_out": "Each group was left out as the test part once, the others being the training part",
    "leave_one_batch_out": (
        "Each batch ({batch}) was left out as the test part once, the others being the training part, less the groups "
        "that have samples in it"
    ),
}


def _one_pass(settings: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    told = _PASSES.get(result["scheme"]["name"], f"Test parts were those of {result['scheme']['title']}")
    return f"{told.format(batch=settings.get('batch', 'as given'))}, {plural(result['n_repeats'], 'split')} in all."


def _listed(value: Any, result: Mapping[str, Any]) -> str:
    """A setting in words; of a list all entries where they were chosen among, else the first, which answers."""
    told = ["none" if entry is None else str(entry) for entry in _entries(value, result)]
    return "" if told == ["none"] else joined(told, "or")


def _entries(value: Any, result: Mapping[str, Any]) -> list[Any]:
    entries = value if isinstance(value, list) else [value]
    return entries if result["choices"] else entries[:1]


def _chosen(settings: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    if not result["choices"]:
        return ""
    return (
        f" Of these {len(result['choices'])} ways, each training part took the one with the highest mean AUC over "
        f"{plural(settings['inner_splits'], 'split')} of its own groups (nested choice)."
    )


def _tested(result: Mapping[str, Any]) -> str:
    permutation, randomized = result["significance"]["permutation"], result["randomized"]
    how = "all distinct labellings" if permutation["exact"] else f"{permutation['n']} labellings permuted among groups"
    how += " inside their batches" if result["scheme"]["name"] == "leave_one_batch_out" else ""
    over = f" over {plural(randomized['splits_per_labelling'], 'split')}"
    said = f"the {score(permutation['statistic'])} of all test parts" if is_pooled(result) else (
        f"the mean {score(permutation['statistic'])}{over}"
    )  # fmt: skip
    return (
        f"The one-sided permutation p compares {said} with that of {how}, the whole procedure repeated for each. "
        f"Overtraining is the mean score with {randomized['labels']} labels less its chance level."
    )


def _planned(result: Mapping[str, Any]) -> str:
    """What was planned beside what was done: a number raised after a look at p is no test."""
    planned, permutation = result.get("planned"), result["significance"]["permutation"]
    if not planned:
        return ""
    asked = _amount(planned["n_repeats"], planned["n_permutations"], planned["splits_per_permutation"])
    done = _amount(result["n_repeats"], permutation["n"], result["randomized"]["splits_per_labelling"])
    if asked == done:
        return f"Planned before the first fit and done: {asked}."
    return f"Planned before the first fit: {asked}; done in the end: {done}."


def _amount(n_repeats: int, n_permutations: int, n_splits: int) -> str:
    return f"{plural(n_repeats, 'split')}, and {plural(n_permutations, 'labelling')} with {plural(n_splits, 'split')}"


def _uncertain(result: Mapping[str, Any]) -> str:
    """How the intervals, the corrected p-values and the decisions a group were made."""
    many = result["significance"]["corrected"]
    text = (
        f"Intervals (95 %) are of the out-of-fold probabilities averaged for each sample, from "
        f"{result['intervals']['n_resamples']} resamples of whole groups within their class (t on the logit scale)."
    )
    if many:
        text = (
            f"The p of {title(result)} is uncorrected, because it was fixed beforehand "
            f"({answering(result)}); the others of the {many['n_lines']} lines are judged by p-values corrected by "
            f"step-down min-p over the same labellings. {text}"
        )
    if result["patients"]:
        text += " Each group was assigned the class of the largest mean probability, with exact binomial intervals."
    return text
