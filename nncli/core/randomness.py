"""Random numbers as a function of what they are for, never of what was drawn before."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np

from nncli.core.types import Array, Shape

WORDS_PER_BLOCK = 8  # one step of Philox-4x64 gives four 64-bit numbers, read here as eight of 32 bits


@cache
def _key_type() -> Any:
    """What gives NumPy a key without asking the system for random bytes, which takes longer than all the rest."""
    from numpy.random.bit_generator import ISeedSequence  # here, for a quick start of what draws nothing

    class Key(ISeedSequence):
        def __init__(self, key: Array) -> None:
            self._key = key

        def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Array:
            return self._key

    return Key


def stream(seed: int, purpose: str, *indices: int) -> np.random.Philox:
    """A bit generator of its own for every (seed, purpose, indices).

    Its key is a hash of the arguments, so that two streams that differ in any one of them are independent, and a
    resumed run gets the same numbers because it asks with the same indices.

    Reference: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    text = "/".join((purpose, str(seed), *map(str, indices)))
    key = np.frombuffer(blake2b(text.encode(), digest_size=16).digest(), "<u8")
    return np.random.Philox(_key_type()(key))


def generator(seed: int, purpose: str, *indices: int) -> np.random.Generator:
    """`stream` as a NumPy generator."""
    return np.random.Generator(stream(seed, purpose, *indices))


def bits_by_row(bits: np.random.Philox, shape: Shape, first_row: int) -> Array:
    """Uniform 32-bit integers whose values depend on the row's number and not on how a batch was cut.

    Every row begins at a block of the counter of its own, so rows a to b of a batch get the same numbers whether they
    are asked for alone or with the rows around them.

    Args:
        bits: a fresh stream; its counter is moved.
        shape: (rows, ...) of the result.
        first_row: the number of the first row within the whole batch.
    """
    rows = shape[0]
    row_size = 1
    for length in shape[1:]:
        row_size *= length
    blocks = -(-row_size // WORDS_PER_BLOCK)
    bits.advance(first_row * blocks)
    words = bits.random_raw(rows * blocks * WORDS_PER_BLOCK // 2).view(np.uint32)
    return words.reshape(rows, blocks * WORDS_PER_BLOCK)[:, :row_size].reshape(shape)
