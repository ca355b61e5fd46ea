"""Stateless random streams: seed, purpose and indices determine the numbers, whatever was drawn before."""

from __future__ import annotations

import math
from functools import cache
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np

from nncli.core.types import Array, Shape

BLOCK_BYTES = 32  # one step of Philox-4x64 yields four 64-bit numbers

Word: TypeAlias = "np.uint16 | np.uint32"


@cache
def _key_type() -> Any:
    """Return a seed sequence class that returns a key unchanged; NumPy's class reads system entropy, which is slow."""
    # imported here so that commands that draw no numbers start quickly
    from numpy.random.bit_generator import ISeedSequence

    class Key(ISeedSequence):
        def __init__(self, key: Array) -> None:
            self._key = key

        def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Array:
            return self._key

    return Key


def stream(seed: int, purpose: str, *indices: int) -> np.random.Philox:
    """Return the bit generator of (seed, purpose, indices).

    Its key is a hash of the arguments. Streams that differ in any argument are independent, and a resumed run gets
    the same numbers because it passes the same indices.

    Args:
        seed: seed of the run.
        purpose: what the numbers are for, such as "layer" or "shuffle".
        indices: indices within this purpose, such as epoch, step and layer.

    Reference: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    return np.random.Philox(_key_type()(_key(seed, purpose, *indices)))


def _key(seed: int, purpose: str, *indices: int) -> Array:
    text = "/".join((purpose, str(seed), *map(str, indices)))
    return np.frombuffer(blake2b(text.encode(), digest_size=16).digest(), "<u8")


class Streams:
    """A bit generator that is reset to one stream after another, three times as fast as creating one for each."""

    def __init__(self) -> None:
        self._bits: np.random.Philox | None = None
        self._fresh: Any = None  # the state of an unused stream

    def stream(self, seed: int, purpose: str, *indices: int) -> np.random.Philox:
        """Return the same stream as the function `stream`; the previously returned stream must no longer be used."""
        if self._bits is None:
            bits = stream(seed, purpose, *indices)
            self._fresh = bits.state
            self._bits = bits
        self._fresh["state"]["key"] = _key(seed, purpose, *indices)
        self._bits.state = self._fresh
        return self._bits


def generator(seed: int, purpose: str, *indices: int) -> np.random.Generator:
    """Return `stream` as a NumPy generator."""
    return np.random.Generator(stream(seed, purpose, *indices))


def bits_by_row(bits: np.random.Philox, shape: Shape, first_row: int, kind: type[Word] = np.uint32) -> Array:
    """Draw uniform integers that depend on the index of each row, but not on how the batch was split into shards.

    Every row starts at its own block of the counter, so rows a to b of a batch get the same numbers whether they are
    drawn alone or with other rows.

    Args:
        bits: a fresh stream; its counter is advanced.
        shape: (rows, ...) of the result.
        first_row: index of the first row among all rows of the step.
        kind: type of the integers.
    """
    rows, row_size = shape[0], math.prod(shape[1:])
    blocks = -(-row_size * np.dtype(kind).itemsize // BLOCK_BYTES)
    if first_row:
        bits.advance(first_row * blocks)
    words = bits.random_raw(rows * blocks * BLOCK_BYTES // 8).view(kind)
    return words.reshape(rows, words.size // max(1, rows))[:, :row_size].reshape(shape)
