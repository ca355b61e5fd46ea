"""Checks of a config's parts against one another, each problem with its path."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any, cast

from nncli.config.spec import Data, Fraction, Training
from nncli.core.errors import Problem, ShapeError
from nncli.core.fields import FAILED
from nncli.core.spelling import suggestion
from nncli.core.types import Array, Shape
from nncli.nn.layer import Layer
from nncli.nn.loss import Loss
from nncli.nn.metric import Metric
from nncli.nn.sequential import fill_initializers

PROBES: tuple[Shape, ...] = ((60,), (61,), (64, 64, 3), (72, 80, 4))  # to ask what a layer gives whatever it gets


def check_shapes(layers: Sequence[Any], input_shape: Shape | None, problems: list[Problem]) -> Shape | None:
    """The model's output shape, None where it is not known; notes every layer that does not fit.

    Args:
        layers: the model's layers, FAILED where one could not be built.
        input_shape: of one row, or None where the data could not be read.
        problems: gets what is found.
    """
    shape, before = input_shape, "the rows of the data have the shape"
    for index, layer in enumerate(layers):
        if layer is FAILED:
            shape, before = None, ""
            continue
        if shape is None:
            shape = _whatever_comes(layer)
        else:
            try:
                shape = layer.output_shape(shape)
            except ShapeError as error:
                message = f"{layer.type_name} {error}, but {before} {shape}"
                problems.append(Problem(("model", index), message, hint=_mending(layer, shape)))
                shape = None
        before = f"model.{index} {layer.type_name} gives"
    return shape


def _whatever_comes(layer: Layer) -> Shape | None:
    """The output shape of a layer, where it does not depend on the input."""
    shapes = {layer.output_shape(probe) for probe in PROBES if _fits(layer, probe)}
    return shapes.pop() if len(shapes) == 1 else None


def _mending(layer: Layer, shape: Shape) -> str:
    """What would make a layer fit the shape that it gets, or nothing."""
    size = math.prod(shape)
    if len(shape) > 1 and _fits(layer, (size,)):
        return f"put flatten before {layer.type_name}"
    if len(shape) == 1:
        for channels in (1, 3):
            side = math.isqrt(size // channels)
            if side > 1 and side * side * channels == size and _fits(layer, (side, side, channels)):
                return f"put {{type: reshape, shape: [{side}, {side}, {channels}]}} before {layer.type_name}"
    if getattr(layer, "padding", None) == "valid":
        values: dict[str, Any] = {"padding": "same"}
        if _fits(dataclasses.replace(layer, **values), shape):
            return "padding: same would fit, or a smaller window, or fewer pooling layers before it"
    return ""


def _fits(layer: Layer, shape: Shape) -> bool:
    try:
        layer.output_shape(shape)
    except ShapeError:
        return False
    return True


def check_range(layers: Sequence[Any], targets: Array, *, scaled: bool) -> Iterator[Problem]:
    """Targets that the model's last activation can never give.

    Args:
        layers: the model's layers, FAILED where one could not be built.
        targets: of the training rows, as the network learns them.
        scaled: whether they were scaled.
    """
    last: Any = _ending_layer(layers[-1]) if layers else FAILED
    if last is FAILED or last.output_range is None or not targets.size:
        return
    (low, high), (smallest, largest) = last.output_range, (float(targets.min()), float(targets.max()))
    if smallest < low or largest > high:
        wide = f"only numbers from {low:g} to {high:g}" if math.isfinite(high) else f"no numbers below {low:g}"
        which = "scaled targets" if scaled else "targets"
        message = f"the {which} run from {smallest:.4g} to {largest:.4g}, but {last.type_name} gives {wide}; drop it"
        yield Problem(("model", len(layers) - 1), message)


def check_loss(
    loss: Loss, layers: Sequence[Any], output: Shape | None, target_shape: Shape, classes: tuple[str, ...] | None
) -> Iterator[Problem]:
    """Whether the loss suits the model's end, and that the labels.

    Args:
        loss: as the config has it.
        layers: the model's layers, FAILED where one could not be built.
        output: the model's output shape, or None where it is not known.
        target_shape: of one row of targets, for regression.
        classes: the labels, for classes; None where they are not known.
    """
    if not layers:
        return
    last = _ending_layer(layers[-1])
    if last is not FAILED and loss.absorbs is not None and (fault := _ending(loss, last)):
        yield Problem(("loss",), fault)
        return
    if classes is not None and len(classes) == 1:
        yield Problem(("data", "train"), f"all rows have the label {classes[0]!r}; there is nothing to tell apart")
        return
    if output is None:
        return
    if fault := loss.loss_fault(output):
        yield Problem(("loss",), fault)
        return
    known = classes is not None if loss.target_kind == "classes" else bool(target_shape)
    if known and (fault := loss.output_fault(output, target_shape, None if classes is None else len(classes))):
        yield Problem(_last_with_size(layers), fault)


def _ending_layer(layer: Any) -> Any:
    """The last layer of all, inside of containers."""
    while layer is not FAILED and layer.children():
        layer = list(layer.children().values())[-1]
    return layer


def _ending(loss: Loss, last: Layer) -> str | None:
    name, absorbed = loss.type_name, loss.absorbs
    bounds = last.output_range
    if getattr(loss, "from_logits", False):
        if bounds is not None:
            return f"from_logits says that the model ends without activation, but it ends in {last.type_name}; drop one"
        return None
    if last.type_name == absorbed:
        return None
    if bounds is None or bounds[0] < 0 or bounds[1] > 1:
        hint = f"end the model in {absorbed}, or write {{type: {name}, from_logits: true}}"
        return f"{name} wants probabilities, but the model ends in {last.type_name}; {hint}"
    return None


def _last_with_size(layers: Sequence[Any]) -> tuple[str, int]:
    """The path of the last layer that has weights, whose size decides the output's."""
    for index in range(len(layers) - 1, -1, -1):
        if layers[index] is not FAILED and _has_weights(fill_initializers([layers[index]])[0]):
            return ("model", index)
    return ("model", len(layers) - 1)


