"""The context of a layer during a pass: training or inference, random numbers, sums over the whole batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from nncli.core.randomness import Streams, Word, bits_by_row
from nncli.core.types import Array, Shape


@dataclass(slots=True)
class PassState:
    """The state that all layers share during one pass: its mode, its random streams and its shard of the batch.

    Args:
        training: whether the pass is part of training; it activates layers such as dropout.
        seed: the run's seed.
        step: the number of the step in the whole run, starting at 0.
        first_row: the number of the shard's first row within the batch.
        batch_rows: number of rows of the whole batch if it is computed in several shards; None for one shard.
        shard: the number of the shard; it is the part of the batch that this pass computes.
        batch_sum: function that sums an array over all shards of the batch; None for one shard.
        streams: streams of random numbers.
    """

    training: bool = False
    seed: int = 0
    step: int = 0
    first_row: int = 0
    batch_rows: int | None = None
    shard: int = 0
    batch_sum: Callable[[Array], Array] | None = None
    streams: Streams = field(default_factory=Streams)

    @property
    def chunk(self) -> int:
        """The earlier name of `shard`, for plugins."""
        return self.shard


class Context:
    """The context of one layer during a pass.

    Args:
        index: number of the layer in the model, counted depth first.
        pass_state: state that all layers of the pass share.
        input_gradient: whether backward has to return the gradient of the layer's input.
        children: the contexts of a container's layers, by name.
    """

    __slots__ = ("children", "index", "input_gradient", "pass_state")

    def __init__(self, index: int, pass_state: PassState, input_gradient: bool, children: dict[str, Context]) -> None:
        self.index = index
        self.pass_state = pass_state
        self.input_gradient = input_gradient
        self.children = children

    @property
    def moment(self) -> PassState:
        """The earlier name of `pass_state`, for plugins."""
        return self.pass_state

    @property
    def training(self) -> bool:
        """Whether the pass is part of training."""
        return self.pass_state.training

    @property
    def updates_buffers(self) -> bool:
        """Whether this shard sets the non-trainable buffers, such as running statistics, for the whole batch."""
        return self.pass_state.shard == 0

    @property
    def keeps(self) -> bool:
        """The earlier name of `updates_buffers`, for plugins."""
        return self.updates_buffers

    def batch_rows(self, rows: int) -> int:
        """Return the number of rows of the whole batch.

        Args:
            rows: number of rows of this shard.
        """
        return rows if self.pass_state.batch_rows is None else self.pass_state.batch_rows

    def batch_sum(self, part: Array) -> Array:
        """Sum an array over all shards of the batch, for layers in which rows depend on one another.

        A layer that calls this method sets `mixes_samples`, and requests the same sums in the same order in every
        shard.
        """
        return part if self.pass_state.batch_sum is None else self.pass_state.batch_sum(part)

    def random_bits(self, shape: Shape, kind: type[Word] = np.uint32) -> Array:
        """Return random integers that depend on seed, step, layer and row, but not on how the batch is sharded.

        Args:
            shape: (rows, ...).
            kind: unsigned integer type; 16-bit integers take half the time of 32-bit integers.
        """
        state = self.pass_state
        stream = state.streams.stream(state.seed, "layer", state.step, self.index)
        return bits_by_row(stream, shape, state.first_row, kind)
