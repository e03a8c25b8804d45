"""The ground floor: units, channel names, registry, seeds, files."""

import os
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from afmfast import seeds, units
from afmfast.errors import SettingsError, StoreError
from afmfast.files import write_text, written
from afmfast.records import RETRACE, Image, common_name
from afmfast.registry import Registry
from afmfast.signals import SIGNALS, signal_of


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("nm", ("m", 1e-9)), ("µm", ("m", 1e-6)), ("μm", ("m", 1e-6)), ("~m", ("m", 1e-6)), ("Å", ("m", 1e-10)),
        ("nN", ("N", 1e-9)), ("MPa", ("Pa", 1e6)), ("mV", ("V", 1e-3)), ("nm/V", ("m/V", 1e-9)), ("N/m", ("N/m", 1.0)),
        ("m", ("m", 1.0)), ("mm", ("m", 1e-3)), ("°", ("deg", 1.0)), ("%", ("", 0.01)), ("(nm)", ("m", 1e-9)),
        ("log(Pa)", ("log(Pa)", 1.0)), ("V/V", ("V/V", 1.0)), ("Arb", ("arb.", 1.0)), ("LSB", ("LSB", 1.0)),
        ("aJ", ("J", 1e-18)), ("keV", ("J", 1.602176634e-16)), ("", ("", 1.0)),
    ],
)  # fmt: skip
def test_to_si__known_units_and_the_rest_as_written(unit, expected):
    assert units.to_si(unit) == expected


@pytest.mark.parametrize(
    ("powers", "expected"),
    [(("m", 1, 0), "m"), (("m", 1, -1), ""), (("N", 1, -1), "N/m"), (("N", 1, -2), "N/m2"), (("m", 0, -2), "1/m2"),
     (("Pa", 0, 0), ""), (("m", 1, 1), "m2")],
)  # fmt: skip
def test_power__of_heights_and_lengths(powers, expected):
    assert units.power(*powers) == expected


@pytest.mark.parametrize(
    "vendor",
    ["ZSensor", "Height Sensor", "Z Height_Forward", "Height", "Height (27)", "1F:SensHeight (1)", "HeightTrace",
     "HeightRetrace", "ZSensorRetrace", "measuredHeight", "Topography", "Z-Axis", "Z-AxisSensor", "Z", "height"],
)  # fmt: skip
def test_common_name__vendors_words_for_height(vendor):
    assert common_name(vendor, "m") == "height"
    assert common_name(vendor + RETRACE, "m") == "height" + RETRACE


@pytest.mark.parametrize(
    ("vendor", "unit"), [("Height", "V"), ("Deformation", "m"), ("Adhesion", "N"), ("ZigZag", "m")]
)
def test_common_name__other_channels_keep_theirs(vendor, unit):
    assert common_name(vendor, unit) == vendor


@pytest.mark.parametrize(
    ("channel", "unit", "kind"),
    [("Adhesion", "N", "absolute"), ("height", "m", "absolute"), ("Phase", "deg", "instrument-dependent"),
     ("Deflection Error", "m", "instrument-dependent"), ("Adhesion", "V", "instrument-dependent"),
     ("DMTModulus", "Pa", "absolute")],
)  # fmt: skip
def test_kind__of_channels(channel, unit, kind):
    assert signal_of(channel, unit).kind == kind
    assert Image(np.zeros((2, 2)), 1.0, 1.0, unit, channel).kind == kind


class Row(NamedTuple):
    name: str


def test_registry__keeps_order_and_refuses_twins():
    table = Registry("colour", (Row("red"), Row("blue")))
    assert (table.names(), len(table), "red" in table, table["blue"]) == (("red", "blue"), 2, True, Row("blue"))
    with pytest.raises(SettingsError, match="colour 'red' exists already"):
        table.add(Row("red"))


class Aliased(NamedTuple):
    name: str
    aliases: tuple[str, ...]


def test_registry__finds_by_alias_and_lists_by_name():
    table = Registry("colour", (Aliased("red", ("rot", "rouge")), Aliased("blue", ())))
    assert table["rouge"] is table["red"]
    assert ("rot" in table, "bleu" in table) == (True, False)
    assert (table.names(), len(table)) == (("red", "blue"), 2)


