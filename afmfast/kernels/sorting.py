"""Heights in ascending order, by three passes over their digits.

np.sort takes 0.7 ms for 512 x 512 heights on one processor with AVX-512 and 7.0 ms on another, whose compressed
stores are slow; this takes 1.0 ms on both, and the order of equal heights cannot be seen.
"""

from __future__ import annotations

import numpy as np

from ._jit import exact

#: A 32-bit key is three digits of 11, 11 and 10 bits.
DIGITS, VALUES = 3, 2048
_BITS, _LOW = np.uint32(11), np.uint32(VALUES - 1)
_SIGN, _ALL, _LAST = np.uint32(0x80000000), np.uint32(0xFFFFFFFF), np.uint32(31)


@exact
def sort_heights(bits: np.ndarray, spare: np.ndarray, counts: np.ndarray, out: np.ndarray) -> None:
    """Sort heights, float32 read as uint32 (n,), into out (n,) uint32, to be read as float32; none may be NaN.

    Work arrays: spare (n,) uint32, counts (DIGITS, VALUES) int64.
    """
    _keys(bits, out, counts)
    _scatter(out, spare, counts[0], np.uint32(0))
    _scatter(spare, out, counts[1], _BITS)
    _scatter(out, spare, counts[2], np.uint32(2) * _BITS)
    for k in range(out.size):
        key = spare[k]
        out[k] = key ^ (_SIGN if key >> _LAST else _ALL)


@exact
def _keys(bits: np.ndarray, keys: np.ndarray, counts: np.ndarray) -> None:
    """Unsigned integers in the order of the heights, and how often each of their digits occurs."""
    for k in range(DIGITS):
        for value in range(VALUES):
            counts[k, value] = 0
    for k in range(bits.size):
        key = bits[k] ^ (_ALL if bits[k] >> _LAST else _SIGN)
        keys[k] = key
        counts[0, key & _LOW] += 1
        counts[1, (key >> _BITS) & _LOW] += 1
        counts[2, key >> (np.uint32(2) * _BITS)] += 1


@exact
def _scatter(keys: np.ndarray, out: np.ndarray, counts: np.ndarray, shift: int) -> None:
    """Put keys in the order of one digit, those of the same digit as they were."""
    place = 0
    for value in range(counts.size):
        n = counts[value]
        counts[value] = place
        place += n
    for k in range(keys.size):
        key = keys[k]
        digit = (key >> shift) & _LOW
        out[np.uint64(counts[digit])] = key
        counts[digit] += 1
