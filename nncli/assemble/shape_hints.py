"""Suggest a change if a layer does not accept its input shape."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from nncli.assemble.probe_shapes import accepts
from nncli.core.invalid import is_invalid
from nncli.core.registry import LAYERS
from nncli.core.types import Shape
from nncli.nn.layer import Layer
from nncli.nn.shape_advice import shape_hint

AXES = {2: "(length, channels)", 3: "(height, width, channels)"}


def suggest_fix(layers: Sequence[Any], shapes: Sequence[Shape | None]) -> str:
    """Return a change that would make the last of these layers fit, or "".

    Args:
        layers: the layers in order; the last one does not accept its input shape.
        shapes: the input shape of each layer, None if it is not known.
    """
    shape = shapes[-1]
    assert shape is not None
    return _change_before(layers, shapes) or _change_here(layers[-1], shape)


def _change_before(layers: Sequence[Any], shapes: Sequence[Shape | None]) -> str:
    """Return advice to set return_sequences for an earlier recurrent layer if that would help, otherwise ""."""
    for index in reversed(range(len(layers) - 1)):
        shape = shapes[index]
        if getattr(layers[index], "return_sequences", None) is False and shape is not None:
            for layer in (layers[index].with_fields(return_sequences=True), *layers[index + 1 :]):
                if is_invalid(layer) or not accepts(layer, shape):
                    return ""
                shape = layer.output_shape(shape)
            return f"write return_sequences: true for the {layers[index].type_name} before it"
    return ""


def _change_here(layer: Layer, shape: Shape) -> str:
    """Return what would make a layer accept its input shape: a layer before it, another layer, or other padding."""
    if layer.in_order:
        return shape_hint(layer)
    size = math.prod(shape)
    if len(shape) > 1 and accepts(layer, (size,)):
        return f"put flatten before {layer.type_name}"
    reshaped = next((other for other in _with_another_axis(shape) if accepts(layer, other)), None)
    reshape = f"put {{type: reshape, shape: {list(reshaped)}}} before {layer.type_name}" if reshaped else ""
    if sibling := _sibling(layer, shape):
        return f"{sibling} takes {AXES[len(shape)]}" + (f"; for images {reshape}" if reshape else "")
    if reshape:
        return reshape
    steps = (shape[0], size // shape[0])
    if len(shape) == 3 and accepts(layer, steps):
        return f"put {{type: reshape, shape: {list(steps)}}} before {layer.type_name}"
    if getattr(layer, "padding", None) == "valid" and accepts(layer.with_fields(padding="same"), shape):
        return "use padding: same, a smaller window, or fewer pooling layers before this layer"
    return ""


def _with_another_axis(shape: Shape) -> Iterator[Shape]:
    """Yield shapes with more axes: square images with one or three channels, or the same axes with one channel."""
    size = math.prod(shape)
    if len(shape) == 1:
        for channels in (1, 3):
            side = math.isqrt(size // channels)
            if side > 1 and side * side * channels == size:
                yield side, side, channels
    if len(shape) < 3:
        yield *shape, 1


def _sibling(layer: Layer, shape: Shape) -> str | None:
    """Return the name of the same layer for the number of axes of `shape`, such as conv1d for conv2d, or None."""
    own = re.fullmatch(r"(\w+)[12]d", layer.type_name)
    name = f"{own[1]}{len(shape) - 1}d" if own else layer.type_name
    return name if name != layer.type_name and len(shape) in AXES and LAYERS.find(name) else None