@pytest.mark.parametrize(
    "row", [Aliased("rot", ()), Aliased("x", ("red",)), Aliased("x", ("rouge",)), Aliased("x", ("y", "y")),
            Aliased("x", ("x",))]
)  # fmt: skip
def test_registry__refuses_a_name_or_alias_twice_and_keeps_nothing_of_it(row):
    table = Registry("colour", (Aliased("red", ("rot", "rouge")),))
    with pytest.raises(SettingsError, match="exists already"):
        table.add(row)
    assert (table.names(), "y" in table) == (("red",), False)


def test_registry__what_is_removed_is_free_again():
    table = Registry("colour", (Aliased("red", ("rot",)),))
    before = table.changes
    table.remove("red")
    assert ("red" in table, "rot" in table) == (False, False)
    table.add(Aliased("rot", ("red",)))
    assert table.changes == before + 2


def test_registry__an_unknown_name_is_told_the_near_or_the_allowed():
    table = Registry("colour", (Row("red"), Row("blue")))
    with pytest.raises(SettingsError, match="no colour is called 'bleu'; did you mean 'blue'"):
        table["bleu"]
    with pytest.raises(SettingsError, match="allowed: red, blue"):
        table["xyz"]


@given(st.integers(0, 2**40), st.integers(0, 10**6))
def test_seeds__hang_on_their_keys_alone(seed, k):
    first = seeds.generator(seed, seeds.Stream.SPLIT, k).random()
    assert seeds.generator(seed, seeds.Stream.SPLIT, k).random() == first
    assert seeds.generator(seed, seeds.Stream.LABELS, k).random() != first
    assert seeds.generator(seed, seeds.Stream.SPLIT, k + 1).random() != first


# Files -----------------------------------------------------------------------------------------------------------


def interrupted(path):
    with written(path) as working:
        working.write_text("half")
        raise KeyboardInterrupt


def on_a_full_disk(path):
    with written(path), open("/dev/full", "w") as full:
        full.write("x" * 100_000)


def test_written__a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    kept = write_text(tmp_path / "new" / "a.txt", "old\n")
    with pytest.raises(KeyboardInterrupt):
        interrupted(kept)
    assert kept.read_text() == "old\n"
    assert os.listdir(kept.parent) == ["a.txt"]


def test_written__a_full_disk_is_told_with_the_name_of_the_file(tmp_path):
    with pytest.raises(StoreError, match=r"a\.txt: cannot be written: No space left on device; free some space"):
        on_a_full_disk(tmp_path / "a.txt")


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda s: s.name)
def test_signal__every_row_is_found_by_each_of_its_words(signal):
    assert [signal_of(f"1 {word.title()} ch", "N").name for word in signal.words] == [signal.name] * len(signal.words)
    assert signal.reason


def test_signal__is_recognised_however_the_vendor_spells_it():
    assert {signal_of(name, "V").name for name in ("TipBias", "tip bias", "Tip_Bias")} == {"bias or input"}


@pytest.mark.parametrize(
    ("channel", "unit", "name"),
    [("Sample Height", "m", "height"), ("Height (sample)", "m", "height"), ("sampleHeight", "m", "height"),
     ("Topography (constant current)", "m", "height"), ("Network", "m", "other"), ("Network", "V", "raw signal"),
     ("Sample Amplitude", "m", "amplitude"), ("vDeflection", "m", "deflection"), ("AmplitudeRetrace", "m", "amplitude"),
     ("LogDMTModulus", "Pa", "modulus or stiffness"), ("Inphase", "N", "phase"), ("M1Phase", "N", "phase"),
     ("PeakForceError", "N", "error"), ("Current (sample)", "A", "current"), ("Height", "V", "raw signal")],
)  # fmt: skip
def test_signal__is_told_by_how_words_begin(channel, unit, name):
    assert signal_of(channel, unit).name == name


@pytest.mark.parametrize(("unit", "name"), [("", "raw signal"), ("V", "raw signal"), ("Pa", "other")])
def test_signal__of_no_known_name_is_told_by_its_unit(unit, name):
    assert signal_of("Канал 7", unit).name == name
