"""What a study hands back: numbers as arrays and tables, the answer as a sentence, the page as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..contracts import name_of
from ..report.answer import answer
from ..report.answer import warnings as cautions
from ..report.write import write as write_report

#: Lines of the summary that name what was left out.
_AT_MOST = 10


@dataclass(eq=False)
class Result:
    """One channel combination (or one table X, y), classified many times.

    Arrays have one entry a repeat (one in all where `scheme["pooled"]`, test parts being scored together), NaN where a
    score is undefined; `auc_randomized` is (n_labellings, S).
    `confusion` rows are true classes, columns predicted ones, row-normalised. `importances` has one line a column
    (mean importance, how often kept, how often dropped and for which twin), `predictions` one line a row (times
    tested, share wrong, and `probability:<class>`, the mean out-of-fold probability of each class). `intervals` are
    of those probabilities, `patients` one decision a group from them (None where groups are single rows). With several
    combinations `corrected` has the p-values corrected for their number and `difference` what this one is better than
    the lead.
    `line` is what sets this one apart from others of the same channels, where settings were lists; one that chooses
    among them inside every training part has in `choices` how often it took which.
    `leak` is what its AUC would read had columns been chosen before splitting; one combination has it.
    `planned` n_repeats, n_permutations and splits_per_permutation of the first run, whatever was done in the end.
    """

    classes: tuple[str, ...]
    channels: tuple[str, ...]
    columns: tuple[str, ...]
    classifier: str
    positive: str | None
    n_rows: int
    n_groups: int
    auc: np.ndarray
    train_auc: np.ndarray
    accuracy: np.ndarray
    balanced_accuracy: np.ndarray
    sensitivity: np.ndarray
    specificity: np.ndarray
    confusion: np.ndarray
    confusion_sd: np.ndarray
    confusion_counts: np.ndarray
    roc: dict[str, Any]
    auc_randomized: np.ndarray
    accuracy_randomized: np.ndarray
    labels: str
    permutation: dict[str, Any]
    corrected_t: dict[str, Any]
    two_sample_t: dict[str, Any]
    overtraining: dict[str, dict[str, float]]
    importances: pd.DataFrame
    predictions: pd.DataFrame
    correlation: np.ndarray
    intervals: dict[str, Any]
    t_permuted: np.ndarray
    patients: dict[str, Any] | None = None
    corrected: dict[str, Any] | None = None
    difference: dict[str, Any] | None = None
    n_redrawn: int = 0
    n_redrawn_randomized: int = 0
    line: str = ""
    choices: list[dict[str, Any]] = field(default_factory=list)
    leak: dict[str, Any] | None = None
    settings_alone: dict[str, Any] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    scheme: dict[str, Any] = field(default_factory=dict)
    planned: dict[str, int] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)

    @property
    def statistic(self) -> float:
        """The statistic of the true labels: mean over the first S splits."""
        return float(self.permutation["value"])

    @property
    def p_permutation(self) -> float:
        """The answer: how often permuted labels do as well."""
        return float(self.permutation["p"])

    @property
    def p_smallest(self) -> float:
        """The smallest p this many labellings can give."""
        return float(self.permutation["smallest"])

    @property
    def p_corrected(self) -> float:
        """Nadeau-Bengio corrected t against chance: approximate."""
        return float(self.corrected_t["p"])

    @property
    def p_two_sample(self) -> float:
        """The literature's two-sample t: over-stated, for comparison only."""
        return float(self.two_sample_t["p"])

    def to_dict(self) -> dict[str, Any]:
        """One entry of `combinations` in results.json."""
        return {
            "channels": list(self.channels),
            "classes": list(self.classes),
            "positive": self.positive,
            "classifier": self.classifier,
            "titles": self.titles,
            "scheme": self.scheme,
            "line": self.line,
            "choices": self.choices,
            "n_rows": self.n_rows,
            "n_groups": self.n_groups,
            "n_columns": len(self.columns),
            "n_repeats": len(self.train_auc),
            "planned": self.planned,
            "n_redrawn": self.n_redrawn,
            "auc": spread(self.auc),
            "train_auc": spread(self.train_auc),
            "accuracy": spread(self.accuracy),
            "balanced_accuracy": spread(self.balanced_accuracy),
            "sensitivity": spread(self.sensitivity),
            "specificity": spread(self.specificity),
            "confusion": {
                "share": plain(self.confusion),
                "sd": plain(self.confusion_sd),
                "counts": plain(self.confusion_counts),
            },
            "roc": plain(self.roc),
            "randomized": {
                "labels": self.labels,
                "n_labellings": len(self.auc_randomized),
                "splits_per_labelling": int(self.auc_randomized.shape[1]),
                "n_redrawn": self.n_redrawn_randomized,
                "auc": spread(self.auc_randomized.ravel()),
                "accuracy": spread(self.accuracy_randomized.ravel()),
                "by_labelling": plain(_row_means(self.auc_randomized)),
            },
            "overtraining": plain(self.overtraining),
            "significance": {
                "permutation": plain(self.permutation),
                "corrected_t": plain(self.corrected_t),
                "two_sample_t": plain(self.two_sample_t),
                "corrected": plain(self.corrected),
            },
            "intervals": plain(self.intervals),
            "difference": plain(self.difference),
            "patients": plain(self.patients),
            "parameters": [plain(line) for line in self.importances.to_dict("records")],
            "correlation": {"columns": list(self.columns), "matrix": plain(np.round(self.correlation, 4))},
            "rows": [_prediction(line, self.classes) for line in self.predictions.to_dict("records")],
            "leak": plain(self.leak),
            "settings_alone": plain(self.settings_alone),
        }

    def alone(self) -> StudyResult:
        """A study of this one result, so that it can be reported by itself."""
        return of_one_table({"+".join(self.channels): self}, self.settings)

    def report(self, path: str | Path) -> Path:
        """Write report.html into a folder, or to a file named *.html."""
        return self.alone().report(path)

    def __str__(self) -> str:
        return answer(self.alone().to_dict())

    def __repr__(self) -> str:
        return f"<afmfast Result: {self}>"

    def _repr_html_(self) -> str:
        return self.alone()._repr_html_()


