"""What layers that go through sequences step by step share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from nncli.core.errors import ShapeError
from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer
from nncli.nn.layer import Backward, Context, Layer, ParameterSpec, Tree


@dataclass(frozen=True)
class PerGate(Initializer):
    """Draws the columns of every gate by themselves, for initializers that look at a whole matrix.

    Args:
        initializer: of the columns of one gate.
        gates: how many there are.
    """

    initializer: Annotated[Initializer, INITIALIZERS]
    gates: int

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """The gates beside one another."""
        columns = (*shape[:-1], shape[-1] // self.gates)
        return np.concatenate(
            [self.initializer.draw(random, columns, fan_in, fan_out) for _ in range(self.gates)], axis=-1
        )


@dataclass(frozen=True)
class Recurrent(Layer):
    """The same at every step, from the step's input and from the state that the step before left.

    Args:
        units: length of the state, at least 1.
        return_sequences: whether to give the state after every step, as a layer of this kind after it wants; default
            only that after the last.
        reverse: whether to go from the last step to the first; a sequence comes out in the order of the input.
        initializer: of the weights of the inputs, drawn for every gate by itself, with fan_in = features and fan_out =
            units; default xavier.
        recurrent_initializer: of the weights of the state, likewise, with fan_in = fan_out = units; default orthogonal.
    Reference: for the orthogonal matrices Saxe et al., ICLR 2014.
    """

    known_elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("RNN", "SimpleRNN"), "write gru or lstm"),
        "Bidirectional": "there is no such layer; a gru or lstm goes one way, with reverse: true backwards",
    }

    gates: ClassVar[int] = 1  # how many blocks of `units` columns the weights have

    stray_keys: ClassVar[Mapping[str, str]] = {
        **Layer.stray_keys,
        "activation": "it is always tanh",
        "recurrent_activation": "it is always sigmoid",
        "hidden_size": "the length of the state is units",
        "input_size": "the layer takes what comes in; leave it out",
        "num_layers": "write several layers one after another, all but the last with return_sequences: true",
        "go_backwards": "write reverse: true",
        **dict.fromkeys(("dropout", "recurrent_dropout"), "dropout is a layer of its own; write it before or after"),
        "bidirectional": "there is no such thing here; reverse: true goes from the last step to the first",
        "batch_first": "leave it out; a row is (steps, features), and the batch always comes first",
    }

    units: Annotated[int, Ge(1)]
    return_sequences: bool = False
    reverse: bool = False
    initializer: Annotated[Initializer, INITIALIZERS] = "xavier"  # type: ignore[assignment]  # built when checked
    recurrent_initializer: Annotated[Initializer, INITIALIZERS] = "orthogonal"  # type: ignore[assignment]

    def output_shape(self, input_shape: Shape) -> Shape:
        """The state, once or for every step."""
        if len(input_shape) != 2:
            raise ShapeError("wants (steps, features)")
        return (input_shape[0], self.units) if self.return_sequences else (self.units,)

    def parameters(self, input_shape: Shape) -> Tree:
        """The weights of the inputs and of the state, the gates beside one another; biases are the subclass's."""
        features, units, columns = input_shape[1], self.units, self.gates * self.units
        inputs, state = PerGate(self.initializer, self.gates), PerGate(self.recurrent_initializer, self.gates)
        return {
            "weight": ParameterSpec((features, columns), inputs, features, units),
            "recurrent_weight": ParameterSpec((units, columns), state, units, units),
        }

    def multiply_adds(self, input_shape: Shape) -> int:
        """Every weight once a step."""
        return input_shape[0] * super().multiply_adds(input_shape)

    def kept(self, input_shape: Shape) -> int:
        """The gates and two states of every step, and as much going back."""
        return input_shape[0] * self.units * 2 * (self.gates + 2)

    def run(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The state after every step, and the function that takes its gradient back; it may overwrite that gradient.

        Args:
            p: the parameters.
            x: (steps, n, features), contiguous.
            ctx: as in `forward`.

        Returns:
            ((steps, n, units), backward).
        """
        raise NotImplementedError

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Step by step."""
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
