"""Layer normalization."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Gt

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Tree, layer
from nncli.nn.normalization import Normalization, scale_and_shift
from nncli.ops.row_sums import sum_rows


@layer("layer_norm")
@dataclass(frozen=True)
class LayerNorm(Normalization):
    """Normalize every row, or every position of it, to mean 0 and variance 1, whatever the other rows are.

    y = scale (x - mean) / sqrt(variance + epsilon) + shift, mean and biased variance over `axes`.
    With x_hat = (x - mean) / sigma, sigma the root, dy' = scale dy:
    dx = (dy' - mean of dy' - x_hat mean of dy' x_hat) / sigma,  dscale = sum of dy x_hat,  dshift = sum of dy

    Shape: (*, values) -> (*, values); scale and shift (values,), for axes: all (*, values)

    Args:
        axes: last normalizes every position over its channels, the default of Keras; all normalizes the row as a
            whole, as PyTorch does if its normalized_shape is that of the row. For flat rows both are the same.
        epsilon: added to the variance, above 0; 1e-5 as in PyTorch, where Keras has 1e-3.
        scale: whether to multiply by parameters, initially 1.
        shift: whether to add parameters, initially 0.

    Raises:
        ShapeError: if a single value is normalized, which would always become 0.
    Reference: Ba, Kiros and Hinton, arXiv:1607.06450 (2016).
    """

    axes: Literal["last", "all"] = "last"
    epsilon: Annotated[float, Gt(0)] = 1e-5
    scale: bool = True
    shift: bool = True

    def output_shape(self, input_shape: Shape) -> Shape:
        """The same shape."""
        if math.prod(self._normalized_shape(input_shape)) == 1:
            hint = "; axes: all would fit" if math.prod(input_shape) > 1 else ""
            raise ShapeError(f"wants two values or more to normalise (one alone always becomes 0){hint}")
        return input_shape

    def parameters(self, input_shape: Shape) -> Tree:
        """A scale and a shift for every value."""
        return scale_and_shift(self._normalized_shape(input_shape), scale=self.scale, shift=self.shift)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Normalize the values."""
        size = math.prod(self._normalized_shape(x.shape[1:]))
        ones = np.ones(size, x.dtype)  # sums are products with it, divided afterwards, so that equal values become 0
        rows = x.reshape(x.size // size, size)
        centred = rows - (np.dot(rows, ones) / size)[:, None]
        y = centred * centred
        inverse = 1 / np.sqrt(np.dot(y, ones) / size + self.epsilon)[:, None]  # (rows, 1)
        np.multiply(centred, inverse, out=y)
        if self.scale:
            y *= p["scale"].reshape(size)
        if self.shift:
            y += p["shift"].reshape(size)

        def backward(dy: Array, g: Tree) -> Array | None:
            dx = dy.reshape(rows.shape)
            product = dx * centred
            if self.shift:
                sum_rows(dx, out=g["shift"].reshape(size))
            if self.scale:
                np.dot(inverse[:, 0], product, out=g["scale"].reshape(size))
            if not ctx.input_gradient:
                return None
            share = p["scale"].reshape(size) / size if self.scale else ones / size
            along = np.dot(product, share)[:, None] * inverse**2
            mean = np.dot(dx, share)[:, None]
            if self.scale:
                dx *= p["scale"].reshape(size)
            dx -= mean
            dx -= np.multiply(centred, along, out=product)
            dx *= inverse
            return dx.reshape(dy.shape)

        return y.reshape(x.shape), backward

    def _normalized_shape(self, input_shape: Shape) -> Shape:
        """The shape of the axes that are normalized together."""
        return input_shape[-1:] if self.axes == "last" else input_shape
