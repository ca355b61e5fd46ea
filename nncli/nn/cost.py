"""The cost of a layer: multiply-adds of its forward pass, and memory that it needs for the backward pass.

Both numbers are computed by functions that are registered for the type of the layer; subclasses inherit them. A layer
from a plugin may define the methods `multiply_adds(input_shape)` and `kept(input_shape)`, the number of saved
values, instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import cast

from nncli.core.types import Shape
from nncli.nn.containers import shapes_in_order
from nncli.nn.convolution import Convolution
from nncli.nn.layer import Layer, leaves
from nncli.nn.layers.embedding import Embedding
from nncli.nn.layers.residual import Residual
from nncli.nn.layers.sequential import Sequential
from nncli.nn.normalization import Normalization
from nncli.nn.recurrent.recurrent_layer import Recurrent


def multiply_adds(layer: Layer, input_shape: Shape) -> int:
    """Return the number of multiply-adds of one row's forward pass; the backward pass takes about twice as many.

    Only products with weights count; products in activations, pooling and normalization do not.
    """
    own = _method(layer, "multiply_adds")
    return own(input_shape) if own else _multiply_adds(layer, input_shape)


def saved_values(layer: Layer, input_shape: Shape) -> int:
    """Return how many numbers per row a layer saves for its backward pass, besides its input and output."""
    own = _method(layer, "kept")
    return own(input_shape) if own else _saved_values(layer, input_shape)


def _method(layer: Layer, name: str) -> Callable[[Shape], int] | None:
    """Return the method of this name if the layer (from a plugin) defines it, otherwise None."""
    own = getattr(layer, name, None)
    return cast("Callable[[Shape], int]", own) if callable(own) else None


@singledispatch
def _multiply_adds(layer: Layer, input_shape: Shape) -> int:
    """Count every weight once, but no biases or other vectors."""
    return sum(math.prod(spec.shape) for _, spec in leaves(layer.parameters(input_shape)) if len(spec.shape) > 1)


_default = _multiply_adds.dispatch(object)


@_multiply_adds.register
def _(layer: Convolution, input_shape: Shape) -> int:
    """Count every weight once per window."""
    return math.prod(layer.windows(input_shape).output) * _default(layer, input_shape)


@_multiply_adds.register
def _(layer: Recurrent, input_shape: Shape) -> int:
    """Count every weight once per step."""
    return input_shape[0] * _default(layer, input_shape)


@_multiply_adds.register(Embedding)
@_multiply_adds.register(Normalization)
def _(layer: Layer, input_shape: Shape) -> int:
    """Return 0: an embedding only looks up vectors, and normalization is elementwise, like an activation."""
    return 0


@_multiply_adds.register
def _(layer: Sequential, input_shape: Shape) -> int:
    return _in_order(layer.layers, input_shape)


@_multiply_adds.register
def _(layer: Residual, input_shape: Shape) -> int:
    """Add the multiply-adds of the layers and of the shortcut, or of the projection at every output position."""
    body, output = _in_order(layer.layers, input_shape), layer.output_shape(input_shape)
    if layer.shortcut is not None:
        return body + multiply_adds(layer.shortcut, input_shape)
    return body + (0 if output == input_shape else math.prod(output) * input_shape[-1])


def _in_order(layers: Sequence[Layer], input_shape: Shape) -> int:
    shapes = shapes_in_order(layers, input_shape)
    return sum(multiply_adds(item, shape) for item, shape in zip(layers, shapes[:-1], strict=True))


@singledispatch
def _saved_values(layer: Layer, input_shape: Shape) -> int:
    return 0


@_saved_values.register
def _(layer: Normalization, input_shape: Shape) -> int:
    """Count the centred input."""
    return math.prod(input_shape)


@_saved_values.register
def _(layer: Recurrent, input_shape: Shape) -> int:
    """Count the gates and two states of every step, and the gradients of these values."""
    return input_shape[0] * layer.units * 2 * (layer.gates + 2)
