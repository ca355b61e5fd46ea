"""Long short-term memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, ParameterSpec, Tree, layer
from nncli.nn.recurrent.gate_initializers import ForgetBias
from nncli.nn.recurrent.recurrent_layer import Recurrent
from nncli.ops.row_sums import sum_rows

SLOPES = (0.5, 0.5, 1, 0.5)  # gates are slope * tanh(slope * z) + 1 - slope: sigmoid(z) or tanh(z)


@layer("lstm")
@dataclass(frozen=True)
class LSTM(Recurrent):
    """Long short-term memory: gates control what the cell state forgets, stores and outputs at every step.

    i = sigmoid(x[t] @ W_i + h[t-1] @ R_i + b_i),  f = sigmoid(x[t] @ W_f + h[t-1] @ R_f + b_f)
    g = tanh(x[t] @ W_g + h[t-1] @ R_g + b_g),  o = sigmoid(x[t] @ W_o + h[t-1] @ R_o + b_o)
    c[t] = f * c[t-1] + i * g;  h[t] = o * tanh(c[t]);  c and h start at 0

    W, R and b contain the columns of the input gate i, then the forget gate f, then the candidate state g, then the
    output gate o, as in PyTorch. PyTorch stores W and R transposed and has two biases, whose sum is b. Gradients flow
    through all steps (backpropagation through time).

    Shape: (steps, features) -> (units,), with return_sequences (steps, units); weight W (features, 4 * units),
        recurrent_weight R (units, 4 * units), bias b (4 * units,)

    Args:
        forget_bias: initial bias of the forget gate, at least 0; with a value above 0, the LSTM keeps more of its cell
            state at first. Other biases are initially 0.

    Raises:
        ShapeError: if a row is not a sequence.
    Reference: Hochreiter and Schmidhuber, Neural Computation 9 (1997), 1735-1780; with the forget gate of Gers et al.,
        Neural Computation 12 (2000), 2451-2471, and its bias as in Jozefowicz et al., ICML 2015.
    """

    gates = 4

    forget_bias: Annotated[float, Ge(0)] = 1.0

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of weights, recurrent weights and the bias."""
        bias = ParameterSpec((4 * self.units,), ForgetBias(self.forget_bias), decayed=False)
        return {**super().parameters(input_shape), "bias": bias}

    def run(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Run the LSTM, with one matrix product for the inputs of all steps and one per step for the hidden state."""
        (steps, n, features), units = x.shape, self.units
        slope = np.repeat(np.array(SLOPES, x.dtype)[:, np.newaxis], units, axis=1)  # (4, units)
        shift = 1 - slope
        inputs = x.reshape(steps * n, features)
        gates = (np.dot(inputs, p["weight"]) + p["bias"]).reshape(steps, n, 4, units)
        gates *= slope
        R = p["recurrent_weight"] * slope.reshape(-1)
        h, c = np.zeros((2, steps + 1, n, units), x.dtype)  # states before the first step and after every step
        squashed = np.empty((steps, n, units), x.dtype)  # tanh(c)
        for t in range(steps):
            gate = gates[t]
            gate += np.dot(h[t], R).reshape(n, 4, units)
            np.tanh(gate, out=gate)
            gate *= slope
            gate += shift
            i, f, g, o = gate.transpose(1, 0, 2)
            np.multiply(f, c[t], out=c[t + 1])
            c[t + 1] += i * g
            np.tanh(c[t + 1], out=squashed[t])
            np.multiply(o, squashed[t], out=h[t + 1])

        def backward(dh: Array, grads: Tree) -> Array | None:
            i, f, g, o = gates.transpose(2, 0, 1, 3)  # each (steps, n, units)
            dz = gates * (1 - gates)  # the loop below multiplies it by dc[t], or by dh[t] for o
            dz[:, :, 0] *= g
            dz[:, :, 1] *= c[:-1]
            dz[:, :, 2] = i * (1 - g * g)
            dz[:, :, 3] *= squashed
            to_cell = o * (1 - squashed * squashed)  # derivative of h[t] with respect to c[t]
            dc = np.zeros((n, units), x.dtype)
            for t in reversed(range(steps)):
                dc += dh[t] * to_cell[t]
                dz[t, :, :3] *= dc[:, np.newaxis]
                dz[t, :, 3] *= dh[t]
                dc *= f[t]
                if t:
                    dh[t - 1] += np.dot(dz[t].reshape(n, 4 * units), p["recurrent_weight"].T)
            all_steps = dz.reshape(steps * n, 4 * units)
            np.dot(inputs.T, all_steps, out=grads["weight"])
            np.dot(h[:-1].reshape(steps * n, units).T, all_steps, out=grads["recurrent_weight"])
            sum_rows(all_steps, out=grads["bias"])
            return np.dot(all_steps, p["weight"].T).reshape(x.shape) if ctx.input_gradient else None

        return h[1:], backward
