"""Reordering of layers, to the same results in less time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from nncli.nn.activations.relu import ReLU
from nncli.nn.layer import Layer
from nncli.nn.layers.global_max_pool1d import GlobalMaxPool1D
from nncli.nn.layers.global_max_pool2d import GlobalMaxPool2D
from nncli.nn.layers.max_pool1d import MaxPool1D
from nncli.nn.layers.max_pool2d import MaxPool2D

MAX_POOLING = (MaxPool1D, MaxPool2D, GlobalMaxPool1D, GlobalMaxPool2D)  # exact types: a subclass may differ


def reorder(layers: Sequence[Layer]) -> list[int]:
    """Return the indices of the layers in the order in which they are computed.

    Max pooling comes before relu, which then has fewer numbers to process: the maximum after relu is relu of the
    maximum, and where that is not above 0, neither order passes on a gradient. The results are the same bits, but for
    the sign of zero.
    """
    order = list(range(len(layers)))
    for index, (first, second) in enumerate(pairwise(layers)):
        if type(first) is ReLU and type(second) in MAX_POOLING:
            order[index : index + 2] = index + 1, index
    return order
