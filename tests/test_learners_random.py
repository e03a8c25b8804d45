"""The random numbers of the compiled learners: the published generator, every value equally likely."""

import numpy as np

from afmfast.kernels.learners.random import below, next_bits, shuffle, stream_of, uniform


def state_of(seed: int) -> np.ndarray:
    return np.array([seed], np.uint64)


def test_next_bits__are_those_of_the_reference_implementation():
    # Pedigree: the first numbers of Vigna's splitmix64.c from the states 0 and 1234567.
    state = state_of(0)
    assert [int(next_bits(state)) for _ in range(3)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    state = state_of(1234567)
    assert [int(next_bits(state)) for _ in range(2)] == [6457827717110365317, 3203168211198807973]


def test_below__draws_every_value_equally_often():
    state = state_of(1)
    counts = np.bincount([below(state, 7) for _ in range(70_000)], minlength=7)
    assert counts.size == 7
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 22.46  # chi-squared, 6 degrees of freedom, p = 0.001


def test_uniform__lies_in_the_half_open_unit_interval():
    state = state_of(2)
    drawn = np.array([uniform(state) for _ in range(50_000)])
    assert drawn.min() >= 0.0
    assert drawn.max() < 1.0
    assert abs(drawn.mean() - 0.5) < 4 * np.sqrt(1 / 12 / drawn.size)


def test_shuffle__makes_every_order_equally_likely():
    state = state_of(3)
    seen: dict[tuple[int, ...], int] = {}
    for _ in range(24_000):
        values = np.arange(4)
        shuffle(state, values)
        seen[tuple(values.tolist())] = seen.get(tuple(values.tolist()), 0) + 1
    counts = np.array(list(seen.values()))
    assert counts.size == 24
    assert ((counts - 1000) ** 2 / 1000).sum() < 49.73  # chi-squared, 23 degrees of freedom, p = 0.001


def test_streams__of_one_seed_and_of_neighbouring_seeds_differ():
    starts = {int(stream_of(np.uint64(seed), number)) for seed in range(50) for number in range(50)}
    assert len(starts) == 2500
