"""Split by group: the rows of a group stay on one side."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.randomness import generator
from nncli.core.types import Array
from nncli.data.splits.held_out import check_size, separate
from nncli.data.tables.text_column import TextColumn


def grouped_split(rows: Array, count: int, seed: int, purpose: str, groups: TextColumn) -> tuple[Array, Array]:
    """Return (held out, remaining) row numbers, both ascending; the held-out groups are drawn at random.

    The held-out groups have at most `count` rows in total, but at least one group is held out.

    Args:
        rows: row numbers to draw from.
        count: maximum number of rows to hold out; exceeded only if every single group is larger.
        seed: the run's seed.
        purpose: validation or test; each draws its own random numbers.
        groups: group of every row.

    Raises:
        DataError: if either side would be empty.
    """
    check_size(count, len(rows), purpose)
    sizes = np.bincount(groups.codes, minlength=len(groups.values))
    present = np.array(sorted(np.flatnonzero(sizes).tolist(), key=lambda code: groups.values[code]))
    if len(present) < 2:
        only = groups.values[present[0]]
        raise DataError(f"all remaining rows are of the group {only!r}, which cannot be on both sides of a split")
    order = generator(seed, f"split {purpose}").permutation(present)
    chosen: list[int] = []
    remaining = count
    for code in order.tolist():
        if sizes[code] <= remaining:
            chosen.append(code)
            remaining -= int(sizes[code])
    if not chosen:  # every group is larger than `count`
        chosen = [min(order.tolist(), key=lambda code: int(sizes[code]))]
    return separate(rows, np.flatnonzero(np.isin(groups.codes, chosen)))
