"""Reordering of layers to compute the same results in less time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from nncli.nn.fusion.exact_type import is_exactly
from nncli.nn.layer import Layer

MAX_POOLING = ("max_pool1d", "max_pool2d", "global_max_pool1d", "global_max_pool2d")


def reorder(layers: Sequence[Layer]) -> list[int]:
    """Return the indices of the layers in the order in which they are computed.

    Max pooling is moved before relu, so that relu has fewer numbers to process. Both orders give the same output and
    the same gradient: only the position of a maximum of 0 may differ, and no gradient flows back to it. The results are
    bitwise identical, except for the sign of zero.
    """
    order = list(range(len(layers)))
    for index, (first, second) in enumerate(pairwise(layers)):
        if is_exactly(first, ("relu",)) and is_exactly(second, MAX_POOLING):
            order[index : index + 2] = index + 1, index
    return order
