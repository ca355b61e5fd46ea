"""Batches of prepared rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nncli.core.batch import Batch
from nncli.core.randomness import generator
from nncli.core.types import Array
from nncli.data.preprocessing.network_inputs import NetworkInputs


@dataclass(frozen=True)
class Dataset:
    """Rows ready for the network.

    Args:
        inputs: (n, *input shape), either in memory, or memory-mapped and scaled when they are read.
        targets: (n, ...) in the encoding that the loss expects.
        weights: (n,) weights of the rows in the loss; None if every weight is 1.
        metric_weights: (n,) weights of the rows in metrics; None if every weight is 1.
    """

    inputs: Array | NetworkInputs
    targets: Array
    weights: Array | None = None
    metric_weights: Array | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all rows in order, as views if they are in memory; the last batch may be smaller."""
        for start in range(0, len(self), size):
            yield Batch(
                self.inputs[start : start + size],
                self.targets[start : start + size],
                select_weights(self.weights, slice(start, start + size)),
                select_weights(self.metric_weights, slice(start, start + size)),
            )


def select_weights(weights: Array | None, rows: Array | slice) -> Array | None:
    """Return the weights of some rows."""
    return None if weights is None else weights[rows]


class TrainingBatches:
    """The batches of every epoch; their order depends only on the seed and the epoch.

    Use each batch before you request the next one, which may overwrite its arrays.

    Args:
        dataset: the training rows.
        size: rows per batch; the last batch of an epoch may be smaller.
        shuffle: whether the rows are shuffled in every epoch.
        seed: the run's seed.
    """

    def __init__(self, dataset: Dataset, size: int, *, shuffle: bool, seed: int) -> None:
        self._dataset = dataset
        self._size = size
        self._shuffle = shuffle
        self._seed = seed

    @property
    def per_epoch(self) -> int:
        """The number of batches in an epoch."""
        return -(-len(self._dataset) // self._size)

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """Yield the batches of one epoch.

        Args:
            number: number of the epoch, from 1.
            skip: number of batches to skip at the beginning, for a run that resumes in the middle of an epoch.
        """
        data, size = self._dataset, self._size
        if not self._shuffle:
            yield from itertools.islice(data.batches(size), skip, None)
            return
        order = generator(self._seed, "shuffle", number).permutation(len(data))
        rows_of_batches = (order[start : start + size] for start in range(skip * size, len(data), size))
        if isinstance(data.inputs, NetworkInputs):
            yield from self._prefetch(rows_of_batches)
            return
        buffer = _BatchBuffer.allocate(data, size)
        for rows in rows_of_batches:
            yield buffer.fill(data, rows)

    def _prefetch(self, rows_of_batches: Iterator[Array]) -> Iterator[Batch]:
        """Yield batches of memory-mapped rows; a thread reads the next batch while the current one is used."""
        from concurrent.futures import ThreadPoolExecutor  # imported here because most runs need no thread

        buffers = itertools.cycle([_BatchBuffer.allocate(self._dataset, self._size) for _ in range(2)])
        with ThreadPoolExecutor(1) as reader:
            pending = None
            for rows in rows_of_batches:
                following = reader.submit(next(buffers).fill, self._dataset, rows)
                if pending is not None:
                    yield pending.result()
                pending = following
            if pending is not None:
                yield pending.result()


@dataclass(frozen=True)
class _BatchBuffer:
    """Arrays that are filled with one batch after another.

    Args:
        inputs: (size, *input shape).
        targets: (size, ...).
    """

    inputs: Array
    targets: Array

    @classmethod
    def allocate(cls, data: Dataset, size: int) -> _BatchBuffer:
        """Return a buffer for batches of this size."""
        rows = min(size, len(data))
        inputs = np.empty((rows, *data.inputs.shape[1:]), data.inputs.dtype)
        return cls(inputs, np.empty((rows, *data.targets.shape[1:]), data.targets.dtype))

    def fill(self, data: Dataset, rows: Array) -> Batch:
        """Copy these rows into the buffer, and return them as a batch."""
        inputs, targets = self.inputs[: len(rows)], self.targets[: len(rows)]
        # with mode="clip", NumPy writes to `out` without a copy; no index is clipped, because all are in range
        if isinstance(data.inputs, NetworkInputs):
            data.inputs.gather(rows, inputs)
        else:
            data.inputs.take(rows, axis=0, out=inputs, mode="clip")
        data.targets.take(rows, axis=0, out=targets, mode="clip")
        return Batch(inputs, targets, select_weights(data.weights, rows), select_weights(data.metric_weights, rows))
