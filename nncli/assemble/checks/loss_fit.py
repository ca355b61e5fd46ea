"""Whether the loss fits the end of the model, and the end of the model the task."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from nncli.assemble.last_layer import last_layer, last_layer_problem
from nncli.assemble.probe_shapes import decides_size
from nncli.assemble.subject import Subject
from nncli.core.errors import Path, Problem
from nncli.core.invalid import is_invalid
from nncli.core.task import Task
from nncli.core.types import Shape
from nncli.nn.layers.sequential import Sequential
from nncli.nn.loss import Loss


def check_loss(subject: Subject) -> Iterator[Problem]:
    """Whether the loss fits the model's last layer and output shape, and the output shape the targets."""
    layers, loss, task, output = subject.draft.layers, subject.draft.loss, subject.task, subject.layer_shapes[0]
    if not layers or task is None:
        return
    last = last_layer(layers)
    fault = None if output is None else axes_problem(loss, output, task)
    fault = fault or (None if last is None else last_layer_problem(loss, last, task))
    if fault:
        yield Problem(("loss",), fault)
        return
    if output is None:
        return
    yield from positive_weight_problems(loss, output)
    if fault := size_problem(loss, output, task):
        path, sized = _last_with_size(layers, ("model",))
        units = units_needed(loss, task)
        key = "write units" if hasattr(sized, "units") else "end in a dense layer with units"
        yield Problem(path, f"{fault}; {key}: {units}" if units else fault)


def _is_binary(loss: Loss) -> bool:
    """Whether a loss over classes learns two of them with one unit."""
    return loss.target_kind == "classes" and loss.supports_multi_label


def axes_problem(loss: Loss, output: Shape, task: Task) -> str | None:
    """Why outputs of that shape do not fit the loss, whatever the targets are."""
    name, gives = loss.type_name, f"the model gives {output}"
    if task.is_multi_label:
        return None if len(output) == 1 else f"{name} wants one unit a label at the end; {gives}"
    if task.has_classes and loss.wants_sum_to_one:
        if len(output) == 1 and output[0] > 1:
            return None
        hint = "; for two classes and 1 unit use sigmoid and binary_cross_entropy" if output == (1,) else ""
        return f"{name} wants one unit a class at the end; {gives}{hint}"
    if _is_binary(loss) and output != (1,):
        return f"{name} wants 1 unit at the end; {gives}; use cross_entropy"
    return None


def size_problem(loss: Loss, output: Shape, task: Task) -> str | None:
    """Why outputs of that shape do not fit the targets, as far as these are known."""
    units = "1 unit" if output == (1,) else f"{output[0]} units"
    if task.is_multi_label:
        labels = task.target_shape
        return f"{labels[0]} labels, {units}" if labels and output != labels else None
    if task.has_classes:
        classes = task.class_count
        if classes is None or classes == 1:  # a single class is reported by itself
            return None
        if loss.wants_sum_to_one:
            return f"{classes} classes, {output[0]} units" if classes != output[0] else None
        if not _is_binary(loss) or classes == 2:
            return None
        hint = f"; write units: {classes}, softmax and the loss cross_entropy"
        return f"{classes} classes, 1 unit, which tells 2 classes apart{hint}"
    target = task.target_shape
    if not target or (math.prod(output) == math.prod(target) and len(output) <= max(1, len(target))):
        return None
    wanted = math.prod(target)
    targets = "1 target" if wanted == 1 else f"{wanted} targets"
    return f"{targets}, {units if len(output) == 1 else f'outputs of {output}'}"


def units_needed(loss: Loss, task: Task) -> int | None:
    """The number of units that the model has to end in; None where no number would fit."""
    if task.has_classes:
        return task.class_count if loss.wants_sum_to_one else None
    return task.target_shape[0] if task.is_multi_label else math.prod(task.target_shape)


def positive_weight_problems(loss: Loss, output: Shape) -> Iterator[Problem]:
    """One weight of positives for all units, or one for each."""
    given, units = getattr(loss, "positive_weight", None), output[0]
    if isinstance(given, tuple) and len(given) != units:
        wanted = "one number" if units == 1 else f"one number, or one for each of {units} labels"
        yield Problem(("loss", "positive_weight"), f"expected {wanted}; got {len(given)}")


def _last_with_size(layers: Sequence[Any], path: Path) -> tuple[Path, Any]:
    """The last layer that decides the size of the output, and its path."""
    for index in range(len(layers) - 1, -1, -1):
        layer = layers[index]
        if not is_invalid(layer) and decides_size(layer):
            if isinstance(layer, Sequential):
                return _last_with_size(layer.layers, (*path, index, "layers"))
            return (*path, index), layer
    return (*path, len(layers) - 1), None
