"""Split with the same share of every class held out."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.randomness import generator
from nncli.core.types import Array
from nncli.data.splits.held_out import check_size, separate
from nncli.data.tables.text_column import TextColumn


def stratified_split(rows: Array, count: int, seed: int, purpose: str, labels: TextColumn) -> tuple[Array, Array]:
    """Return (held out, remaining) row numbers, both ascending; the held-out share is the same for every class.

    The count of every class is rounded down; classes with the largest remainders give the rows that are still needed.

    Args:
        rows: row numbers to draw from.
        count: number of rows to hold out.
        seed: the run's seed.
        purpose: validation or test; each draws its own random numbers.
        labels: label of every row.

    Raises:
        DataError: if either side would be empty, or a class has a single row.
    """
    random = generator(seed, f"split {purpose}")
    check_size(count, len(rows), purpose)
    return separate(rows, _draw(labels, count, random))


def _draw(labels: TextColumn, count: int, random: np.random.Generator) -> Array:
    sizes = np.bincount(labels.codes, minlength=len(labels.values))
    # sorted by label, so that the draw does not depend on which label comes first in the file
    present = sorted(np.flatnonzero(sizes).tolist(), key=lambda code: labels.values[code])
    for code in present:
        if sizes[code] < 2:
            name = labels.values[code]
            raise DataError(f"the class {name!r} has a single row, which cannot be on both sides of a stratified split")
    shares = sizes[present] * (count / len(labels))
    counts = np.floor(shares).astype(int)
    max_counts = sizes[present] - 1  # one row of every class remains
    by_remainder = np.argsort(counts - shares, kind="stable").tolist()
    by_remainder = [index for index in by_remainder if counts[index] < max_counts[index]]
    left_over = int(count - counts.sum())
    if len(by_remainder) < left_over:
        raise DataError(f"the split holds out {count} of {len(labels)} rows, so some class gets no training row")
    for index in by_remainder[:left_over]:
        counts[index] += 1
    return np.concatenate(
        [
            random.permutation(np.flatnonzero(labels.codes == code))[:share]
            for code, share in zip(present, counts, strict=True)
        ]
    )
