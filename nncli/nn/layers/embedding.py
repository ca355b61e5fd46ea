"""Embedding."""

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

MAX_ONE_HOT = 64  # up to this number of entries, a product with one-hot rows computes the gradient faster
DEFAULT_INITIALIZER = Normal(std=1)


@layer("embedding")
@dataclass(frozen=True)
class Embedding(Layer):
    """Look up a trainable vector for every integer index, such as a token number.

    y[..., :] = W[x[...], :]
    dW[k, :] = sum of dy[..., :] over all positions with x[...] = k

    The indices come from the data and have no gradient, so an embedding has to be the first layer, and the inputs
    cannot be scaled with scale_inputs.

    Shape: (*) -> (*, units); weight (entries, units)

    Args:
        entries: number of vectors, at least 1; indices are from 0 to entries - 1, and in float32 below 2^24.
        units: length of a vector, at least 1.
        initializer: initializer of the vectors, with fan_in = 1 and fan_out = units; default normal with std 1, as in
            PyTorch, so that the next layer gets standardized inputs; Keras draws uniformly from [-0.05, 0.05].
    """

    entries: Annotated[int, Ge(1)]
    units: Annotated[int, Ge(1)]
    initializer: Annotated[Initializer, INITIALIZERS] = DEFAULT_INITIALIZER

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the input shape with one more axis."""
        return (*input_shape, self.units)

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the spec of the matrix of vectors."""
        return {"weight": ParameterSpec((self.entries, self.units), self.initializer, 1, self.units)}

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Look up the vectors."""
        indices = x.astype(np.intp)  # (n, *)
        y = p["weight"].take(indices, axis=0)  # (n, *, units)

        def backward(dy: Array, g: Tree) -> Array | None:
            _sum_by_index(indices.ravel(), dy.reshape(indices.size, self.units), out=g["weight"])
            return None

        return y, backward


def _sum_by_index(indices: Array, rows: Array, out: Array) -> None:
    """Sum the rows with the same index, in a fixed order, so that the sums are reproducible bit by bit.

    Args:
        indices: (m,) index of every row, smaller than the length of `out`.
        rows: (m, units).
        out: (entries, units), overwritten.
    """
    if len(out) <= MAX_ONE_HOT:
        one_hot = (np.arange(len(out))[:, np.newaxis] == indices).astype(rows.dtype)  # (entries, m)
        np.dot(one_hot, rows, out=out)
        return
    out.fill(0)
    if not len(indices):
        return
    order = np.argsort(indices, kind="stable")
    in_order = indices[order]
    starts = np.flatnonzero(np.diff(in_order, prepend=-1))  # position of the first row with each index
    out[in_order[starts]] = np.add.reduceat(rows[order], starts, axis=0)
