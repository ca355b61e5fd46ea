"""A sequence of layers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import MinLen

from nncli.core.registry import LAYERS
from nncli.core.types import Array, Shape
from nncli.nn.containers import forward_in_order, layers_by_name, parameters_in_order, shapes_in_order
from nncli.nn.default_initializers import fill_initializers
from nncli.nn.layer import Backward, Context, Layer, Tree, layer


@layer("sequential")
@dataclass(frozen=True)
class Sequential(Layer):
    """Apply layers one after another; a model is a sequential too.

    Shape: (*) -> shape of the last layer's output

    Args:
        layers: the layers, in order.
    """

    in_order = ("layers",)

    layers: Annotated[tuple[Annotated[Layer, LAYERS], ...], MinLen(1)]

    def children(self) -> dict[str, Layer]:
        """Return the layers by name (INDEX.TYPE)."""
        return layers_by_name(self.layers)

    def shapes(self, input_shape: Shape) -> list[Shape]:
        """Return the input shape, followed by the output shape of every layer.

        Raises:
            ShapeError: if a layer does not fit its input; the message names the layer and the shape of its input.
        """
        return shapes_in_order(self.layers, input_shape)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the output shape of the last layer."""
        return self.shapes(input_shape)[-1]

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the parameters of the layers by name (INDEX.TYPE)."""
        return parameters_in_order(self.layers, input_shape)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Run all layers in order."""
        return forward_in_order(self.layers, p, x, ctx)


def layers_of(values: Iterable[Any]) -> Sequential:
    """Build a model from layers given as objects, names or mappings, with default initializers filled in.

    Raises:
        ConfigError: listing every invalid field.
    """
    model = Sequential(layers=tuple(values))
    return Sequential(layers=tuple(fill_initializers(model.layers)))
