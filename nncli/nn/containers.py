"""Shapes, parameters, and forward and backward passes of containers, which run layers one after another."""

from __future__ import annotations

from collections.abc import Sequence

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Layer, Tree


def layers_by_name(layers: Sequence[Layer]) -> dict[str, Layer]:
    """Return the layers by name, INDEX.TYPE."""
    return {f"{index}.{item.type_name}": item for index, item in enumerate(layers)}


def shapes_in_order(layers: Sequence[Layer], input_shape: Shape) -> list[Shape]:
    """Return the input shape, followed by the output shape of every layer.

    Raises:
        ShapeError: if a layer does not fit its input; the message names the layer and the shape of its input.
    """
    shapes = [input_shape]
    for index, item in enumerate(layers):
        try:
            shapes.append(item.output_shape(shapes[-1]))
        except ShapeError as error:
            before = f"{index - 1}.{layers[index - 1].type_name} gives" if index else "the input has the shape"
            raise ShapeError(f"{index}.{item.type_name} {error}, but {before} {shapes[-1]}") from None
    return shapes


def parameters_in_order(layers: Sequence[Layer], input_shape: Shape) -> Tree:
    """Return the parameter specs of all layers, nested by INDEX.TYPE."""
    shapes = shapes_in_order(layers, input_shape)
    return {
        name: item.parameters(shape)
        for (name, item), shape in zip(layers_by_name(layers).items(), shapes[:-1], strict=True)
    }


def forward_in_order(layers: Sequence[Layer], p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
    """Return the output of the last layer and the backward function through all layers.

    The parameters in `p`, the contexts in `ctx`, and the gradients in `g` of the backward function are keyed by
    INDEX.TYPE.
    """
    names = list(layers_by_name(layers))
    backwards = []
    for name, item in zip(names, layers, strict=True):
        x, backward = item.forward(p[name], x, ctx.children[name])
        backwards.append(backward)

    def backward_all(dy: Array, g: Tree) -> Array | None:
        gradient: Array | None = dy
        for name, backward in zip(reversed(names), reversed(backwards), strict=True):
            if gradient is None:
                break
            gradient = backward(gradient, g[name])
        return gradient

    return x, backward_all
