"""Reshape."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, MinLen

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Layer, Tree, layer

INFERRED = -1  # stands for a size that is inferred from the others


@layer("reshape")
@dataclass(frozen=True)
class Reshape(Layer):
    """Reshape every row, in C order (the last axis varies fastest).

    Shape: (*) -> shape, with the same product

    Args:
        shape: shape of one output row, such as [28, 28, 1]; one size may be -1, to be inferred from the others.

    Raises:
        ShapeError: if the shape and the input do not have the same number of values.
    """

    shape: Annotated[tuple[Annotated[int, Ge(INFERRED)], ...], MinLen(1)]

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Refuse a size of 0, or two inferred sizes."""
        if 0 in self.shape or self.shape.count(INFERRED) > 1:
            yield "shape", f"expected sizes of at least 1, one of which may be -1; got {list(self.shape)}"

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape, with the inferred size filled in."""
        size, known = math.prod(input_shape), abs(math.prod(self.shape))
        left, rest = divmod(size, known)
        if rest or (INFERRED not in self.shape and left != 1):
            wanted = f"a multiple of {known}" if INFERRED in self.shape else f"{known}"
            raise ShapeError(f"wants {wanted} values per row for its shape {list(self.shape)}")
        return tuple(left if length == INFERRED else length for length in self.shape)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Reshape the input."""
        shape = x.shape
        return x.reshape(shape[0], *self.output_shape(shape[1:])), lambda dy, g: dy.reshape(shape)