def _has_weights(layer: Layer) -> bool:
    return next((bool(layer.parameters(probe)) for probe in PROBES if _fits(layer, probe)), False)


def check_kinds(built: dict[str, Any], loss: Loss) -> Iterator[Problem]:
    """Settings for classes beside a loss over numbers, and the other way round."""
    learns = {"classes": "class labels", "numbers": "numbers"}
    metrics = built.get("metrics", ())
    for index, metric in enumerate(metrics if isinstance(metrics, list | tuple) else ()):
        if metric is not FAILED and cast("Metric", metric).target_kind != loss.target_kind:
            wants = f"{metric.type_name} measures {learns[metric.target_kind]}"
            yield Problem(("metrics", index), f"{wants}, but {loss.type_name} learns {learns[loss.target_kind]}")
    data = built.get("data")
    if not isinstance(data, Data):
        return
    if loss.target_kind == "classes" and data.scale_targets.type_name != "none":
        yield Problem(("data", "scale_targets"), f"{loss.type_name} learns class labels, which have no scale; drop it")
    if loss.target_kind == "numbers" and getattr(data.train, "classes", None) is not None:
        yield Problem(("data", "train", "classes"), f"{loss.type_name} learns numbers, not classes; drop it")


def check_all_monitors(built: dict[str, Any]) -> Iterator[Problem]:
    """Monitors of a config that are no column of metrics.csv."""
    training, metrics, data = built.get("training", Training()), built.get("metrics", ()), built.get("data")
    if isinstance(training, Training) and isinstance(data, Data) and isinstance(metrics, tuple):
        yield from check_monitors(training, metrics, validated=data.validation is not None)


def check_monitors(training: Training, metrics: Sequence[Any], *, validated: bool) -> Iterator[Problem]:
    """Monitors that are no column of metrics.csv.

    Args:
        training: how to train.
        metrics: what is measured besides the loss.
        validated: whether there are validation rows.
    """
    names = ["loss", *(metric.type_name for metric in metrics)]
    columns = [f"{kind}_{name}" for kind in (("val", "train") if validated else ("train",)) for name in names]
    for key, settings in (("checkpoint", training.checkpoint), ("early_stopping", training.early_stopping)):
        monitor = None if settings is None else settings.monitor
        if monitor is not None and monitor not in columns:
            hint = suggestion(monitor, columns)
            if monitor.startswith("val_") and not validated:
                hint = f": nothing is validated; add data.validation.{hint.partition('.')[2]}"
            yield Problem(("training", key, "monitor"), f"no column {monitor!r}{hint}")


def check_fractions(built: dict[str, Any]) -> Iterator[Problem]:
    """Shares that leave nothing to train on."""
    data = built.get("data")
    if isinstance(data, Data):
        shares = [part.fraction for part in (data.validation, data.test) if isinstance(part, Fraction)]
        if sum(shares) >= 1:
            yield Problem(("data", "validation"), f"validation and test take {sum(shares):g} of the rows; leave some")
