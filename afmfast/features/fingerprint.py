"""A short text that changes when the code behind a parameter does, so that a table is measured again."""

from __future__ import annotations

from ..code_digest import digest
from .own import Own
from .parameter import Parameter


def fingerprint(row: Parameter) -> str:
    """Of a parameter that is not one of afmfast's own; `code_digest` says what it does not see."""
    function = row.value.function if isinstance(row.value, Own) else row.value
    return digest(function, row.of.__qualname__, str(row.z_power), str(row.xy_power))[:16]
