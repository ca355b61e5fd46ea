"""A layer of the table, bound to parameters and ready to run."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.types import Array
from nncli.nn.network import Network, Pass
from nncli.nn.sequential import layers_of
from tests.contracts.table import LayerCase


class Bound:
    """One layer as a network of its own, every parameter drawn anew so that biases are not zero.

    Args:
        case: which layer.
        dtype: of parameters and inputs.
        first_row: the number of the first row within the batch.
        input_gradient: whether backward gives the gradient of the input.
    """

    def __init__(
        self, case: LayerCase, dtype: Any = np.float64, *, first_row: int = 0, input_gradient: bool = True
    ) -> None:
        self.without_gradient = case.below is not None and input_gradient
        self.network = Network(layers_of([case.config]), case.input_shape, np.dtype(dtype), seed=1)
        self.network.vector[:] = np.random.default_rng(2).uniform(-1, 1, self.network.vector.size)
        kept = self.network.vector[self.network.layout.trainable :]
        np.abs(kept, out=kept)  # such as running variances
        self.run = Pass(self.network, 1, input_gradient=input_gradient)
        self.run.pass_state.training = case.training
        self.run.pass_state.seed = 3
        self.run.pass_state.step = 4
        self.run.pass_state.first_row = first_row

    def forward(self, x: Array) -> Array:
        """The outputs alone."""
        return self.run.forward(x)[0]

    def gradients(self, x: Array, dy: Array) -> tuple[Array, Array | None, Array]:
        """(outputs, gradient of the inputs, gradient of the parameters), for the gradient `dy` of the outputs.

        The gradient vector is full of nan before backward, so that what is added to or forgotten shows. Of whole
        numbers, which have no gradient, it is given as zero.
        """
        self.run.gradient.fill(np.nan)
        y, backwards = self.run.forward(x)
        dx = self.run.backward(dy.copy(), backwards)
        if self.without_gradient:
            assert dx is None
            dx = np.zeros_like(x)
        return y, dx, self.run.gradient.copy()
