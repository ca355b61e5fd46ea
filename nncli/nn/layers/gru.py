"""Gated recurrent unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializers.zeros import Zeros
from nncli.nn.layer import Backward, Context, ParameterSpec, Tree, layer
from nncli.nn.recurrent.recurrent_layer import Recurrent
from nncli.ops.row_sums import sum_rows


@layer("gru")
@dataclass(frozen=True)
class GRU(Recurrent):
    """Gated recurrent unit: gates blend the previous hidden state with a new candidate state at every step.

    r = sigmoid(x[t] @ W_r + h[t-1] @ R_r + b_r),  z = sigmoid(x[t] @ W_z + h[t-1] @ R_z + b_z)
    n = tanh(x[t] @ W_n + b_n + r * (h[t-1] @ R_n + c));  h[t] = (1 - z) * n + z * h[t-1];  h starts at 0

    W, R and b contain the columns of the reset gate r, then the update gate z, then the candidate state n. As in
    PyTorch, r multiplies h[t-1] @ R_n + c, not h[t-1]. PyTorch stores W and R transposed and has two biases: for r and
    z, b is the sum of the two; for n, b is bias_ih and c is bias_hh. Gradients flow through all steps (backpropagation
    through time).

    Shape: (steps, features) -> (units,), with return_sequences (steps, units); weight W (features, 3 * units),
        recurrent_weight R (units, 3 * units), bias b (3 * units,), recurrent_bias c (units,)

    Raises:
        ShapeError: if a row is not a sequence.
    Reference: Cho et al., EMNLP 2014, 1724-1734.
    """

    gates = 3

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of weights, recurrent weights and biases."""
        bias = ParameterSpec((3 * self.units,), Zeros(), decayed=False)
        recurrent = ParameterSpec((self.units,), Zeros(), decayed=False)
        return {**super().parameters(input_shape), "bias": bias, "recurrent_bias": recurrent}

    def run(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Run the GRU, with one matrix product for the inputs of all steps and one per step for the hidden state."""
        (steps, n, features), units = x.shape, self.units
        inputs = x.reshape(steps * n, features)
        gates = (np.dot(inputs, p["weight"]) + p["bias"]).reshape(steps, n, 3, units)
        R = p["recurrent_weight"]
        h = np.zeros((steps + 1, n, units), x.dtype)  # hidden state before the first step and after every step
        from_state_n = np.empty((steps, n, units), x.dtype)  # h[t-1] @ R_n + c, before it is multiplied by r
        for t in range(steps):
            from_state = np.dot(h[t], R).reshape(n, 3, units)
            gate, new = gates[t, :, :2], gates[t, :, 2]
            gate += from_state[:, :2]
            gate *= 0.5  # sigmoid(z) = tanh(z / 2) / 2 + 1 / 2
            np.tanh(gate, out=gate)
            gate *= 0.5
            gate += 0.5
            r, z = gate.transpose(1, 0, 2)
            np.add(from_state[:, 2], p["recurrent_bias"], out=from_state_n[t])
            new += r * from_state_n[t]
            np.tanh(new, out=new)
            np.subtract(h[t], new, out=h[t + 1])
            h[t + 1] *= z
            h[t + 1] += new

        def backward(dh: Array, g: Tree) -> Array | None:
            r, z, new = gates.transpose(2, 0, 1, 3)  # each (steps, n, units)
            to_new = (1 - z) * (1 - new * new)  # derivative of h[t] with respect to the input of tanh
            d = np.empty_like(gates)  # gradients of the blocks of h[t-1] @ R; the loop multiplies by dh[t]
            np.multiply(to_new, r, out=d[:, :, 2])
            np.multiply(d[:, :, 2], from_state_n * (1 - r), out=d[:, :, 0])
            np.multiply(h[:-1] - new, z * (1 - z), out=d[:, :, 1])
            for t in reversed(range(steps)):
                d[t] *= dh[t, :, np.newaxis]
                if t:
                    dh[t - 1] += dh[t] * z[t]
                    dh[t - 1] += np.dot(d[t].reshape(n, 3 * units), R.T)
            all_steps = d.reshape(steps * n, 3 * units)
            np.dot(h[:-1].reshape(steps * n, units).T, all_steps, out=g["recurrent_weight"])
            sum_rows(all_steps[:, 2 * units :], out=g["recurrent_bias"])
            np.multiply(to_new, dh, out=d[:, :, 2])  # gradients of x[t] @ W, whose block n is not multiplied by r
            np.dot(inputs.T, all_steps, out=g["weight"])
            sum_rows(all_steps, out=g["bias"])
            return np.dot(all_steps, p["weight"].T).reshape(x.shape) if ctx.input_gradient else None

        return h[1:], backward
