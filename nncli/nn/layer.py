"""The base class of layers, and the specification of their parameters."""

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
        fan_out: number of outputs that one input contributes to.
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
    """Yield (full name, spec) of every parameter in layer order; an example of a full name is "0.dense.weight"."""
    for name, item in tree.items():
        if isinstance(item, dict):
            yield from leaves(item, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", item


@dataclass(frozen=True)
class Layer(Registered):
    """The base of all layers: frozen dataclasses of hyperparameters, without weights and without cached inputs.

    A subclass declares its hyperparameters as fields and overrides `forward`, which is a pure function of parameters
    and input. It overrides `output_shape` if the output shape differs from the input shape, and `parameters` if the
    layer has any. All shapes are those of one row, without the batch axis.

    Other properties that depend on the type of a layer are in separate modules: multiply-adds and memory in
    `nn.cost`, default initializers in `nn.default_initializers`, checks of raw inputs in `nn.input_check`, advice on
    shapes and batch sizes in `nn.shape_advice`, names that other libraries use in
    `nn.foreign_names`.
    """

    needs = ("forward",)

    sums_to_one: ClassVar[bool] = False  # whether every output row is a probability distribution over classes
    mixes_samples: ClassVar[bool] = False  # whether, in training, the outputs of a row depend on other rows
    in_order: ClassVar[tuple[str, ...]] = ()  # names of a container's fields that list layers to run in order

    @property
    def output_range(self) -> tuple[float, float] | None:
        """Lower and upper bound of the outputs, or None; a subclass may set it as a class attribute."""
        return None

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one output row.

        Raises:
            ShapeError: if the input shape does not fit; the message starts with "wants", and the caller appends the
                shape.
        """
        return input_shape

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of the parameters by name; those of a container are nested by layer."""
        return {}

    def children(self) -> Mapping[str, Layer]:
        """Return the layers inside a container by name, in the order of the forward pass."""
        return {}

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Return the outputs and the backward function.

        backward(dy, g) ASSIGNS the gradient of every parameter to the arrays in `g` and returns the gradient of `x`,
        or None if `ctx.input_gradient` is false or the input has no gradient (such as integers). It may overwrite `dy`.
        Neither forward nor backward changes `x` or `p`.

        For non-trainable parameters, backward assigns the new value if `ctx.updates_buffers` is true, and zero
        otherwise. The flag is true in exactly one shard of a batch, so the sum over the shards is the new value; the
        trainer stores it after the step.

        Args:
            p: the layer's parameters by name, views of the model's parameter vector.
            x: the input, (n, *input_shape).
            ctx: the context of the pass: training or inference, random numbers, sums over the whole batch.
        """
        raise NotImplementedError


layer = LAYERS.register
