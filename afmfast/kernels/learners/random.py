"""Random numbers inside kernels: splitmix64, whose whole state is one counter.

Reference: Steele, Lea & Flood 2014, Fast splittable pseudorandom number generators, OOPSLA.
"""

from __future__ import annotations

import numpy as np

from .._jit import exact

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S11, _S27, _S30, _S31, _S32 = np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_TO_UNIT = 2.0**-53


@exact
def mixed(bits: np.uint64) -> np.uint64:
    """A 64-bit number whose every bit hangs on every bit of `bits`."""
    bits = (bits ^ (bits >> _S30)) * _FIRST
    bits = (bits ^ (bits >> _S27)) * _SECOND
    return bits ^ (bits >> _S31)


@exact
def stream_of(seed: np.uint64, number: int) -> np.uint64:
    """The state that stream `number` of a seed starts from: streams of one seed do not run into each other."""
    return mixed(seed + mixed(np.uint64(number) + _STEP))


@exact
def next_bits(state: np.ndarray) -> np.uint64:
    """The next 64 random bits; state is a (1,) uint64 array and counts on."""
    state[0] += _STEP
    return mixed(np.uint64(state[0]))


@exact
def below(state: np.ndarray, n: int) -> np.int64:
    """A random integer of 0..n-1 for n < 2**31; no value is preferred by more than n / 2**32 of its share."""
    return np.int64(((next_bits(state) >> _S32) * np.uint64(n)) >> _S32)


@exact
def uniform(state: np.ndarray) -> np.float64:
    """A random number in [0, 1), a multiple of 2**-53."""
    return np.float64(next_bits(state) >> _S11) * _TO_UNIT


@exact
def shuffle(state: np.ndarray, values: np.ndarray) -> None:
    """Put values (n,) in a random order, each equally likely."""
    for last in range(values.size - 1, 0, -1):
        other = below(state, last + 1)
        values[last], values[other] = values[other], values[last]
