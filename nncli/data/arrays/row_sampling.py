"""Sample evenly spaced rows of a large array, for statistics that need sorted values."""

from __future__ import annotations

import math

import numpy as np

from nncli.core.types import Array
from nncli.data.arrays.chunks import Chunked, chunks

MAX_WHOLE_ENTRIES = 1 << 27  # arrays with at most this many entries are not sampled
MAX_SAMPLED_ENTRIES = 1 << 24  # number of entries that are sampled from a larger array
MIN_SEEK_BYTES = 1 << 16  # sampled rows are read one by one if they are at least this far apart


def evenly_spaced(total: int, count: int) -> Array:
    """Return the indices of at most `count` evenly spaced rows out of `total` rows."""
    return np.arange(total)[:: max(1, -(-total // count))]


def sample_rows(x: Chunked) -> Array:
    """Return rows of x, all axes except the last merged: (rows * entries per column, columns).

    If x has more than MAX_WHOLE_ENTRIES entries, only evenly spaced rows are returned.
    """
    width, entries = x.shape[-1], math.prod(x.shape[1:])
    if isinstance(x, np.ndarray) and x.size <= MAX_WHOLE_ENTRIES:
        return x.reshape(-1, width)
    step = 1 if len(x) * entries <= MAX_WHOLE_ENTRIES else -(-len(x) // max(1, MAX_SAMPLED_ENTRIES // entries))
    sample = np.empty((-(-len(x) // step), entries), x.dtype)
    if step * entries * x.dtype.itemsize >= MIN_SEEK_BYTES:
        for index in range(len(sample)):
            sample[index] = x[index * step : index * step + 1].reshape(entries)
        return sample.reshape(-1, width)
    start = taken = 0
    for chunk in chunks(x):
        rows = chunk[-start % step :: step]
        sample[taken : taken + len(rows)] = rows
        start, taken = start + len(chunk), taken + len(rows)
    return sample.reshape(-1, width)
