"""Decide whether rows of two axes are images of one channel or sequences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nncli.assemble.probe_shapes import IMAGES, SEQUENCES, accepts
from nncli.core.invalid import is_invalid
from nncli.core.types import Shape
from nncli.nn.layers.sequential import Sequential


def takes_channel(layers: Sequence[Any], shape: Shape) -> bool:
    """Whether rows of two axes are images to these layers, which get one channel, or sequences, which get none.

    The first layer that accepts only one of the two decides. If a layer accepts neither as they are, the first layer
    from there on decides that would accept only one of the two if their size were another. Where no layer decides, they
    are images.

    Args:
        layers: in order, Invalid where one could not be built.
        shape: of one row as it stands in the data; rows of other than two axes never get a channel.
    """
    if len(shape) != 2:
        return False
    image: Shape = (*shape, 1)
    sequence, flat = shape, list(_without_sequentials(layers))
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
    """For every layer, also inside of others, that accepts only images or only sequences: whether it is images."""
    for layer in layers:
        if is_invalid(layer):
            continue
        images, sequences = (any(accepts(layer, probe) for probe in probes) for probes in (IMAGES, SEQUENCES))
        if images != sequences:
            yield images
        for name in layer.in_order:
            yield from _image_or_sequence_only(getattr(layer, name))


def _without_sequentials(layers: Sequence[Any]) -> Iterator[Any]:
    """The layers, with those of a sequential in its place."""
    for layer in layers:
        if isinstance(layer, Sequential):
            yield from _without_sequentials(layer.layers)
        else:
            yield layer
