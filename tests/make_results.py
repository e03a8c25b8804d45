"""Results of studies that never ran, as realistic as the report needs: the tables and spreads hang together."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest, false_discovery_control

from afmfast.significance.multiple import holm

SYMBOLS = {
    "Sq": ("rms height", "z", "root mean square of the heights about their mean", "ISO 25178-2, 4.1"),
    "Ssk": ("skewness", "", "third moment of the heights over Sq cubed", "ISO 25178-2, 4.1"),
    "Sku": ("kurtosis", "", "fourth moment of the heights over Sq to the fourth", "ISO 25178-2, 4.1"),
    "Sdq": ("rms slope", "z/m", "root mean square of the gradient", "ISO 25178-2, 4.3"),
    "Sal": ("autocorrelation length", "m", "shortest distance to an autocorrelation of 0.2", "ISO 25178-2, 4.2"),
    "Str": ("texture aspect ratio", "", "shortest over longest such distance", "ISO 25178-2, 4.2"),
    "Spd": ("density of peaks", "1/m2", "summits per area after pruning at 5 % of Sz", "ISO 25178-2, 6"),
    "Sk": ("core depth", "z", "height of the core of the material ratio curve", "ISO 25178-2, 4.4"),
    "Svk": ("reduced valley depth", "z", "height of the valleys below the core", "ISO 25178-2, 4.4"),
    "Sbi": ("surface bearing index", "", "Sq over the height at 5 % bearing area", "EUR 15178 EN"),
    "Sfd": ("fractal dimension", "", "slope of the log of the power spectrum", "SPIP manual"),
    "Vvv": ("valley void volume", "z", "void volume below 80 % material ratio, by area", "ISO 25178-2, 4.4"),
}
UNITS = {"height": "m", "adhesion": "N", "modulus": "Pa", "deformation": "m", "phase": "deg"}


def spread(values: Any) -> dict[str, Any]:
    """Mean, SD, range and the values, NaN as None."""
    numbers = np.asarray(values, float)
    held = numbers[np.isfinite(numbers)]
    kept = [None if math.isnan(v) else round(float(v), 6) for v in numbers]
    if not held.size:
        return {"mean": None, "sd": None, "min": None, "max": None, "values": kept}
    return {
        "mean": float(held.mean()),
        "sd": float(held.std(ddof=1)) if held.size > 1 else None,
        "min": float(held.min()),
        "max": float(held.max()),
        "values": kept,
    }


def _scores(rng: np.random.Generator, mean: float, sd: float, n: int) -> np.ndarray:
    return np.clip(np.round(rng.normal(mean, sd, n) * 144) / 144, 0, 1)


def _roc(auc: float, names: list[str], rng: np.random.Generator) -> dict[str, Any]:
    fpr = np.linspace(0, 1, 201)
    curves = {}
    for name in names:
        held = float(np.clip(auc + rng.normal(0, 0.02), 0.05, 0.995))
        curves[name] = {
            part: [round(float(v), 4) for v in fpr ** ((1 - a) / a)]
            for part, a in (("mean", held), ("low", max(held - 0.16, 0.03)), ("high", min(held + 0.1, 0.998)))
        }
    return {"fpr": [round(float(f), 4) for f in fpr], "curves": curves}


def _confusion(rng: np.random.Generator, n_classes: int, right: float) -> dict[str, Any]:
    shares = rng.dirichlet(np.ones(n_classes), n_classes) * 0.4 + 0.6 / n_classes
    np.fill_diagonal(shares, 0)
    shares *= (1 - right) / shares.sum(axis=1, keepdims=True)
    np.fill_diagonal(shares, right)
    counts = np.round(shares * 4500)
    return {
        "share": shares.round(4).tolist(),
        "sd": (np.sqrt(shares * (1 - shares)) / 3).round(4).tolist(),
        "counts": counts.tolist(),
    }


def _parameters(
    rng: np.random.Generator, channels: list[str], classes: list[str], planted: str
) -> list[dict[str, Any]]:
    entries = []
    for channel in channels:
        for symbol, (name, unit, definition, reference) in SYMBOLS.items():
            si = {"z": UNITS[channel], "z/m": "" if UNITS[channel] == "m" else f"{UNITS[channel]}/m"}.get(unit, unit)
            size = {"m": 2.4e-8, "N": 1.3e-9, "Pa": 4.2e6, "1/m2": 3.1e12, "deg": 12.0}.get(si, 1.7)
            strong = symbol == planted
            importance = float(rng.gamma(2, 0.012) + (0.31 if strong else 0))
            entries.append(
                {
                    "column": f"{channel}:{symbol}",
                    "channel": channel,
                    "symbol": symbol,
                    "name": name,
                    "unit": si,
                    "definition": definition,
                    "reference": reference,
                    "importance": importance,
                    "importance_sd": importance / 4,
                    "kept": 0.97 if strong else float(rng.uniform(0.1, 0.8)),
                    "dropped": 0.0 if strong else float(rng.choice([0.0, 0.62, 1.0])),
                    "twin": None,
                    "mean_by_class": {
                        c: size * (1 + 0.2 * i * strong + 0.02 * float(rng.normal())) for i, c in enumerate(classes)
                    },
                    "sd_by_class": dict.fromkeys(classes, size / 10),
                    "missing_by_class": dict.fromkeys(classes, 0),
                }
            )
            if entries[-1]["dropped"]:
                entries[-1]["twin"] = f"{channel}:Sq" if symbol != "Sq" else f"{channel}:Sk"
    return sorted(entries, key=lambda e: -e["importance"])


def _rows(
    rng: np.random.Generator, classes: list[str], n_rows: int, n_groups: int, right: float
) -> list[dict[str, Any]]:
    rows = []
    for k in range(n_rows):
        label = classes[k % len(classes)]
        own = float(np.clip(rng.normal(right, 0.2), 0.02, 0.99))
        rest = rng.dirichlet(np.ones(len(classes) - 1)) * (1 - own)
        others = dict(zip([c for c in classes if c != label], rest.tolist(), strict=True))
        wrong = float(np.clip(1.15 - own - right / 2 + rng.normal(0, 0.1), 0, 1))
        rows.append(
            {
                "row": f"{label}/scan_{k:03d}.spm",
                "label": label,
                "group": f"{label[:2]}-{k % max(n_groups, 1):02d}",
                "tested": int(rng.binomial(500, 0.3)),
                "wrong": wrong,
                "probability": {label: own, **others},
            }
        )
    return rows


def _interval(value: float, reach: float, n_groups: int, *, least: float = 0.0) -> dict[str, Any]:
    low, high = max(value - reach, least), min(value + reach, 1.0)
    reason = "" if n_groups >= 10 else f"{n_groups} groups are fewer than the 10 it was tried with"
    return {
        "value": round(value, 4), "low": round(low, 4), "high": round(high, 4), "level": 0.95, "n_groups": n_groups,
        "approximate": bool(reason), "reason": reason,
    }  # fmt: skip


def _intervals(auc: float, balanced: float, n_groups: int, *, least: float = 0.0) -> dict[str, Any]:
    values = {"auc": auc, "accuracy": balanced + 0.01, "balanced_accuracy": balanced, "sensitivity": balanced - 0.02,
              "specificity": balanced + 0.02}  # fmt: skip
    return {name: _interval(v, 0.45 / math.sqrt(n_groups), n_groups, least=least) for name, v in values.items()}


def _share(right: int, n: int) -> dict[str, Any]:
    ends = binomtest(right, n).proportion_ci(0.95)
    return {"right": right, "n": n, "value": right / n, "low": float(ends.low), "high": float(ends.high), "level": 0.95}


def _patients(rows: list[dict[str, Any]], classes: list[str], right: float) -> dict[str, Any] | None:
    held: dict[str, tuple[str, int]] = {}
    for row in rows:
        held[row["group"]] = (row["label"], held.get(row["group"], ("", 0))[1] + 1)
    if len(held) == len(rows):
        return None
    called: dict[str, str] = {}
    for label in classes:
        of_label = [group for group, (own, _) in held.items() if own == label]
        n_right = round(right * len(of_label))
        other = classes[classes.index(label) - 1]
        called |= {group: label if k < n_right else other for k, group in enumerate(of_label)}
    n_of = {c: sum(own == c for own, _ in held.values()) for c in classes}
    hits = {c: sum(own == called[g] == c for g, (own, _) in held.items()) for c in classes}
    shares = {
        "accuracy": _share(sum(hits.values()), len(held)),
        "by_class": {c: _share(hits[c], n_of[c]) for c in classes},
    }
    return {
        "n_groups": len(held),
        "n_left_out": 0,
        "rules": dict.fromkeys(("mean", "median", "vote"), shares),
        "learnt": None
        if len(classes) > 2
        else {
            "n_splits": 50,
            "rules": dict.fromkeys(
                ("mean", "vote"), shares | {"threshold": {"median": 0.45, "low": 0.3, "high": 0.62}}
            ),
        },
        "groups": [{"group": g, "label": own, "n_rows": n, "called": called[g]} for g, (own, n) in held.items()],
    }


def result(
    channels: list[str],
    classes: list[str],
    *,
    auc: float,
    p: float,
    n_rows: int = 60,
    n_groups: int = 20,
    n_repeats: int = 500,
    permutations: int = 199,
    splits: int = 10,
    smallest: float | None = None,
    seed: int = 1,
    planted: str = "Sdq",
    n_columns: int | None = None,
) -> dict[str, Any]:
    """One entry of `combinations`."""
    rng = np.random.default_rng(seed)
    sd = 0.055 * math.sqrt(30 / max(n_rows, 4)) * (1.15 - abs(auc - 0.5)) * 1.6
    labellings = np.clip(rng.normal(0.5, sd * 1.2, permutations), 0, 1)
    randomized = np.clip(labellings[:, None] + rng.normal(0, sd, (permutations, splits)), 0, 1).ravel()
    balanced = 0.5 + (auc - 0.5) * 0.85 if len(classes) == 2 else auc - 0.08
    entries = _parameters(rng, channels, classes, planted)
    columns = [f"{c}:{s}" for c in channels for s in SYMBOLS][:n_columns]
    mixing = rng.normal(size=(4, len(columns)))
    matrix = np.corrcoef(mixing.T + 0.2 * rng.normal(size=(len(columns), 4)))
    binary = len(classes) == 2
    smallest = 1 / (permutations + 1) if smallest is None else smallest
    rows = _rows(rng, classes, n_rows, n_groups, balanced)
    return {
        "channels": channels,
        "classes": classes,
        "positive": classes[-1] if binary else None,
        "classifier": "random_forest",
        "line": "",
        "choices": [],
        "leak": None,
        "titles": {
            "classifier": "random forest of 100 trees",
            "ranking": "mean Gini decrease in a random forest",
            "components": "",
        },
        "scheme": {"name": "stratified", "title": "whole groups at random, stratified by class", "pooled": False},
        "n_rows": n_rows,
        "n_groups": n_groups,
        "n_columns": len(columns),
        "n_repeats": n_repeats,
        "n_redrawn": 0,
        "auc": spread(_scores(rng, auc, sd, n_repeats)),
        "train_auc": spread(np.ones(n_repeats)),
        "accuracy": spread(_scores(rng, balanced + 0.01, sd, n_repeats)),
        "balanced_accuracy": spread(_scores(rng, balanced, sd, n_repeats)),
        "sensitivity": spread(_scores(rng, balanced - 0.02, sd, n_repeats) if binary else [math.nan] * 2),
        "specificity": spread(_scores(rng, balanced + 0.02, sd, n_repeats) if binary else [math.nan] * 2),
        "confusion": _confusion(rng, len(classes), balanced),
        "roc": _roc(auc, classes[-1:] if binary else classes, rng),
        "randomized": {
            "labels": "permuted",
            "n_labellings": permutations,
            "splits_per_labelling": splits,
            "n_redrawn": 3,
            "auc": spread(randomized),
            "accuracy": spread(np.clip(randomized - 0.01, 0, 1)),
            "by_labelling": [round(float(v), 6) for v in labellings],
        },
        "overtraining": {
            "auc": {"mean": 0.004, "low": -0.13, "high": 0.14, "chance": 0.5},
            "accuracy": {"mean": -0.011, "low": -0.12, "high": 0.11, "chance": round(1 / len(classes), 3)},
        },
        "significance": {
            "permutation": {
                "p": p,
                "n": permutations,
                "smallest": smallest,
                "statistic": "auc",
                "value": auc - 0.004,
                "exact": False,
                "distinct": None,
                "n_groups_exchanged": n_groups,
                "n_groups_mixed": 0,
                "below_chance": auc < float(labellings.min()),
            },
            "corrected_t": {
                "p": 0.0004 if auc > 0.7 else 0.4,
                "t": 3.4,
                "df": float(n_repeats - 1),
                "evidence": n_groups >= 30,
                "reason": "" if n_groups >= 30 else f"{n_groups} groups, fewer than 30",
            },
            "two_sample_t": {"p": 1e-120 if auc > 0.6 else 0.2, "p_two_sided": 2e-120 if auc > 0.6 else 0.4, "t": 61.0},
            "corrected": None,
        },
        "intervals": {"n_resamples": 2000, "scores": _intervals(auc + 0.008, balanced, n_groups // len(classes))},
        "difference": None,
        "patients": _patients(rows, classes, balanced),
        "parameters": entries,
        "correlation": {"columns": columns, "matrix": np.round(matrix, 4).tolist()},
        "rows": rows,
        "settings_alone": None,
    }


def _relate(combinations: dict[str, dict[str, Any]], lead: str) -> None:
    """Corrections for the number of combinations, and what each is better than the lead."""
    K = len(combinations)
    if K < 2:
        return
    p = [one["significance"]["permutation"]["p"] for one in combinations.values()]
    least = combinations[lead]["significance"]["permutation"]["smallest"]
    lines = zip(combinations.items(), p, holm(np.array(p)), false_discovery_control(p), strict=True)
    for (name, one), alone, by_holm, by_share in lines:
        one["significance"]["corrected"] = {
            "n_lines": K, "n": one["significance"]["permutation"]["n"], "smallest": least,
            "min_p": float(max(alone, min(by_holm, 1.4 * alone))), "holm": float(by_holm),
            "benjamini_hochberg": float(by_share),
        }  # fmt: skip
        if name != lead:
            apart = one["auc"]["mean"] - combinations[lead]["auc"]["mean"]
            n_groups = one["intervals"]["scores"]["auc"]["n_groups"]
            one["difference"] = {"from": lead, "scores": _intervals(apart, apart, n_groups, least=-1.0)}


def study(name: str, combinations: dict[str, dict[str, Any]], **data: Any) -> dict[str, Any]:
    """A whole document around its combinations."""
    lead = max(combinations, key=lambda name: len(combinations[name]["channels"]))
    first = combinations[lead]
    _relate(combinations, lead)
    classes, n_rows, n_groups = first["classes"], first["n_rows"], first["n_groups"]
    each = [
        {"name": c, "n_rows": n_rows // len(classes), "n_groups": n_groups // len(classes), "used": True}
        for c in classes
    ]
    return {
        "schema": "results/1.0",
        "name": name,
        "created": "2025-03-14T09:26:53Z",
        "afmfast": {"version": "0.1.0", "python": "3.12.3", "numpy": "2.2.1", "scikit-learn": "1.6.1"},
        "settings": {
            "manifest": "manifest.csv",
            "channels": first["channels"],
            "level": {"height": "plane"},
            "parameters": ["classic"],
            "tiles": {"rows": 1, "cols": 1, "combine": "mean", "reject_over": None},
            "correlation": 0.9,
            "method": "pearson",
            "keep": 10,
            "rank": "gini",
            "classifier": "random_forest",
            "repeats": first["n_repeats"],
            "test_size": 0.3,
            "labels": "permuted",
            "permutations": 199,
            "splits_per_permutation": 10,
            "statistic": "auc",
            "groups": "group",
            "seed": 0,
        },
        "data": {
            "n_rows": n_rows,
            "n_groups": n_groups,
            "groups_given": True,
            "classes": each,
            "channels": [
                {
                    "name": c,
                    "unit": UNITS[c],
                    "kind": "instrument-dependent" if c == "phase" else "absolute",
                    "level": "plane" if c == "height" else "none",
                    "calibrated": c != "modulus",
                    "n_parameters": len(SYMBOLS),
                }
                for c in first["channels"]
            ],
            "left_out": [],
            "warnings": [],
            "settings_by_class": [
                {"setting": "scan size", "differs": False, "values": dict.fromkeys(classes, "5 µm × 5 µm")},
                {"setting": "shape", "differs": False, "values": dict.fromkeys(classes, "512 × 512")},
            ],
            "associations": [],
            "rule_of_ten": {
                "keep": 10,
                "by_rows": n_rows / 10,
                "by_smaller_class": n_rows / len(classes) / 10,
                "by_groups": n_groups / 10,
            },
            **data,
        },
        "combinations": combinations,
    }


def two_classes(**changes: Any) -> dict[str, Any]:
    """Grouped, two channels, a difference that is there."""
    classes = ["control", "treated"]
    return study(
        "cells-2024",
        {
            "height": result(["height"], classes, auc=0.71, p=0.035, seed=2, **changes),
            "adhesion": result(["adhesion"], classes, auc=0.89, p=0.005, seed=3, **changes),
            "height+adhesion": result(["height", "adhesion"], classes, auc=0.87, p=0.005, seed=4, **changes),
        },
        left_out=[
            {
                "what": "file",
                "name": "control/scan_017.spm",
                "label": "control",
                "reason": "cut off: 262144 bytes promised, 131072 found",
            },
            {"what": "row", "name": "treated/scan_003.spm", "label": "treated", "reason": "lacks the channel adhesion"},
        ],
    )


def null() -> dict[str, Any]:
    """No difference."""
    classes = ["A", "B"]
    return study("nothing", {"height": result(["height"], classes, auc=0.52, p=0.39, seed=5)})


def seven_classes() -> dict[str, Any]:
    """Seven annealing steps, each scanned on its own day with its own scan size; six combinations."""
    classes = ["as deposited", "200 °C", "250 °C", "300 °C", "350 °C", "400 °C 2 h in nitrogen", "400 °C 12 h"]
    channels = ["height", "adhesion", "modulus", "deformation", "phase"]
    held = {
        c: result([c], classes, auc=a, p=0.005, n_rows=140, n_groups=140, seed=8 + i)
        for i, (c, a) in enumerate(zip(channels, [0.93, 0.88, 0.81, 0.78, 0.97], strict=True))
    }
    held["+".join(channels)] = result(channels, classes, auc=0.985, p=0.005, n_rows=140, n_groups=140, seed=20)
    for one in held.values():
        one["settings_alone"] = {
            "settings": ["scan size", "instrument"],
            "auc": spread([0.93, 0.95, 0.94]),
            "balanced_accuracy": spread([0.8, 0.84]),
        }
    made = study("annealed film", held, groups_given=False)
    made["data"]["warnings"] = [
        {
            "code": "batch-confounded",
            "text": "Class and batch go together: every class was scanned on one day only "
            "(7 classes, 7 days), so class and day are confounded and no analysis can part them.",
        },
        {
            "code": "missing-values",
            "text": "phase:Str is missing in 12 of 20 images of 200 °C and in none of the others; "
            "what is missing may itself tell the classes apart.",
        },
    ]
    made["data"]["settings_by_class"] = [
        {
            "setting": "scan size",
            "differs": True,
            "values": {c: f"{1 + i % 3} µm × {1 + i % 3} µm" for i, c in enumerate(classes)},
        },
        {"setting": "shape", "differs": False, "values": dict.fromkeys(classes, "512 × 512")},
        {
            "setting": "instrument",
            "differs": True,
            "values": {c: "Dimension Icon" if i % 2 else "MultiMode 8" for i, c in enumerate(classes)},
        },
    ]
    alone = [[c] for c in classes]
    made["data"]["associations"] = [
        {"factor": factor, "n_levels": n, "n_groups": 140, "n_missing": 0, "v": v, "v_corrected": v - 0.02,
         "auc_alone": 0.5 + v / 2, "verdict": verdict, "comparable": comparable}
        for factor, n, v, verdict, comparable in (
            ("batch", 7, 1.0, "confounded", alone), ("scan size", 3, 0.93, "partly", [classes[:2], classes[2:]]),
            ("instrument", 2, 0.4, "apart", [classes]))
    ]  # fmt: skip
    made["data"]["left_out"] = [
        {
            "what": "file",
            "name": f"200 °C/broken_{k}.txt",
            "label": "200 °C",
            "reason": "no pixel size and none in the manifest",
        }
        for k in range(9)
    ] + [{"what": "class", "name": "reference", "label": "reference", "reason": "one group only"}]
    made["data"]["classes"].append({"name": "reference", "n_rows": 4, "n_groups": 1, "used": False})
    return made


def one_channel() -> dict[str, Any]:
    """A single combination, everything in order, many groups."""
    return study(
        "wafers",
        {
            "height": result(
                ["height"],
                ["polished", "etched"],
                auc=0.97,
                p=0.0005,
                n_rows=400,
                n_groups=80,
                permutations=1999,
                seed=30,
            )
        },
    )


def below_chance() -> dict[str, Any]:
    """Four groups a class: the score lies below everything randomized labels give."""
    made = study(
        "few specimens",
        {
            "height": result(
                ["height"],
                ["wild type", "mutant"],
                auc=0.16,
                p=1.0,
                n_rows=24,
                n_groups=6,
                permutations=19,
                smallest=0.1,
                seed=31,
            )
        },
    )
    made["combinations"]["height"]["significance"]["permutation"].update(exact=True, distinct=20, n=20)
    return made


KINDS = {f.__name__: f for f in (two_classes, null, seven_classes, one_channel, below_chance)}


def thumbnails(results: dict[str, Any], *, size: int = 192, per_class: int = 1, seed: int = 0) -> list[Any]:
    """Rough surfaces for every class and channel of a study."""
    from afmfast.report.thumbnails import Thumbnail

    rng = np.random.default_rng(seed)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(size), np.fft.rfftfreq(size), indexing="ij"))
    frequency[0, 0] = np.inf
    made = []
    for channel in results["data"]["channels"]:
        scale = {"m": 2e-8, "N": 1e-9, "Pa": 4e6}.get(channel["unit"], 5.0)
        for i, one in enumerate(c for c in results["data"]["classes"] if c["used"]):
            for k in range(per_class):
                z = np.fft.irfft2(
                    np.fft.rfft2(rng.normal(size=(size, size))) * frequency ** -(1.3 + 0.1 * i), (size, size)
                )
                z = scale * ((1 + 0.2 * i) * z / z.std() + (3 if channel["unit"] == "N" else 0))
                if i == 1:
                    z[:12, :40] = np.nan
                made.append(
                    Thumbnail(channel["name"], one["name"], f"{one['name']}/scan_{k:03d}.spm", z, 5e-6, channel["unit"])
                )
    return made


def small() -> dict[str, Any]:
    """The example beside the schema: two classes, one channel, as few numbers as show every key."""
    made = study(
        "example",
        {
            "height": result(
                ["height"],
                ["control", "treated"],
                auc=0.86,
                p=0.05,
                n_rows=12,
                n_groups=6,
                n_repeats=4,
                permutations=19,
                splits=2,
                n_columns=3,
                seed=40,
            )
        },
    )
    made["settings"].update(permutations=19, splits_per_permutation=2)
    held = made["combinations"]["height"]
    held["parameters"], held["rows"] = held["parameters"][:3], held["rows"][:4]
    for curve in (held["roc"], *held["roc"]["curves"].values()):
        for part in curve.keys() - {"curves"}:
            curve[part] = curve[part][::50]
    return made


def _write_examples(folder: Path) -> None:
    good = small()
    old, single, silent = (json.loads(json.dumps(good)) for _ in range(3))
    old["schema"] = "results/0.9"
    single["combinations"]["height"]["classes"] = ["control"]
    del silent["combinations"]["height"]["significance"]
    faults = {
        "ok-results": good,
        "bad-results-old-schema": old,
        "bad-results-one-class": single,
        "bad-results-missing-significance": silent,
    }
    for name, document in faults.items():
        (folder / f"{name}.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _write_examples(Path(__file__).parents[1] / "data_schemas" / "examples")
