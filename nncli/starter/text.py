"""The text of a first config, with the comments that a reader needs to go on from there."""

from __future__ import annotations

from typing import Any

from nncli.config.writer import to_flow_yaml
from nncli.starter.choice import Choice
from nncli.starter.task import Task

DOUBTFUL = [
    "# The targets are few whole numbers, so they are taken for classes. To learn them as numbers: one unit and no",
    "# softmax at the end, loss: mean_squared_error, metrics: [rmse], data.scale_targets: standard.",
]
ONE_HOT = [
    "# Every row of targets has a single 1, so its columns are taken for classes. Where several of them can be 1, they",
    "# are labels: one unit each and sigmoid at the end, loss: binary_cross_entropy.",
]
SEQUENCE = [
    "# A row of {0} x {1} is taken for a sequence: {0} steps one after another, of {1} numbers each. In place of lstm,",
    "# {{type: conv1d, filters: 32, kernel_size: 3, padding: same}}, relu, global_avg_pool1d look for short patterns.",
    "# Where a row is an image of one channel, begin with {{type: conv2d, filters: 8, kernel_size: 3, padding: same}}.",
]
TURNED = "# Where it is {1} steps of {0} numbers, turn the array around first: x.transpose(0, 2, 1)."
IMAGE = [
    "# A row of {0} x {1} is taken for an image of one channel. Where it is a sequence, {0} steps one after another of",
    "# {1} numbers each, begin with {{type: lstm, units: 32}} instead, and write scale_inputs: standard.",
]
SYMBOLS = [
    "# The inputs are whole numbers up to {0}, and taken for quantities. Where they are the numbers of symbols, as of",
    "# words in order, begin with {{type: embedding, entries: {1}, units: 8}} and lstm, and write scale_inputs: none.",
]
SCALED = "fitted on the training rows only"
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
    several = f"{task.targets} labels, each 0 or 1" if task.kind == "labels" else f"{task.targets} numbers"
    learnt = _classes(task) if task.kind == "classes" else "a number" if task.targets == 1 else several
    shape = " x ".join(map(str, task.input_shape))
    columns = f"{shape} symbols" if task.symbols else "1 column" if shape == "1" else f"{shape} columns"
    kinds = {1: columns, 2: f"sequences of {shape}", 3: f"images of {shape}"}
    lines = [f"# {task.rows:,} rows, {kinds.get(len(task.input_shape), shape)}; learnt: {learnt}."]
    lines += _doubts(task)
    return "\n".join([*lines, f"name: {to_flow_yaml(name)}", "seed: 0", ""])


def _doubts(task: Task) -> list[str]:
    """What the data were taken for by their look alone, and what to change where they are something else."""
    lines = DOUBTFUL if task.doubtful else []
    if task.one_hot:
        lines = [*lines, *ONE_HOT]
    if task.two_axes:
        steps, features = task.input_shape[:2]
        words = SEQUENCE if task.sequences else IMAGE
        words = [*words, TURNED] if task.sequences and steps < features else words
        lines = [*lines, *(line.format(steps, features) for line in words)]
    if (symbols := task.perhaps_symbols) > 0:
        lines = [*lines, *(line.format(symbols - 1, symbols) for line in SYMBOLS)]
    return lines


def _classes(task: Task) -> str:
    shown = ", ".join(task.classes[:8]) + (", ..." if len(task.classes) > 8 else "")
    return f"{len(task.classes)} classes ({_one_line(shown)})"


def _data(task: Task, choice: Choice) -> str:
    lines = ["data:"]
    for column, reason in task.dropped.items():
        lines.append(f"  # left out: {_one_line(to_flow_yaml(column))}: {_one_line(reason)}")
    lines.append(f"  train: {to_flow_yaml(task.source)}")
    if choice.held_out:
        share = to_flow_yaml({"fraction": choice.held_out, **({"stratify": True} if choice.stratify else {})})
        lines.append(_commented(f"  validation: {share}", "measured after every epoch; says which weights are best"))
        if choice.tested:
            lines.append(_commented(f"  test: {share}", "measured once, with the best weights"))
    why = "every feature by itself; fitted on the training rows only" if task.sequences else SCALED
    why = "numbers of symbols are looked up as they are" if task.symbols else why
    lines.append(_commented(f"  scale_inputs: {_input_scaling(task)}", why))
    if task.kind == "numbers":
        lines.append(_commented("  scale_targets: standard", "undone in predictions and metrics"))
    return "\n".join([*lines, ""])


def _input_scaling(task: Task) -> str:
    if task.symbols:
        return "none"
    if not task.images:
        return "standard"
    return to_flow_yaml({"type": "divide", "by": 255}) if 16 < task.largest <= 255 else "minmax"


def _model(task: Task, choice: Choice) -> str:
    layers: list[Any] = []
    if task.symbols:
        layers.append({"type": "embedding", "entries": task.symbols, "units": 8})
    if choice.state:
        layers.append({"type": "lstm", "units": choice.state})
    for filters in choice.filters:
        convolution = {"type": "conv2d", "filters": filters, "kernel_size": 3, "padding": "same"}
        layers += [convolution, "relu", {"type": "max_pool2d", "pool_size": 2}]
    for units in choice.units:
        layers += [{"type": "dense", "units": units}, "relu", {"type": "dropout", "rate": choice.dropout}]
    *lines, last = [f"  - {to_flow_yaml(layer)}" for layer in [*layers, {"type": "dense", "units": _units(task)}]]
    return "\n".join(["model:", *lines, _commented(last, _meaning(task)), *_ending(task), ""])


def _units(task: Task) -> int:
    if task.kind != "classes":
        return task.targets
    return 1 if len(task.classes) == 2 else len(task.classes)


def _meaning(task: Task) -> str:
    if task.kind == "numbers":
        return "one a target"
    if task.kind == "labels":
        return "one a label, whatever the others are"
    return f"the probability of {task.classes[1]!r}" if len(task.classes) == 2 else "one a class"


def _ending(task: Task) -> list[str]:
    if task.kind == "numbers":
        return []
    return ["  - sigmoid" if task.kind == "labels" or len(task.classes) == 2 else "  - softmax"]


def _learning(task: Task) -> str:
    if task.kind == "numbers":
        loss, metrics = "mean_squared_error", "[rmse, mae, r2]"
    elif task.kind == "labels":
        loss, metrics = "binary_cross_entropy", "[accuracy, f1]"
    else:
        loss, metrics = "binary_cross_entropy" if len(task.classes) == 2 else "cross_entropy", "[accuracy]"
    return f"loss: {loss}\noptimizer: {{type: adam, learning_rate: 1e-3}}\nmetrics: {metrics}\n"


def _training(choice: Choice) -> str:
    lines = ["training:", f"  epochs: {choice.epochs}", f"  batch_size: {choice.batch_size}"]
    if choice.held_out:
        stopping = f"  early_stopping: {to_flow_yaml({'patience': choice.patience})}"
        lines.append(_commented(stopping, "no better val_loss for so many epochs"))
    return "\n".join([*lines, ""])


def _commented(text: str, comment: str) -> str:
    comment = _one_line(comment)
    return f"{text:<{KEYS}}# {comment}" if len(text) < KEYS else f"{text}  # {comment}"


def _one_line(text: str) -> str:
    """A text in a comment, which a line break of any kind would end."""
    return " ".join(text.split())
