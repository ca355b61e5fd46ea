"""Fusion of a convolution with the max pooling and the relu after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.convolution import Convolution
from nncli.nn.fusion.exact_type import is_exactly
from nncli.nn.fusion.fused_operator import FusedOperator
from nncli.nn.layer import Layer, Tree
from nncli.nn.pooling import Pool
from nncli.ops import current_ops
from nncli.ops.windows import Windows

TILE_POOLING = ("max_pool1d", "max_pool2d")


def fuse_convolution(
    layers: Sequence[Layer], shapes: Sequence[Shape], dtype: np.dtype[np.generic]
) -> FusedOperator | None:
    """Return one operator for a convolution and the max pooling, relu or both after it, or None if it is not faster.

    The operator's results are bitwise identical to those of the separate layers.

    Args:
        layers: the convolution and all layers after it; max pooling comes before relu, see `reorder`.
        shapes: shape of one row before the convolution and after each of the layers.
        dtype: dtype of all arrays.
    """
    convolution, *following = layers
    assert isinstance(convolution, Convolution)
    windows = convolution.windows(shapes[0])
    tiles = _tiles(following, shapes[1])
    pooled = 1 if tiles is None else 2  # number of layers up to the pooling, which is included
    relu = len(layers) > pooled and is_exactly(layers[pooled], ("relu",))
    count = pooled + relu
    if count == 1:
        return None
    operator = current_ops().fuse_convolution(
        windows, convolution.filters, convolution.groups, dtype, relu=relu, tiles=tiles
    )
    if operator is None:
        return None
    output = shapes[count]

    def compute(p: Tree, x: Array) -> Array:
        images = x.reshape(len(x), *windows.input, x.shape[-1])
        return operator(images, p["weight"], p.get("bias")).reshape(len(x), *output)

    return FusedOperator(count, compute)


def _tiles(layers: Sequence[Layer], shape: Shape) -> Windows | None:
    """Return the windows of the first layer if it is max pooling without overlap or padding."""
    if not layers or not is_exactly(layers[0], TILE_POOLING):
        return None
    assert isinstance(layers[0], Pool)
    windows = layers[0].windows(shape)
    return windows if windows.stride == windows.window and not windows.padded else None
