"""Check the last layer of a model: whether it suits the loss, and whether the targets are in its output range."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from nncli.core.errors import Problem
from nncli.core.fields import is_user_defined
from nncli.core.invalid import is_invalid
from nncli.core.task import Task
from nncli.core.types import Array
from nncli.nn.activation import Activation
from nncli.nn.activations.linear import Linear
from nncli.nn.layer import Layer
from nncli.nn.layers.sequential import Sequential
from nncli.nn.loss import Loss


def last_layer(layers: Sequence[Any]) -> Layer | None:
    """Return the last layer, also inside a `Sequential`; None if it could not be built."""
    layer = layers[-1] if layers else None
    while isinstance(layer, Sequential):
        layer = layer.layers[-1]
    return None if is_invalid(layer) else layer


def last_layer_problem(loss: Loss, last: Layer, task: Task) -> str | None:
    """Return why a loss does not suit the last layer, or None.

    Args:
        loss: the loss.
        last: the last layer.
        task: the task.
    """
    name, absorbed = loss.type_name, loss.absorbs
    if absorbed is None:
        if not last.sums_to_one:
            return loss.last_layer_problem(last.type_name, last.output_range)
        return f"{name} learns numbers, but the model ends in {last.type_name}; for class labels use cross_entropy"
    if getattr(loss, "from_logits", False):
        if _cannot_be_logits(last):
            ends = f"from_logits says that the model ends without activation, but it ends in {last.type_name}"
            return f"{ends}; drop from_logits or {last.type_name}"
        return None
    sums = loss.wants_sum_to_one
    if task.is_multi_label and last.sums_to_one:
        wants = f"{name} wants an independent probability for each label"
        return f"{wants}, but those of {last.type_name} sum to 1; put {absorbed} in its place"
    if last.type_name == absorbed or (_within_one(last.output_range) and (last.sums_to_one or not sums)):
        return None
    wants = f"{name} wants probabilities{' that sum to 1' if sums else ''}, but the model ends in {last.type_name}"
    if _cannot_be_logits(last):
        return f"{wants}; put {absorbed} in its place"
    return f"{wants}; end the model in {absorbed}, or write {{type: {name}, from_logits: true}}"


def _cannot_be_logits(last: Layer) -> bool:
    """Return whether the outputs of a layer cannot be logits: they are bounded or come from a built-in activation."""
    activation = isinstance(last, Activation) and not isinstance(last, Linear) and not is_user_defined(type(last))
    return activation or last.output_range is not None


def _within_one(bounds: tuple[float, float] | None) -> bool:
    """Return whether an output range is inside [0, 1]."""
    return bounds is not None and bounds[0] >= 0 and bounds[1] <= 1


def output_range_problems(
    layers: Sequence[Any], loss: Loss, targets: Array, task: Task, *, scaled: bool
) -> Iterator[Problem]:
    """Yield a problem if targets are outside the output range of the last activation.

    Args:
        layers: the layers of the model; those that could not be built are Invalid.
        loss: a loss for numbers.
        targets: (n, ...) training targets, after scaling.
        task: the task.
        scaled: whether the targets were scaled.
    """
    last = last_layer(layers)
    if last is None or last.output_range is None or not targets.size or last_layer_problem(loss, last, task):
        return
    (low, high), (smallest, largest) = last.output_range, (float(targets.min()), float(targets.max()))
    if smallest < low or largest > high:
        wide = f"only numbers from {low:g} to {high:g}" if math.isfinite(high) else f"no numbers below {low:g}"
        which = "scaled targets" if scaled else "targets"
        message = f"the {which} run from {smallest:.4g} to {largest:.4g}, but {last.type_name} gives {wide}; drop it"
        yield Problem(("model", len(layers) - 1), message)
