"""Cutting prepared rows into batches."""

from __future__ import annotations

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

    The arrays of a batch are reused by the next one.

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
        rows = min(size, len(dataset))
        self._inputs = np.empty((rows, *dataset.inputs.shape[1:]), dataset.inputs.dtype)
        self._targets = np.empty((rows, *dataset.targets.shape[1:]), dataset.targets.dtype)

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
        data = self._dataset
        if not self._shuffle:
            for index, batch in enumerate(data.batches(self._size)):
                if index >= skip:
                    yield batch
            return
        order = generator(self._seed, "shuffle", number).permutation(len(data))
        for start in range(skip * self._size, len(data), self._size):
            rows = order[start : start + self._size]
            inputs, targets = self._inputs[: len(rows)], self._targets[: len(rows)]
            # mode="clip" writes straight into `out`; the rows are always in range
            if isinstance(data.inputs, NetworkInputs):
                data.inputs.gather(rows, inputs)
            else:
                np.take(data.inputs, rows, axis=0, out=inputs, mode="clip")
            np.take(data.targets, rows, axis=0, out=targets, mode="clip")
            yield Batch(inputs, targets, part(data.weights, rows), part(data.metric_weights, rows))
