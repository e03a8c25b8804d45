"""The surface parameters: one row each, cheap arithmetic on an ingredient. No Numba is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from ..errors import SettingsError
from ..registry import Registry
from ..units import is_length
from . import plugins
from .own import Function, own_row
from .parameter import Needs, Parameter
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

#: ISO 25178-2: height, functional and volume, hybrid, spatial, feature.
_ISO = (
    "Sq", "Ssk", "Sku", "Sp", "Sv", "Sz", "Sa",
    "Sk", "Spk", "Svk", "Smr1", "Smr2", "Spkx", "Svkx", "Smc10", "Smr", "Sxp", "Vmp", "Vmc", "Vvc", "Vvv",
    "Sdq", "Sdr",
    "Scl20", "Str20", "Std", "Ssw",
    "Spd", "Spc", "S5p", "S5v", "S10z_iso", "Sda", "Sha", "Sdv", "Shv",
)  # fmt: skip


def _of_family(family: str) -> tuple[str, ...]:
    return tuple(row.symbol for row in PARAMETERS if row.family == family)


#: Named sets of symbols; "all" is all that afmfast brings, without a user's own.
SETS: dict[str, tuple[str, ...]] = {
    "classic": _CLASSIC,
    "iso": _ISO,
    **{family: _of_family(family) for family in ("fractal", "directional")},
    "all": PARAMETERS.names(),
}
_registered: set[str] = set()


def register_parameter(
    symbol: str,
    function: Function,
    *,
    title: str,
    definition: str,
    unit_powers: tuple[int, int],
    reference: str = "the user's own",
    needs: Needs = "any",
) -> Parameter:
    """Add a parameter of your own, which then works by its symbol like any other; it travels to workers by itself.

    `function(z, dx, dy)` gets the levelled heights z (ny, nx), float64 with the precision of float32, SI units,
    mean-free, NaN where not measured, read-only, and the pixel sizes in metres; it returns a number, NaN where it
    has none. It is not called for images without a measured pixel. `unit_powers` are those of heights and lengths
    in its unit; `needs` "length" leaves it out where heights are no lengths. `title`, `definition` and `reference`
    stand in the report.

    Raises `SettingsError` for a name that exists and for what is missing. Where the function raises, measuring stops
    with `ParameterFailed`, which names the parameter and the image.
    """
    row = own_row(
        symbol, function, title=title, definition=definition, unit_powers=unit_powers, reference=reference, needs=needs
    )
    if symbol in _registered:
        raise SettingsError(f"parameter {symbol!r} is registered already; afmfast.forget_parameter({symbol!r}) first")
    if symbol in SETS or symbol in columns_of(tuple(PARAMETERS)) or symbol in plugins.names():
        raise SettingsError(f"parameter {symbol!r}: a parameter, column or set has that name; choose another")
    PARAMETERS.add(row)
    _registered.add(symbol)
    return row


def forget_parameter(symbol: str) -> None:
    """Take back a `register_parameter`; raises `SettingsError` for a symbol that was not registered."""
    if symbol not in _registered:
        raise SettingsError(f"parameter {symbol!r} was not registered by afmfast.register_parameter")
    PARAMETERS.remove(symbol)
    _registered.remove(symbol)


def is_registered_here(row: Parameter) -> bool:
    """Whether only this process knows the row."""
    return row.symbol in _registered


def every() -> tuple[Parameter, ...]:
    """Every row: afmfast's, those of installed packages, those registered here."""
    plugins.load(PARAMETERS)
    return tuple(PARAMETERS)


def sets_of(row: Parameter) -> tuple[str, ...]:
    """Names of the sets that a row is in."""
    return tuple(name for name, symbols in SETS.items() if row.symbol in symbols)


def resolve(parameters: str | Sequence[str]) -> tuple[Parameter, ...]:
    """Rows for a set name, a symbol or alias, or a list of them, each once and in the order named.

    Raises `SettingsError` with the nearest name for one that is neither, and for an empty list.
    """
    names = [parameters] if isinstance(parameters, str) else list(parameters)
    symbols: dict[str, None] = {}
    for name in names:
        if not isinstance(name, str):
            raise SettingsError(f"parameters are named by text, not by {name!r}; see `afmfast parameters`")
        symbols.update(dict.fromkeys(SETS[name] if name in SETS else (_row(name).symbol,)))
    if not symbols:
        raise SettingsError(f"no parameters were named; name a set ({', '.join(SETS)}) or symbols such as Sq")
    return tuple(PARAMETERS[symbol] for symbol in symbols)


def _row(name: str) -> Parameter:
    """The row of a symbol or alias; only a name that is not known makes installed packages be looked at."""
    if name not in PARAMETERS:
        plugins.load(PARAMETERS, name)
    if name not in PARAMETERS:
        raise SettingsError(_unknown(name))
    return PARAMETERS[name]


def _unknown(name: str) -> str:
    """Names the nearest set or symbol, whatever its case."""
    known = {known.lower(): known for known in (*PARAMETERS.names(), *plugins.names(), *SETS)}
    near = get_close_matches(name.lower(), known, n=1)
    allowed = (
        f"allowed: the sets {', '.join(SETS)}, and every symbol that `afmfast parameters` lists; "
        "a parameter of your own is registered first (afmfast.register_parameter)"
    )
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
