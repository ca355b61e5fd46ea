"""Shapes through the layers of a config: which layer does not fit, and what would mend it."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from nncli.assemble.foreign import place_in
from nncli.core.builder import failed
from nncli.core.errors import Path, Problem, ShapeError
from nncli.core.fields import is_foreign
from nncli.core.registry import LAYERS
from nncli.core.types import Shape
from nncli.nn.layer import Layer
from nncli.nn.layers.sequential import Sequential
from nncli.nn.shape_advice import batch_size_fault, shape_hint

# to ask what a layer gives whatever it gets
PROBES: tuple[Shape, ...] = ((60,), (61,), (64, 64, 3), (72, 80, 4), (300, 310, 5))
IMAGES: tuple[Shape, ...] = ((400, 410, 12), (401, 411, 16))
SEQUENCES: tuple[Shape, ...] = ((400, 12), (401, 16))

AXES = {2: "(length, channels)", 3: "(height, width, channels)"}


def check_shapes(
    layers: Sequence[Any],
    input_shape: Shape | None,
    problems: list[Problem],
    path: Path = ("model",),
    before: str = "the rows of the data have the shape",
    batch_size: int | None = None,
) -> Shape | None:
    """The output shape of layers in a row, None where it is not known; notes every layer that does not fit.

    Args:
        layers: in order, FAILED where one could not be built.
        input_shape: of one row, or None where it is not known.
        problems: gets what is found.
        path: where the layers stand in the config.
        before: what gives the input, for messages that end in its shape.
        batch_size: rows a step, or None where it is not known.
    """
    shape, shapes = input_shape, []
    for index, layer in enumerate(layers):
        here = (*path, index)
        shapes.append(shape)
        if failed(layer):
            shape, before = None, ""
            continue
        known = len(problems)
        for name in layer.in_order:
            inside = check_shapes(getattr(layer, name), shape, problems, (*here, name), before, batch_size)
        if isinstance(layer, Sequential):
            shape = inside
        elif len(problems) > known:
            shape = None
        elif shape is None:
            shape = _whatever_comes(layer)
        else:
            try:
                if batch_size is not None and (fault := batch_size_fault(layer, shape, batch_size)):
                    problems.append(Problem(here, fault))
                shape = layer.output_shape(shape)
            except ShapeError as error:
                message = f"{layer.type_name} {error}, but {before} {shape}"
                hint = _mending_before(layers[: index + 1], shapes) or _mending(layer, shape)
                problems.append(Problem(here, message, hint=hint))
                shape = None
            except Exception as error:  # a user's own layer may raise anything
                if not is_foreign(type(layer)):
                    raise
                fault = f"{place_in(error.__traceback__, {type(layer).__module__})}{type(error).__name__}: {error}"
                message = f"output_shape of {layer.type_name} fails for {shape}: {fault}"
                problems.append(Problem(here, message))
                shape = None
        before = f"{'.'.join(map(str, here))} {layer.type_name} gives"
    return shape


def takes_channel(layers: Sequence[Any], shape: Shape) -> bool:
    """Whether rows of two axes are images to these layers, which get one channel, or sequences, which get none.

    The first layer that takes only one of the two decides; from a layer on that takes neither as they are, the first
    one that would take only one of the two whatever their size. Where none does, they are images.

    Args:
        layers: in order, FAILED where one could not be built.
        shape: of one row as it stands in the data; of other than two axes it never gets a channel.
    """
    if len(shape) != 2:
        return False
    image: Shape = (*shape, 1)
    sequence, row = shape, list(_in_a_row(layers))
    for index, layer in enumerate(row):
        if failed(layer) or image == sequence:
            break
        as_image, as_sequence = fits(layer, image), fits(layer, sequence)
        if as_image != as_sequence:
            return as_image
        if not as_image:
            return len(sequence) != 2 or next(_takes_images(row[index:]), True)
        image, sequence = layer.output_shape(image), layer.output_shape(sequence)
    return True


def _takes_images(layers: Sequence[Any]) -> Iterator[bool]:
    """Of every layer that takes images and no sequences, or the other way round, also inside of others: which."""
    for layer in layers:
        if failed(layer):
            continue
        images, sequences = (any(fits(layer, probe) for probe in probes) for probes in (IMAGES, SEQUENCES))
        if images != sequences:
            yield images
        for name in layer.in_order:
            yield from _takes_images(getattr(layer, name))


def _in_a_row(layers: Sequence[Any]) -> Iterator[Any]:
    """The layers, those of a sequential in its place."""
    for layer in layers:
        if isinstance(layer, Sequential):
            yield from _in_a_row(layer.layers)
        else:
            yield layer


def fits(layer: Layer, shape: Shape) -> bool:
    """Whether a layer takes rows of that shape."""
    try:
        layer.output_shape(shape)
    except ShapeError:
        return False
    except Exception:  # of a user's own layer, for a shape that it may never get
        if not is_foreign(type(layer)):
            raise
        return False
    return True


def _whatever_comes(layer: Layer) -> Shape | None:
    """The output shape of a layer, where it does not depend on the input."""
    shapes = [layer.output_shape(probe) for probe in PROBES if fits(layer, probe)]
    return shapes[0] if len(shapes) > 1 and len(set(shapes)) == 1 else None


def _mending_before(layers: Sequence[Any], shapes: Sequence[Shape | None]) -> str:
    """What would make the last of these layers fit: that a layer before it gives a whole sequence; or nothing.

    Args:
        layers: in order.
        shapes: what each of them gets, None where it is not known.
    """
    for index in reversed(range(len(layers) - 1)):
        shape = shapes[index]
        if getattr(layers[index], "return_sequences", None) is False and shape is not None:
            values: dict[str, Any] = {"return_sequences": True}
            for layer in (dataclasses.replace(layers[index], **values), *layers[index + 1 :]):
                if failed(layer) or not fits(layer, shape):
                    return ""
                shape = layer.output_shape(shape)
            return f"write return_sequences: true for the {layers[index].type_name} before it"
    return ""


def _mending(layer: Layer, shape: Shape) -> str:
    """What would make a layer fit the shape that it gets, or nothing."""
    if layer.in_order:
        return shape_hint(layer)
    size = math.prod(shape)
    if len(shape) > 1 and fits(layer, (size,)):
        return f"put flatten before {layer.type_name}"
    reshaped = next((other for other in _with_axes(shape) if fits(layer, other)), None)
    reshape = f"put {{type: reshape, shape: {list(reshaped)}}} before {layer.type_name}" if reshaped else ""
    if sibling := _sibling(layer, shape):
        return f"{sibling} takes {AXES[len(shape)]}" + (f"; for images {reshape}" if reshape else "")
    if reshape:
        return reshape
    steps = (shape[0], size // shape[0])
    if len(shape) == 3 and fits(layer, steps):
        return f"put {{type: reshape, shape: {list(steps)}}} before {layer.type_name}"
    if getattr(layer, "padding", None) == "valid":
        values: dict[str, Any] = {"padding": "same"}
        if fits(dataclasses.replace(layer, **values), shape):
            return "padding: same would fit, or a smaller window, or fewer pooling layers before it"
    return ""


def _with_axes(shape: Shape) -> Iterator[Shape]:
    """What rows of that shape may be with an axis more: square images, of one channel or three, or a length."""
    size = math.prod(shape)
    if len(shape) == 1:
        for channels in (1, 3):
            side = math.isqrt(size // channels)
            if side > 1 and side * side * channels == size:
                yield side, side, channels
    if len(shape) < 3:
        yield *shape, 1


def _sibling(layer: Layer, shape: Shape) -> str | None:
    """The layer that does to rows of as many axes what this one does to rows of others, such as conv1d and conv2d."""
    own = re.fullmatch(r"(\w+)[12]d", layer.type_name)
    name = f"{own[1]}{len(shape) - 1}d" if own else layer.type_name
    return name if name != layer.type_name and len(shape) in AXES and LAYERS.find(name) else None
