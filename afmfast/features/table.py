"""The surface parameters: one row each, cheap arithmetic on an ingredient. No Numba is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from ..errors import SettingsError
from ..registry import Registry
from ..units import is_length
from .parameter import Parameter
from .rows import directional, fractal, functional, height, hybrid, motifs, spatial

#: Changes whenever a number could change; written into every parameter table.
DEFINITIONS_VERSION = "1.0"

PARAMETERS: Registry[Parameter] = Registry(
    "parameter",
    height.ROWS + functional.ROWS + hybrid.ROWS + spatial.ROWS + directional.ROWS + fractal.ROWS + motifs.ROWS,
)

#: What the paper's group used, by the names of SPIP.
_CLASSIC = (
    "Smean", "Sa", "Sq", "Ssk", "Sku", "Sp", "Sv", "Sz", "S10z",
    "Sk", "Spk", "Svk", "Smr1", "Smr2", "Sbi", "Sci", "Svi", "Sdc0_5", "Sdc5_10", "Sdc10_50", "Sdc50_95",
    "Sdq", "Sdq6", "S3A", "Sdr", "Ssc",
    "Scl20", "Scl37", "Str20", "Str37", "Sds", "Srw", "Srwi", "Shw",
    "Std", "Stdi",
    "Sfd", "Sfd_top", "Sfd_bot", "D_psd",
)  # fmt: skip

#: Named sets of symbols.
SETS: dict[str, tuple[str, ...]] = {
    "classic": _CLASSIC,
    "all": PARAMETERS.names(),
}


def resolve(parameters: str | Sequence[str]) -> tuple[Parameter, ...]:
    """Rows for a set name, a symbol, or a list of both, each once and in the order named.

    Raises `SettingsError` with the nearest name for one that is neither, and for an empty list.
    """
    names = [parameters] if isinstance(parameters, str) else list(parameters)
    symbols: dict[str, None] = {}
    for name in names:
        if not isinstance(name, str):
            raise SettingsError(f"parameters are named by text, not by {name!r}; see `afmfast parameters`")
        if name not in SETS and name not in PARAMETERS:
            raise SettingsError(_unknown(name))
        symbols.update(dict.fromkeys(SETS.get(name, (name,))))
    if not symbols:
        raise SettingsError(f"no parameters were named; name a set ({', '.join(SETS)}) or symbols such as Sq")
    return tuple(PARAMETERS[symbol] for symbol in symbols)


def _unknown(name: str) -> str:
    """Names the nearest set or symbol, whatever its case."""
    known = {known.lower(): known for known in (*PARAMETERS.names(), *SETS)}
    near = get_close_matches(name.lower(), known, n=1)
    allowed = f"allowed: the sets {', '.join(SETS)}, and every symbol that `afmfast parameters` lists"
    hint = f"did you mean {known[near[0]]!r}?" if near else allowed
    return f"no parameter or set is called {name!r}; {hint}"


def applicable(parameters: str | Sequence[str], unit: str, *, has_zero: bool | None = None) -> tuple[Parameter, ...]:
    """Rows that mean something on heights in this SI unit: see `Parameter.needs`.

    `has_zero`: zero is physical, as for a deformation in metres but not for a height (default: if not in metres).
    """
    met = {"any", "length"} if is_length(unit) else {"any"}
    if has_zero or (has_zero is None and not is_length(unit)):
        met.add("zero")
    return tuple(row for row in resolve(parameters) if row.needs in met)


def columns_of(parameters: Sequence[Parameter]) -> tuple[str, ...]:
    """Columns of a table of these rows."""
    return tuple(column for row in parameters for column in row.columns)
