"""What a layer may ask for during a forward pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from nncli.core.randomness import Streams, Word, bits_by_row
from nncli.core.types import Array, Shape


@dataclass(slots=True)
class PassState:
    """The state of one pass, which all layers share: its mode, its random streams and its part of the batch.

    Args:
        training: whether layers such as dropout are active.
        seed: the run's seed.
        step: the number of the step, from 0 over the whole run.
        first_row: the number of this shard's first row within the batch.
        batch_rows: rows of the whole batch, where it is computed in several shards; None for one shard.
        shard: the number of this shard.
        batch_sum: sums an array over all shards of the batch; None for one shard.
        streams: of random numbers.
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
    """What a layer may ask for during one pass.

    Args:
        index: the layer's depth-first number in the model.
        pass_state: shared by all layers of one pass.
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
        """Whether this shard updates the non-trainable buffers of the whole batch, such as running statistics."""
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

        Such a layer sets `mixes_samples`. In every shard it asks for the same sums in the same order.
        """
        return part if self.pass_state.batch_sum is None else self.pass_state.batch_sum(part)

    def random_bits(self, shape: Shape, kind: type[Word] = np.uint32) -> Array:
        """Draw uniform integers that depend on seed, step, layer and row, and not on how the batch is cut into shards.

        Args:
            shape: (rows, ...).
            kind: type of the integers; 16 bits take half the time of 32.
        """
        state = self.pass_state
        stream = state.streams.stream(state.seed, "layer", state.step, self.index)
        return bits_by_row(stream, shape, state.first_row, kind)
