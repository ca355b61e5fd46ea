"""The rewrite of a list of layers into operators for prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nncli.core.types import Shape
from nncli.nn.fusion.conv_fusion import fuse_convolution
from nncli.nn.fusion.fused_operator import FusedOperator, Fusion
from nncli.nn.layer import Layer
from nncli.nn.layer_types import is_exactly

FUSIONS: Mapping[str, Fusion] = {  # by the type of the first layer; subclasses are not fused
    "conv1d": fuse_convolution,
    "conv2d": fuse_convolution,
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
        operator = None
        if is_exactly(first := layers[index], FUSIONS):
            operator = FUSIONS[first.type_name](layers[index:], shapes[index:], dtype)
        steps.append((index, operator))
        index += 1 if operator is None else operator.layers
    return steps
