"""Random streams: repeat k depends on (study seed, stream, k) alone, never on worker, order or batch."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

_STEP = np.uint64(0xD1B54A32D192ED03)


class Stream(IntEnum):
    """What a random number is for; the value is part of every stored seed and never changes."""

    LABELS = 1
    SPLIT = 2
    RANKING = 3
    CLASSIFIER = 4
    SYNTHETIC = 5
    BERNOULLI = 6
    INNER = 7
    PLANNING = 8
    BOOTSTRAP = 9


def sequence(seed: int, stream: Stream, *keys: int) -> np.random.SeedSequence:
    """The seed of one task, such as (study seed, SPLIT, repeat 17, second draw)."""
    return np.random.SeedSequence(seed, spawn_key=(int(stream), *keys))


def generator(seed: int, stream: Stream, *keys: int) -> np.random.Generator:
    """A PCG64 generator for one task."""
    return np.random.Generator(np.random.PCG64(sequence(seed, stream, *keys)))


def words(seed: int, stream: Stream, numbers: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """A 64-bit seed for each of m tasks, for compiled code: (m,) uint64 of their `numbers` and `draws` (m,).

    Further draws of a number are steps from its word, because a `SeedSequence` takes 9 microseconds.
    """
    distinct, place = np.unique(numbers, return_inverse=True)
    base = [sequence(seed, stream, int(k)).generate_state(1, np.uint64)[0] for k in distinct]
    return np.asarray(np.array(base, np.uint64)[place] + _STEP * np.asarray(draws).astype(np.uint64))
