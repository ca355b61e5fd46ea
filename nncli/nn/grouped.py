"""Convolution in groups: every filter is over the channels of its group alone."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.nn.compiled.available import compiled_convolution
from nncli.nn.compiled.suits import suits
from nncli.nn.depthwise import convolve_depthwise
from nncli.nn.patches import KernelBackward, convolve
from nncli.nn.windows import Windows

FEW_FILTERS = 4  # for each channel; up to here entry by entry is faster than a product of matrices for each channel


def convolve_in_groups(
    x: Array, W: Array, windows: Windows, groups: int, bias: Array | None = None
) -> tuple[Array, KernelBackward]:
    """The first filters over the first channels, the next over the next, and so on; as many for each group.

    Args:
        x: (n, height, width, channels), without padding.
        W: (kernel height, kernel width, channels / groups, filters).
        windows: over x.
        groups: how many, a divisor of channels and filters.
        bias: (filters,) to add to y, or None for none.

    Returns:
        y: (n, rows, columns, filters).
        backward: of (dy, dW to be overwritten, whether the gradient of x is wanted), gives that gradient.
    """
    if groups == 1:
        compiled = compiled_convolution() if suits(windows, W.shape[3], x.dtype) else None
        return (convolve if compiled is None else compiled.convolve)(x, W, windows, bias)
    y, backward = _in_groups(x, W, windows, groups)
    if bias is not None:
        y += bias
    return y, backward


def _in_groups(x: Array, W: Array, windows: Windows, groups: int) -> tuple[Array, KernelBackward]:
    if groups == x.shape[3] and W.shape[3] <= FEW_FILTERS * groups:
        return convolve_depthwise(x, W, windows)
    parts = [
        convolve(x_group, W_group, windows)
        for x_group, W_group in zip(np.split(x, groups, axis=3), np.split(W, groups, axis=3), strict=True)
    ]

    def backward(dy: Array, dW: Array, input_gradient: bool) -> Array | None:
        gradients: list[Array] = []
        dys, dWs = np.split(dy, groups, axis=3), np.split(dW, groups, axis=3)
        for (_, backward_of_group), dy_group, dW_group in zip(parts, dys, dWs, strict=True):
            whole = np.empty_like(dW_group, order="C")  # products are written to what lies in one piece
            dx_group = backward_of_group(dy_group, whole, input_gradient)
            gradients += [] if dx_group is None else [dx_group]
            dW_group[...] = whole
        return np.concatenate(gradients, axis=3) if gradients else None

    return np.concatenate([y for y, _ in parts], axis=3), backward
