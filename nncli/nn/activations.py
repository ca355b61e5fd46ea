"""Activations: layers without parameters, element by element, and softmax."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Layer, Tree, layer

activation = layer  # registered beside the layers: both stand in `model`


@dataclass(frozen=True)
class Activation(Layer):
    """The base of all activations."""


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), with the exponential of negative numbers only, so that nothing overflows."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, z.dtype.type(1), e) / (1 + e)


def softmax(z: Array) -> Array:
    """exp(z) / sum(exp(z)) over the last axis, shifted by the largest entry, so that nothing overflows."""
    if z.size == 0:
        return z.copy()
    y: Array = np.subtract(z, z.max(axis=-1, keepdims=True))
    np.exp(y, out=y)
    y /= y.sum(axis=-1, keepdims=True)
    return y


@activation("linear")
@dataclass(frozen=True)
class Linear(Activation):
    """y = x.

    Shape: (*) -> (*)
    """

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The input as it is."""
        return x, lambda dy, g: dy


@activation("relu")
@dataclass(frozen=True)
class ReLU(Activation):
    """y = max(x, 0); its derivative at 0 is taken as 0.

    Shape: (*) -> (*)
    Reference: Nair and Hinton, ICML 2010.
    """

    output_range = (0.0, math.inf)
    advised_initializer = "he"

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The positive part."""
        y = np.maximum(x, 0)
        return y, lambda dy, g: np.multiply(dy, y > 0, out=dy)


@activation("sigmoid")
@dataclass(frozen=True)
class Sigmoid(Activation):
    """y = 1 / (1 + exp(-x)); dy/dx = y (1 - y).

    Shape: (*) -> (*), in [0, 1]
    """

    output_range = (0.0, 1.0)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The logistic function."""
        y = sigmoid(x)
        return y, lambda dy, g: dy * (y * (1 - y))


@activation("tanh")
@dataclass(frozen=True)
class Tanh(Activation):
    """y = tanh(x); dy/dx = 1 - y^2.

    Shape: (*) -> (*), in [-1, 1]
    """

    output_range = (-1.0, 1.0)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The hyperbolic tangent."""
        y = np.tanh(x)
        return y, lambda dy, g: dy * (1 - y * y)


@activation("softmax")
@dataclass(frozen=True)
class Softmax(Activation):
    """y_i = exp(x_i) / sum_j exp(x_j) over the last axis; dx = y (dy - sum_j dy_j y_j).

    Shape: (*, classes) -> (*, classes), each row a probability
    Raises:
        ShapeError: for a single unit, whose softmax is always 1.
    """

    output_range = (0.0, 1.0)
    sums_to_one = True

    def output_shape(self, input_shape: Shape) -> Shape:
        """The same shape."""
        if input_shape[-1] == 1:
            raise ShapeError("wants two units or more (one unit gives 1 whatever comes in; use sigmoid)")
        return input_shape

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Probabilities over the last axis."""
        y = softmax(x)
        return y, lambda dy, g: y * (dy - (dy * y).sum(axis=-1, keepdims=True))
