"""The gate drops what does not repeat, and knows of training groups alone."""

import pickle

import numpy as np
import pytest

from afmfast.errors import DataError, SettingsError
from afmfast.kernels.anova import by_subject, one_way
from afmfast.selection.repeatability import RepeatabilityGate
from afmfast.significance.repeatability import icc_1

RNG = np.random.default_rng(4)
SAMPLE = np.repeat(np.arange(40), 2)
GROUPS = np.arange(40) // 2
#: Column 0 repeats well, 1 does not, 2 is constant, 3 was never measured twice.
VALUES = RNG.standard_normal((40, 4))[SAMPLE]
VALUES[:, 0] += 0.1 * RNG.standard_normal(80)
VALUES[:, 1] += 2.0 * RNG.standard_normal(80)
VALUES[:, 2] = 1.0
VALUES[1::2, 3] = np.nan


def gate(values=VALUES, threshold=0.75):
    return RepeatabilityGate.of(values, SAMPLE, GROUPS, threshold)


def test_gate__drops_what_does_not_repeat_and_keeps_what_nobody_can_tell():
    np.testing.assert_array_equal(gate().unrepeatable([np.arange(14)]), [[False, True, False, False]])


def test_gate__is_the_icc_of_the_training_groups():
    used = GROUPS[SAMPLE] < 8
    icc = icc_1(one_way(by_subject(VALUES[used][:, [0]], SAMPLE[used], 16))).value.item()
    training = [np.arange(8)]
    assert not gate(threshold=icc - 1e-9).unrepeatable(training)[0, 0]
    assert gate(threshold=icc + 1e-9).unrepeatable(training)[0, 0]


def test_gate__does_not_see_test_groups():
    training = [np.arange(0, 20, 2), np.arange(5, 20)]
    for groups in training:
        spoilt = VALUES.copy()
        spoilt[~np.isin(GROUPS[SAMPLE], groups)] = RNG.standard_normal((80, 4))[~np.isin(GROUPS[SAMPLE], groups)]
        np.testing.assert_array_equal(gate(spoilt).unrepeatable([groups]), gate().unrepeatable([groups]))


def test_gate__a_split_gets_the_same_in_any_company():
    training = [np.sort(RNG.permutation(20)[:14]) for _ in range(9)]
    together = gate(threshold=0.9).unrepeatable(training)
    np.testing.assert_array_equal(together, [gate(threshold=0.9).unrepeatable([one])[0] for one in training])


def test_gate__keeps_everything_where_no_training_group_was_repeated():
    values, sample = VALUES[:41], np.concatenate([SAMPLE[::2], [39]])
    found = RepeatabilityGate.of(values, sample, GROUPS, 0.75).unrepeatable([np.arange(10)])
    assert not found.any()


def test_gate__leaves_samples_of_no_group_aside():
    groups = np.where(GROUPS < 10, GROUPS, -1)
    one, other = (RepeatabilityGate.of(VALUES, SAMPLE, g, 0.75).unrepeatable([np.arange(10)]) for g in (groups, GROUPS))
    np.testing.assert_array_equal(one, other)


def test_gate__travels():
    again = pickle.loads(pickle.dumps(gate()))
    np.testing.assert_array_equal(again.unrepeatable([np.arange(14)]), gate().unrepeatable([np.arange(14)]))


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.5])
def test_gate__threshold_is_an_icc(threshold):
    with pytest.raises(SettingsError, match="give the least ICC to keep a column, between 0 and 1"):
        gate(threshold=threshold)


def test_gate__needs_repeats():
    with pytest.raises(DataError, match=r"there are none: name re-scans in the manifest's column repeat_of"):
        RepeatabilityGate.of(VALUES[:40], np.arange(40), GROUPS, 0.75)