@dataclass(eq=False)
class StudyResult:
    """A `Result` for every channel combination of a study: `study["height+adhesion"]`."""

    name: str
    settings: dict[str, Any]
    data: dict[str, Any]
    combinations: dict[str, Result]
    versions: dict[str, str] = field(default_factory=dict)
    created: str | None = None
    folder: Path | None = None
    exit_code: int = 0

    def __getitem__(self, combination: str) -> Result:
        return self.combinations[combination]

    def to_dict(self) -> dict[str, Any]:
        """The document results.json."""
        document = {
            "schema": name_of("results"),
            "name": self.name,
            "afmfast": {"version": version("afmfast"), **self.versions},
            "settings": self.settings,
            "data": self.data,
            "combinations": {label: result.to_dict() for label, result in self.combinations.items()},
        }
        return document if self.created is None else {**document, "created": self.created}

    def table(self) -> pd.DataFrame:
        """One line a combination: AUC, accuracies, sensitivity, specificity, p; min-p if several.

        Over splits AUC is a mean, and SD, min and max stand beside it.
        """
        lines = {label: _line(result) for label, result in self.combinations.items()}
        return pd.DataFrame.from_dict(lines, orient="index")

    def report(self, path: str | Path) -> Path:
        """Write report.html into a folder, or to a file named *.html; returns the file."""
        return write_report(self.to_dict(), Path(path))

    def summary(self) -> str:
        """The answer, the table of combinations, what to distrust, where the report lies."""
        lines = [answer(self.to_dict()), "", self.table().to_string(float_format="{:.3f}".format), ""]
        lines += [f"! {caution.text}" for caution in cautions(self.to_dict())]
        lines += [f"- left out: {e['what']} {e['name']}: {e['reason']}" for e in self.data["left_out"][:_AT_MOST]]
        if len(self.data["left_out"]) > _AT_MOST:
            lines.append(f"- and {len(self.data['left_out']) - _AT_MOST} more, named in the report")
        if self.folder is not None:
            lines.append(f"report: {self.folder / 'report.html'}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        table = self.table().to_html(float_format="{:.3f}".format)
        return f"<p>{escape(answer(self.to_dict()))}</p>{table}"


def of_one_table(results: Mapping[str, Result], settings: Mapping[str, Any]) -> StudyResult:
    """A study of one table X, y, that knows nothing of scans; `settings` are those of all its lines."""
    first = next(iter(results.values()))
    data = {
        "n_rows": first.n_rows,
        "n_groups": first.n_groups,
        "groups_given": first.n_groups < first.n_rows,
        "classes": [
            {"name": str(c), "n_rows": len(part), "n_groups": int(part["group"].nunique()), "used": True}
            for c, part in first.predictions.groupby("label")
        ],
        "channels": [],
        "left_out": [],
        "warnings": list({w["text"]: w for result in results.values() for w in result.warnings}.values()),
        "settings_by_class": [],
        "associations": [],
        "rule_of_ten": rule_of_ten(
            first.predictions,
            first.n_groups,
            max(min(int(result.settings["keep"]), len(result.columns)) for result in results.values()),
        ),
    }
    return StudyResult(name="+".join(first.channels), settings=dict(settings), data=data, combinations=dict(results))


def probability_of(name: str) -> str:
    """The column of a class's probability in `Result.predictions`; classes may be named as its other columns are."""
    return f"probability:{name}"


def rule_of_ten(rows: pd.DataFrame, n_groups: int, keep: int) -> dict[str, float]:
    """How many parameters the paper's rule of ten allows, by rows, by the smaller class, by groups."""
    smallest = int(rows["label"].value_counts().min())
    return {"keep": keep, "by_rows": len(rows) / 10, "by_smaller_class": smallest / 10, "by_groups": n_groups / 10}


def spread(values: np.ndarray) -> dict[str, Any]:
    """Mean, SD, range and the values themselves; None where nothing is defined."""
    found = values[np.isfinite(values)]
    none = {"mean": None, "sd": None, "min": None, "max": None}
    summary = (
        none
        if not len(found)
        else {
            "mean": found.mean(),
            "sd": found.std(ddof=1) if len(found) > 1 else None,
            "min": found.min(),
            "max": found.max(),
        }
    )
    return {**plain(summary), "values": plain(np.round(values, 6))}


def plain(value: Any) -> Any:
    """Numbers, lists and dicts that JSON knows; NaN becomes None."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(entry) for entry in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _row_means(values: np.ndarray) -> np.ndarray:
    defined = np.isfinite(values)
    return np.where(defined.all(axis=1), np.where(defined, values, 0).mean(axis=1), np.nan)


def _prediction(line: Mapping[Any, Any], classes: tuple[str, ...]) -> dict[str, Any]:
    kept = {key: plain(line[key]) for key in ("row", "label", "group", "tested", "wrong")}
    return {**kept, "probability": {c: plain(line[probability_of(c)]) for c in classes}}


def _line(result: Result) -> dict[str, float]:
    auc = spread(result.auc)
    means = {
        name: float(np.nanmean(getattr(result, name)))
        for name in ("accuracy", "balanced_accuracy", "sensitivity", "specificity")
    }
    many = {} if result.corrected is None else {"p (min-p)": float(result.corrected["min_p"])}
    splits = {} if result.scheme["pooled"] else {"SD": auc["sd"], "min": auc["min"], "max": auc["max"]}
    return {
        "AUC": auc["mean"],
        **splits,
        **means,
        "p (uncorrected)": result.p_permutation,
        **many,
    }
