"""Fully connected layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer
from nncli.nn.initializers.zeros import Zeros
from nncli.nn.layer import Backward, Context, Layer, ParameterSpec, Tree, layer
from nncli.ops.row_sums import sum_rows


@layer("dense", "fc")
@dataclass(frozen=True)
class Dense(Layer):
    """Fully connected layer; rows with several axes are flattened first.

    y = x @ W + b
    dW = x^T @ dy,  db = sum of dy over the rows,  dx = dy @ W^T

    Shape: (*) -> (units,); weight (in, units) with in = the product of *, bias (units,)

    Args:
        units: number of outputs, at least 1.
        bias: whether to add the bias b, initially zero.
        initializer: initializer of the weights, with fan_in = in and fan_out = units; default he before relu-like
            activations, lecun before selu, otherwise xavier.
    """

    units: Annotated[int, Ge(1)]
    bias: bool = True
    initializer: Annotated[Initializer, INITIALIZERS] | None = None

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return one axis of `units`."""
        return (self.units,)

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of the weights and the bias."""
        fan_in = math.prod(input_shape)
        assert self.initializer is not None, "call fill_initializers first"
        tree: Tree = {"weight": ParameterSpec((fan_in, self.units), self.initializer, fan_in, self.units)}
        return tree | ({"bias": ParameterSpec((self.units,), Zeros(), decayed=False)} if self.bias else {})

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Multiply by the weights and add the bias."""
        W = p["weight"]
        shape = x.shape
        if len(shape) != 2:
            x = x.reshape(shape[0], W.shape[0])
        y: Array = x.dot(W)  # (n, units); a call of np.dot takes longer
        if self.bias:
            y += p["bias"]

        def backward(dy: Array, g: Tree) -> Array | None:
            x.T.dot(dy, out=g["weight"])
            if self.bias:
                sum_rows(dy, out=g["bias"])
            if not ctx.input_gradient:
                return None
            dx: Array = dy.dot(W.T)
            return dx if len(shape) == 2 else dx.reshape(shape)

        return y, backward
