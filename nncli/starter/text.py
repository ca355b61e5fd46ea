"""The text of a first config, with the comments that a reader needs to go on from there."""

from __future__ import annotations

from typing import Any

from nncli.config.resolved import flow
from nncli.starter.choice import Choice
from nncli.starter.task import Task

DOUBTFUL = [
    "# The targets are few whole numbers, so they are taken for classes. To learn them as numbers: one unit and no",
    "# softmax at the end, loss: mean_squared_error, metrics: [rmse], data.scale_targets: standard.",
]
KEYS = 47  # where comments begin
GENERAL = """\
# A network that tells handwritten digits apart, and most of what a config can say. Change it and check it:
#   nncli check FILE                       every mistake, with its line
#   nncli list                             what there is to choose from
#   nncli schema > nncli.schema.json       for an editor that completes and underlines: then begin this file with
#                                          yaml-language-server: $schema=nncli.schema.json as a comment
name: first
seed: 0                                        # of everything random: the same seed gives the same numbers

data:
  train: {dataset: digits}                     # ships with nncli; yours, for example:
  # train: {path: houses.csv, targets: price}                a table; text columns are understood
  # train: {path: images/}                                   one sub-folder of images a class
  # train: {inputs: x.npy, targets: y.npy}                   arrays
  validation: {fraction: 0.1, stratify: true}  # measured after every epoch; says which weights are best
  test: {fraction: 0.1, stratify: true}        # measured once, with the best weights
  scale_inputs: {type: divide, by: 16}         # or standard, minmax, none; fitted on the training rows only

model:                                         # layers in order; the first takes what the data give
  - {type: dense, units: 64}                   # for images also conv2d, max_pool2d
  - relu                                       # or leaky_relu, gelu, silu and more: nncli list activations
  - {type: dropout, rate: 0.2}
  - {type: dense, units: 10}                   # one unit a class; for numbers, one a target and no activation
  - softmax

loss: cross_entropy                            # for two classes and one sigmoid unit, binary_cross_entropy; for
                                               # numbers, mean_squared_error with data.scale_targets: standard
optimizer: {type: adam, learning_rate: 1e-3}   # or sgd
metrics: [accuracy]                            # for numbers: rmse, mae, r2

training:
  epochs: 20
  batch_size: 32
  early_stopping: {patience: 5}                # no better val_loss for so many epochs
"""


def fitted(task: Task, choice: Choice, name: str) -> str:
    """A config for a task.

    Args:
        task: what there is to learn.
        choice: what suits it.
        name: of the run.
    """
    blocks = [_heading(task, name), _data(task, choice), _model(task, choice), _learning(task), _training(choice)]
    return "\n".join(blocks)


def _heading(task: Task, name: str) -> str:
    numbers = "a number" if task.targets == 1 else f"{task.targets} numbers"
    learnt = _classes(task) if task.kind == "classes" else numbers
    shape = " x ".join(map(str, task.input_shape))
    columns = f"{shape} symbols" if task.symbols else "1 column" if shape == "1" else f"{shape} columns"
    what = f"images of {shape}" if task.images else columns if len(task.input_shape) == 1 else shape
    lines = [f"# {task.rows:,} rows, {what}; learnt: {learnt}."]
    lines += DOUBTFUL if task.doubtful else []
    return "\n".join([*lines, f"name: {flow(name)}", "seed: 0", ""])


def _classes(task: Task) -> str:
    shown = ", ".join(task.classes[:8]) + (", ..." if len(task.classes) > 8 else "")
    return f"{len(task.classes)} classes ({_one_line(shown)})"


def _data(task: Task, choice: Choice) -> str:
    lines = ["data:"]
    for column, reason in task.dropped.items():
        lines.append(f"  # left out: {_one_line(flow(column))}: {_one_line(reason)}")
    lines.append(f"  train: {flow(task.source)}")
    if choice.held_out:
        share = flow({"fraction": choice.held_out, **({"stratify": True} if choice.stratify else {})})
        lines.append(_commented(f"  validation: {share}", "measured after every epoch; says which weights are best"))
        if choice.tested:
            lines.append(_commented(f"  test: {share}", "measured once, with the best weights"))
    why = "numbers of symbols are looked up as they are" if task.symbols else "fitted on the training rows only"
    lines.append(_commented(f"  scale_inputs: {_input_scaling(task)}", why))
    if task.kind == "numbers":
        lines.append(_commented("  scale_targets: standard", "undone in predictions and metrics"))
    return "\n".join([*lines, ""])


def _input_scaling(task: Task) -> str:
    if task.symbols:
        return "none"
    if not task.images:
        return "standard"
    return flow({"type": "divide", "by": 255}) if 16 < task.largest <= 255 else "minmax"


def _model(task: Task, choice: Choice) -> str:
    layers: list[Any] = []
    if task.symbols:
        layers += [{"type": "embedding", "entries": task.symbols, "units": 8}, {"type": "lstm", "units": choice.state}]
    for filters in choice.filters:
        convolution = {"type": "conv2d", "filters": filters, "kernel_size": 3, "padding": "same"}
        layers += [convolution, "relu", {"type": "max_pool2d", "pool_size": 2}]
    for units in choice.units:
        layers += [{"type": "dense", "units": units}, "relu", {"type": "dropout", "rate": choice.dropout}]
    *lines, last = [f"  - {flow(layer)}" for layer in [*layers, {"type": "dense", "units": _units(task)}]]
    return "\n".join(["model:", *lines, _commented(last, _meaning(task)), *_ending(task), ""])


def _units(task: Task) -> int:
    if task.kind == "numbers":
        return task.targets
    return 1 if len(task.classes) == 2 else len(task.classes)


def _meaning(task: Task) -> str:
    if task.kind == "numbers":
        return "one a target"
    return f"the probability of {task.classes[1]!r}" if len(task.classes) == 2 else "one a class"


def _ending(task: Task) -> list[str]:
    if task.kind == "numbers":
        return []
    return ["  - sigmoid" if len(task.classes) == 2 else "  - softmax"]


def _learning(task: Task) -> str:
    two = len(task.classes) == 2
    loss = "mean_squared_error" if task.kind == "numbers" else "binary_cross_entropy" if two else "cross_entropy"
    metrics = "[rmse, mae, r2]" if task.kind == "numbers" else "[accuracy]"
    return f"loss: {loss}\noptimizer: {{type: adam, learning_rate: 1e-3}}\nmetrics: {metrics}\n"


def _training(choice: Choice) -> str:
    lines = ["training:", f"  epochs: {choice.epochs}", f"  batch_size: {choice.batch_size}"]
    if choice.held_out:
        stopping = f"  early_stopping: {flow({'patience': choice.patience})}"
        lines.append(_commented(stopping, "no better val_loss for so many epochs"))
    return "\n".join([*lines, ""])


def _commented(text: str, comment: str) -> str:
    comment = _one_line(comment)
    return f"{text:<{KEYS}}# {comment}" if len(text) < KEYS else f"{text}  # {comment}"


def _one_line(text: str) -> str:
    """A text in a comment, which a line break of any kind would end."""
    return " ".join(text.split())
