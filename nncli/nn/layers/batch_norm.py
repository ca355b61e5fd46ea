"""Normalisation over the rows of a batch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt, Interval

from nncli.core.types import Array, Shape
from nncli.nn.bias import BIAS, sum_rows
from nncli.nn.layer import Backward, Context, ParameterSpec, Tree, layer
from nncli.nn.normalization import Normalization, Ones, normalize_channels, scale_and_shift

USUAL = 0.5  # above which a momentum is likely meant as the share of the old values


@layer("batch_norm")
@dataclass(frozen=True)
class BatchNorm(Normalization):
    """Give every channel mean 0 and variance 1 over the batch, then a scale and a shift that are learnt.

    In training, over the rows of the batch and all positions of a row, N numbers x of a channel:
        m = 1/N sum x,  v = 1/N sum (x - m)^2,  xhat = (x - m) / sqrt(v + epsilon),  y = scale xhat + shift
        dx = scale / sqrt(v + epsilon) (dy - 1/N sum dy - xhat 1/N sum dy xhat)
        running_mean <- (1 - momentum) running_mean + momentum m
        running_variance <- (1 - momentum) running_variance + momentum v N / (N - 1)
    Otherwise m and v are the running ones. So v is biased in y and unbiased in the running variance, momentum is the
    share of the new value, and epsilon stands inside the root, as in PyTorch. The statistics are those of the whole
    batch, however it is computed; weights of rows do not count in them. Of a single number there is no variance: y is
    the shift then, and the running values stay.

    Shape: (*, channels) -> (*, channels); scale, shift, running_mean and running_variance (channels,)

    Args:
        momentum: share of the new value in the running ones, above 0 and up to 1; Keras means the share of the old.
        epsilon: keeps the quotient finite, above 0; 1e-5 as in PyTorch, where Keras has 1e-3.
        scale: whether to multiply by parameters, which begin at 1.
        shift: whether to add parameters, which begin at 0.
    Reference: Ioffe and Szegedy, ICML 2015.
    """

    mixes_samples = True
    compiled = True

    momentum: Annotated[float, Interval(gt=0, le=1)] = 0.1
    epsilon: Annotated[float, Gt(0)] = 1e-5
    scale: bool = True
    shift: bool = True

    def remarks(self) -> Iterable[str]:
        """A momentum that looks like Keras's."""
        if self.momentum > USUAL:
            same = f"Keras's momentum {self.momentum:g} is {1 - self.momentum:.4g} here"
            yield f"the momentum of batch_norm is the share of the new values; {same}"

    def parameters(self, input_shape: Shape) -> Tree:
        """Scale and shift, which are trained, and the running statistics, which are not."""
        shape = input_shape[-1:]
        return {
            **scale_and_shift(shape, scale=self.scale, shift=self.shift),
            "running_mean": ParameterSpec(shape, *BIAS, trainable=False, decayed=False),
            "running_variance": ParameterSpec(shape, Ones(), trainable=False, decayed=False),
        }

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """With the statistics of the batch in training, with the running ones otherwise."""
        return self._of_batch(p, x, ctx) if ctx.training else self._running(p, x, ctx)

    def _of_batch(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        positions, channels = math.prod(x.shape[1:-1]), x.shape[-1]
        count = ctx.batch_rows(len(x)) * positions

        def average(sums: Array) -> Array:
            return ctx.batch_sum(sums) / max(count, 1)

        view = (1, len(x) * positions, channels)
        y, normalize_back, mean, variance = normalize_channels(p, x, view, average, self.epsilon, ctx)

        def backward(dy: Array, g: Tree) -> Array | None:
            self._keep(p, g, ctx, mean[0, 0], variance[0, 0], count)
            return normalize_back(dy, g)

        return y, backward

    def _keep(self, p: Tree, g: Tree, ctx: Context, mean: Array, variance: Array, count: int) -> None:
        """Assigns the new running values, over `count` numbers."""
        if not ctx.keeps:
            g["running_mean"].fill(0)
            g["running_variance"].fill(0)
            return
        share = self.momentum if count > 1 else 0.0
        np.multiply(p["running_mean"], 1 - share, out=g["running_mean"])
        np.multiply(p["running_variance"], 1 - share, out=g["running_variance"])
        if share:
            g["running_mean"] += share * mean
            g["running_variance"] += (share * count / (count - 1)) * variance

    def _running(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        inverse = 1 / np.sqrt(p["running_variance"] + self.epsilon)
        factor = inverse * p["scale"] if self.scale else inverse
        y = x * factor
        y += p["shift"] - p["running_mean"] * factor if self.shift else p["running_mean"] * -factor

        def backward(dy: Array, g: Tree) -> Array | None:
            self._keep(p, g, ctx, p["running_mean"], p["running_variance"], 0)
            flat = dy.reshape(-1, dy.shape[-1])
            if self.shift:
                sum_rows(flat, out=g["shift"])
            if self.scale:
                sum_rows(flat * ((x.reshape(flat.shape) - p["running_mean"]) * inverse), out=g["scale"])
            return dy * factor if ctx.input_gradient else None

        return y, backward
