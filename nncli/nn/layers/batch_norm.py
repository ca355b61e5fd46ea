"""Batch normalization."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt, Interval

from nncli.core.types import Array, Shape
from nncli.nn.bias import BIAS
from nncli.nn.layer import Backward, Context, ParameterSpec, Tree, layer
from nncli.nn.normalization import Normalization, Ones, normalize_channels, scale_and_shift
from nncli.ops.row_sums import sum_rows

MAX_USUAL_MOMENTUM = 0.5  # above which it was likely meant as the share of the old value, as in Keras


@layer("batch_norm")
@dataclass(frozen=True)
class BatchNorm(Normalization):
    """Normalize every channel to mean 0 and variance 1 over the batch, then apply a learnt scale and shift.

    In training, over the rows of the batch and all positions of a row, N numbers x of a channel:
        m = 1/N sum x,  v = 1/N sum (x - m)^2,  xhat = (x - m) / sqrt(v + epsilon),  y = scale xhat + shift
        dx = scale / sqrt(v + epsilon) (dy - 1/N sum dy - xhat 1/N sum dy xhat)
        running_mean <- (1 - momentum) running_mean + momentum m
        running_variance <- (1 - momentum) running_variance + momentum v N / (N - 1)
    At inference m and v are the running ones. So v is biased in y and unbiased in the running variance, momentum is the
    share of the new value, and epsilon is inside the root, as in PyTorch. The statistics are those of the whole batch,
    also where it is computed in shards; the weights of rows do not count in them. A single number has no variance: then
    y is the shift, and the running statistics stay.

    Shape: (*, channels) -> (*, channels); scale, shift, running_mean and running_variance (channels,)

    Args:
        momentum: share of the new value in the running ones, above 0 and up to 1; Keras means the share of the old.
        epsilon: keeps the quotient finite, above 0; 1e-5 as in PyTorch, where Keras has 1e-3.
        scale: whether to multiply by parameters, initially 1.
        shift: whether to add parameters, initially 0.
    Reference: Ioffe and Szegedy, ICML 2015.
    """

    mixes_samples = True

    momentum: Annotated[float, Interval(gt=0, le=1)] = 0.1
    epsilon: Annotated[float, Gt(0)] = 1e-5
    scale: bool = True
    shift: bool = True

    def remarks(self) -> Iterable[str]:
        """Note a momentum that looks like Keras's."""
        if self.momentum > MAX_USUAL_MOMENTUM:
            same = f"Keras's momentum {self.momentum:g} is {1 - self.momentum:.4g} here"
            yield f"the momentum of batch_norm is the share of the new values; {same}"

    def parameters(self, input_shape: Shape) -> Tree:
        """Scale and shift, and the running statistics as non-trainable buffers."""
        shape = input_shape[-1:]
        return {
            **scale_and_shift(shape, scale=self.scale, shift=self.shift),
            "running_mean": ParameterSpec(shape, *BIAS, trainable=False, decayed=False),
            "running_variance": ParameterSpec(shape, Ones(), trainable=False, decayed=False),
        }

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Normalize with the statistics of the batch in training, and with the running ones at inference."""
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
        """Assign the new running statistics, from `count` numbers a channel."""
        if not ctx.updates_buffers:
            g["running_mean"].fill(0)
            g["running_variance"].fill(0)
            return
        share = self.momentum if count > 1 else 0.0
        np.multiply(p["running_mean"], 1 - share, out=g["running_mean"])
        np.multiply(p["running_variance"], 1 - share, out=g["running_variance"])
        if share:
            g["running_mean"] += share * mean
            g["running_variance"] += (share * count / (count - 1)) * variance

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
