"""The base class of layers: a frozen dataclass of hyperparameters, without weights and without cached inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from nncli.core.checked import Registered
from nncli.core.randomness import Streams, Word, bits_by_row
from nncli.core.registry import LAYERS
from nncli.core.types import Array, Shape

if TYPE_CHECKING:
    from nncli.nn.initializer import Initializer

Tree: TypeAlias = dict[str, Any]  # arrays or parameter specs by name, nested like the layers
Backward: TypeAlias = Callable[[Array, Tree], "Array | None"]
InputCheck: TypeAlias = Callable[[Array], "tuple[int, str] | None"]


@dataclass(frozen=True)
class ParameterSpec:
    """The specification of one array of parameters.

    Args:
        shape: shape of the array.
        initializer: sets the initial values.
        fan_in: number of inputs that one output sums over.
        fan_out: number of outputs that one input goes to.
        trainable: whether the optimizer updates it; False for buffers such as running statistics.
        decayed: whether weight decay applies; False for biases and the parameters of normalization.
    """

    shape: Shape
    initializer: Initializer
    fan_in: int = 1
    fan_out: int = 1
    trainable: bool = True
    decayed: bool = True


def leaves(tree: Tree, prefix: str = "") -> Iterator[tuple[str, ParameterSpec]]:
    """Yield the specs of a tree by full name, such as "0.dense.weight", in the order of the layers."""
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

    A subclass declares its hyperparameters as fields and overrides `forward`, and `output_shape` and `parameters`
    unless the defaults (same shape, no parameters) apply. Shapes are those of one row, without the batch axis.

    What else depends on the type of a layer stands beside the layers: multiply-adds and memory in `nn.cost`, default
    initializers in `nn.default_initializers`, checks of raw inputs in `nn.input_check`, advice on shapes and batch
    sizes in `nn.shape_advice`, names of other libraries in `nn.foreign_names`.
    """

    needs = ("forward",)

    sums_to_one: ClassVar[bool] = False  # whether an output row is a distribution over classes
    mixes_samples: ClassVar[bool] = False  # whether outputs of a row depend on other rows in training
    heavy_rows: ClassVar[bool] = False  # whether one row costs so much that a batch is worth sharing among threads
    compiled: ClassVar[bool] = False  # whether its last bits depend on numba, where it is installed
    chooses_largest: ClassVar[bool] = False  # whether an output is the largest of some inputs; a subclass says it anew
    in_order: ClassVar[tuple[str, ...]] = ()  # fields of a container that hold layers in sequence

    @property
    def output_range(self) -> tuple[float, float] | None:
        """Bounds of the outputs, or None; a subclass may set them as a class attribute."""
        return None

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one output row.

        Raises:
            ShapeError: "wants ..."; the caller adds the shape that it got.
        """
        return input_shape

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of the parameters by name; of a container, nested by layer."""
        return {}

    def by_blas(self, input_shape: Shape, dtype: np.dtype[np.generic]) -> int:
        """Return how many of a row's multiply-adds are left to BLAS."""
        from nncli.nn.cost import multiply_adds  # which imports the layers

        return multiply_adds(self, input_shape)

    def children(self) -> Mapping[str, Layer]:
        """Return the layers inside a container by name, in the order of the forward pass."""
        return {}

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Return the outputs and the backward function.

        backward(dy, g) ASSIGNS the gradient of every parameter to the arrays in `g` and returns the gradient of `x`,
        or None if `ctx.input_gradient` is false or the input has no gradient, such as integers. It may overwrite `dy`.
        Neither function changes `x` or `p`.

        For non-trainable parameters it assigns the new value if `ctx.keeps`, and otherwise zero, so that the chunks of
        a batch add up; the trainer sets that value after the step.

        Args:
            p: the layer's parameters by name, views of the model's vector.
            x: (n, *input_shape).
            ctx: what else the pass depends on, such as whether it trains, and random numbers.
        """
        raise NotImplementedError


layer = LAYERS.register
