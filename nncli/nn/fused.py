"""Layers that are computed in one go where no gradient is asked for: a convolution, relu and max pooling."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.activations.relu import ReLU
from nncli.nn.compiled.available import compiled_convolution
from nncli.nn.compiled.suits import suits
from nncli.nn.convolution import Convolution
from nncli.nn.layer import Layer, Tree
from nncli.nn.layers.conv1d import Conv1D
from nncli.nn.layers.conv2d import Conv2D
from nncli.nn.layers.max_pool1d import MaxPool1D
from nncli.nn.layers.max_pool2d import MaxPool2D
from nncli.nn.pooling import Pool
from nncli.nn.windows import Windows

Outputs = Callable[[Tree, Array], "Array | None"]


def in_one_go(
    layers: Sequence[Layer], shapes: Sequence[Shape], dtype: np.dtype[np.generic]
) -> tuple[int, Outputs] | None:
    """How many layers, from the first, can be computed in one go, and by what; None where there is nothing to gain.

    The function takes the first layer's parameters and rows, and gives the same bits as the layers one by one, where
    numba computes these as well; None where it is not installed.

    Args:
        layers: one after another.
        shapes: of a row before the first of them, and after each.
        dtype: of all numbers.
    """
    first, *following = layers
    if not isinstance(first, Convolution) or type(first) not in (Conv1D, Conv2D) or first.groups > 1:
        return None  # a subclass may compute something else
    windows, filters = first.windows(shapes[0]), first.filters
    rectified = [type(item) for item in following[:1]] == [ReLU]
    pooling = _tiles(following[rectified:], shapes[1])
    if not suits(windows, filters, dtype) or not (rectified or pooling):
        return None
    tiles = pooling or Windows.over((*windows.output, filters), 1, 1, "valid")
    count = 1 + rectified + (pooling is not None)
    output = shapes[count]

    def outputs(p: Tree, x: Array) -> Array | None:
        compiled = compiled_convolution()
        if compiled is None:
            return None
        images = x.reshape(len(x), *windows.input, x.shape[-1])
        y: Array = compiled.outputs(images, p["weight"], windows, p.get("bias"), rectified, tiles)
        return y.reshape(len(x), *output)

    return count, outputs


def _tiles(layers: Sequence[Layer], shape: Shape) -> Windows | None:
    """The windows of a layer of max pooling that comes first, where they are tiles."""
    for item in layers[:1]:
        if isinstance(item, Pool) and type(item) in (MaxPool1D, MaxPool2D):
            windows = item.windows(shape)
            return windows if windows.stride == windows.window and not windows.padded else None
    return None
