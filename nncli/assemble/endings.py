"""Whether a loss suits the end of the model, and both the targets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from nncli.assemble.shapes import PROBES, fits
from nncli.core.builder import failed
from nncli.core.errors import Path, Problem
from nncli.core.fields import is_foreign
from nncli.core.types import Array, Shape
from nncli.nn.activation import Activation
from nncli.nn.activations.linear import Linear
from nncli.nn.default_initializers import fill_initializers
from nncli.nn.layer import Layer
from nncli.nn.layers.sequential import Sequential
from nncli.nn.loss import Loss


def check_loss(
    loss: Loss, layers: Sequence[Any], output: Shape | None, target_shape: Shape, classes: tuple[str, ...] | None
) -> Iterator[Problem]:
    """Whether the loss suits the model's end, and that the labels.

    Args:
        loss: as the config has it.
        layers: the model's layers, FAILED where one could not be built.
        output: the model's output shape, or None where it is not known.
        target_shape: of one row of targets, for several labels and for regression.
        classes: the labels, for classes; None where they are not known.
    """
    if not layers:
        return
    last = _last(layers)
    fault = None if output is None else loss.loss_fault(output)
    fault = fault or (None if last is None else _ending(loss, last))
    if fault:
        yield Problem(("loss",), fault)
        return
    if output is None:
        return
    for key, message in loss.misfits(output):
        yield Problem(("loss", key), message)
    known = classes is not None if loss.target_kind == "classes" else bool(target_shape)
    count = None if classes is None else len(classes)
    if known and count != 1 and (fault := loss.output_fault(output, target_shape, count)):
        path, sized = _last_with_size(layers, ("model",))
        units = loss.units(target_shape, count)
        key = "write units" if hasattr(sized, "units") else "end in a dense layer with units"
        yield Problem(path, f"{fault}; {key}: {units}" if units else fault)


def check_range(loss: Loss, layers: Sequence[Any], targets: Array, *, scaled: bool) -> Iterator[Problem]:
    """Targets that the model's last activation can never give.

    Args:
        loss: over numbers.
        layers: the model's layers, FAILED where one could not be built.
        targets: of the training rows, as the network learns them.
        scaled: whether they were scaled.
    """
    last = _last(layers)
    if last is None or last.output_range is None or not targets.size or _ending(loss, last):
        return
    (low, high), (smallest, largest) = last.output_range, (float(targets.min()), float(targets.max()))
    if smallest < low or largest > high:
        wide = f"only numbers from {low:g} to {high:g}" if math.isfinite(high) else f"no numbers below {low:g}"
        which = "scaled targets" if scaled else "targets"
        message = f"the {which} run from {smallest:.4g} to {largest:.4g}, but {last.type_name} gives {wide}; drop it"
        yield Problem(("model", len(layers) - 1), message)


def _last(layers: Sequence[Any]) -> Layer | None:
    """The last layer of all, inside of containers; None where it could not be built."""
    layer = layers[-1] if layers else None
    while isinstance(layer, Sequential):
        layer = layer.layers[-1]
    return None if failed(layer) else layer


def _ending(loss: Loss, last: Layer) -> str | None:
    """Why a loss does not suit a last layer, or None."""
    name, absorbed = loss.type_name, loss.absorbs
    if absorbed is None:
        if not last.sums_to_one:
            return loss.ending_fault(last.type_name, last.output_range)
        return f"{name} learns numbers, but the model ends in {last.type_name}; for class labels use cross_entropy"
    if getattr(loss, "from_logits", False):
        if _bends(last):
            return f"from_logits says that the model ends without activation, but it ends in {last.type_name}; drop one"
        return None
    sums = loss.wants_sum_to_one
    if loss.target_kind == "labels" and last.sums_to_one:
        wants = f"{name} wants a probability for each of several labels"
        return f"{wants}, but those of {last.type_name} sum to 1; put {absorbed} in its place"
    if last.type_name == absorbed or (_within_one(last.output_range) and (last.sums_to_one or not sums)):
        return None
    wants = f"{name} wants probabilities{' that sum to 1' if sums else ''}, but the model ends in {last.type_name}"
    if _bends(last):
        return f"{wants}; put {absorbed} in its place"
    return f"{wants}; end the model in {absorbed}, or write {{type: {name}, from_logits: true}}"


def _bends(last: Layer) -> bool:
    """Whether logits cannot be meant to come out of a layer: it has bounds, or is an activation of nncli's own."""
    bent = isinstance(last, Activation) and not isinstance(last, Linear) and not is_foreign(type(last))
    return bent or last.output_range is not None


def _within_one(bounds: tuple[float, float] | None) -> bool:
    return bounds is not None and bounds[0] >= 0 and bounds[1] <= 1


def _last_with_size(layers: Sequence[Any], path: Path) -> tuple[Path, Any]:
    """The last layer that decides the output's size, and its path."""
    for index in range(len(layers) - 1, -1, -1):
        layer = layers[index]
        if not failed(layer) and _decides_size(fill_initializers([layer])[0]):
            if isinstance(layer, Sequential):
                return _last_with_size(layer.layers, (*path, index, "layers"))
            return (*path, index), layer
    return (*path, len(layers) - 1), None


def _decides_size(layer: Layer) -> bool:
    """Whether a layer has weights and does not merely keep the shape, as a normalisation does."""
    if layer.children():
        return any(_decides_size(item) for item in layer.children().values())
    return any(layer.output_shape(probe) != probe and layer.parameters(probe) for probe in PROBES if fits(layer, probe))
