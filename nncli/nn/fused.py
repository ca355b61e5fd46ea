"""Layers in the order in which they take the least time, and in one go where no gradient is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from types import ModuleType

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.activations.relu import ReLU
from nncli.nn.compiled.available import compiled_convolution
from nncli.nn.convolution import Convolution
from nncli.nn.layer import Layer, Tree
from nncli.nn.layers.conv1d import Conv1D
from nncli.nn.layers.conv2d import Conv2D
from nncli.nn.layers.max_pool1d import MaxPool1D
from nncli.nn.layers.max_pool2d import MaxPool2D
from nncli.nn.pooling import Pool
from nncli.nn.windows import Windows

InOneGo = Callable[[Tree, Array], "Array | None"]


def in_order_of_work(layers: Sequence[Layer]) -> list[int]:
    """The numbers of the layers in an order that gives the same, to the bit but for the sign of zero, in less time.

    Max pooling comes before relu, which then mostly has fewer numbers to go over: the largest after relu is relu of
    the largest, and where that is not above 0, neither passes on any gradient.
    """
    order = list(range(len(layers)))
    for index, (one, following) in enumerate(pairwise(layers)):
        if type(one) is ReLU and vars(type(following)).get("chooses_largest"):  # a subclass may choose otherwise
            order[index : index + 2] = index + 1, index
    return order


def in_one_go(
    layers: Sequence[Layer], shapes: Sequence[Shape], dtype: np.dtype[np.generic]
) -> tuple[int, InOneGo] | None:
    """How many layers, from the first, can be computed in one go, and by what; None where there is nothing to gain.

    The function takes the first layer's parameters and rows, and gives the same bits as the layers one by one, where
    numba computes these as well; None where it is not installed.

    What goes together is a convolution, then tiles of max pooling, relu, or both.

    Args:
        layers: one after another, in the order of work.
        shapes: of a row before the first of them, and after each.
        dtype: of all numbers.
    """
    first, *following = layers
    if not isinstance(first, Convolution) or type(first) not in (Conv1D, Conv2D):
        return None  # a subclass may compute something else
    windows, filters = first.windows(shapes[0]), first.filters
    pooling = _tiles(following, shapes[1])
    before = 1 if pooling is None else 2  # relu
    rectified = len(layers) > before and type(layers[before]) is ReLU
    count = before + rectified
    if count == 1 or not first.suits_compiler(shapes[0], dtype):
        return None
    tiles = pooling or Windows.over((*windows.output, filters), 1, 1, "valid")
    output = shapes[count]

    @cache
    def made(compiled: ModuleType) -> Callable[[Array, Array, Array | None], Array]:
        return compiled.with_relu_and_pooling(windows, filters, rectified, tiles, dtype)

    def compute(p: Tree, x: Array) -> Array | None:
        compiled = compiled_convolution()
        if compiled is None:
            return None
        images = x.reshape(len(x), *windows.input, x.shape[-1])
        return made(compiled)(images, p["weight"], p.get("bias")).reshape(len(x), *output)

    return count, compute


def _tiles(layers: Sequence[Layer], shape: Shape) -> Windows | None:
    """The windows of a layer of max pooling that comes first, where they are tiles."""
    if not layers or not isinstance(layers[0], Pool) or type(layers[0]) not in (MaxPool1D, MaxPool2D):
        return None
    windows = layers[0].windows(shape)
    return windows if windows.stride == windows.window and not windows.padded else None
