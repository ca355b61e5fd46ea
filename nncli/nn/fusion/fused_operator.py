"""An operator that computes several layers at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.layer import Layer, Tree


class FusedOperator(NamedTuple):
    """The outputs of several layers in one function, without what their gradients would need."""

    layers: int  # how many of them it replaces
    compute: Callable[[Tree, Array], Array]  # of the parameters of the first of them, and its inputs


Fusion: TypeAlias = Callable[[Sequence[Layer], Sequence[Shape], "np.dtype[np.generic]"], FusedOperator | None]
