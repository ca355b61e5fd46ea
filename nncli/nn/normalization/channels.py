"""Normalization by channels, with the parameters of a layer."""

from __future__ import annotations

from nncli.core.types import Array
from nncli.nn.layer import Backward, Context, Tree
from nncli.ops import current_ops
from nncli.ops.signatures import Average


def normalize_channels(
    p: Tree, x: Array, view: tuple[int, int, int], average: Average, epsilon: float, ctx: Context
) -> tuple[Array, Backward, Array, Array]:
    """Return (y, backward, mean, variance) of a layer that normalizes by channels, see `Ops.normalize_channels`.

    Shape: scale and shift (channels,), mean and variance (outer, 1, channels), everything else as `x`

    Args:
        p: scale and shift, as far as the layer has them.
        x: in any shape whose last axis is the channels.
        view: (outer, inner, channels), the shape as which x is summed over inner.
        average: turns sums over inner, (outer, 1, channels), into the means over all that is normalized together,
            a new array of the same shape. It is called twice in the forward and twice in the backward pass.
        epsilon: added to the variance.
        ctx: of the layer.
    """
    scale, shift = p.get("scale"), p.get("shift")
    y, normalized_backward, mean, variance = current_ops().normalize_channels(x, view, scale, shift, average, epsilon)

    def backward(dy: Array, g: Tree) -> Array | None:
        return normalized_backward(dy, g.get("scale"), g.get("shift"), ctx.input_gradient)

    return y, backward, mean, variance
