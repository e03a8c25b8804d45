"""The gate drops what does not repeat, and knows of training groups alone."""

import pickle

import numpy as np
import pytest

from afmfast.errors import DataError, SettingsError
from afmfast.kernels.anova import by_subject, one_way
from afmfast.selection.repeatability import RepeatabilityGate
from afmfast.significance.repeatability import icc_1

RNG = np.random.default_rng(4)
#: 40 samples of two measurements each, samples 2i and 2i + 1 in one group; the table's rows are the samples.
SAMPLE = np.repeat(np.arange(40), 2)
#: Column 0 repeats well, 1 does not, 2 is constant, 3 was never measured twice.
ROW = np.arange(40)
VALUES = RNG.standard_normal((40, 4))[SAMPLE]
VALUES[:, 0] += 0.1 * RNG.standard_normal(80)
VALUES[:, 1] += 2.0 * RNG.standard_normal(80)
VALUES[:, 2] = 1.0
VALUES[1::2, 3] = np.nan


def gate(values=VALUES, threshold=0.75, row=ROW):
    return RepeatabilityGate.of(values, SAMPLE, row, threshold)


def training(*groups):
    """Rows (1, 40) of these groups."""
    return np.isin(np.arange(40) // 2, groups)[None]


def test_gate__drops_what_does_not_repeat_and_keeps_what_nobody_can_tell():
    np.testing.assert_array_equal(gate().unrepeatable(training(*range(14))), [[False, True, False, False]])


def test_gate__is_the_icc_of_the_training_groups():
    used = SAMPLE < 16
    icc = icc_1(one_way(by_subject(VALUES[used][:, [0]], SAMPLE[used], 16))).value.item()
    rows = training(*range(8))
    assert not gate(threshold=icc - 1e-9).unrepeatable(rows)[0, 0]
    assert gate(threshold=icc + 1e-9).unrepeatable(rows)[0, 0]


@pytest.mark.parametrize("groups", [range(0, 20, 2), range(5, 20)])
def test_gate__does_not_see_test_groups(groups):
    rows = training(*groups)
    spoilt = np.where(rows[0][SAMPLE][:, None], VALUES, RNG.standard_normal((80, 4)))
    np.testing.assert_array_equal(gate(spoilt, 0.9).unrepeatable(rows), gate(threshold=0.9).unrepeatable(rows))


def test_gate__a_split_gets_the_same_in_any_company():
    rows = np.concatenate([training(*RNG.permutation(20)[:14]) for _ in range(9)])
    together = gate(threshold=0.99).unrepeatable(rows)
    np.testing.assert_array_equal(together, [gate(threshold=0.99).unrepeatable(one[None])[0] for one in rows])


def test_gate__keeps_everything_where_no_training_group_was_repeated():
    values, sample = VALUES[:41], np.concatenate([SAMPLE[::2], [39]])
    assert not RepeatabilityGate.of(values, sample, np.arange(40), 0.75).unrepeatable(training(*range(10))).any()


def test_gate__leaves_samples_of_no_group_aside():
    row = np.where(np.arange(40) < 20, np.arange(40), -1)
    everything = np.ones((1, 40), bool)
    np.testing.assert_array_equal(
        gate(row=row, threshold=0.99).unrepeatable(everything), gate(threshold=0.99).unrepeatable(training(*range(10)))
    )


def test_gate__travels():
    again, rows = pickle.loads(pickle.dumps(gate())), training(*range(14))
    np.testing.assert_array_equal(again.unrepeatable(rows), gate().unrepeatable(rows))


def test_gate__settings_tell_other_measurements_and_thresholds_apart():
    other = VALUES + np.eye(80, 4)
    assert gate().settings == gate().settings
    assert len({str(one.settings) for one in (gate(), gate(other), gate(threshold=0.8))}) == 3


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.5])
def test_gate__threshold_is_an_icc(threshold):
    with pytest.raises(SettingsError, match="give the least ICC to keep a column, between 0 and 1"):
        gate(threshold=threshold)


def test_gate__needs_repeats():
    with pytest.raises(DataError, match=r"there are none: name re-scans in the manifest's column repeat_of"):
        RepeatabilityGate.of(VALUES[:40], np.arange(40), np.arange(40), 0.75)
