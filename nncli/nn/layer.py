"""The base class of layers: a frozen dataclass of hyperparameters, without weights and without cached inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from nncli.core.checked import Registered
from nncli.core.registry import LAYERS
from nncli.core.types import Array, Shape
from nncli.nn.context import Context, PassState

if TYPE_CHECKING:
    from nncli.nn.initializer import Initializer

Tree: TypeAlias = dict[str, Any]  # arrays or parameter specs by name, nested like the layers
Backward: TypeAlias = Callable[[Array, Tree], "Array | None"]
InputCheck: TypeAlias = Callable[[Array], "tuple[int, str] | None"]
Moment = PassState  # the earlier name, for plugins

__all__ = ["Backward", "Context", "InputCheck", "Layer", "Moment", "ParameterSpec", "Tree", "layer", "leaves"]


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

    def children(self) -> Mapping[str, Layer]:
        """Return the layers inside a container by name, in the order of the forward pass."""
        return {}

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Return the outputs and the backward function.

        backward(dy, g) ASSIGNS the gradient of every parameter to the arrays in `g` and returns the gradient of `x`,
        or None if `ctx.input_gradient` is false or the input has no gradient, such as integers. It may overwrite `dy`.
        Neither function changes `x` or `p`.

        For non-trainable parameters it assigns the new value if `ctx.updates_buffers`, and otherwise zero, so that the
        shards of a batch add up; the trainer sets that value after the step.

        Args:
            p: the layer's parameters by name, views of the model's vector.
            x: (n, *input_shape).
            ctx: what else the pass depends on, such as whether it trains, and random numbers.
        """
        raise NotImplementedError


layer = LAYERS.register
