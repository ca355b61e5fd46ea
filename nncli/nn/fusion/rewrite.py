"""Rewrite a list of layers as fused operators for prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nncli.core.types import Shape
from nncli.nn.fusion.conv_fusion import fuse_convolution
from nncli.nn.fusion.exact_type import is_exactly
from nncli.nn.fusion.fused_operator import FusedOperator, Fusion
from nncli.nn.layer import Layer

FUSIONS: Mapping[str, Fusion] = {  # keyed by the type of the first layer; subclasses of this type are not fused
    "conv1d": fuse_convolution,
    "conv2d": fuse_convolution,
}


def fuse(
    layers: Sequence[Layer], shapes: Sequence[Shape], dtype: np.dtype[np.generic]
) -> list[tuple[int, FusedOperator | None]]:
    """Rewrite layers as fused operators and single layers.

    Args:
        layers: layers in the order in which they are computed.
        shapes: shape of one row before the first layer and after each layer.
        dtype: dtype of all arrays.

    Returns:
        (index of the first layer, operator) for every fused operator, and (index, None) for every other layer.
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
