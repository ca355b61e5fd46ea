"""Write a starter config as YAML with comments."""

from __future__ import annotations

from typing import Any

from nncli.config.writer import to_flow_yaml
from nncli.starter.config_comments import assumptions, input_scaling_reason, one_line, output_meaning, summary
from nncli.starter.inferred_task import InferredTask
from nncli.starter.recommendation import Recommendation

COMMENT_COLUMN = 47


def config_text(task: InferredTask, recommended: Recommendation, name: str) -> str:
    """Return the text of a config for a task.

    Args:
        task: the task that was inferred from the data.
        recommended: settings for this task.
        name: name of the run.
    """
    blocks = [
        _heading(task, name),
        _data(task, recommended),
        _model(task, recommended),
        _learning(task),
        _training(recommended),
    ]
    return "\n".join(blocks)


def _heading(task: InferredTask, name: str) -> str:
    return "\n".join([summary(task), *assumptions(task), f"name: {to_flow_yaml(name)}", "seed: 0", ""])


def _data(task: InferredTask, recommended: Recommendation) -> str:
    lines = ["data:"]
    for column, reason in task.dropped.items():
        lines.append(f"  # left out: {one_line(to_flow_yaml(column))}: {one_line(reason)}")
    lines.append(f"  train: {to_flow_yaml(task.source)}")
    if recommended.held_out:
        stratify = {"stratify": True} if recommended.stratify else {}
        share = to_flow_yaml({"fraction": recommended.held_out, **stratify})
        lines.append(_with_comment(f"  validation: {share}", "measured after every epoch; selects the best weights"))
        if recommended.tested:
            lines.append(_with_comment(f"  test: {share}", "measured once, with the best weights"))
    lines.append(_with_comment(f"  scale_inputs: {_input_scaling(task)}", input_scaling_reason(task)))
    if task.kind == "numbers":
        lines.append(_with_comment("  scale_targets: standard", "undone in predictions and metrics"))
    return "\n".join([*lines, ""])


def _input_scaling(task: InferredTask) -> str:
    if task.symbols:
        return "none"
    if not task.images:
        return "standard"
    return to_flow_yaml({"type": "divide", "by": 255}) if 16 < task.largest <= 255 else "minmax"


def _model(task: InferredTask, recommended: Recommendation) -> str:
    layers: list[Any] = []
    if task.symbols:
        layers.append({"type": "embedding", "entries": task.symbols, "units": 8})
    if recommended.lstm_units:
        layers.append({"type": "lstm", "units": recommended.lstm_units})
    for filters in recommended.filters:
        convolution = {"type": "conv2d", "filters": filters, "kernel_size": 3, "padding": "same"}
        layers += [convolution, "relu", {"type": "max_pool2d", "pool_size": 2}]
    for units in recommended.units:
        layers += [{"type": "dense", "units": units}, "relu", {"type": "dropout", "rate": recommended.dropout}]
    *lines, last = [f"  - {to_flow_yaml(layer)}" for layer in [*layers, {"type": "dense", "units": _units(task)}]]
    return "\n".join(["model:", *lines, _with_comment(last, output_meaning(task)), *_last_activation(task), ""])


def _units(task: InferredTask) -> int:
    if task.kind != "classes":
        return task.targets
    return 1 if len(task.classes) == 2 else len(task.classes)


def _last_activation(task: InferredTask) -> list[str]:
    if task.kind == "numbers":
        return []
    return ["  - sigmoid" if task.kind == "multi_label" or len(task.classes) == 2 else "  - softmax"]


def _learning(task: InferredTask) -> str:
    if task.kind == "numbers":
        loss, metrics = "mean_squared_error", "[rmse, mae, r2]"
    elif task.kind == "multi_label":
        loss, metrics = "binary_cross_entropy", "[accuracy, f1]"
    else:
        loss, metrics = "binary_cross_entropy" if len(task.classes) == 2 else "cross_entropy", "[accuracy]"
    return f"loss: {loss}\noptimizer: {{type: adam, learning_rate: 1e-3}}\nmetrics: {metrics}\n"


def _training(recommended: Recommendation) -> str:
    lines = ["training:", f"  epochs: {recommended.epochs}", f"  batch_size: {recommended.batch_size}"]
    if recommended.held_out:
        stopping = f"  early_stopping: {to_flow_yaml({'patience': recommended.patience})}"
        lines.append(_with_comment(stopping, "stop after this many epochs without a better val_loss"))
    return "\n".join([*lines, ""])


def _with_comment(text: str, comment: str) -> str:
    comment = one_line(comment)
    return f"{text:<{COMMENT_COLUMN}}# {comment}" if len(text) < COMMENT_COLUMN else f"{text}  # {comment}"
