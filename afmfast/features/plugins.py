"""Parameters that installed packages bring: entry points of the group `afmfast.parameters`, loaded when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from threading import Lock
from typing import Any

from ..errors import SettingsError
from ..registry import Registry
from .own import own_row
from .parameter import Parameter

GROUP = "afmfast.parameters"
_LOCK = Lock()
_loaded: set[tuple[str, str]] = set()


def load(into: Registry[Parameter], name: str | None = None) -> None:
    """Add the parameter of that name, by default those of all packages, each once.

    Raises `SettingsError` naming the package for one that cannot be imported, is no parameter, or has a taken name.
    """
    with _LOCK:
        for entry in entry_points(group=GROUP):
            if name in (None, entry.name) and (entry.name, entry.value) not in _loaded:
                into.add(_row(entry))
                _loaded.add((entry.name, entry.value))


def names() -> Iterator[str]:
    """What is there, without importing any of it."""
    return (entry.name for entry in entry_points(group=GROUP))


def _row(entry: EntryPoint) -> Parameter:
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.module
    where = f"parameter {entry.name!r} of the installed package {package}"
    try:
        found = entry.load()
    except Exception as fault:
        raise SettingsError(
            f"{where} cannot be imported ({type(fault).__name__}: {fault}); repair the package or uninstall it"
        ) from fault
    if not isinstance(found, Parameter):
        return _row_of_function(entry.name, found, where, package)
    if found.symbol != entry.name:
        raise SettingsError(f"{where} brings a row called {found.symbol!r}; the entry point must have the row's name")
    return found


def _row_of_function(symbol: str, function: Any, where: str, package: str) -> Parameter:
    """The row of a bare function: its name is the title, its docstring's first paragraph the definition."""
    powers: Any = getattr(function, "unit_powers", None)
    about = (getattr(function, "__doc__", None) or "").strip().partition("\n\n")[0]
    try:
        return own_row(
            symbol, function, title=getattr(function, "__name__", symbol).replace("_", " "),
            definition=" ".join(about.split()), unit_powers=powers,
            reference=f"package {package}",
        )  # fmt: skip
    except SettingsError as fault:
        raise SettingsError(
            f"{where}: {fault}. The entry point names a function of (z, dx, dy) with a docstring and an attribute "
            "unit_powers, or a whole afmfast.features.parameter.Parameter"
        ) from None
