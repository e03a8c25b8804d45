"""Kinds of channels: whose numbers mean the same on another instrument, whose do not, and why (the paper's step 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["absolute", "instrument-dependent"]

#: Units of a signal that nobody calibrated.
RAW_UNITS = frozenset({"", "V", "V/V", "arb.", "LSB", "deg"})

#: "Z_Sensor 2", "ZSensor" and "DMTModulus" are two words each.
_WORD_ENDS = re.compile(r"[\W\d_]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Signal:
    """A kind of channel: words of which one is in a vendor's name, and the reason for its `kind`."""

    name: str
    words: tuple[str, ...]
    kind: Kind
    reason: str

    def named_in(self, channel: str) -> bool:
        """Whether a word of a channel's name begins with one of these, in any case and spelt together or apart."""
        parts = _WORD_ENDS.split(channel)
        rests = ["".join(parts[k:]).casefold() for k in range(len(parts))]
        return any(rest.startswith(word.replace(" ", "")) for word in self.words for rest in rests)


def _dependent(name: str, words: str, reason: str) -> Signal:
    return Signal(name, tuple(words.split(", ")), "instrument-dependent", reason)


def _absolute(name: str, words: str, reason: str) -> Signal:
    return Signal(name, tuple(words.split(", ")), "absolute", reason)


HEIGHT = _absolute("height", "height, topo, z axis, z sensor", "a length, calibrated with the scanner")

#: The first row that a name fits tells.
SIGNALS: tuple[Signal, ...] = (
    _dependent("phase", "phase, in phase", "the lag changes with drive frequency, free amplitude and set-point"),
    _dependent("amplitude", "ampl", "what the feedback holds constant; the rest changes with drive and set-point"),
    _dependent("error", "error", "what the feedback has not yet followed: gains and scan speed"),
    _dependent("deflection", "deflection", "set-point, gains and the sensitivity of the optical lever"),
    _dependent("friction", "friction, lateral, lfm", "lateral sensitivity of the lever, load, scan angle"),
    _dependent("quadrature", "quad", "as phase and amplitude: drive and set-point"),
    _dependent("frequency", "frequency", "stiffness of the cantilever and its amplitude"),
    _dependent("drive", "drive, excitation", "set by the instrument, not measured on the sample"),
    _dependent("bias or input", "tip bias, input", "set by the instrument, not measured on the sample"),
    _dependent("current", "current, photocurrent", "bias, tip, contact area; in STM what the feedback holds constant"),
    _dependent("potential", "potential, cpd, kpfm", "measured against the work function of the tip in use"),
    _absolute("deformation", "deform, indent", "a length under the peak force that was set: compare equal forces"),
    HEIGHT,
    _absolute("adhesion", "adhesion, pull off", "a force, by spring constant and sensitivity; the tip matters"),
    _absolute("modulus or stiffness", "modulus, stiff, young", "by spring constant and a model of the contact"),
    _absolute("energy", "energy, dissipat, work", "from force curves, by spring constant and sensitivity"),
)  # fmt: skip

RAW = Signal("raw signal", (), "instrument-dependent", "no calibrated unit: volts, degrees, arbitrary or none stated")
OTHER = Signal("other", (), "absolute", "in a physical unit, and no name that says otherwise")


def signal_of(channel: str, unit: str) -> Signal:
    """What kind of channel a vendor's name and an SI unit mean; a height in m is one, whatever else the name says."""
    if unit == "m" and HEIGHT.named_in(channel):
        return HEIGHT
    named = next((signal for signal in SIGNALS if signal.named_in(channel)), OTHER)
    return RAW if named.kind == "absolute" and unit in RAW_UNITS else named
