"""The exponential function of many values at once.

Loops that the compiler turns into vectors; a call of the mathematical library for each value takes four times longer.
"""

from __future__ import annotations

import numpy as np

from .._jit import exact

#: Below this the value counts as this: about 3e-308, the least that single steps of the exponent reach.
LOWEST = -708.0
#: Added to a small number it leaves the nearest integer in the lowest bits.
_MAGIC = 6755399441055744.0
_PER_LN2, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.693147180369123816490, 1.90821492927058770002e-10
_EXPONENT, _ONE = np.int64(52), np.int64(1023) << np.int64(52)


@exact
def exponentials(values: np.ndarray, work: np.ndarray, out: np.ndarray) -> None:
    """exp of values (n,) <= 700 into out (n,), to about 2 units in the last place; work (n,)."""
    for i in range(out.size):
        value = max(values[i], LOWEST)
        work[i] = value * _PER_LN2 + _MAGIC
        twos = work[i] - _MAGIC
        x = (value - twos * _LN2_HIGH) - twos * _LN2_LOW
        # Taylor's series on |x| <= ln(2) / 2.
        tail = 1.0 / 479001600.0 * x + 1.0 / 39916800.0
        tail = ((tail * x + 1.0 / 3628800.0) * x + 1.0 / 362880.0) * x + 1.0 / 40320.0
        tail = ((tail * x + 1.0 / 5040.0) * x + 1.0 / 720.0) * x + 1.0 / 120.0
        out[i] = (((tail * x + 1.0 / 24.0) * x + 1.0 / 6.0) * x + 0.5) * x * x + x + 1.0
    bits = work.view(np.int64)
    for i in range(bits.size):
        bits[i] = (bits[i] << _EXPONENT) + _ONE
    for i in range(out.size):
        out[i] *= work[i]
