"""The base class of layers that normalize channels over positions, with `Ops.normalize_channels`."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import Backward, Context, Tree
from nncli.nn.normalization.normalization_layer import Normalization
from nncli.ops import current_ops
from nncli.ops.signatures import Average


@dataclass(frozen=True)
class ChannelNormalization(Normalization):
    """The base of layers that normalize channels over positions, such as batch_norm and group_norm."""


def normalize_channels(
    p: Tree, x: Array, view: tuple[int, int, int], average: Average, epsilon: float, ctx: Context
) -> tuple[Array, Backward, Array, Array]:
    """Return (y, backward, mean, variance) of a layer that normalizes channels, see `Ops.normalize_channels`.

    Shape: scale and shift (channels,), mean and variance (outer, 1, channels), everything else has the shape of `x`

    Args:
        p: the layer's parameters: scale, shift, both or neither.
        x: any shape whose last axis is the channels.
        view: (outer, inner, channels); x is reshaped to it and summed over the inner axis.
        average: function that turns sums over the inner axis, (outer, 1, channels), into the means of all values that
            are normalized together, in a new array of the same shape. It is called twice in the forward pass and twice
            in the backward pass.
        epsilon: added to the variance.
        ctx: the context of the layer.
    """
    scale, shift = p.get("scale"), p.get("shift")
    y, normalized_backward, mean, variance = current_ops().normalize_channels(x, view, scale, shift, average, epsilon)

    def backward(dy: Array, g: Tree) -> Array | None:
        return normalized_backward(dy, g.get("scale"), g.get("shift"), ctx.input_gradient)

    return y, backward, mean, variance
