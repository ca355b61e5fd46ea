"""Drawing validation and test rows."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.randomness import generator
from nncli.core.types import Array


def split(rows: Array, fraction: float, seed: int, purpose: str, strata: Array | None = None) -> tuple[Array, Array]:
    """(held out, left): a random share of the rows, each in ascending order.

    Args:
        rows: row numbers to draw from.
        fraction: the share to hold out, in (0, 1), of `rows`.
        seed: the run's seed.
        purpose: validation or test; each has random numbers of its own.
        strata: (len(rows),) class numbers; where given, every class is split by that share, with the rows that
            rounding leaves going to the classes with the largest rest.

    Raises:
        DataError: where either side would be empty, or a class has a single row.
    """
    random = generator(seed, f"split {purpose}")
    count = round(fraction * len(rows))
    if count < 1 or count >= len(rows):
        raise DataError(f"a fraction of {fraction:g} of {len(rows)} rows leaves no row for {_side(purpose, count)}")
    drawn = random.permutation(len(rows))[:count] if strata is None else _stratified(strata, fraction, count, random)
    held = np.zeros(len(rows), bool)
    held[drawn] = True
    return rows[held], rows[~held]


def _side(purpose: str, count: int) -> str:
    return purpose if count < 1 else "training"


def _stratified(strata: Array, fraction: float, count: int, random: np.random.Generator) -> Array:
    classes, sizes = np.unique(strata, return_counts=True)
    if (sizes < 2).any():
        raise DataError("stratify: a class has a single row, which cannot be on both sides; give it more rows")
    shares = fraction * sizes
    counts = np.floor(shares).astype(int)
    for index in np.argsort(counts - shares, kind="stable")[: count - counts.sum()]:
        counts[index] += 1
    return np.concatenate(
        [
            random.permutation(np.flatnonzero(strata == name))[:share]
            for name, share in zip(classes, counts, strict=True)
        ]
    )
