"""Cutting prepared rows into batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nncli.core.batch import Batch
from nncli.core.randomness import generator
from nncli.core.types import Array
from nncli.data.inputs import NetworkInputs


@dataclass(frozen=True)
class Dataset:
    """Rows ready for the network.

    Args:
        inputs: (n, *input shape), in memory, or in a file and scaled when they are read.
        targets: (n, ...) as the loss encodes them.
        weights: (n,) of the rows in the loss, or None for one each.
        metric_weights: (n,) of the rows in metrics, or None for one each.
    """

    inputs: Array | NetworkInputs
    targets: Array
    weights: Array | None = None
    metric_weights: Array | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def batches(self, size: int) -> Iterator[Batch]:
        """All rows in order, as views where they are in memory; the last batch may be short."""
        for start in range(0, len(self), size):
            yield Batch(
                self.inputs[start : start + size],
                self.targets[start : start + size],
                part(self.weights, slice(start, start + size)),
                part(self.metric_weights, slice(start, start + size)),
            )


def part(weights: Array | None, rows: Array | slice) -> Array | None:
    """The weights of some rows."""
    return None if weights is None else weights[rows]


class TrainingBatches:
    """The batches of every epoch, shuffled by seed and epoch alone.

    The arrays of a batch are reused by the following ones.

    Args:
        dataset: the training rows.
        size: rows a batch; the last one of an epoch may be short.
        shuffle: whether every epoch has an order of its own.
        seed: the run's seed.
    """

    def __init__(self, dataset: Dataset, size: int, *, shuffle: bool, seed: int) -> None:
        self._dataset = dataset
        self._size = size
        self._shuffle = shuffle
        self._seed = seed

    @property
    def per_epoch(self) -> int:
        """How many batches an epoch has."""
        return -(-len(self._dataset) // self._size)

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of one epoch.

        Args:
            number: of the epoch, from 1.
            skip: how many batches to leave out at its beginning, when a run goes on in the middle.
        """
        data, size = self._dataset, self._size
        if not self._shuffle:
            yield from itertools.islice(data.batches(size), skip, None)
            return
        order = generator(self._seed, "shuffle", number).permutation(len(data))
        some = (order[start : start + size] for start in range(skip * size, len(data), size))
        if isinstance(data.inputs, NetworkInputs):
            yield from self._ahead(some)
            return
        buffer = _Buffer.of(data, size)
        for rows in some:
            yield buffer.filled(data, rows)

    def _ahead(self, some: Iterator[Array]) -> Iterator[Batch]:
        """Batches of rows that are in a file, each read while the one before is used."""
        from concurrent.futures import ThreadPoolExecutor  # here, for a quick start of what needs no threads

        buffers = itertools.cycle([_Buffer.of(self._dataset, self._size) for _ in range(2)])
        with ThreadPoolExecutor(1) as reader:
            waiting = None
            for rows in some:
                following = reader.submit(next(buffers).filled, self._dataset, rows)
                if waiting is not None:
                    yield waiting.result()
                waiting = following
            if waiting is not None:
                yield waiting.result()


@dataclass(frozen=True)
class _Buffer:
    """Arrays that a batch is put together in.

    Args:
        inputs: (size, *input shape).
        targets: (size, ...).
    """

    inputs: Array
    targets: Array

    @classmethod
    def of(cls, data: Dataset, size: int) -> _Buffer:
        """For batches of that size."""
        rows = min(size, len(data))
        inputs = np.empty((rows, *data.inputs.shape[1:]), data.inputs.dtype)
        return cls(inputs, np.empty((rows, *data.targets.shape[1:]), data.targets.dtype))

    def filled(self, data: Dataset, rows: Array) -> Batch:
        """The batch of these rows."""
        inputs, targets = self.inputs[: len(rows)], self.targets[: len(rows)]
        # mode="clip" writes straight into `out`; the rows are always in range
        if isinstance(data.inputs, NetworkInputs):
            data.inputs.gather(rows, inputs)
        else:
            data.inputs.take(rows, axis=0, out=inputs, mode="clip")
        data.targets.take(rows, axis=0, out=targets, mode="clip")
        return Batch(inputs, targets, part(data.weights, rows), part(data.metric_weights, rows))
