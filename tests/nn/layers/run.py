"""Run one layer with given parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.types import Array
from nncli.nn.context import Context, PassState
from nncli.nn.layer import Layer


def run(
    layer: Layer, x: Array, dy: Array | None = None, *, pass_state: PassState | None = None, index: int = 0, **p: Any
) -> Any:
    """Return (output, gradient of the input, gradients of the parameters by name); dy defaults to ones."""
    y, backward = layer.forward(p, x, Context(index, pass_state or PassState(), True, {}))
    g = {name: np.full_like(array, np.nan) for name, array in p.items()}
    return y, backward(np.ones_like(y) if dy is None else dy.copy(), g), g


def channel(*entries: Any) -> Array:
    """Return a batch of one sequence with one channel."""
    return np.array(entries, np.float64)[None, :, None]


def image(*rows: Any) -> Array:
    """Return a batch of one image with one channel, given by rows."""
    return np.array(rows, np.float64)[None, :, :, None]
