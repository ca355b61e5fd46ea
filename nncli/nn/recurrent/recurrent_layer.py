"""The base class of recurrent layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from nncli.core.errors import ShapeError
from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer
from nncli.nn.layer import Backward, Context, Layer, ParameterSpec, Tree
from nncli.nn.recurrent.gate_initializers import PerGate


@dataclass(frozen=True)
class Recurrent(Layer):
    """The base of recurrent layers, which update a hidden state at every step of a sequence.

    Args:
        units: size of the hidden state, at least 1.
        return_sequences: whether to return the hidden states of all steps, which another recurrent layer after this one
            needs, or only the last one.
        reverse: whether to process the sequence backwards; returned sequences keep the order of the input.
        initializer: initializer of the input weights, drawn for every gate separately, with fan_in = features and
            fan_out = units; default xavier.
        recurrent_initializer: initializer of the recurrent weights, drawn for every gate separately, with fan_in =
            fan_out = units; default orthogonal.
    Reference: for orthogonal recurrent weights, Saxe et al., ICLR 2014.
    """

    gates: ClassVar[int] = 1  # number of gates; the weights have `units` columns per gate

    units: Annotated[int, Ge(1)]
    return_sequences: bool = False
    reverse: bool = False
    initializer: Annotated[Initializer, INITIALIZERS] = "xavier"  # type: ignore[assignment]  # built when checked
    recurrent_initializer: Annotated[Initializer, INITIALIZERS] = "orthogonal"  # type: ignore[assignment]

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (units,), or (steps, units) with `return_sequences`."""
        if len(input_shape) != 2:
            raise ShapeError("wants (steps, features)")
        return (input_shape[0], self.units) if self.return_sequences else (self.units,)

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of input and recurrent weights, with the gates side by side; subclasses add biases."""
        features, units, columns = input_shape[1], self.units, self.gates * self.units
        inputs, state = PerGate(self.initializer, self.gates), PerGate(self.recurrent_initializer, self.gates)
        return {
            "weight": ParameterSpec((features, columns), inputs, features, units),
            "recurrent_weight": ParameterSpec((units, columns), state, units, units),
        }

    def run(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Return the hidden state after every step, and the backward function, which may overwrite its argument.

        Args:
            p: the parameters.
            x: (steps, n, features), contiguous.
            ctx: the context, as in `forward`.

        Returns:
            ((steps, n, units), backward).
        """
        raise NotImplementedError

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Run step by step."""
        order = slice(None, None, -1 if self.reverse else 1)
        h, run_back = self.run(p, np.ascontiguousarray(x.transpose(1, 0, 2)[order]), ctx)  # (steps, n, units)

        def backward(dy: Array, g: Tree) -> Array | None:
            if self.return_sequences:
                dh = np.ascontiguousarray(dy.transpose(1, 0, 2)[order])
            else:
                dh = np.zeros_like(h)
                dh[-1] = dy
            dx = run_back(dh, g)
            return None if dx is None else dx[order].transpose(1, 0, 2)

        return h[order].transpose(1, 0, 2) if self.return_sequences else h[-1], backward
