"""What the convolutions share: their fields, their parameters and the way that their groups are computed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from nncli.core.compiling import compiles
from nncli.core.errors import ShapeError
from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape
from nncli.nn.bias import BIAS, sum_rows
from nncli.nn.compiled.suits import suits
from nncli.nn.grouped import convolve_in_groups
from nncli.nn.initializer import Initializer
from nncli.nn.layer import Backward, Context, Layer, ParameterSpec, Tree
from nncli.nn.windows import Padding, Size, Windows


@dataclass(frozen=True)
class Convolution(Layer):
    """Kernels over windows of an image, or of what `windows` makes one."""

    heavy_rows = True
    compiled = True

    filters: Annotated[int, Ge(1)]
    kernel_size: Size
    stride: Size = 1
    padding: Padding = "valid"
    dilation: Size = 1
    groups: Annotated[int, Ge(1)] = 1
    bias: bool = True
    initializer: Annotated[Initializer, INITIALIZERS] | None = None

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Filters that cannot be shared out among the groups."""
        if self.filters % self.groups:
            divisors, multiple = _choice(_divisors(self.filters)), self.groups * (self.filters // self.groups + 1)
            yield "groups", f"expected {divisors}, to divide the filters, or filters: {multiple}; got {self.groups}"

    def windows(self, input_shape: Shape) -> Windows:
        """The windows over inputs of that shape."""
        raise NotImplementedError

    def output_shape(self, input_shape: Shape) -> Shape:
        """One entry a window and filter."""
        windows, channels = self.windows(input_shape), input_shape[-1]
        if channels % self.groups:
            groups = _choice(_divisors(math.gcd(channels, self.filters)))
            raise ShapeError(f"wants a multiple of {self.groups} channels for its groups, or groups: {groups}")
        return (*windows.output[3 - len(input_shape) :], self.filters)

    def parameters(self, input_shape: Shape) -> Tree:
        """The kernels and one bias a filter."""
        size = self.windows(input_shape).window[3 - len(input_shape) :]
        channels, positions = input_shape[-1] // self.groups, math.prod(size)
        assert self.initializer is not None, "fill_initializers comes first"
        weight = ParameterSpec(
            (*size, channels, self.filters),
            self.initializer,
            positions * channels,
            positions * self.filters // self.groups,
        )
        return {"weight": weight} | (
            {"bias": ParameterSpec((self.filters,), *BIAS, decayed=False)} if self.bias else {}
        )

    def suits_compiler(self, input_shape: Shape, dtype: np.dtype[np.generic]) -> bool:
        """Whether the products are compiled, where numba is installed."""
        return self.groups == 1 and suits(self.windows(input_shape), self.filters, dtype)

    def by_blas(self, input_shape: Shape, dtype: np.dtype[np.generic]) -> int:
        """None where they are compiled."""
        own = type(self).forward is Convolution.forward
        compiled = own and compiles() and self.suits_compiler(input_shape, dtype)
        return 0 if compiled else super().by_blas(input_shape, dtype)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The kernels over the images, plus the bias."""
        shape, windows = x.shape, self.windows(x.shape[1:])
        images = x.reshape(len(x), *windows.input, shape[-1])
        kernel = (*windows.window, shape[-1] // self.groups, self.filters)
        weight = p["weight"].reshape(kernel)
        y, backward_of_images = convolve_in_groups(images, weight, windows, self.groups, p.get("bias"))
        outputs = y.shape  # (n, rows, columns, filters)

        def backward(dy: Array, g: Tree) -> Array | None:
            dy = np.ascontiguousarray(dy).reshape(outputs)
            if self.bias:
                sum_rows(dy.reshape(-1, self.filters), out=g["bias"])
            dx = backward_of_images(dy, g["weight"].reshape(kernel), ctx.input_gradient)
            return None if dx is None else dx.reshape(shape)

        return y.reshape(len(x), *outputs[5 - len(shape) :]), backward


def _divisors(number: int) -> list[int]:
    """In order; of a number beyond a million perhaps not all."""
    small = [divisor for divisor in range(1, min(math.isqrt(number), 1000) + 1) if number % divisor == 0]
    return sorted({*small, *(number // divisor for divisor in small)})


def _choice(numbers: list[int]) -> str:
    """Such as 1, 2 or 4."""
    *others, last = map(str, numbers)
    return f"{', '.join(others)} or {last}" if others else last
