"""Check that loss, last layer, output shape and task fit together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from nncli.assemble.check_context import CheckContext
from nncli.assemble.last_layer import last_layer, last_layer_problem
from nncli.assemble.probe_shapes import sets_output_size
from nncli.core.errors import Path, Problem
from nncli.core.invalid import is_invalid
from nncli.core.task import Task
from nncli.core.text_format import count_noun
from nncli.core.types import Shape
from nncli.nn.layers.sequential import Sequential
from nncli.nn.loss import Loss


def check_loss(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem if the last layer does not suit the loss, or the output shape does not suit loss or targets."""
    layers, loss, task, output = context.draft.layers, context.draft.loss, context.task, context.layer_shapes[0]
    if not layers or task is None:
        return
    last = last_layer(layers)
    fault = None if output is None else _plugin_problem(loss, output, task) or axes_problem(loss, output, task)
    fault = fault or (None if last is None else last_layer_problem(loss, last, task))
    if fault:
        yield Problem(("loss",), fault)
        return
    if output is None:
        return
    yield from positive_weight_problems(loss, output)
    if fault := size_problem(loss, output, task):
        path, sized = _last_sized_layer(layers, ("model",))
        units = units_needed(loss, task)
        key = "write units" if hasattr(sized, "units") else "end in a dense layer with units"
        yield Problem(path, f"{fault}; {key}: {units}" if units else fault)


def _is_binary(loss: Loss) -> bool:
    """Return whether a loss learns two classes with one unit."""
    return loss.target_kind == "classes" and loss.supports_multi_label


def _plugin_problem(loss: Loss, output: Shape, task: Task) -> str | None:
    """Return the fault that a plugin's loss reports with the older methods `loss_fault` and `output_fault`, or None."""
    of_output, of_targets = getattr(loss, "loss_fault", None), getattr(loss, "output_fault", None)
    fault: str | None = of_output(output) if of_output else None
    return fault or (of_targets(output, task.target_shape, task.class_count) if of_targets else None)


def axes_problem(loss: Loss, output: Shape, task: Task) -> str | None:
    """Return why an output shape does not suit the loss, independently of the targets, or None.

    Args:
        loss: the loss.
        output: shape of one row of the model's output.
        task: the task.
    """
    name, gives = loss.type_name, f"the model gives {output}"
    if task.is_multi_label:
        return None if len(output) == 1 else f"{name} wants one unit per label at the end; {gives}"
    if task.has_classes and loss.wants_sum_to_one:
        if len(output) == 1 and output[0] > 1:
            return None
        hint = "; for two classes and 1 unit use sigmoid and binary_cross_entropy" if output == (1,) else ""
        return f"{name} wants one unit per class at the end; {gives}{hint}"
    if _is_binary(loss) and output != (1,):
        return f"{name} wants 1 unit at the end; {gives}; use cross_entropy"
    return None


def size_problem(loss: Loss, output: Shape, task: Task) -> str | None:
    """Return why an output shape does not suit the targets, as far as they are known, or None.

    Args:
        loss: the loss.
        output: shape of one row of the model's output, whose axes suit the loss.
        task: the task.
    """
    units = "1 unit" if output == (1,) else f"{output[0]} units"
    if task.is_multi_label:
        labels = task.target_shape
        return f"{labels[0]} labels, {units}" if labels and output != labels else None
    if task.has_classes:
        classes = task.class_count
        if classes is None or classes == 1:  # check_single_class reports a single class
            return None
        if loss.wants_sum_to_one:
            return f"{classes} classes, {output[0]} units" if classes != output[0] else None
        if not _is_binary(loss) or classes == 2:
            return None
        hint = f"; write units: {classes}, softmax and the loss cross_entropy"
        return f"{classes} classes, but 1 unit can only tell 2 classes apart{hint}"
    target = task.target_shape
    if not target or (math.prod(output) == math.prod(target) and len(output) <= max(1, len(target))):
        return None
    wanted = math.prod(target)
    targets = "1 target" if wanted == 1 else f"{wanted} targets"
    return f"{targets}, {units if len(output) == 1 else f'outputs of {output}'}"


def units_needed(loss: Loss, task: Task) -> int | None:
    """Return the number of units that the last layer needs; None if no number of units would suit."""
    if task.has_classes:
        return task.class_count if loss.wants_sum_to_one else None
    return task.target_shape[0] if task.is_multi_label else math.prod(task.target_shape)


def positive_weight_problems(loss: Loss, output: Shape) -> Iterator[Problem]:
    """Yield a problem if positive_weight is a list whose length is not the number of units."""
    given, units = getattr(loss, "positive_weight", None), output[0]
    if isinstance(given, tuple) and len(given) != units:
        wanted = "one number" if units == 1 else f"one number, or one for each of {units} labels"
        yield Problem(("loss", "positive_weight"), f"expected {wanted}; got {count_noun(len(given), 'number')}")


def _last_sized_layer(layers: Sequence[Any], path: Path) -> tuple[Path, Any]:
    """Return (path, layer) of the last layer that sets the output size; (path of the last layer, None) if none does."""
    for index in range(len(layers) - 1, -1, -1):
        layer = layers[index]
        if not is_invalid(layer) and sets_output_size(layer):
            if isinstance(layer, Sequential):
                return _last_sized_layer(layer.layers, (*path, index, "layers"))
            return (*path, index), layer
    return (*path, len(layers) - 1), None
