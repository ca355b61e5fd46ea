"""Vectors that are learnt for whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer
from nncli.nn.initializers.normal import Normal
from nncli.nn.layer import Backward, Context, Layer, ParameterSpec, Tree, layer

FEW_ENTRIES = 64  # up to here the gradient is a product with one-hot rows, beyond it a sum over sorted rows
STANDARD = Normal(std=1)


@layer("embedding")
@dataclass(frozen=True)
class Embedding(Layer):
    """A vector for every whole number from 0 to entries - 1, such as the numbers of words: the rows of a matrix.

    y[..., :] = W[x[...], :];  dW[k, :] = sum of dy[..., :] over all places where x[...] = k; x has no gradient

    It takes the numbers of the data themselves, so it comes first and without scale_inputs.

    Shape: (*) -> (*, units); weight (entries, units)

    Args:
        entries: how many different whole numbers there are, at least 1; in float32 numbers have to be below 2^24.
        units: length of a vector, at least 1.
        initializer: of the vectors, with fan_in = 1 and fan_out = units; default normal with std 1, as in PyTorch, so
            that what comes next gets inputs as if they were standardised (Keras begins within 0.05 of 0).
    """

    entries: Annotated[int, Ge(1)]
    units: Annotated[int, Ge(1)]
    initializer: Annotated[Initializer, INITIALIZERS] = STANDARD

    def output_shape(self, input_shape: Shape) -> Shape:
        """One more axis."""
        return (*input_shape, self.units)

    def parameters(self, input_shape: Shape) -> Tree:
        """The vectors."""
        return {"weight": ParameterSpec((self.entries, self.units), self.initializer, 1, self.units)}

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The rows of those numbers."""
        numbers = x.astype(np.intp)  # (n, *)
        y = p["weight"].take(numbers, axis=0)  # (n, *, units)

        def backward(dy: Array, g: Tree) -> Array | None:
            _sum_by_number(numbers.ravel(), dy.reshape(numbers.size, self.units), out=g["weight"])
            return None

        return y, backward


def _sum_by_number(numbers: Array, rows: Array, out: Array) -> None:
    """The sum of the rows of every number; in a fixed order, so that it has the same bits every time.

    Args:
        numbers: (m,) below the length of `out`.
        rows: (m, units).
        out: (entries, units), overwritten.
    """
    if len(out) <= FEW_ENTRIES:
        one_hot = (np.arange(len(out))[:, np.newaxis] == numbers).astype(rows.dtype)  # (entries, m)
        np.dot(one_hot, rows, out=out)
        return
    out.fill(0)
    if not len(numbers):
        return
    order = np.argsort(numbers, kind="stable")
    in_order = numbers[order]
    starts = np.flatnonzero(np.diff(in_order, prepend=-1))  # of the runs of one number
    out[in_order[starts]] = np.add.reduceat(rows[order], starts, axis=0)
