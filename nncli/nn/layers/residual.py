"""Residual block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import MinLen

from nncli.core.errors import ShapeError
from nncli.core.registry import INITIALIZERS, LAYERS
from nncli.core.types import Array, Shape
from nncli.nn.containers import forward_in_order, layers_by_name, parameters_in_order, shapes_in_order
from nncli.nn.initializer import Initializer
from nncli.nn.layer import Backward, Context, Layer, ParameterSpec, Tree, layer


@layer("residual")
@dataclass(frozen=True)
class Residual(Layer):
    """Residual block: add the input, through a shortcut, to the output of the layers.

    y = f(x) + s(x),  dx = f'(x)^T @ dy + s'(x)^T @ dy

    By default the shortcut s is the identity if the layers keep the shape. Otherwise it is a projection of the
    channels, x[::stride, ::stride] @ P: a strided 1x1 convolution without bias, option B of the paper.

    Shape: (*) -> shape of f(x); projection (input channels, output channels)

    Args:
        layers: the layers of f, in order.
        shortcut: the layer s, or a sequential of several layers; default identity or projection.
        initializer: initializer of the projection, with fan_in = input channels and fan_out = output channels; default
            he before relu-like activations, lecun before selu, otherwise xavier.

    Raises:
        ShapeError: if the shapes of f(x) and s(x) differ and no strided projection makes them equal.
    Reference: He et al., CVPR 2016.
    """

    in_order = ("layers",)

    layers: Annotated[tuple[Annotated[Layer, LAYERS], ...], MinLen(1)]
    shortcut: Annotated[Layer, LAYERS] | None = None
    initializer: Annotated[Initializer, INITIALIZERS] | None = None

    def children(self) -> Mapping[str, Layer]:
        """Return the layers by name (INDEX.TYPE), and the shortcut if there is one."""
        return layers_by_name(self.layers) | ({} if self.shortcut is None else {"shortcut": self.shortcut})

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the output shape of the last layer."""
        output = shapes_in_order(self.layers, input_shape)[-1]
        if self.shortcut is not None:
            around = self.shortcut.output_shape(input_shape)
            if around != output:
                raise ShapeError(f"wants a shortcut that outputs {output} like its layers, not {around}")
        else:
            _strides(input_shape, output)
        return output

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the parameters of the layers by name (INDEX.TYPE), and those of the shortcut or the projection."""
        tree = parameters_in_order(self.layers, input_shape)
        if self.shortcut is not None:
            return tree | {"shortcut": self.shortcut.parameters(input_shape)}
        output = self.output_shape(input_shape)
        if output == input_shape:
            return tree
        channels = input_shape[-1], output[-1]
        assert self.initializer is not None, "call fill_initializers first"
        return tree | {"projection": ParameterSpec(channels, self.initializer, *channels)}

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Return the sum of the outputs of the layers and the shortcut."""
        f, backward_f = forward_in_order(self.layers, p, x, ctx)
        s, backward_s = self._forward_shortcut(p, x, f.shape[1:], ctx)
        y = f + s

        def backward(dy: Array, g: Tree) -> Array | None:
            dx = backward_f(dy.copy(), g)  # a copy, since backward_f may overwrite its argument
            other = backward_s(dy, g)
            return None if dx is None or other is None else np.add(dx, other)

        return y, backward

    def _forward_shortcut(self, p: Tree, x: Array, output: Shape, ctx: Context) -> tuple[Array, Backward]:
        if self.shortcut is not None:
            y, backward = self.shortcut.forward(p["shortcut"], x, ctx.children["shortcut"])
            return y, lambda dy, g: backward(dy, g["shortcut"])
        if "projection" not in p:
            return x, lambda dy, g: dy
        return _project(p["projection"], x, output, ctx)


def _strides(shape: Shape, output: Shape) -> tuple[int, ...]:
    """Return the strides of the projection from one shape to the other.

    Raises:
        ShapeError: if no strides lead from one shape to the other.
    """
    fault = f"wants layers that keep the shape of the input or divide it by strides (they output {output})"
    if len(shape) != len(output):
        raise ShapeError(fault)
    strides = tuple(-(-before // after) for before, after in zip(shape[:-1], output[:-1], strict=True))
    if any(-(-n // s) != m for n, s, m in zip(shape[:-1], strides, output[:-1], strict=True)):
        raise ShapeError(fault)
    return strides


def _project(P: Array, x: Array, output: Shape, ctx: Context) -> tuple[Array, Backward]:
    """Multiply every stride-th position by the matrix P: (n, *, input channels) -> (n, *output)."""
    index = (slice(None), *(slice(None, None, s) for s in _strides(x.shape[1:], output)))
    taken = x[index].reshape(-1, P.shape[0])  # (positions, input channels)
    y = np.dot(taken, P).reshape(len(x), *output)

    def backward(dy: Array, g: Tree) -> Array | None:
        flat = dy.reshape(-1, P.shape[1])
        np.dot(taken.T, flat, out=g["projection"])
        if not ctx.input_gradient:
            return None
        dx = np.zeros_like(x)
        dx[index] = np.dot(flat, P.T).reshape(len(x), *output[:-1], P.shape[0])
        return dx

    return y, backward
