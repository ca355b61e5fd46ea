"""From one arrangement of axes to another."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, MinLen

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Layer, Tree, layer

OPEN = -1  # stands for the size that makes the product right


@layer("reshape")
@dataclass(frozen=True)
class Reshape(Layer):
    """The same values in other axes, the last axis running fastest before and after.

    Shape: (*) -> shape, whose product is that of *

    Args:
        shape: of one row, such as [28, 28, 1]; one size may be -1, which is what the others leave.

    Raises:
        ShapeError: where the products differ.
    """

    shape: Annotated[tuple[Annotated[int, Ge(OPEN)], ...], MinLen(1)]

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """A size of 0, or two that are left open."""
        if 0 in self.shape or self.shape.count(OPEN) > 1:
            yield "shape", f"expected sizes of at least 1, one of which may be -1; got {list(self.shape)}"

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape, its open size filled."""
        size, known = math.prod(input_shape), abs(math.prod(self.shape))
        left, rest = divmod(size, known)
        if rest or (OPEN not in self.shape and left != 1):
            wanted = f"a multiple of {known}" if OPEN in self.shape else f"{known}"
            raise ShapeError(f"wants {wanted} values a row for its shape {list(self.shape)}")
        return tuple(left if length == OPEN else length for length in self.shape)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The input, reshaped."""
        shape = x.shape
        return x.reshape(shape[0], *self.output_shape(shape[1:])), lambda dy, g: dy.reshape(shape)
