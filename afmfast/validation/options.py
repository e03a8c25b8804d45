"""Classifiers as they are written in settings, with their options: `logistic_regression(C=0.1)`.

Apart from what they do (`table`), so that settings are read without scikit-learn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import SettingsError
from ..registry import Registry

#: Whole or not as the default is; all are above 0, whole ones up to `_MOST`.
Options = Mapping[str, int | float]

_MOST = 10_000
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


def listed() -> str:
    """All of them, with the options they take."""
    return ", ".join(f"{one.name} ({', '.join(one.options)})" if one.options else one.name for one in KNOWN)


def parse(written: str) -> tuple[str, dict[str, int | float]]:
    """Name and all options of a classifier, as given or by default, in one order.

    Raises `SettingsError` for an unknown name or option, one given twice, and a value that is no number above 0.
    """
    call = _CALL.fullmatch(written)
    if call is None and "(" in written:
        raise SettingsError(f"{written!r} is not a name with options in brackets, such as lda(ridge=0.1)")
    known = KNOWN[call[1] if call else written]
    given: dict[str, int | float] = {}
    for entry in filter(None, (part.strip() for part in ((call and call[2]) or "").split(","))):
        name, _, value = (part.strip() for part in entry.partition("="))
        if name not in known.options:
            allowed = f"it has {', '.join(known.options)}" if known.options else "it has none"
            raise SettingsError(f"{known.name} has no option {name!r}; {allowed}")
        if name in given:
            raise SettingsError(f"{known.name} has {name} twice; give it once")
        given[name] = _value(f"{known.name}: {name}", value, known.options[name])
    return known.name, {**known.options, **given}


def canonical(written: str) -> str:
    """The one way to write it: options other than their defaults, in the order of the table."""
    name, options = parse(written)
    defaults = KNOWN[name].options
    told = [f"{option}={in_digits(value)}" for option, value in options.items() if value != defaults[option]]
    return f"{name}({', '.join(told)})" if told else name


def in_words(written: str) -> str:
    """For a line of a table: `k nearest (n_neighbors=3)`."""
    name, bracket, options = canonical(written).partition("(")
    return f"{name.replace('_', ' ')} {bracket}{options}".strip()


def in_digits(value: int | float) -> str:
    """All digits there are, 1 and not 1.0."""
    return repr(value).removesuffix(".0")


def _value(what: str, value: str, default: int | float) -> int | float:
    is_whole = isinstance(default, int)
    try:
        number = int(value) if is_whole else float(value)
    except ValueError:
        number = 0
    if not 0 < number < float("inf") or (is_whole and number > _MOST):
        allowed = f"whole number from 1 to {_MOST}" if is_whole else "number above 0"
        raise SettingsError(f"{what} = {value!r}; give a {allowed}")
    return number
