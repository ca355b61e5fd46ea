"""The contract table: one row for every registered class, with the configurations that the contract tests use.

If you add a layer, a loss, a metric, an optimizer, a schedule, an initializer, a scaler or a source, add its row here;
`test_table.py` names the classes without a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from math import sqrt
from pathlib import Path
from typing import Any, Literal

from nncli.core.registry import INITIALIZERS, LAYERS, LOSSES, METRICS, OPTIMIZERS, SCALERS, SCHEDULES, SOURCES, Registry
from nncli.core.types import Array, Shape
from tests.contracts import files, optimal_outputs
from tests.oracle import metrics as by_definition


@dataclass(frozen=True)
class LayerCase:
    """One configuration of a layer.

    Args:
        config: mapping as in a YAML config.
        input_shape: the shape of one row of the layer's input.
        training: whether the layer runs in training mode.
        long: whether the case runs only with `pytest --full`.
        below: if set, inputs are integers in [0, below), which have no gradient.
    """

    config: dict[str, Any]
    input_shape: Shape
    training: bool = True
    long: bool = False
    below: int | None = None


@dataclass(frozen=True)
class LossCase:
    """One configuration of a loss.

    Args:
        config: mapping as in a YAML config.
        output_shape: the shape of one row of the model's output.
        domain: the kind of numbers that the model outputs.
        best: returns, for targets and an output shape, the optimal outputs and the sum of their losses; computed from
            the definition of the loss.
    """

    config: dict[str, Any]
    output_shape: Shape
    domain: Literal["numbers", "logits", "probabilities", "rates", "logarithms of rates"]
    best: Callable[[Array, Shape], tuple[Array, float]]


@dataclass(frozen=True)
class MetricCase:
    """One configuration of a metric.

    Args:
        config: mapping as in a YAML config.
        prediction_shape: the shape of one row of predictions.
        oracle: function that computes the metric from its definition.
        labels: whether the targets are multi-label.
    """

    config: dict[str, Any]
    prediction_shape: Shape
    oracle: Callable[..., float]
    labels: bool = False


@dataclass(frozen=True)
class OptimizerCase:
    """One configuration of an optimizer.

    Args:
        config: mapping as in a YAML config; its learning rate suits the quadratic function of the tests.
        initial: initial value of each state vector by name; state vectors without an entry start at zero.
        decay: the fraction by which a step with learning rate 1 shrinks the weights.
    """

    config: dict[str, Any]
    initial: dict[str, float] = field(default_factory=dict)
    decay: float = 0.0


@dataclass(frozen=True)
class ScheduleCase:
    """One configuration of a schedule, and its rates at the first and the last of 35 steps in 5 epochs."""

    config: dict[str, Any]
    first: float
    last: float


@dataclass(frozen=True)
class InitializerCase:
    """One configuration of an initializer.

    Args:
        config: mapping as in a YAML config.
        std: returns, for (fan_in, fan_out), the documented standard deviation of an array of the shape `WEIGHTS`.
        mean: the documented mean.
    """

    config: dict[str, Any]
    std: Callable[[int, int], float]
    mean: float = 0.0


@dataclass(frozen=True)
class ScalerCase:
    """One configuration of a scaler."""

    config: dict[str, Any]


@dataclass(frozen=True)
class SourceCase:
    """One configuration of a source.

    Args:
        config: mapping as in a YAML config.
        write: function that writes the six rows of `files.PIXELS` and `files.LABELS` to files for the source; None if
            the source needs no files.
    """

    config: dict[str, Any]
    write: Callable[[Path], None] | None = None


def _layers(
    type_name: str,
    shape: Shape,
    *fields: dict[str, Any],
    training: bool = True,
    long: bool = False,
    below: int | None = None,
) -> tuple[LayerCase, ...]:
    return tuple(LayerCase({"type": type_name, **values}, shape, training, long, below) for values in fields or ({},))


def _everywhere(type_name: str) -> tuple[LayerCase, ...]:
    return _layers(type_name, (3,)) + _layers(type_name, (1,)) + _layers(type_name, (3, 2, 2))


def _activation(type_name: str, **fields: Any) -> tuple[LayerCase, ...]:
    """Return the cases of an activation: flat rows and images, and flat rows with `fields` if there are any."""
    cases = _layers(type_name, (3,)) + _layers(type_name, (3, 2, 2))
    return cases + (_layers(type_name, (3,), fields) if fields else ())


_CONVOLUTIONS = (  # different code computes few channels, many channels, and stride 1
    *_layers(
        "conv2d",
        (5, 4, 1),
        {"filters": 2, "kernel_size": (3, 2), "padding": "same"},
        {"filters": 2, "kernel_size": (3, 2), "stride": 2, "padding": (2, 1)},
    ),
    *_layers(
        "conv2d",
        (5, 4, 3),
        {"filters": 2, "kernel_size": (3, 2)},
        {"filters": 2, "kernel_size": (3, 2), "padding": 2},
        {"filters": 2, "kernel_size": (3, 2), "stride": (2, 1), "padding": "same"},
        {"filters": 2, "kernel_size": (2, 3), "dilation": 2, "padding": "same"},
        {"filters": 3, "kernel_size": 3, "groups": 3, "padding": "same"},  # depthwise
    ),
    *_layers(
        "conv2d",
        (4, 6, 2),
        {"filters": 3, "kernel_size": 1},
        {"filters": 1, "kernel_size": 1, "padding": (2, 1)},  # some windows contain only padding
        {"filters": 2, "kernel_size": 3, "padding": (0, 4), "bias": False},
        {"filters": 2, "kernel_size": (2, 3), "stride": (3, 2)},  # rows between the windows are not used
        {"filters": 2, "kernel_size": (4, 2), "stride": 3, "padding": "same"},
        {"filters": 2, "kernel_size": (4, 6), "initializer": "he"},  # a single window
        {"filters": 2, "kernel_size": (2, 3), "dilation": (3, 2), "stride": (1, 2), "padding": (2, 1)},
        {"filters": 4, "kernel_size": 2, "groups": 2, "stride": (2, 1), "dilation": (1, 2), "padding": 2},
    ),
    *_layers(
        "conv2d",
        (3, 5, 4),
        {"filters": 6, "kernel_size": 2, "groups": 2, "padding": "same"},
        {"filters": 2, "kernel_size": 2, "groups": 2, "stride": 2, "bias": False},
    ),
    *_layers("conv2d", (1, 1, 3), {"filters": 2, "kernel_size": 3, "padding": "same"}),
    *(
        case
        for channels, stride, padding in product((1, 3, 5), (1, 2, (2, 1)), (0, "valid", "same", 2, (2, 1)))
        for case in _layers(
            "conv2d",
            (5, 4, channels),
            {"filters": 3, "kernel_size": (3, 2), "stride": stride, "padding": padding},
            long=True,
        )
    ),
    *_layers(
        "conv2d",
        (4, 6, 2),
        {"filters": 3, "kernel_size": 1, "stride": (1, 3)},
        {"filters": 2, "kernel_size": 2, "padding": (3, 0)},
        {"filters": 1, "kernel_size": (1, 4), "padding": "same", "initializer": {"type": "normal", "std": 0.5}},
        {"filters": 2, "kernel_size": (7, 7), "padding": 3},
        {"filters": 12, "kernel_size": 2, "groups": 2},  # too many filters per channel for the depthwise code
        long=True,
    ),
    *(
        case
        for groups, stride, dilation, padding in product((1, 2, 4), (1, (2, 1)), (2, (1, 3)), ("same", 3))
        for case in _layers(
            "conv2d",
            (5, 4, 4),
            {
                "filters": 4,
                "kernel_size": (3, 2),
                "stride": stride,
                "padding": padding,
                "dilation": dilation,
                "groups": groups,
            },
            long=True,
        )
    ),
    *_layers("conv2d", (1, 1, 3), {"filters": 1, "kernel_size": 1}, long=True),
)


def _pools(type_name: str) -> tuple[LayerCase, ...]:
    odd = (5, 7, 2)  # entries that no window covers remain at the bottom and on the right
    return (
        *_layers(
            type_name,
            odd,
            {},
            {"pool_size": 2, "stride": 1},
            {"pool_size": 2, "padding": "same"},
            {"pool_size": 3, "stride": 2},  # windows overlap
            {"pool_size": 3, "stride": (2, 1), "padding": (1, 2)},
            {"pool_size": (1, 2), "stride": 3},  # rows and columns between the windows are not used
            {"pool_size": (4, 2), "stride": 3, "padding": "same"},
        ),
        *_layers(type_name, (6, 4, 1), {}),
        *_layers(
            type_name,
            odd,
            {"pool_size": 1},
            {"pool_size": 2, "padding": 1},
            {"pool_size": 3, "stride": 1, "padding": "same"},
            {"pool_size": 3, "stride": (1, 3), "padding": "same"},
            {"pool_size": (2, 3)},
            {"pool_size": (3, 2), "stride": (2, 3), "padding": (0, 1)},
            {"pool_size": 2, "stride": 2, "padding": 0},
            {"pool_size": 2, "stride": 2, "padding": "valid"},
            long=True,
        ),
        *_layers(
            type_name,
            (6, 4, 1),
            {"pool_size": 1},
            {"pool_size": 2, "stride": 1},
            {"pool_size": 2, "padding": 1},
            {"pool_size": 2, "padding": "same"},
            long=True,
        ),
        *_layers(type_name, (2, 2, 3), {}, long=True),
    )


def _pools_of_lengths(type_name: str) -> tuple[LayerCase, ...]:
    return (
        *_layers(
            type_name,
            (7, 2),
            {},
            {"pool_size": 3, "stride": 2, "padding": 1},
            {"pool_size": 2, "stride": 1, "padding": "same"},
        ),
        *_layers(type_name, (6, 1), {"pool_size": 3}),
    )


def _recurrent(type_name: str, **fields: Any) -> tuple[LayerCase, ...]:
    return (
        *_layers(
            type_name,
            (4, 3),
            {"units": 2, **fields},
            {"units": 3, "return_sequences": True, **fields},
            {"units": 2, "reverse": True},
            {"units": 1, "return_sequences": True, "reverse": True},
        ),
        *_layers(type_name, (1, 2), {"units": 3}, {"units": 2, "return_sequences": True}),  # a single step
        *_layers(type_name, (3, 1), {"units": 1, "initializer": "he", "recurrent_initializer": "normal"}),
    )


LAYER_ROWS: dict[str, tuple[LayerCase, ...]] = {
    "linear": _everywhere("linear"),
    "relu": _everywhere("relu"),
    "sigmoid": _everywhere("sigmoid"),
    "tanh": _everywhere("tanh"),
    "leaky_relu": _activation("leaky_relu", slope=0.3),
    "elu": _activation("elu", alpha=1.5),
    "selu": _activation("selu"),
    "gelu": _activation("gelu", approximate="tanh"),
    "silu": _activation("silu"),
    "softplus": _activation("softplus"),
    "hard_swish": _activation("hard_swish"),
    "mish": _activation("mish"),
    "softmax": _layers("softmax", (4,)) + _layers("softmax", (2,)) + _layers("softmax", (2, 3, 3)),
    "dense": (
        *_layers(
            "dense", (4,), {"units": 3}, {"units": 1}, {"units": 3, "bias": False}, {"units": 2, "initializer": "he"}
        ),
        *_layers("dense", (1,), {"units": 1}),
        *_layers("dense", (3, 2, 2), {"units": 3}, {"units": 2, "bias": False}),
    ),
    "conv2d": _CONVOLUTIONS,
    "conv1d": (
        *_layers(
            "conv1d",
            (7, 3),
            {"filters": 2, "kernel_size": 3},
            {"filters": 2, "kernel_size": 2, "stride": 2, "padding": "same"},
            {"filters": 2, "kernel_size": 3, "dilation": 2, "padding": 2},
        ),
        *_layers("conv1d", (5, 1), {"filters": 2, "kernel_size": 5, "bias": False}),
        *_layers(
            "conv1d",
            (6, 4),
            {"filters": 2, "kernel_size": 3, "groups": 2, "padding": "same"},
            {"filters": 4, "kernel_size": 2, "groups": 4, "stride": 2, "dilation": 3, "padding": 1},
        ),
    ),
    "max_pool2d": _pools("max_pool2d"),
    "avg_pool2d": _pools("avg_pool2d"),
    "max_pool1d": _pools_of_lengths("max_pool1d"),
    "avg_pool1d": _pools_of_lengths("avg_pool1d"),
    "global_max_pool2d": _layers("global_max_pool2d", (3, 4, 2)) + _layers("global_max_pool2d", (1, 1, 3)),
    "global_avg_pool2d": _layers("global_avg_pool2d", (3, 4, 2)) + _layers("global_avg_pool2d", (1, 1, 3)),
    "global_max_pool1d": _layers("global_max_pool1d", (5, 2)) + _layers("global_max_pool1d", (1, 3)),
    "global_avg_pool1d": _layers("global_avg_pool1d", (5, 2)) + _layers("global_avg_pool1d", (1, 3)),
    "flatten": _layers("flatten", (3, 4, 2)) + _layers("flatten", (5,)),
    "reshape": (
        *_layers("reshape", (12,), {"shape": [2, 3, 2]}, {"shape": [-1, 4]}),
        *_layers("reshape", (3, 4, 2), {"shape": [4, 6]}, {"shape": [-1]}),
    ),
    "dropout": (
        *_layers("dropout", (9,), {}, {"rate": 0.2}, {"rate": 0}),
        *_layers("dropout", (3, 4, 2), {"rate": 0.3}),
        *_layers("dropout", (3, 4, 2), {"rate": 0.3}, training=False),
    ),
    "batch_norm": (
        *_layers("batch_norm", (3,), {}, {"momentum": 0.3, "epsilon": 0.01}),
        *_layers("batch_norm", (3, 2, 2), {}, {"scale": False}, {"shift": False}),
        *_layers("batch_norm", (3, 2), {}, training=False),
    ),
    "residual": (
        *_layers("residual", (4,), {"layers": [{"type": "dense", "units": 4}, "relu"]}),  # relu overwrites dy
        *_layers("residual", (4,), {"layers": [{"type": "dense", "units": 3}], "initializer": "he"}),
        *_layers("residual", (4,), {"layers": ["tanh"], "shortcut": "linear"}),
        *_layers(
            "residual",
            (5, 4, 2),
            {"layers": [{"type": "conv2d", "filters": 3, "kernel_size": 3, "stride": 2, "padding": "same"}, "tanh"]},
            {
                "layers": ["batch_norm", "sigmoid", {"type": "residual", "layers": ["tanh"]}],
                "shortcut": {"type": "conv2d", "filters": 2, "kernel_size": 1},
            },
        ),
    ),
    "layer_norm": (
        *_layers("layer_norm", (5,), {}, {"scale": False, "epsilon": 0.1}, {"shift": False}),
        *_layers("layer_norm", (3, 2, 3), {}, {"axes": "all"}, {"axes": "all", "scale": False, "shift": False}),
    ),
    "group_norm": (
        *_layers("group_norm", (6,), {"groups": 2}, {"groups": 1, "scale": False}),
        *_layers("group_norm", (3, 2, 4), {"groups": 2}, {"groups": 4, "epsilon": 0.1}),
        *_layers("group_norm", (16, 4), {"groups": 2, "shift": False}),
    ),
    "embedding": (
        *_layers("embedding", (4,), {"entries": 5, "units": 3}, below=5),
        *_layers("embedding", (3, 2), {"entries": 4, "units": 1, "initializer": "xavier"}, below=4),
        *_layers("embedding", (1,), {"entries": 1, "units": 2}, below=1),
        # only 7 of 70 entries occur in the inputs: this runs the code that sorts rows
        *_layers("embedding", (4,), {"entries": 70, "units": 2}, below=7),
    ),
    "lstm": _recurrent("lstm", forget_bias=0.5),
    "gru": _recurrent("gru"),
    "sequential": (
        *_layers(
            "sequential", (4,), {"layers": [{"type": "dense", "units": 3}, "tanh", {"type": "dense", "units": 2}]}
        ),
        *_layers("sequential", (5,), {"layers": ["sigmoid", {"type": "dropout", "rate": 0.4}]}),
        *_layers("sequential", (5,), {"layers": ["linear"]}),
        *_layers("sequential", (3,), {"layers": [{"type": "embedding", "entries": 4, "units": 2}, "tanh"]}, below=4),
        *_layers(
            "sequential",
            (5, 6, 1),
            {
                "layers": [
                    {"type": "conv2d", "filters": 2, "kernel_size": 3, "padding": "same"},
                    {"type": "sequential", "layers": ["relu", "max_pool2d", {"type": "dropout", "rate": 0.25}]},
                    {"type": "avg_pool2d", "pool_size": (1, 2), "stride": 1},
                    {"type": "dense", "units": 3},
                    "softmax",
                ]
            },
        ),
    ),
}


def _of_classes(type_name: str, output_shape: Shape, best: Any, **fields: Any) -> tuple[LossCase, ...]:
    best = partial(best, **fields)
    return (
        LossCase({"type": type_name, **fields}, output_shape, "probabilities", best),
        LossCase(
            {"type": type_name, "from_logits": True, **fields}, output_shape, "logits", optimal_outputs.as_logits(best)
        ),
    )


def _of_numbers(type_name: str, *shapes: Shape, **fields: Any) -> tuple[LossCase, ...]:
    return tuple(LossCase({"type": type_name, **fields}, shape, "numbers", optimal_outputs.number) for shape in shapes)


LOSS_ROWS: dict[str, tuple[LossCase, ...]] = {
    "binary_cross_entropy": (
        *_of_classes("binary_cross_entropy", (1,), optimal_outputs.label),
        *_of_classes("binary_cross_entropy", (1,), optimal_outputs.label, positive_weight=2.5, label_smoothing=0.2),
        *_of_classes("binary_cross_entropy", (3,), optimal_outputs.label),
        *_of_classes(
            "binary_cross_entropy", (2,), optimal_outputs.label, positive_weight=(0.5, 3.0), label_smoothing=0.1
        ),
    ),
    "cross_entropy": (
        *_of_classes("cross_entropy", (3,), optimal_outputs.one_class, label_smoothing=0.2),
        *_of_classes("cross_entropy", (3,), optimal_outputs.one_class),
        *_of_classes("cross_entropy", (2,), optimal_outputs.one_class),
    ),
    "huber": (*_of_numbers("huber", (1,), (2, 2, 2)), *_of_numbers("huber", (3,), delta=0.4)),
    "mean_absolute_error": _of_numbers("mean_absolute_error", (1,), (3,)),
    "mean_squared_error": _of_numbers("mean_squared_error", (1,), (3,), (2, 2, 2)),
    "poisson": (
        *(
            LossCase({"type": "poisson"}, shape, "logarithms of rates", optimal_outputs.log_rate)
            for shape in ((1,), (3,))
        ),
        LossCase({"type": "poisson", "log_input": False}, (2,), "rates", optimal_outputs.rate),
    ),
    "quantile": (*_of_numbers("quantile", (1,)), *_of_numbers("quantile", (3,), quantile=0.9)),
}


def _metric(type_name: str, shape: Shape, oracle: Callable[..., float], **fields: Any) -> MetricCase:
    return MetricCase({"type": type_name, **fields}, shape, partial(oracle, **fields))


def _labels(type_name: str, oracle: Callable[..., float], *averages: str) -> tuple[MetricCase, ...]:
    """Return the cases of a metric with multi-label targets; `oracle` computes the metric for one label."""
    return (
        MetricCase({"type": type_name}, (2,), by_definition.of_labels(oracle), labels=True),
        *(
            MetricCase({"type": type_name, "average": name}, (3,), by_definition.of_labels(oracle, name), labels=True)
            for name in averages
        ),
    )


def _averaged(type_name: str, oracle: Callable[..., float]) -> tuple[MetricCase, ...]:
    """Return the cases of a metric that is averaged over the classes; the average `binary` needs two classes."""
    return (
        *(_metric(type_name, (units,), oracle) for units in (1, 2, 4)),
        *(
            _metric(type_name, (units,), oracle, average=average)
            for average in ("binary", "macro", "weighted", "micro")
            for units in (1, 4)
            if units == 1 or average != "binary"
        ),
        *_labels(type_name, oracle, "macro", "weighted", "micro"),
    )


def _ranking(type_name: str, oracle: Callable[..., float]) -> tuple[MetricCase, ...]:
    return (
        *(_metric(type_name, (units,), oracle) for units in (1, 2, 3)),
        *(_metric(type_name, (units,), oracle, average="weighted") for units in (1, 3)),
        *_labels(type_name, oracle, "weighted"),
    )


METRIC_ROWS: dict[str, tuple[MetricCase, ...]] = {
    "accuracy": (
        MetricCase({"type": "accuracy"}, (4,), by_definition.accuracy),
        MetricCase({"type": "accuracy"}, (1,), by_definition.accuracy),
        *_labels("accuracy", by_definition.accuracy),
    ),
    "mae": tuple(MetricCase({"type": "mae"}, shape, by_definition.mae) for shape in ((1,), (3,))),
    "rmse": tuple(MetricCase({"type": "rmse"}, shape, by_definition.rmse) for shape in ((1,), (3,))),
    "r2": tuple(MetricCase({"type": "r2"}, shape, by_definition.r2) for shape in ((1,), (3,))),
    "mape": tuple(MetricCase({"type": "mape"}, shape, by_definition.mape) for shape in ((1,), (3,))),
    "median_absolute_error": tuple(
        MetricCase({"type": "median_absolute_error"}, shape, by_definition.median_absolute_error)
        for shape in ((1,), (3,))
    ),
    "top_k_accuracy": (
        *(_metric("top_k_accuracy", (4,), by_definition.top_k_accuracy, k=k) for k in (1, 2, 3)),
        *(_metric("top_k_accuracy", shape, by_definition.top_k_accuracy, k=1) for shape in ((1,), (2,))),
        _metric("top_k_accuracy", (7,), by_definition.top_k_accuracy),
    ),
    "precision": _averaged("precision", by_definition.precision),
    "recall": _averaged("recall", by_definition.recall),
    "f1": _averaged("f1", by_definition.f1),
    "roc_auc": _ranking("roc_auc", by_definition.roc_auc),
    "average_precision": _ranking("average_precision", by_definition.average_precision),
    "log_loss": tuple(_metric("log_loss", (units,), by_definition.log_loss) for units in (1, 2, 4)),
    "brier": tuple(_metric("brier", (units,), by_definition.brier) for units in (1, 2, 4)),
}

OPTIMIZER_ROWS: dict[str, tuple[OptimizerCase, ...]] = {
    "sgd": (
        OptimizerCase({"type": "sgd", "learning_rate": 0.3}),
        OptimizerCase({"type": "sgd", "learning_rate": 0.1, "momentum": 0.8}),
        OptimizerCase({"type": "sgd", "learning_rate": 0.1, "momentum": 0.8, "nesterov": True}),
    ),
    "adam": (
        OptimizerCase({"type": "adam", "learning_rate": 0.05}),
        OptimizerCase({"type": "adam", "learning_rate": 0.02, "beta1": 0, "beta2": 0.9, "epsilon": 1e-3}),
        OptimizerCase({"type": "adam", "learning_rate": 0.05, "amsgrad": True}),
    ),
    "adamw": (
        OptimizerCase({"type": "adamw", "learning_rate": 0.05, "weight_decay": 0.002}, decay=0.002),
        OptimizerCase({"type": "adamw", "learning_rate": 0.05, "weight_decay": 0.002, "amsgrad": True}, decay=0.002),
    ),
    "rmsprop": (
        OptimizerCase({"type": "rmsprop", "learning_rate": 0.02}),
        OptimizerCase({"type": "rmsprop", "learning_rate": 0.01, "decay": 0.95, "momentum": 0.5}),
        OptimizerCase({"type": "rmsprop", "learning_rate": 0.01, "centered": True, "epsilon": 0.1}),
        OptimizerCase(
            {"type": "rmsprop", "learning_rate": 0.01, "momentum": 0.5, "centered": True, "epsilon": 0.1, "decay": 0.5}
        ),
    ),
    "adagrad": (
        OptimizerCase({"type": "adagrad", "learning_rate": 0.5}),
        OptimizerCase({"type": "adagrad", "learning_rate": 0.5, "initial_accumulator": 0.1}, {"square_sum": 0.1}),
    ),
}

WEIGHTS = (10, 10_000)  # the shape of the arrays whose mean and standard deviation are tested
SCHEDULE_ROWS: dict[str, tuple[ScheduleCase, ...]] = {
    "constant": (ScheduleCase({"type": "constant", "initial": 0.2}, 0.2, 0.2),),
    "step": (
        ScheduleCase({"type": "step", "initial": 0.8, "factor": 0.5}, 0.8, 0.05),
        ScheduleCase({"type": "step", "initial": 0.8, "factor": 0.5, "every_epochs": 2}, 0.8, 0.2),
        ScheduleCase({"type": "step", "initial": 0.8, "factor": 0.25, "every_steps": 17}, 0.8, 0.05),
    ),
    "exponential": (
        ScheduleCase({"type": "exponential", "initial": 0.1, "factor": 0.5}, 0.1, 0.1 * 0.5 ** (34 / 7)),
        ScheduleCase(
            {"type": "exponential", "initial": 0.1, "factor": 0.9, "every_epochs": 2}, 0.1, 0.1 * 0.9 ** (34 / 14)
        ),
        ScheduleCase({"type": "exponential", "initial": 0.1, "factor": 0.5, "every_steps": 17}, 0.1, 0.025),
    ),
    "cosine": (
        ScheduleCase({"type": "cosine", "initial": 0.3}, 0.3, 0.0),
        ScheduleCase({"type": "cosine", "initial": 0.3, "final": 0.1, "epochs": 4}, 0.3, 0.1),
        ScheduleCase({"type": "cosine", "initial": 0.3, "final": 0.1, "steps": 69}, 0.3, 0.2),
    ),
    "linear": (
        ScheduleCase({"type": "linear", "initial": 0.3}, 0.3, 0.0),
        ScheduleCase({"type": "linear", "initial": 0.1, "final": 0.3, "epochs": 3}, 0.1, 0.3),
        ScheduleCase({"type": "linear", "initial": 0.3, "final": 0.1, "steps": 69}, 0.3, 0.2),
    ),
    "one_cycle": (
        ScheduleCase({"type": "one_cycle", "maximum": 0.5}, 0.02, 2e-6),
        ScheduleCase({"type": "one_cycle", "maximum": 0.5, "initial": 0.3, "final": 0.1, "rise": 0.6}, 0.3, 0.1),
        ScheduleCase({"type": "one_cycle", "maximum": 0.5, "final": 0, "steps": 30}, 0.02, 0.0),
    ),
    "reduce_on_plateau": (
        ScheduleCase({"type": "reduce_on_plateau", "initial": 0.2}, 0.2, 0.2),
        ScheduleCase(
            {
                "type": "reduce_on_plateau",
                "initial": 0.2,
                "factor": 0.5,
                "patience": 2,
                "monitor": "train_loss",
                "min_delta": 0.1,
                "cooldown": 1,
                "final": 0.03,
            },
            0.2,
            0.2,
        ),
    ),
}

INITIALIZER_ROWS: dict[str, tuple[InitializerCase, ...]] = {
    "zeros": (InitializerCase({"type": "zeros"}, lambda fan_in, fan_out: 0.0),),
    "normal": (
        InitializerCase({"type": "normal"}, lambda fan_in, fan_out: 0.01),
        InitializerCase({"type": "normal", "std": 3}, lambda fan_in, fan_out: 3.0),
    ),
    "truncated_normal": (  # 0.8796 is the standard deviation of a standard normal truncated to [-2, 2]
        InitializerCase({"type": "truncated_normal"}, lambda fan_in, fan_out: 0.87963 * 0.02),
        InitializerCase({"type": "truncated_normal", "std": 3}, lambda fan_in, fan_out: 0.87963 * 3),
    ),
    "xavier": (InitializerCase({"type": "xavier"}, lambda fan_in, fan_out: sqrt(2 / (fan_in + fan_out))),),
    "xavier_uniform": (
        InitializerCase({"type": "xavier_uniform"}, lambda fan_in, fan_out: sqrt(2 / (fan_in + fan_out))),
    ),
    "he": (InitializerCase({"type": "he"}, lambda fan_in, fan_out: sqrt(2 / fan_in)),),
    "he_uniform": (InitializerCase({"type": "he_uniform"}, lambda fan_in, fan_out: sqrt(2 / fan_in)),),
    "lecun": (InitializerCase({"type": "lecun"}, lambda fan_in, fan_out: sqrt(1 / fan_in)),),
    "lecun_uniform": (InitializerCase({"type": "lecun_uniform"}, lambda fan_in, fan_out: sqrt(1 / fan_in)),),
    "orthogonal": (  # the squares in every row of 10,000 values add up to gain^2
        InitializerCase({"type": "orthogonal"}, lambda fan_in, fan_out: 1 / sqrt(max(WEIGHTS))),
        InitializerCase({"type": "orthogonal", "gain": 1.5}, lambda fan_in, fan_out: 1.5 / sqrt(max(WEIGHTS))),
    ),
    "constant": (
        InitializerCase({"type": "constant", "value": 0.3}, lambda fan_in, fan_out: 0.0, mean=0.3),
        InitializerCase({"type": "constant", "value": -2}, lambda fan_in, fan_out: 0.0, mean=-2),
    ),
}

SCALER_ROWS: dict[str, tuple[ScalerCase, ...]] = {
    "none": (ScalerCase({"type": "none"}),),
    "standard": (ScalerCase({"type": "standard"}),),
    "minmax": (ScalerCase({"type": "minmax"}),),
    "divide": (ScalerCase({"type": "divide", "by": 255}), ScalerCase({"type": "divide", "by": 0.3})),
    "robust": (ScalerCase({"type": "robust"}),),
    "quantile": (ScalerCase({"type": "quantile"}), ScalerCase({"type": "quantile", "quantiles": 7})),
    "per_column": (
        ScalerCase({"type": "per_column", "columns": {"0": "standard", "1": {"type": "quantile", "quantiles": 20}}}),
        ScalerCase({"type": "per_column", "columns": {"1": {"type": "divide", "by": 3}}, "others": "robust"}),
    ),
}

SOURCE_ROWS: dict[str, tuple[SourceCase, ...]] = {
    "dataset": (SourceCase({"type": "dataset", "dataset": "digits"}),),
    "memory": (SourceCase({"type": "memory"}),),
    "arrays": (
        SourceCase({"type": "arrays", "path": "a.npz"}, files.npz),
        SourceCase({"type": "arrays", "inputs": "x.npy", "targets": "y.npy"}, files.npy),
    ),
    "table": (
        SourceCase({"type": "table", "path": "a.csv", "targets": "label"}, files.csv_file),
        SourceCase({"type": "table", "path": "a.tsv.gz", "targets": "label"}, files.tsv_gz),
    ),
    "images": (SourceCase({"type": "images", "path": "images"}, files.images),),
    "idx": (SourceCase({"type": "idx", "inputs": "x-idx3-ubyte", "targets": "y-idx1-ubyte"}, files.idx),),
}

ROWS: tuple[tuple[Registry, dict[str, Any]], ...] = (  # every registry with its rows
    (LAYERS, LAYER_ROWS),
    (LOSSES, LOSS_ROWS),
    (METRICS, METRIC_ROWS),
    (OPTIMIZERS, OPTIMIZER_ROWS),
    (SCHEDULES, SCHEDULE_ROWS),
    (INITIALIZERS, INITIALIZER_ROWS),
    (SCALERS, SCALER_ROWS),
    (SOURCES, SOURCE_ROWS),
)


def without_row(registry: Registry, rows: dict[str, Any]) -> list[str]:
    """Return the built-in names of a registry that have no row in the table."""
    built_in = {cls.type_name for cls in registry if cls.__module__.partition(".")[0] == "nncli"}
    return sorted(name for name in built_in if not rows.get(name))


def name_of(case: Any) -> str:
    """Return the id of a test: the type and fields of a configuration, and its shape."""
    if not hasattr(case, "config"):
        return str(case)
    shape = next((value for name, value in vars(case).items() if name.endswith("shape")), None)
    fields = [_short(value) if name == "type" else f"{name}={_short(value)}" for name, value in case.config.items()]
    where = [] if shape is None else ["x".join(map(str, shape))]
    besides = [] if getattr(case, "training", True) else ["predicting"]
    return "-".join(fields + where + besides + (["labels"] if getattr(case, "labels", False) else []))


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("type", ""))
    if isinstance(value, list | tuple):
        return "x".join(_short(item) for item in value)
    return str(value)
