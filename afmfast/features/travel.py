"""How a parameter reaches a worker: by its symbol where its package is installed, else whole, with its code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cloudpickle

from ..errors import SettingsError
from .parameter import Parameter
from .table import is_registered_here, resolve


@dataclass(frozen=True)
class Packed:
    """A row that only this process knows, as bytes."""

    symbol: str
    pickled: bytes


#: What stands for a row in a task.
Ticket = str | Parameter | Packed


def tickets(rows: Sequence[Parameter], *, is_remote: bool) -> tuple[Ticket, ...]:
    """What to put into a task; `is_remote`: it leaves this process.

    Raises `SettingsError` naming a parameter that cannot leave it.
    """
    return tuple(_ticket(row, is_remote) if is_registered_here(row) else row.symbol for row in rows)


def _ticket(row: Parameter, is_remote: bool) -> Ticket:
    if not is_remote:
        return row
    try:
        return Packed(row.symbol, cloudpickle.dumps(row))
    except Exception as fault:
        raise SettingsError(
            f"parameter {row.symbol!r} cannot be sent to other processes ({fault}); keep locks, open files and the "
            'like out of its function, or pass scheduler="threads"'
        ) from fault


def rows_of(tickets: Sequence[Ticket]) -> tuple[Parameter, ...]:
    """The rows, where the task has arrived; raises `SettingsError` naming one that this process cannot make."""
    return tuple(_row(ticket) for ticket in tickets)


def _row(ticket: Ticket) -> Parameter:
    if isinstance(ticket, Parameter):
        return ticket
    if isinstance(ticket, Packed):
        return _unpacked(ticket)
    try:
        return resolve(ticket)[0]
    except SettingsError as fault:
        raise SettingsError(
            f"a worker cannot use parameter {ticket!r} ({fault}); install the package that brings it there too"
        ) from fault


@lru_cache(maxsize=64)
def _unpacked(ticket: Packed) -> Parameter:
    try:
        row: Parameter = cloudpickle.loads(ticket.pickled)
    except Exception as fault:
        raise SettingsError(
            f"parameter {ticket.symbol!r} cannot be opened on a worker ({type(fault).__name__}: {fault}); define its "
            'function in the script itself, install its package on every worker, or pass scheduler="threads"'
        ) from fault
    return row
