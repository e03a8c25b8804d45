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
    """Rows in the order they were added, found by name."""

    def __init__(self, noun: str, rows: tuple[Row, ...] = ()) -> None:
        self.noun = noun
        self._rows: dict[str, Row] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> Row:
        """Add a row; a name that is taken raises `SettingsError`."""
        if row.name in self._rows:
            raise SettingsError(f"{self.noun} {row.name!r} exists already; choose another name")
        self._rows[row.name] = row
        return row

    def __getitem__(self, name: str) -> Row:
        """The row of that name; an unknown name raises `SettingsError` with the allowed ones."""
        try:
            return self._rows[name]
        except KeyError:
            raise SettingsError(self._unknown(name)) from None

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def names(self) -> tuple[str, ...]:
        """Names in table order."""
        return tuple(self._rows)

    def _unknown(self, name: str) -> str:
        near = get_close_matches(str(name), self._rows, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(self._rows)}"
        return f"no {self.noun} is called {name!r}; {hint}"
