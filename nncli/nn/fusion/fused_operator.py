"""The operator that replaces several layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.layer import Layer, Tree


class FusedOperator(NamedTuple):
    """One function that computes the output of several layers, without a backward pass.

    Args:
        layers: number of layers that the operator replaces.
        compute: function that takes the first layer's parameters and input, and returns the last layer's output.
    """

    layers: int
    compute: Callable[[Tree, Array], Array]


Fusion: TypeAlias = Callable[[Sequence[Layer], Sequence[Shape], "np.dtype[np.generic]"], FusedOperator | None]
