"""The rectified linear unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.compiled.available import passes_at_hand
from nncli.nn.layer import Backward, Context, Tree

FEW = 1 << 12  # numbers up to which maximum takes less time than clip, and sign than a comparison
LARGE = 1 << 14  # numbers from which a compiled pass is worth its call


@activation("relu")
@dataclass(frozen=True)
class ReLU(Activation):
    """y = max(x, 0); its derivative at 0 is taken as 0.

    Shape: (*) -> (*)
    Reference: Nair and Hinton, ICML 2010.
    """

    output_range = (0.0, math.inf)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The positive part."""
        if x.size >= LARGE and x.dtype.kind == "f" and (passes := passes_at_hand()) is not None:
            return _compiled(passes, x)
        if x.size < FEW and x.dtype.kind == "f":
            y = np.maximum(x, 0)
            return y, lambda dy, g: np.multiply(dy, np.sign(y), out=dy)  # 0 or 1; nan ends the step
        y = np.maximum(x, 0) if x.dtype.kind != "f" else np.clip(x, 0, math.inf)
        return y, lambda dy, g: np.multiply(dy, y > 0, out=dy)


def _compiled(passes: ModuleType, x: Array) -> tuple[Array, Backward]:
    y = np.empty(x.shape, x.dtype)
    passes.relu(x.reshape(-1), y.reshape(-1))

    def backward(dy: Array, g: Tree) -> Array:
        dx = np.ascontiguousarray(dy)
        passes.relu_gradient(y.reshape(-1), dx.reshape(-1))
        return dx

    return y, backward
