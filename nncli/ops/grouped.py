"""Grouped convolution: every filter applies to the channels of its group only."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops.depthwise import convolve_depthwise
from nncli.ops.patches import convolve_patches
from nncli.ops.signatures import KernelBackward
from nncli.ops.windows import Windows

MAX_DEPTHWISE_FILTERS = 4  # filters per channel up to which elementwise products are faster than matrix products


def convolve_groups(x: Array, W: Array, windows: Windows, groups: int) -> tuple[Array, KernelBackward]:
    """Convolve with two or more groups and without bias, see `Ops.convolve`."""
    if groups == x.shape[3] and W.shape[3] <= MAX_DEPTHWISE_FILTERS * groups:
        return convolve_depthwise(x, W, windows)
    parts = [
        convolve_patches(x_group, W_group, windows)
        for x_group, W_group in zip(np.split(x, groups, axis=3), np.split(W, groups, axis=3), strict=True)
    ]

    def backward(dy: Array, dW: Array, input_gradient: bool) -> Array | None:
        gradients: list[Array] = []
        dys, dWs = np.split(dy, groups, axis=3), np.split(dW, groups, axis=3)
        for (_, group_backward), dy_group, dW_group in zip(parts, dys, dWs, strict=True):
            contiguous = np.empty_like(dW_group, order="C")  # since np.dot writes to contiguous arrays only
            dx_group = group_backward(dy_group, contiguous, input_gradient)
            gradients += [] if dx_group is None else [dx_group]
            dW_group[...] = contiguous
        return np.concatenate(gradients, axis=3) if gradients else None

    return np.concatenate([y for y, _ in parts], axis=3), backward
