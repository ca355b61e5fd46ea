"""The base class of the convolution layers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from nncli.core.errors import ShapeError
from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape
from nncli.nn.convolution.divisors import divisors_in_words
from nncli.nn.initializer import Initializer
from nncli.nn.initializers.zeros import Zeros
from nncli.nn.layer import Backward, Context, Layer, ParameterSpec, Tree
from nncli.nn.window_fields import Padding, Size
from nncli.ops import current_ops
from nncli.ops.row_sums import sum_rows
from nncli.ops.windows import Windows


@dataclass(frozen=True)
class Convolution(Layer):
    """The base of convolution layers; a sequence is convolved as an image of height 1."""

    filters: Annotated[int, Ge(1)]
    kernel_size: Size
    stride: Size = 1
    padding: Padding = "valid"
    dilation: Size = 1
    groups: Annotated[int, Ge(1)] = 1
    bias: bool = True
    initializer: Annotated[Initializer, INITIALIZERS] | None = None

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Refuse a number of groups that does not divide the filters."""
        if self.filters % self.groups:
            divisors, multiple = divisors_in_words(self.filters), self.groups * (self.filters // self.groups + 1)
            yield "groups", f"expected a divisor of filters ({divisors}), or filters: {multiple}; got {self.groups}"

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over an input of this shape."""
        raise NotImplementedError

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the number of windows along every axis, and the number of filters."""
        windows, channels = self.windows(input_shape), input_shape[-1]
        if channels % self.groups:
            groups = divisors_in_words(math.gcd(channels, self.filters))
            raise ShapeError(f"wants channels divisible into {self.groups} groups, or groups: {groups}")
        return (*windows.output[3 - len(input_shape) :], self.filters)

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of the kernel and the bias."""
        size = self.windows(input_shape).window[3 - len(input_shape) :]
        channels, positions = input_shape[-1] // self.groups, math.prod(size)
        assert self.initializer is not None, "call fill_initializers first"
        weight = ParameterSpec(
            (*size, channels, self.filters),
            self.initializer,
            positions * channels,
            positions * self.filters // self.groups,
        )
        return {"weight": weight} | (
            {"bias": ParameterSpec((self.filters,), Zeros(), decayed=False)} if self.bias else {}
        )

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Convolve the input and add the bias."""
        shape, windows = x.shape, self.windows(x.shape[1:])
        images = x.reshape(len(x), *windows.input, shape[-1])
        kernel = (*windows.window, shape[-1] // self.groups, self.filters)
        weight = p["weight"].reshape(kernel)
        y, convolution_backward = current_ops().convolve(images, weight, windows, self.groups, p.get("bias"))
        outputs = y.shape  # (n, rows, columns, filters)

        def backward(dy: Array, g: Tree) -> Array | None:
            dy = np.ascontiguousarray(dy).reshape(outputs)
            if self.bias:
                sum_rows(dy.reshape(-1, self.filters), out=g["bias"])
            dx = convolution_backward(dy, g["weight"].reshape(kernel), ctx.input_gradient)
            return None if dx is None else dx.reshape(shape)

        return y.reshape(len(x), *outputs[5 - len(shape) :]), backward
