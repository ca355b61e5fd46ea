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
    """Layer normalization: normalize every row or position to mean 0 and variance 1, then scale and shift.

    xhat = (x - mean) / sigma,  sigma = sqrt(variance + epsilon),  y = scale * xhat + shift
    dscale = sum(dy * xhat),  dshift = sum(dy),  dx = (dy' - mean(dy') - xhat * mean(dy' * xhat)) / sigma,
        dy' = scale * dy

    The mean and the biased variance are taken over `axes`.

    Shape: (*, channels) -> (*, channels); scale and shift (channels,), with axes: all (*, channels)

    Args:
        axes: last (normalize every position over its channels, the default in Keras) or all (normalize every row as a
            whole, like PyTorch if normalized_shape is the shape of a row).
        epsilon: added to the variance, above 0; the default is as in PyTorch; Keras's default is 1e-3.
        scale: whether to multiply by trainable parameters, initially 1.
        shift: whether to add trainable parameters, initially 0.

    Raises:
        ShapeError: if only one value is normalized, since the result would always be 0.
    Reference: Ba, Kiros and Hinton, arXiv:1607.06450 (2016).
    """

    axes: Literal["last", "all"] = "last"
    epsilon: Annotated[float, Gt(0)] = 1e-5
    scale: bool = True
    shift: bool = True

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the input shape."""
        if math.prod(self._normalized_shape(input_shape)) == 1:
            hint = "; axes: all would fit" if math.prod(input_shape) > 1 else ""
            raise ShapeError(f"wants two values or more to normalize (a single value is always normalized to 0){hint}")
        return input_shape

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of scale and shift, one of each per normalized value."""
        return scale_and_shift(self._normalized_shape(input_shape), scale=self.scale, shift=self.shift)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Normalize, then scale and shift."""
        size = math.prod(self._normalized_shape(x.shape[1:]))
        # a product with ones is a sum; the division comes after it, so that equal values become exactly 0
        ones = np.ones(size, x.dtype)
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
            weight = p["scale"].reshape(size) / size if self.scale else ones / size
            along = np.dot(product, weight)[:, None] * inverse**2
            mean = np.dot(dx, weight)[:, None]
            if self.scale:
                dx *= p["scale"].reshape(size)
            dx -= mean
            dx -= np.multiply(centred, along, out=product)
            dx *= inverse
            return dx.reshape(dy.shape)

        return y.reshape(x.shape), backward

    def _normalized_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the axes that are normalized together."""
        return input_shape[-1:] if self.axes == "last" else input_shape
