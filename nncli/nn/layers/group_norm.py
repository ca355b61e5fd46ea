"""Group normalization."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Tree, layer
from nncli.nn.normalization import ChannelNormalization, normalize_channels, scale_and_shift


@layer("group_norm")
@dataclass(frozen=True)
class GroupNorm(ChannelNormalization):
    """Group normalization: normalize groups of channels to mean 0 and variance 1 in each row, then scale and shift.

    xhat = (x - mean) / sigma,  sigma = sqrt(variance + epsilon),  y = scale * xhat + shift
    dscale = sum(dy * xhat),  dshift = sum(dy),  dx = (dy' - mean(dy') - xhat * mean(dy' * xhat)) / sigma,
        dy' = scale * dy

    The mean and the biased variance are taken over all positions of a row and over the channels of a group, which are
    consecutive. Scale and shift have one parameter per channel. With one channel per group, this is instance
    normalization.

    Shape: (*, channels) -> (*, channels), such as (height, width, channels), (steps, channels) or (channels,);
        scale (channels,), shift (channels,)

    Args:
        groups: number of groups, at least 1; a divisor of the number of channels.
        epsilon: added to the variance, above 0; the default is as in PyTorch; Keras's default is 1e-3.
        scale: whether to multiply every channel by a trainable parameter, initially 1.
        shift: whether to add a trainable parameter to every channel, initially 0.

    Raises:
        ShapeError: if `groups` does not divide the number of channels, or if a group has a single value.
    Reference: Wu and He, ECCV 2018.
    """

    groups: Annotated[int, Ge(1)]
    epsilon: Annotated[float, Gt(0)] = 1e-5
    scale: bool = True
    shift: bool = True

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the input shape."""
        if input_shape[-1] % self.groups:
            raise ShapeError(f"wants a number of channels that can be divided into {self.groups} groups")
        if math.prod(input_shape) == self.groups:
            raise ShapeError("wants groups of two values or more (a single value is always normalized to 0)")
        return input_shape

    def parameters(self, input_shape: Shape) -> Tree:
        """Return the specs of scale and shift, one of each per channel."""
        return scale_and_shift(input_shape[-1:], scale=self.scale, shift=self.shift)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Normalize the groups."""
        rows, *positions, channels = x.shape
        view = (rows, math.prod(positions), channels)
        size = channels // self.groups

        def average(sums: Array) -> Array:
            group_means = sums.reshape(rows, self.groups, size).sum(axis=2) / (view[1] * size)
            return np.repeat(group_means, size, axis=1).reshape(sums.shape)

        y, backward, _, _ = normalize_channels(p, x, view, average, self.epsilon, ctx)
        return y, backward
