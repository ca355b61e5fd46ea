"""A layer of the contract table with random parameters, ready to run."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.types import Array
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass
from tests.contracts.table import LayerCase


class Bound:
    """A network of one layer, with all parameters random, so that biases are not zero.

    Args:
        case: the layer and its input shape.
        dtype: dtype of parameters and inputs.
        first_row: the index within the batch of the first row that `forward` gets.
        input_gradient: whether backward returns the gradient of the input.
    """

    def __init__(
        self, case: LayerCase, dtype: Any = np.float64, *, first_row: int = 0, input_gradient: bool = True
    ) -> None:
        self.without_gradient = case.below is not None and input_gradient
        self.network = Network(layers_of([case.config]), case.input_shape, np.dtype(dtype), seed=1)
        self.network.vector[:] = np.random.default_rng(2).uniform(-1, 1, self.network.vector.size)
        buffers = self.network.vector[self.network.layout.trainable :]
        np.abs(buffers, out=buffers)  # running variances are not negative
        self.run = Pass(self.network, 1, input_gradient=input_gradient)
        self.run.pass_state.training = case.training
        self.run.pass_state.seed = 3
        self.run.pass_state.step = 4
        self.run.pass_state.first_row = first_row

    def forward(self, x: Array) -> Array:
        """Return the outputs."""
        return self.run.forward(x)[0]

    def gradients(self, x: Array, dy: Array) -> tuple[Array, Array | None, Array]:
        """Return (outputs, gradient of the inputs, gradient of the parameters) for the gradient `dy` of the outputs.

        The gradient vector is filled with NaN before backward. NaN remains if backward does not write an entry, or
        adds to it instead of assigning it. Integer inputs have no gradient; zeros are returned instead.
        """
        self.run.gradient.fill(np.nan)
        y, backwards = self.run.forward(x)
        dx = self.run.backward(dy.copy(), backwards)
        if self.without_gradient:
            assert dx is None
            dx = np.zeros_like(x)
        return y, dx, self.run.gradient.copy()
