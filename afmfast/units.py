"""Unit strings as microscopes write them, and SI on the other side."""

from __future__ import annotations

import math

_PREFIXES = {
    "": 1.0, "a": 1e-18, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "c": 1e-2,
    "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
}  # fmt: skip
_BASES = ("m", "N", "Pa", "J", "V", "A", "Hz", "s", "K", "W", "C", "F", "eV", "N/m", "m/N", "V/m", "m/V", "C/N")
#: Bases that are not SI: dissipation maps come in electronvolts (exact since the SI of 2019).
_IN_SI = {"eV": ("J", 1.602176634e-19)}
_SPECIAL = {
    "": ("", 1.0), "1": ("", 1.0), "a.u.": ("arb.", 1.0), "arb": ("arb.", 1.0), "arb.": ("arb.", 1.0),
    "au": ("arb.", 1.0), "°": ("deg", 1.0), "deg": ("deg", 1.0), "º": ("deg", 1.0), "degree": ("deg", 1.0),
    "degrees": ("deg", 1.0), "rad": ("deg", 180 / math.pi), "%": ("", 0.01), "V/V": ("V/V", 1.0),
    "log(Pa)": ("log(Pa)", 1.0), "Å": ("m", 1e-10), "~m": ("m", 1e-6), "metre": ("m", 1.0), "meter": ("m", 1.0),
    "nanometer": ("m", 1e-9), "micrometer": ("m", 1e-6), "millimeter": ("m", 1e-3), "angstrom": ("m", 1e-10),
    "micron": ("m", 1e-6), "volt": ("V", 1.0), "newton": ("N", 1.0), "pascal": ("Pa", 1.0),
}  # fmt: skip

_DISPLAY = {"m": "nm", "N": "nN", "J": "aJ"}
_DISPLAY_FACTOR = {"m": 1e9, "N": 1e9, "J": 1e18}


def to_si(unit: str) -> tuple[str, float]:
    """SI unit and the factor that takes a value there: `to_si("nN") == ("N", 1e-9)`.

    A unit that is not known (say "LSB") is kept as written with factor 1: nothing is invented.
    Angles become degrees, "%" a fraction.
    """
    text = unit.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if text in _SPECIAL or text.lower() in _SPECIAL:
        return _SPECIAL[text] if text in _SPECIAL else _SPECIAL[text.lower()]
    for base in sorted(_BASES, key=len, reverse=True):
        prefix = text[: len(text) - len(base)]
        if text.endswith(base) and prefix in _PREFIXES:
            si, factor = _IN_SI.get(base, (base, 1.0))
            return si, factor * _PREFIXES[prefix]
    return text, 1.0


def is_length(unit: str) -> bool:
    """Whether heights in this SI unit share a unit with the lateral lengths."""
    return unit == "m"


def for_reading(unit: str) -> tuple[str, float]:
    """Unit and factor for people: metres as nm, newtons as nN, joules as aJ; others as they are."""
    return _DISPLAY.get(unit, unit), _DISPLAY_FACTOR.get(unit, 1.0)


def power(unit: str, z_power: float, xy_power: float) -> str:
    """Unit of a parameter that scales as z**z_power * length**xy_power: `power("N", 1, -2) == "N/m2"`.

    Where heights are lengths the two powers add up: `power("m", 1, -1) == ""`.
    """
    parts = {unit: z_power} if unit else {}
    parts["m"] = parts.get("m", 0) + xy_power
    above = "·".join(_factor(u, p) for u, p in parts.items() if p > 0)
    below = "·".join(_factor(u, -p) for u, p in parts.items() if p < 0)
    if not below:
        return above
    return f"{above or '1'}/{below}"


def _factor(unit: str, exponent: float) -> str:
    return unit if exponent == 1 else f"{unit}{exponent:g}"
