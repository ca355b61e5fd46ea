"""Vectors that are learnt for whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer
from nncli.nn.initializers.normal import Normal
from nncli.nn.layer import Backward, Context, InputCheck, Layer, ParameterSpec, Tree, layer

MANY = 10**6  # different numbers, which are more likely to have gaps between them
FEW_ENTRIES = 64  # up to here the gradient is a product with one-hot rows, beyond it a sum over sorted rows
STANDARD = Normal(std=1)
EXACT = {np.dtype(np.float32): 1 << 24, np.dtype(np.float64): 1 << 53}  # below these every whole number is itself


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

    stray_keys: ClassVar[Mapping[str, str]] = {
        **Layer.stray_keys,
        **dict.fromkeys(
            ("num_embeddings", "input_dim", "vocabulary_size", "vocab_size", "vocabulary"),
            "how many different whole numbers there are is entries",
        ),
        **dict.fromkeys(("embedding_dim", "output_dim", "dim", "size"), "the length of a vector is units"),
        **dict.fromkeys(
            ("padding_idx", "mask_zero"), "no number is left out; 0 has a vector of its own, which is learnt"
        ),
        "embeddings_initializer": "write initializer",
    }

    entries: Annotated[int, Ge(1)]
    units: Annotated[int, Ge(1)]
    initializer: Annotated[Initializer, INITIALIZERS] = STANDARD

    def output_shape(self, input_shape: Shape) -> Shape:
        """One more axis."""
        return (*input_shape, self.units)

    def parameters(self, input_shape: Shape) -> Tree:
        """The vectors."""
        return {"weight": ParameterSpec((self.entries, self.units), self.initializer, 1, self.units)}

    def multiply_adds(self, input_shape: Shape) -> int:
        """None: vectors are looked up."""
        return 0

    def input_check(self) -> InputCheck | None:
        """Numbers that have no vector."""
        return self._first_wrong

    def _first_wrong(self, x: Array) -> tuple[int, str] | None:
        exact = EXACT[x.dtype]
        wrong = (x < 0) | (x >= min(self.entries, exact)) | (x != np.rint(x))
        if not wrong.any():
            return None
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        number = float(x[place])
        if number != round(number):
            advice = "make whole numbers of the data, or leave out the embedding"
        elif number < 0:
            advice = "number them from 0"
        elif number < self.entries:
            advice = f"{x.dtype} tells whole numbers apart only below {exact}: write dtype: float64"
        elif x.max() < MANY:
            advice = f"write entries: {int(x.max()) + 1}, or more"
        else:
            advice = "number them from 0 without gaps"
        message = f"embedding takes whole numbers from 0 to {self.entries - 1}; got {number:.15g}; {advice}"
        return place[0], message

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
