"""What a layer is: a frozen dataclass of hyperparameters that owns no weights and remembers no input."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from nncli.core.fields import Registered
from nncli.core.registry import LAYERS
from nncli.core.types import Array, Shape
from nncli.nn.context import Context, PassState

if TYPE_CHECKING:
    from nncli.nn.initializer import Initializer

Tree: TypeAlias = dict[str, Any]  # arrays or specs by name, nested as the layers are
Backward: TypeAlias = Callable[[Array, Tree], "Array | None"]
InputCheck: TypeAlias = Callable[[Array], "tuple[int, str] | None"]
Moment = PassState  # the earlier name, for plugins

__all__ = ["Backward", "Context", "InputCheck", "Layer", "Moment", "ParameterSpec", "Tree", "layer", "leaves"]


@dataclass(frozen=True)
class ParameterSpec:
    """One array that a layer wants.

    Args:
        shape: its shape.
        initializer: what fills it before training.
        fan_in: number of inputs that one output sums over.
        fan_out: number of outputs that one input goes to.
        trainable: whether the optimizer changes it; otherwise it is a buffer, such as running statistics.
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


@dataclass(frozen=True)
class Layer(Registered):
    """The base of all layers: a pure function of parameters and input.

    A subclass names its hyperparameters as fields and overrides `forward`, and `output_shape` and `parameters` where
    the defaults (same shape, none) are not right. All shapes leave out the batch axis.
    """

    needs = ("forward",)

    stray_keys: ClassVar[Mapping[str, str]] = {
        "activation": "an activation is a layer of its own; write it as the next one, such as - relu",
        "kernel_regularizer": "it belongs under training for all layers, as training.penalty",
        **dict.fromkeys(("input_shape", "input_dim"), "leave it out; the shape comes from the data"),
    }
    known_elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("Input", "InputLayer"), "leave it out; the shape comes from the data"),
        "Activation": "write the name of the activation, such as - relu",
    }

    sums_to_one: ClassVar[bool] = False  # whether a row of outputs is a distribution over classes
    mixes_samples: ClassVar[bool] = False  # whether, in training, a row's outputs depend on the other rows
    shape_hint: ClassVar[str] = ""  # what helps, of a container, where what is in it gives a shape that does not fit
    in_order: ClassVar[tuple[str, ...]] = ()  # the fields of a container whose layers come one after another
    advised_initializer: ClassVar[str | None] = None  # for the weights before it; set by activations

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

    def batch_fault(self, input_shape: Shape, rows: int) -> str | None:
        """Why a layer cannot be trained on batches of so many rows, or None; for layers that mix them."""
        return None

    def parameters(self, input_shape: Shape) -> Tree:
        """The arrays that this layer wants, by name; a container gives a tree."""
        return {}

    def multiply_adds(self, input_shape: Shape) -> int:
        """How many products with a weight one row takes going forward; going back takes about twice as many."""
        return sum(math.prod(spec.shape) for _, spec in leaves(self.parameters(input_shape)) if len(spec.shape) > 1)

    def input_check(self) -> InputCheck | None:
        """What looks for a row that cannot be taken; None where any row of numbers can, as for most layers.

        It gets rows (n, *) as the network does and gives the number of the first that is wrong and what is wrong with
        it, or None. A layer that has one takes the data themselves: it comes first, inside of containers too, and has
        no gradient for its input.
        """
        return None

    def kept(self, input_shape: Shape) -> int:
        """How many numbers of one row it keeps until its gradient is known, besides what comes in and what it gives."""
        return 0

    def children(self) -> Mapping[str, Layer]:
        """The layers inside a container, by name in the order of the forward pass."""
        return {}

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The outputs, and the function that takes their gradient back.

        backward(dy, g) ASSIGNS the gradient of every parameter to the arrays in `g` and returns the gradient of `x`,
        or None where `ctx.input_gradient` is false or there is none, as for whole numbers. It may overwrite `dy`.
        Neither changes `x` or `p`.

        To non-trainable parameters it assigns the new value where `ctx.updates_buffers`, and otherwise zero, so that
        the shards of a batch add up; the network takes that value over after the step.
        """
        raise NotImplementedError


layer = LAYERS.register
