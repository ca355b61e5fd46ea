"""Make executors and trainers over a few rows, without a config."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.assemble.make_executor import make_penalty
from nncli.config.spec import Training
from nncli.core.builder import build
from nncli.core.registry import LOSSES, METRICS, OPTIMIZERS
from nncli.data.batches import Dataset, TrainingBatches
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network
from nncli.training.average import WeightAverage
from nncli.training.executor import Executor
from nncli.training.monitor import Monitor
from nncli.training.plateau import Plateau
from nncli.training.settings import Settings
from nncli.training.trainer import Trainer

DENSE = ({"type": "dense", "units": 5}, "tanh", {"type": "dropout", "rate": 0.25}, {"type": "dense", "units": 1})
CONVOLUTION = (
    {"type": "conv2d", "filters": 3, "kernel_size": 3, "padding": "same"},
    "relu",
    {"type": "dropout", "rate": 0.5},
    {"type": "max_pool2d", "pool_size": 2},
    {"type": "dense", "units": 1},
)
NORMALIZED = (
    {"type": "conv2d", "filters": 3, "kernel_size": 3, "padding": "same", "bias": False},
    "batch_norm",
    "relu",
    {"type": "residual", "layers": [{"type": "conv2d", "filters": 4, "kernel_size": 2, "stride": 2}, "batch_norm"]},
    {"type": "dense", "units": 1},
)


def numbers(rows: int, shape: tuple[int, ...] = (3,), seed: int = 0, dtype: str = "float64") -> Dataset:
    """Return random inputs and targets."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, *shape)).astype(dtype)
    return Dataset(x, random.normal(size=(rows, 1)).astype(dtype))


def executor_of(
    layers: Any,
    train: Dataset,
    *,
    loss: Any = "mse",
    metrics: tuple[str, ...] = (),
    threads: int | None = None,
    penalty: dict[str, Any] | None = None,
) -> Executor:
    """Return an executor of a new network."""
    network = Network(layers_of(layers), train.inputs.shape[1:], train.inputs.dtype, 0)
    measured = [build(METRICS, name) for name in metrics]
    executor = Executor(network, build(LOSSES, loss), len(network.shapes) - 1, measured, None, threads)  # type: ignore
    executor.penalty = make_penalty(Training(penalty=penalty), network)  # type: ignore[arg-type]
    return executor


def trainer_of(
    layers: Any = DENSE,
    train: Dataset | None = None,
    *,
    validation: Dataset | None = None,
    optimizer: Any = "adam",
    batch_size: int = 4,
    monitor: str = "train_loss",
    shuffle: bool = True,
    stopping: Monitor | None = None,
    plateau: Plateau | None = None,
    metrics: tuple[str, ...] = (),
    threads: int | None = None,
    penalty: dict[str, Any] | None = None,
    decay: float | None = None,
    warmup: bool = False,
    **settings: Any,
) -> Trainer:
    """Return a trainer; if `decay` is set, the trainer averages the weights."""
    train = train if train is not None else numbers(10)
    executor = executor_of(layers, train, metrics=metrics, threads=threads, penalty=penalty)
    trained = executor.network.vector[: executor.network.layout.trainable]
    return Trainer(
        executor,
        build(OPTIMIZERS, optimizer),  # type: ignore[arg-type]
        TrainingBatches(train, batch_size, shuffle=shuffle, seed=0),
        validation,
        Settings(**{"epochs": 3, **settings}),
        Monitor(monitor),
        stopping,
        None if decay is None else WeightAverage(trained, decay, warmup=warmup),
        plateau,
    )


def weights(trainer: Trainer) -> bytes:
    """Return the bytes of all parameters."""
    return trainer.executor.network.vector.tobytes()
