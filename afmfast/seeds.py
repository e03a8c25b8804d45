"""Random streams: repeat k depends on (study seed, stream, k) alone, never on worker, order or batch."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a random number is for; the value is part of every stored seed and never changes."""

    LABELS = 1
    SPLIT = 2
    RANKING = 3
    CLASSIFIER = 4
    SYNTHETIC = 5
    BERNOULLI = 6
    BOOTSTRAP = 9


def sequence(seed: int, stream: Stream, *keys: int) -> np.random.SeedSequence:
    """The seed of one task, such as (study seed, SPLIT, repeat 17, second draw)."""
    return np.random.SeedSequence(seed, spawn_key=(int(stream), *keys))


def generator(seed: int, stream: Stream, *keys: int) -> np.random.Generator:
    """A PCG64 generator for one task."""
    return np.random.Generator(np.random.PCG64(sequence(seed, stream, *keys)))


def integer(seed: int, stream: Stream, *keys: int) -> int:
    """A 32-bit seed for libraries that take one number (scikit-learn's `random_state`)."""
    return int(sequence(seed, stream, *keys).generate_state(1)[0])
