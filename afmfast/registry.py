"""One table of named rows; every list of choices in afmfast is one of these."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Generic, Protocol, TypeVar

from .errors import SettingsError


class Named(Protocol):
    """A row: anything with a name."""

    @property
    def name(self) -> str:
        """What the row is called."""
        ...


Row = TypeVar("Row", bound=Named)


class Registry(Generic[Row]):
    """Rows in the order they were added, found by name or by an entry of their `aliases`, if they have any.

    `changes` counts what was added and removed, for those who remember what they looked up.
    """

    def __init__(self, noun: str, rows: tuple[Row, ...] = ()) -> None:
        self.noun = noun
        self.changes = 0
        self._rows: dict[str, Row] = {}
        self._by_alias: dict[str, Row] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> Row:
        """Add a row; a name or alias that is taken raises `SettingsError`."""
        aliases = _aliases(row)
        for place, name in enumerate((row.name, *aliases)):
            if name in self or name in (row.name, *aliases)[:place]:
                raise SettingsError(f"{self.noun} {name!r} exists already; choose another name")
        self._rows[row.name] = row
        self._by_alias.update(dict.fromkeys(aliases, row))
        self.changes += 1
        return row

    def remove(self, name: str) -> None:
        """Take a row out by its own name; an unknown name raises `SettingsError`."""
        for alias in _aliases(self[name]):
            del self._by_alias[alias]
        del self._rows[name]
        self.changes += 1

    def __getitem__(self, name: str) -> Row:
        """The row of that name or alias; an unknown name raises `SettingsError` with the allowed ones."""
        try:
            return self._rows[name] if name in self._rows else self._by_alias[name]
        except (KeyError, TypeError):  # a list has no hash
            raise SettingsError(self._unknown(name)) from None

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows or name in self._by_alias

    def names(self) -> tuple[str, ...]:
        """Names in table order, without aliases."""
        return tuple(self._rows)

    def _unknown(self, name: str) -> str:
        near = get_close_matches(str(name), self._rows, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(self._rows)}"
        return f"no {self.noun} is called {name!r}; {hint}"


def _aliases(row: Named) -> tuple[str, ...]:
    return getattr(row, "aliases", ())
