"""Batch normalization."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt, Interval

from nncli.core.types import Array, Shape
from nncli.nn.initializers.zeros import Zeros
from nncli.nn.layer import Backward, Context, ParameterSpec, Tree, layer
from nncli.nn.normalization import ChannelNormalization, Ones, normalize_channels, scale_and_shift
from nncli.ops.row_sums import sum_rows

MAX_USUAL_MOMENTUM = 0.5  # a larger momentum probably follows Keras, where it is the weight of the old value


@layer("batch_norm")
@dataclass(frozen=True)
class BatchNorm(ChannelNormalization):
    """Batch normalization: normalize every channel to mean 0 and variance 1 over the batch, then scale and shift.

    In training, for each channel, where x are its N values over all rows of the batch and all positions of a row:
        m = mean(x),  v = mean((x - m)^2),  xhat = (x - m) / sqrt(v + epsilon),  y = scale * xhat + shift
        dx = scale / sqrt(v + epsilon) * (dy - mean(dy) - xhat * mean(dy * xhat))
        running_mean <- (1 - momentum) * running_mean + momentum * m
        running_variance <- (1 - momentum) * running_variance + momentum * v * N / (N - 1)
    At inference, m and v are the running mean and variance.

    As in PyTorch, the variance is biased in y and unbiased in the running variance, momentum is the weight of the new
    value, and epsilon is added inside the root. The statistics are computed over the whole batch, even if it is
    split into shards, and ignore sample weights. If N is 1, y is the shift, and the running statistics do not change.

    Shape: (*, channels) -> (*, channels); scale, shift, running_mean and running_variance (channels,)

    Args:
        momentum: weight of the new value in the running statistics, above 0 and at most 1; in Keras it is the weight of
            the old value.
        epsilon: added to the variance, above 0; the default is as in PyTorch; Keras's default is 1e-3.
        scale: whether to multiply every channel by a trainable parameter, initially 1.
        shift: whether to add a trainable parameter to every channel, initially 0.
    Reference: Ioffe and Szegedy, ICML 2015.
    """

    mixes_samples = True

    momentum: Annotated[float, Interval(gt=0, le=1)] = 0.1
    epsilon: Annotated[float, Gt(0)] = 1e-5
    scale: bool = True
    shift: bool = True

    def remarks(self) -> Iterable[str]:
        """Note a momentum that is probably the weight of the old value, as in Keras."""
        if self.momentum > MAX_USUAL_MOMENTUM:
            same = f"Keras's momentum of {self.momentum:g} is {1 - self.momentum:.4g} here"
            yield f"the momentum of batch_norm is the weight of the new values; {same}"

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of scale and shift, and of the running statistics as non-trainable buffers."""
        shape = input_shape[-1:]
        return {
            **scale_and_shift(shape, scale=self.scale, shift=self.shift),
            "running_mean": ParameterSpec(shape, Zeros(), trainable=False, decayed=False),
            "running_variance": ParameterSpec(shape, Ones(), trainable=False, decayed=False),
        }

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Normalize with the statistics of the batch in training, and with the running statistics at inference."""
        return self._forward_training(p, x, ctx) if ctx.training else self._forward_inference(p, x, ctx)

    def _forward_training(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        positions, channels = math.prod(x.shape[1:-1]), x.shape[-1]
        count = ctx.batch_rows(len(x)) * positions

        def average(sums: Array) -> Array:
            return ctx.batch_sum(sums) / max(count, 1)

        view = (1, len(x) * positions, channels)
        y, normalize_backward, mean, variance = normalize_channels(p, x, view, average, self.epsilon, ctx)

        def backward(dy: Array, g: Tree) -> Array | None:
            self._update_buffers(p, g, ctx, mean[0, 0], variance[0, 0], count)
            return normalize_backward(dy, g)

        return y, backward

    def _update_buffers(self, p: Tree, g: Tree, ctx: Context, mean: Array, variance: Array, count: int) -> None:
        """Assign the new running statistics; mean and variance are computed from `count` values per channel."""
        if not ctx.updates_buffers:
            g["running_mean"].fill(0)
            g["running_variance"].fill(0)
            return
        momentum = self.momentum if count > 1 else 0.0
        np.multiply(p["running_mean"], 1 - momentum, out=g["running_mean"])
        np.multiply(p["running_variance"], 1 - momentum, out=g["running_variance"])
        if momentum:
            g["running_mean"] += momentum * mean
            g["running_variance"] += (momentum * count / (count - 1)) * variance

    def _forward_inference(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        inverse = 1 / np.sqrt(p["running_variance"] + self.epsilon)
        factor = inverse * p["scale"] if self.scale else inverse
        y = x * factor
        y += p["shift"] - p["running_mean"] * factor if self.shift else p["running_mean"] * -factor

        def backward(dy: Array, g: Tree) -> Array | None:
            self._update_buffers(p, g, ctx, p["running_mean"], p["running_variance"], 0)
            flat = dy.reshape(-1, dy.shape[-1])
            if self.shift:
                sum_rows(flat, out=g["shift"])
            if self.scale:
                sum_rows(flat * ((x.reshape(flat.shape) - p["running_mean"]) * inverse), out=g["scale"])
            return dy * factor if ctx.input_gradient else None

        return y, backward
