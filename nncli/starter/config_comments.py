"""The comments of a starter config: what was inferred from the data, and what to change if it is wrong."""

from __future__ import annotations

from nncli.starter.inferred_task import InferredTask

INTEGER_CLASSES = [
    "# The targets are whole numbers with few distinct values, so they are taken for classes. To learn them as",
    "# numbers, end the model with one unit and no softmax, and write loss: mean_squared_error, metrics: [rmse]",
    "# and data.scale_targets: standard.",
]
ONE_HOT = [
    "# Every row of targets has a single 1, so the columns are taken for classes. If several of them can be 1, this is",
    "# multi-label classification: end the model with one unit per column and sigmoid, and write",
    "# loss: binary_cross_entropy.",
]
SEQUENCE = [
    "# A row of {0} x {1} is taken for a sequence: {0} steps of {1} features each. To look for short patterns, replace",
    "# lstm by {{type: conv1d, filters: 32, kernel_size: 3, padding: same}}, relu, global_avg_pool1d.",
    "# If a row is an image with one channel, begin with {{type: conv2d, filters: 8, kernel_size: 3, padding: same}}.",
]
TRANSPOSED = "# If a row is {1} steps of {0} features, transpose the array first: x.transpose(0, 2, 1)."
IMAGE = [
    "# A row of {0} x {1} is taken for an image with one channel. If it is a sequence of {0} steps with {1} features",
    "# each, begin with {{type: lstm, units: 32}} instead, and write scale_inputs: standard.",
]
SYMBOLS = [
    "# The inputs are whole numbers up to {0}, and taken for quantities. If they are codes of symbols, such as the",
    "# words of a text, begin with {{type: embedding, entries: {1}, units: 8}} and lstm, and write scale_inputs: none.",
]
MAX_SHOWN_CLASSES = 8


def summary(task: InferredTask) -> str:
    """Return one line about the number of rows, the inputs and the targets."""
    multiple = f"{task.targets} labels, each 0 or 1" if task.kind == "multi_label" else f"{task.targets} numbers"
    target = _classes(task) if task.kind == "classes" else "a number" if task.targets == 1 else multiple
    shape = " x ".join(map(str, task.input_shape))
    columns = f"{shape} symbols" if task.symbols else "1 column" if shape == "1" else f"{shape} columns"
    kinds = {1: columns, 2: f"sequences of {shape}", 3: f"images of {shape}"}
    return f"# {task.rows:,} rows, {kinds.get(len(task.input_shape), shape)}; target: {target}."


def assumptions(task: InferredTask) -> list[str]:
    """Return what was assumed about the data, and what to change if it is wrong."""
    lines = [*INTEGER_CLASSES] if task.uncertain else []
    if task.one_hot:
        lines += ONE_HOT
    if task.two_axes:
        steps, features = task.input_shape[:2]
        words = SEQUENCE if task.sequences else IMAGE
        words = [*words, TRANSPOSED] if task.sequences and steps < features else words
        lines += [line.format(steps, features) for line in words]
    if (symbols := task.possible_symbols) > 0:
        lines += [line.format(symbols - 1, symbols) for line in SYMBOLS]
    return lines


def input_scaling_reason(task: InferredTask) -> str:
    """Return the reason for the scaling of the inputs."""
    if task.symbols:
        return "codes of symbols are not scaled"
    if task.sequences:
        return "each feature separately; fitted on the training rows only"
    return "fitted on the training rows only"


def output_meaning(task: InferredTask) -> str:
    """Return what the units of the last layer mean."""
    if task.kind == "numbers":
        return "one per target"
    if task.kind == "multi_label":
        return "one per label; labels are independent"
    return f"the probability of {task.classes[1]!r}" if len(task.classes) == 2 else "one per class"


def one_line(text: str) -> str:
    """Return a text without line breaks, which would end a comment."""
    return " ".join(text.split())


def _classes(task: InferredTask) -> str:
    more = ", ..." if len(task.classes) > MAX_SHOWN_CLASSES else ""
    shown = ", ".join(task.classes[:MAX_SHOWN_CLASSES]) + more
    return f"{len(task.classes)} classes ({one_line(shown)})"
