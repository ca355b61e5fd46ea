"""The contract table: a row for everything registered, with the configurations under which its contract is tested.

Whoever adds a layer, a loss, a metric, an optimizer, a schedule, an initializer, a scaler or a source adds its row
here; `test_table.py` names what has none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from math import sqrt
from pathlib import Path
from typing import Any, Literal

from nncli.core.registry import INITIALIZERS, LAYERS, LOSSES, METRICS, OPTIMIZERS, SCALERS, SCHEDULES, SOURCES, Registry
from nncli.core.types import Shape
from tests.contracts import files
from tests.oracle import metrics as by_definition


@dataclass(frozen=True)
class LayerCase:
    """One configuration of a layer and the shape of one row of its input."""

    config: dict[str, Any]
    input_shape: Shape
    training: bool = True


@dataclass(frozen=True)
class LossCase:
    """One configuration of a loss, the shape of one row of its output, and what that output is."""

    config: dict[str, Any]
    output_shape: Shape
    domain: Literal["numbers", "logits", "probabilities"]


@dataclass(frozen=True)
class MetricCase:
    """A metric, the shape of one row of predictions, and the metric once more, written from its definition."""

    config: dict[str, Any]
    prediction_shape: Shape
    oracle: Callable[..., float]


@dataclass(frozen=True)
class OptimizerCase:
    """One configuration of an optimizer; its rate suits the quadratic of the test."""

    config: dict[str, Any]


@dataclass(frozen=True)
class ScheduleCase:
    """One configuration of a schedule, and its rates in the first and the last of 35 steps in 5 epochs."""

    config: dict[str, Any]
    first: float
    last: float


@dataclass(frozen=True)
class InitializerCase:
    """One configuration of an initializer and the standard deviation that it promises."""

    config: dict[str, Any]
    std: Callable[[int, int], float]


@dataclass(frozen=True)
class ScalerCase:
    """One configuration of a scaler."""

    config: dict[str, Any]


@dataclass(frozen=True)
class SourceCase:
    """One configuration of a source over files of these names, and what writes them; None where it needs none.

    The files hold the six rows of `files.PIXELS` and `files.LABELS`, in the form of that source.
    """

    config: dict[str, Any]
    write: Callable[[Path], None] | None = None


def _layers(type_name: str, shape: Shape, *fields: dict[str, Any], training: bool = True) -> tuple[LayerCase, ...]:
    return tuple(LayerCase({"type": type_name, **values}, shape, training) for values in fields or ({},))


def _everywhere(type_name: str) -> tuple[LayerCase, ...]:
    return _layers(type_name, (3,)) + _layers(type_name, (1,)) + _layers(type_name, (3, 2, 2))


_CONVOLUTIONS = (
    *(  # few channels are copied in another way than many, and stride 1 has an input gradient of its own
        case
        for channels, stride, padding in product((1, 3, 5), (1, 2, (2, 1)), (0, "valid", "same", 2, (2, 1)))
        for case in _layers(
            "conv2d",
            (5, 4, channels),
            {"filters": 2, "kernel_size": (3, 2), "stride": stride, "padding": padding},
        )
    ),
    *_layers(
        "conv2d",
        (4, 6, 2),
        {"filters": 3, "kernel_size": 1},
        {"filters": 3, "kernel_size": 1, "stride": (1, 3)},
        {"filters": 1, "kernel_size": 1, "padding": (2, 1)},  # padding larger than kernel - 1: windows of zeros alone
        {"filters": 2, "kernel_size": 2, "padding": (3, 0)},
        {"filters": 2, "kernel_size": 3, "padding": (0, 4), "bias": False},
        {"filters": 2, "kernel_size": (2, 3), "stride": (3, 2)},  # windows that leave rows between them
        {"filters": 2, "kernel_size": (4, 2), "stride": 3, "padding": "same"},
        {"filters": 2, "kernel_size": (4, 6), "initializer": "he"},  # one window
        {"filters": 1, "kernel_size": (1, 4), "padding": "same", "initializer": {"type": "normal", "std": 0.5}},
        {"filters": 2, "kernel_size": (7, 7), "padding": 3},
    ),
    *_layers(
        "conv2d", (1, 1, 3), {"filters": 2, "kernel_size": 3, "padding": "same"}, {"filters": 1, "kernel_size": 1}
    ),
)

_POOL_FIELDS: tuple[dict[str, Any], ...] = (
    {},
    {"pool_size": 1},
    {"pool_size": 2, "stride": 1},
    {"pool_size": 2, "padding": 1},
    {"pool_size": 2, "padding": "same"},
    {"pool_size": 3, "stride": 1, "padding": "same"},
    {"pool_size": 3, "stride": 2},  # overlapping
    {"pool_size": 3, "stride": (2, 1), "padding": (1, 2)},
    {"pool_size": 3, "stride": (1, 3), "padding": "same"},
    {"pool_size": (2, 3)},
    {"pool_size": (3, 2), "stride": (2, 3), "padding": (0, 1)},
    {"pool_size": (1, 2), "stride": 3},  # rows and columns between the windows
    {"pool_size": (4, 2), "stride": 3, "padding": "same"},
    {"pool_size": 2, "stride": 2, "padding": 0},
    {"pool_size": 2, "stride": 2, "padding": "valid"},
)


def _pools(type_name: str) -> tuple[LayerCase, ...]:
    return (
        *_layers(type_name, (5, 7, 2), *_POOL_FIELDS),  # a rest at the bottom and on the right
        *_layers(type_name, (6, 4, 1), *_POOL_FIELDS[:5]),
        *_layers(type_name, (2, 2, 3), {}),
    )


LAYER_ROWS: dict[str, tuple[LayerCase, ...]] = {
    "linear": _everywhere("linear"),
    "relu": _everywhere("relu"),
    "sigmoid": _everywhere("sigmoid"),
    "tanh": _everywhere("tanh"),
    "softmax": _layers("softmax", (4,)) + _layers("softmax", (2,)) + _layers("softmax", (2, 3, 3)),
    "dense": (
        *_layers(
            "dense", (4,), {"units": 3}, {"units": 1}, {"units": 3, "bias": False}, {"units": 2, "initializer": "he"}
        ),
        *_layers("dense", (1,), {"units": 1}),
        *_layers("dense", (3, 2, 2), {"units": 3}, {"units": 2, "bias": False}),
    ),
    "conv2d": _CONVOLUTIONS,
    "max_pool2d": _pools("max_pool2d"),
    "avg_pool2d": _pools("avg_pool2d"),
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
        *_layers("batch_norm", (3, 2, 2), {}),
        *_layers("batch_norm", (3, 2), {}, training=False),
    ),
    "sequential": (
        *_layers(
            "sequential", (4,), {"layers": [{"type": "dense", "units": 3}, "tanh", {"type": "dense", "units": 2}]}
        ),
        *_layers("sequential", (5,), {"layers": ["sigmoid", {"type": "dropout", "rate": 0.4}]}),
        *_layers("sequential", (5,), {"layers": ["linear"]}),
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


def _losses(type_name: str, output_shape: Shape) -> tuple[LossCase, ...]:
    return (
        LossCase({"type": type_name}, output_shape, "probabilities"),
        LossCase({"type": type_name, "from_logits": True}, output_shape, "logits"),
    )


LOSS_ROWS: dict[str, tuple[LossCase, ...]] = {
    "binary_cross_entropy": _losses("binary_cross_entropy", (1,)),
    "cross_entropy": _losses("cross_entropy", (3,)) + _losses("cross_entropy", (2,)),
    "mean_squared_error": tuple(
        LossCase({"type": "mean_squared_error"}, shape, "numbers") for shape in ((1,), (3,), (2, 2, 2))
    ),
}


def _metric(type_name: str, shape: Shape, oracle: Callable[..., float], **fields: Any) -> MetricCase:
    return MetricCase({"type": type_name, **fields}, shape, partial(oracle, **fields))


def _averaged(type_name: str, oracle: Callable[..., float]) -> tuple[MetricCase, ...]:
    """A metric with its averages over the classes, of which `binary` is for two."""
    return (
        *(_metric(type_name, (units,), oracle) for units in (1, 2, 4)),
        *(
            _metric(type_name, (units,), oracle, average=average)
            for average in ("binary", "macro", "weighted", "micro")
            for units in (1, 4)
            if units == 1 or average != "binary"
        ),
    )


def _ranking(type_name: str, oracle: Callable[..., float]) -> tuple[MetricCase, ...]:
    return (
        *(_metric(type_name, (units,), oracle) for units in (1, 2, 3)),
        *(_metric(type_name, (units,), oracle, average="weighted") for units in (1, 3)),
    )


METRIC_ROWS: dict[str, tuple[MetricCase, ...]] = {
    "accuracy": (
        MetricCase({"type": "accuracy"}, (4,), by_definition.accuracy),
        MetricCase({"type": "accuracy"}, (1,), by_definition.accuracy),
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
    ),
}

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
    "xavier": (InitializerCase({"type": "xavier"}, lambda fan_in, fan_out: sqrt(2 / (fan_in + fan_out))),),
    "he": (InitializerCase({"type": "he"}, lambda fan_in, fan_out: sqrt(2 / fan_in)),),
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

ROWS: tuple[tuple[Registry, dict[str, Any]], ...] = (  # a registry that is not here has no contract
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
    """The built-in names of a registry that the table has no configuration for."""
    own = {cls.type_name for cls in registry if cls.__module__.partition(".")[0] == "nncli"}
    return sorted(name for name in own if not rows.get(name))


def name_of(case: Any) -> str:
    """A test's id: the type and fields of a configuration, and its shape."""
    if not hasattr(case, "config"):
        return str(case)
    shape = next((value for name, value in vars(case).items() if name.endswith("shape")), None)
    fields = [_short(value) if name == "type" else f"{name}={_short(value)}" for name, value in case.config.items()]
    where = [] if shape is None else ["x".join(map(str, shape))]
    return "-".join(fields + where + ([] if getattr(case, "training", True) else ["predicting"]))


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("type", ""))
    if isinstance(value, list | tuple):
        return "x".join(_short(item) for item in value)
    return str(value)
