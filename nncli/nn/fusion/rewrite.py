"""The rewrite of a list of layers into operators for prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nncli.core.types import Shape
from nncli.nn.fusion.conv_fusion import fuse_convolution
from nncli.nn.fusion.fused_operator import FusedOperator, Fusion
from nncli.nn.layer import Layer
from nncli.nn.layers.conv1d import Conv1D
from nncli.nn.layers.conv2d import Conv2D

FUSIONS: Mapping[type[Layer], Fusion] = {  # by the exact type of the first layer: a subclass is not fused
    Conv1D: fuse_convolution,
    Conv2D: fuse_convolution,
}


def fuse(
    layers: Sequence[Layer], shapes: Sequence[Shape], dtype: np.dtype[np.generic]
) -> list[tuple[int, FusedOperator | None]]:
    """Rewrite layers as fused operators, and single layers in between.

    Args:
        layers: in the order in which they are computed.
        shapes: of a row before the first layer, and after each of them.
        dtype: of all numbers.

    Returns:
        (index of its first layer, operator) for each operator, and (index, None) for each single layer.
    """
    steps: list[tuple[int, FusedOperator | None]] = []
    index = 0
    while index < len(layers):
        fusion = FUSIONS.get(type(layers[index]))
        operator = None if fusion is None else fusion(layers[index:], shapes[index:], dtype)
        steps.append((index, operator))
        index += 1 if operator is None else operator.layers
    return steps
