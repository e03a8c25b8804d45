"""Classifiers as they are written in settings, with their options: `logistic_regression(C=0.1)`.

Apart from what they do (`table`), so that settings are read without scikit-learn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import SettingsError
from ..registry import Registry

#: Whole or not as the default is; all are above 0.
Options = Mapping[str, int | float]

_CALL = re.compile(r"\s*(\w+)\s*(?:\((.*)\))?\s*")


@dataclass(frozen=True)
class Known:
    """A classifier by name; `options` with their defaults, which go by the names that scikit-learn gives them."""

    name: str
    options: Options = field(default_factory=dict)


KNOWN: Registry[Known] = Registry(
    "classifier",
    (
        Known("random_forest", {"n_estimators": 100}),
        Known("extra_trees", {"n_estimators": 100}),
        Known("gradient_boosting", {"n_estimators": 100, "learning_rate": 0.1, "max_depth": 3}),
        Known("gaussian_process"),
        Known("logistic_regression", {"C": 1.0}),
        Known("svm", {"C": 1.0}),
        Known("k_nearest", {"n_neighbors": 5}),
        Known("lda", {"ridge": 0.001}),
        Known("mlp", {"alpha": 0.1}),
    ),
)


def parse(written: str) -> tuple[str, dict[str, int | float]]:
    """Name and all options of a classifier, as given or by default, in one order.

    Raises `SettingsError` for an unknown name or option, and for a value that is no number above 0.
    """
    call = _CALL.fullmatch(written)
    known = KNOWN[call[1] if call else written]
    options = dict(known.options)
    for entry in filter(None, (part.strip() for part in ((call and call[2]) or "").split(","))):
        name, _, value = (part.strip() for part in entry.partition("="))
        if name not in options:
            allowed = f"it has {', '.join(options)}" if options else "it has none"
            raise SettingsError(f"classifier {known.name!r} has no option {name!r}; {allowed}")
        options[name] = _value(f"{known.name}: {name}", value, known.options[name])
    return known.name, options


def canonical(written: str) -> str:
    """The one way to write it: options other than their defaults, in the order of the table."""
    name, options = parse(written)
    defaults = KNOWN[name].options
    told = [f"{option}={value!r}".removesuffix(".0") for option, value in options.items() if value != defaults[option]]
    return f"{name}({', '.join(told)})" if told else name


def in_words(written: str) -> str:
    """For a line of a table: `k nearest (n_neighbors=3)`."""
    name, bracket, options = canonical(written).partition("(")
    return f"{name.replace('_', ' ')} {bracket}{options}".strip()


def _value(what: str, value: str, default: int | float) -> int | float:
    is_whole = isinstance(default, int)
    try:
        number = int(value) if is_whole else float(value)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise SettingsError(f"{what} = {value!r}; give a {'whole ' if is_whole else ''}number above 0")
    return number
