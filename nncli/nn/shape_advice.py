"""Advice on shapes and batch sizes for certain types of layers, shown when a config is checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import singledispatch

from nncli.core.types import Shape
from nncli.nn.layer import Layer
from nncli.nn.layers.batch_norm import BatchNorm
from nncli.nn.layers.residual import Residual

CONTAINER_HINTS: Mapping[type, str] = {
    Residual: "write padding: same in its layers, or a shortcut with the same output shape"
}


def batch_size_fault(layer: Layer, input_shape: Shape, rows: int) -> str | None:
    """Return why a layer cannot be trained on batches of this many rows, or None.

    A layer from a plugin may define the method `batch_fault(input_shape, rows)` instead.
    """
    own: Callable[[Shape, int], str | None] | None = getattr(layer, "batch_fault", None)
    return own(input_shape, rows) if callable(own) else _batch_size_fault(layer, input_shape, rows)


@singledispatch
def _batch_size_fault(layer: Layer, input_shape: Shape, rows: int) -> str | None:
    return None


@_batch_size_fault.register
def _(layer: BatchNorm, input_shape: Shape, rows: int) -> str | None:
    """Refuse a single value per channel: it is always normalized to 0."""
    if rows > 1 or math.prod(input_shape[:-1]) > 1:
        return None
    return "batch_norm normalizes over the rows of a batch, but training.batch_size is 1; set it to 2 or more"


def shape_hint(container: Layer) -> str:
    """Return advice for a container whose layers output a shape that does not fit; "" if there is none.

    A container from a plugin may define the advice as its class attribute `shape_hint`.
    """
    for base in type(container).__mro__:
        if "shape_hint" in vars(base):
            return str(getattr(container, "shape_hint", ""))
        if base in CONTAINER_HINTS:
            return CONTAINER_HINTS[base]
    return ""
