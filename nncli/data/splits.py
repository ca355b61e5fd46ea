"""Drawing validation and test rows."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.randomness import generator
from nncli.core.types import Array


def split(rows: Array, count: int, seed: int, purpose: str, strata: Array | None = None) -> tuple[Array, Array]:
    """(held out, left): rows drawn at random, each in ascending order.

    Args:
        rows: row numbers to draw from.
        count: how many to hold out.
        seed: the run's seed.
        purpose: validation or test; each has random numbers of its own.
        strata: (len(rows),) labels; where given, every class is split by the same share, with the rows that
            rounding leaves going to the classes with the largest rest.

    Raises:
        DataError: where either side would be empty, or a class has a single row.
    """
    random = generator(seed, f"split {purpose}")
    if count < 1 or count >= len(rows):
        side = purpose if count < 1 else "training"
        raise DataError(f"this share is {count} of {len(rows)} rows and leaves none for {side}")
    drawn = random.permutation(len(rows))[:count] if strata is None else _stratified(strata, count, random)
    held = np.zeros(len(rows), bool)
    held[drawn] = True
    return rows[held], rows[~held]


def _stratified(strata: Array, count: int, random: np.random.Generator) -> Array:
    classes, sizes = np.unique(strata, return_counts=True)
    if (sizes < 2).any():
        name = str(classes[int((sizes < 2).argmax())])
        raise DataError(f"the class {name!r} has a single row, which cannot be on both sides of a stratified split")
    shares = sizes * (count / len(strata))
    counts = np.floor(shares).astype(int)
    for index in np.argsort(counts - shares, kind="stable")[: count - counts.sum()]:
        counts[index] += 1
    return np.concatenate(
        [
            random.permutation(np.flatnonzero(strata == name))[:share]
            for name, share in zip(classes, counts, strict=True)
        ]
    )
