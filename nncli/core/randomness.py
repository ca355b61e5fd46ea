"""Random numbers as a function of what they are for, never of what was drawn before."""

from __future__ import annotations

import math
from functools import cache
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np

from nncli.core.types import Array, Shape

BLOCK_BYTES = 32  # one step of Philox-4x64 gives four 64-bit numbers

Word: TypeAlias = "np.uint16 | np.uint32"


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
    return np.random.Philox(_key_type()(_key(seed, purpose, *indices)))


def _key(seed: int, purpose: str, *indices: int) -> Array:
    text = "/".join((purpose, str(seed), *map(str, indices)))
    return np.frombuffer(blake2b(text.encode(), digest_size=16).digest(), "<u8")


class Streams:
    """Gives one stream after another by a single bit generator, which takes a third of the time of a new one each."""

    def __init__(self) -> None:
        self._bits: np.random.Philox | None = None
        self._begun: Any = None  # the state of a stream that nothing was drawn of

    def stream(self, seed: int, purpose: str, *indices: int) -> np.random.Philox:
        """As `stream`; ends the one before."""
        if self._bits is None:
            bits = stream(seed, purpose, *indices)
            self._begun = bits.state
            self._bits = bits
        self._begun["state"]["key"] = _key(seed, purpose, *indices)
        self._bits.state = self._begun
        return self._bits


def generator(seed: int, purpose: str, *indices: int) -> np.random.Generator:
    """`stream` as a NumPy generator."""
    return np.random.Generator(stream(seed, purpose, *indices))


def bits_by_row(bits: np.random.Philox, shape: Shape, first_row: int, kind: type[Word] = np.uint32) -> Array:
    """Uniform integers whose values depend on the row's number and not on how a batch was cut.

    Every row begins at a block of the counter of its own, so rows a to b of a batch get the same numbers whether they
    are asked for alone or with the rows around them.

    Args:
        bits: a fresh stream; its counter is moved.
        shape: (rows, ...) of the result.
        first_row: the number of the first row within the whole batch.
        kind: of the integers.
    """
    rows, row_size = shape[0], math.prod(shape[1:])
    blocks = -(-row_size * np.dtype(kind).itemsize // BLOCK_BYTES)
    if first_row:
        bits.advance(first_row * blocks)
    words = bits.random_raw(rows * blocks * BLOCK_BYTES // 8).view(kind)
    return words.reshape(rows, words.size // max(1, rows))[:, :row_size].reshape(shape)
