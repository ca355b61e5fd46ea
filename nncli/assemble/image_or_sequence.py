"""Decide whether rows with two axes are images with one channel or sequences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nncli.assemble.probe_shapes import IMAGES, SEQUENCES, accepts
from nncli.core.invalid import is_invalid
from nncli.core.types import Shape
from nncli.nn.layers.sequential import Sequential


def needs_channel_axis(layers: Sequence[Any], shape: Shape) -> bool:
    """Return whether rows need a channel axis: true for images (height, width), false for sequences and other rows.

    The first layer that accepts rows of this size only as images, or only as sequences, decides. If a layer accepts
    them in neither form, then this layer and those after it are tried with rows of other sizes, and the first one that
    accepts only images, or only sequences, decides. If no layer decides, the rows are images.

    Args:
        layers: the layers in order; those that could not be built are Invalid.
        shape: shape of one row in the data; only rows with two axes can need a channel axis.
    """
    if len(shape) != 2:
        return False
    image: Shape = (*shape, 1)
    sequence, flat = shape, list(_flatten(layers))
    for index, layer in enumerate(flat):
        if is_invalid(layer) or image == sequence:
            break
        as_image, as_sequence = accepts(layer, image), accepts(layer, sequence)
        if as_image != as_sequence:
            return as_image
        if not as_image:
            return len(sequence) != 2 or next(_image_or_sequence_only(flat[index:]), True)
        image, sequence = layer.output_shape(image), layer.output_shape(sequence)
    return True


def _image_or_sequence_only(layers: Sequence[Any]) -> Iterator[bool]:
    """Yield True for every layer (also nested) that accepts only images, False for one that accepts only sequences."""
    for layer in layers:
        if is_invalid(layer):
            continue
        images, sequences = (any(accepts(layer, probe) for probe in probes) for probes in (IMAGES, SEQUENCES))
        if images != sequences:
            yield images
        for name in layer.in_order:
            yield from _image_or_sequence_only(getattr(layer, name))


def _flatten(layers: Sequence[Any]) -> Iterator[Any]:
    """Yield the layers, with each `Sequential` replaced by its layers."""
    for layer in layers:
        if isinstance(layer, Sequential):
            yield from _flatten(layer.layers)
        else:
            yield layer
