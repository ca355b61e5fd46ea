"""Drawing validation and test rows."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.randomness import generator
from nncli.core.types import Array
from nncli.data.tables.texts import Texts


def split(rows: Array, count: int, seed: int, purpose: str, strata: Texts | None = None) -> tuple[Array, Array]:
    """(held out, left): rows drawn at random, each in ascending order.

    Args:
        rows: row numbers to draw from.
        count: how many to hold out.
        seed: the run's seed.
        purpose: validation or test; each has random numbers of its own.
        strata: the labels of `rows`; where given, every class is split by the same share, with the rows that rounding
            leaves going to the classes with the largest rest.

    Raises:
        DataError: where either side would be empty, or a class has a single row.
    """
    random = generator(seed, f"split {purpose}")
    _check(count, len(rows), purpose)
    drawn = random.permutation(len(rows))[:count] if strata is None else _stratified(strata, count, random)
    return _parted(rows, drawn)


def split_tail(rows: Array, count: int, purpose: str) -> tuple[Array, Array]:
    """(held out, left): the last rows in their order, and those before them.

    Raises:
        DataError: where either side would be empty.
    """
    _check(count, len(rows), purpose)
    return rows[len(rows) - count :], rows[: len(rows) - count]


def split_groups(rows: Array, count: int, seed: int, purpose: str, groups: Texts) -> tuple[Array, Array]:
    """(held out, left): whole groups drawn at random, as many as fit into `count` rows, and at least one.

    Args:
        rows: row numbers to draw from.
        count: how many to hold out at most, where a group is as small.
        seed: the run's seed.
        purpose: validation or test; each has random numbers of its own.
        groups: of `rows`; none is on both sides.

    Raises:
        DataError: where either side would be empty.
    """
    _check(count, len(rows), purpose)
    sizes = np.bincount(groups.codes, minlength=len(groups.values))
    present = np.array(sorted(np.flatnonzero(sizes).tolist(), key=lambda code: groups.values[code]))
    if len(present) < 2:
        only = groups.values[present[0]]
        raise DataError(f"all rows that are left are of the group {only!r}, which cannot be on both sides")
    order = generator(seed, f"split {purpose}").permutation(present)
    chosen: list[int] = []
    left = count
    for code in order.tolist():
        if sizes[code] <= left:
            chosen.append(code)
            left -= int(sizes[code])
    if not chosen:  # every group is larger than the share
        chosen = [min(order.tolist(), key=lambda code: int(sizes[code]))]
    return _parted(rows, np.flatnonzero(np.isin(groups.codes, chosen)))


def _check(count: int, rows: int, purpose: str) -> None:
    if count < 1 or count >= rows:
        side = purpose if count < 1 else "training"
        raise DataError(f"this share is {count} of {rows} rows and leaves none for {side}")


def _parted(rows: Array, drawn: Array) -> tuple[Array, Array]:
    held = np.zeros(len(rows), bool)
    held[drawn] = True
    return rows[held], rows[~held]


def _stratified(strata: Texts, count: int, random: np.random.Generator) -> Array:
    sizes = np.bincount(strata.codes, minlength=len(strata.values))
    # in text order, so that what is drawn does not depend on which label comes first in the file
    present = sorted(np.flatnonzero(sizes).tolist(), key=lambda code: strata.values[code])
    for code in present:
        if sizes[code] < 2:
            name = strata.values[code]
            raise DataError(f"the class {name!r} has a single row, which cannot be on both sides of a stratified split")
    shares = sizes[present] * (count / len(strata))
    counts = np.floor(shares).astype(int)
    most = sizes[present] - 1  # of every class, a row is left
    by_rest = np.argsort(counts - shares, kind="stable").tolist()
    by_rest = [index for index in by_rest if counts[index] < most[index]]
    if len(by_rest) < count - counts.sum():
        raise DataError(f"this share is {count} of {len(strata)} rows and leaves none of some class for training")
    for index in by_rest[: count - counts.sum()]:
        counts[index] += 1
    return np.concatenate(
        [
            random.permutation(np.flatnonzero(strata.codes == code))[:share]
            for code, share in zip(present, counts, strict=True)
        ]
    )
