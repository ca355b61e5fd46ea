"""What a layer is: a frozen dataclass of hyperparameters that owns no weights and remembers no input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from nncli.core.fields import Registered
from nncli.core.randomness import Streams, Word, bits_by_row
from nncli.core.registry import LAYERS
from nncli.core.types import Array, Shape

if TYPE_CHECKING:
    from nncli.nn.initializer import Initializer

Tree: TypeAlias = dict[str, Any]  # arrays or specs by name, nested as the layers are
Backward: TypeAlias = Callable[[Array, Tree], "Array | None"]
InputCheck: TypeAlias = Callable[[Array], "tuple[int, str] | None"]


@dataclass(frozen=True)
class ParameterSpec:
    """One array that a layer wants.

    Args:
        shape: its shape.
        initializer: what fills it before training.
        fan_in: number of inputs that one output sums over.
        fan_out: number of outputs that one input goes to.
        trainable: whether the optimizer changes it; otherwise it is kept beside, such as running statistics.
        decayed: whether weight decay applies; biases and normalisation leave it alone.
    """

    shape: Shape
    initializer: Initializer
    fan_in: int = 1
    fan_out: int = 1
    trainable: bool = True
    decayed: bool = True


def leaves(tree: Tree, prefix: str = "") -> Iterator[tuple[str, ParameterSpec]]:
    """The specs in a tree with their full names, such as "0.dense.weight", in the order of the layers."""
    for name, item in tree.items():
        if isinstance(item, dict):
            yield from leaves(item, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", item


@dataclass(slots=True)
class Moment:
    """When and for what a pass is made, on which random numbers depend, and what draws them.

    Args:
        training: whether layers such as dropout are active.
        seed: the run's seed.
        step: the number of the step, from 0 over the whole run.
        first_row: the number of this chunk's first row within the batch.
        batch_rows: how many rows the whole batch has, where it is computed in several chunks.
        chunk: the number of this chunk.
        batch_sum: adds up an array over all chunks of the batch; None where there is only one.
        streams: gives random numbers.
    """

    training: bool = False
    seed: int = 0
    step: int = 0
    first_row: int = 0
    batch_rows: int | None = None
    chunk: int = 0
    batch_sum: Callable[[Array], Array] | None = None
    streams: Streams = field(default_factory=Streams)


class Context:
    """What a layer may ask for during one pass.

    Args:
        index: the layer's depth-first number in the model.
        moment: shared by all layers of one pass.
        input_gradient: whether backward has to give the gradient of the layer's input.
        children: the contexts of a container's layers, by name.
    """

    __slots__ = ("children", "index", "input_gradient", "moment")

    def __init__(self, index: int, moment: Moment, input_gradient: bool, children: dict[str, Context]) -> None:
        self.index = index
        self.moment = moment
        self.input_gradient = input_gradient
        self.children = children

    @property
    def training(self) -> bool:
        """Whether the pass is part of training."""
        return self.moment.training

    @property
    def keeps(self) -> bool:
        """Whether this chunk is the one that hands on what the whole batch gives, such as running statistics."""
        return self.moment.chunk == 0

    def batch_rows(self, rows: int) -> int:
        """How many rows the whole batch has, where this chunk has so many."""
        return rows if self.moment.batch_rows is None else self.moment.batch_rows

    def batch_sum(self, part: Array) -> Array:
        """The sum of an array over all chunks of the batch; what a layer asks whose rows depend on one another.

        A layer that does so says `mixes_samples`, and every chunk asks for the same sums in the same order.
        """
        return part if self.moment.batch_sum is None else self.moment.batch_sum(part)

    def random_bits(self, shape: Shape, kind: type[Word] = np.uint32) -> Array:
        """Uniform integers that depend on seed, step, layer and row, and not on how the batch was cut.

        Args:
            shape: (rows, ...).
            kind: of the integers; those of 16 bits take half as long.
        """
        moment = self.moment
        stream = moment.streams.stream(moment.seed, "layer", moment.step, self.index)
        return bits_by_row(stream, shape, moment.first_row, kind)


@dataclass(frozen=True)
class Layer(Registered):
    """The base of all layers: a pure function of parameters and input.

    A subclass names its hyperparameters as fields and overrides `forward`, and `output_shape` and `parameters` where
    the defaults (same shape, none) are not right. All shapes leave out the batch axis.
    """

    needs = ("forward",)

    sums_to_one: ClassVar[bool] = False  # whether a row of outputs is a distribution over classes
    mixes_samples: ClassVar[bool] = False  # whether, in training, a row's outputs depend on the other rows
    heavy_rows: ClassVar[bool] = False  # whether one row costs so much that a batch is worth sharing among threads
    compiled: ClassVar[bool] = False  # whether its last bits depend on numba, where it is installed
    chooses_largest: ClassVar[bool] = False  # whether an output is the largest of some inputs; a subclass says it anew
    in_order: ClassVar[tuple[str, ...]] = ()  # the fields of a container whose layers come one after another

    @property
    def output_range(self) -> tuple[float, float] | None:
        """Bounds of the outputs, where they have any; a class may set them as an attribute."""
        return None

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one output row.

        Raises:
            ShapeError: "wants ...", to be completed by the caller with what came.
        """
        return input_shape

    def parameters(self, input_shape: Shape) -> Tree:
        """The arrays that this layer wants, by name; a container gives a tree."""
        return {}

    def by_blas(self, input_shape: Shape, dtype: np.dtype[np.generic]) -> int:
        """Return how many of a row's multiply-adds are left to BLAS."""
        from nncli.nn.cost import multiply_adds  # which imports the layers

        return multiply_adds(self, input_shape)

    def children(self) -> Mapping[str, Layer]:
        """The layers inside a container, by name in the order of the forward pass."""
        return {}

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The outputs, and the function that takes their gradient back.

        backward(dy, g) ASSIGNS the gradient of every parameter to the arrays in `g` and returns the gradient of `x`,
        or None where `ctx.input_gradient` is false or there is none, as for whole numbers. It may overwrite `dy`.
        Neither changes `x` or `p`.

        To what is not trainable it assigns the new value where `ctx.keeps`, and otherwise zero, so that the chunks of
        a batch add up; that value is taken over after the step.
        """
        raise NotImplementedError


layer = LAYERS.register
