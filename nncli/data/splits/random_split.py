"""Split at random."""

from __future__ import annotations

from nncli.core.randomness import generator
from nncli.core.types import Array
from nncli.data.splits.held_out import check_size, separate


def random_split(rows: Array, count: int, seed: int, purpose: str) -> tuple[Array, Array]:
    """Return (held out, remaining) row numbers, both ascending; the held-out rows are drawn at random.

    Args:
        rows: row numbers to draw from.
        count: number of rows to hold out.
        seed: the run's seed.
        purpose: validation or test; each draws its own random numbers.

    Raises:
        DataError: if either side would be empty.
    """
    check_size(count, len(rows), purpose)
    return separate(rows, generator(seed, f"split {purpose}").permutation(len(rows))[:count])
