"""The workloads: networks with their batch sizes and numbers of rows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import yaml

CONFIGS = Path(__file__).parents[2] / "configs"
LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Workload:
    """A network trained on random rows.

    Args:
        name: name of the workload.
        input_shape: shape of one row.
        layers: layers up to the logits, as in a config.
        batch: rows per batch.
        rows: rows per epoch.
        classes: number of classes; 0 for a regression with one target.
        predicting: number of rows that are predicted at a time; None to measure training.
    """

    name: str
    input_shape: tuple[int, ...]
    layers: list[Any]
    batch: int
    rows: int
    classes: int = 10
    predicting: int | None = None

    @cached_property
    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Return random inputs (float32) and their targets: class indices, or float32 for a regression."""
        random = np.random.default_rng(0)
        inputs = random.random((self.rows, *self.input_shape), np.float32)
        if self.classes:
            return inputs, random.integers(0, self.classes, self.rows)
        return inputs, inputs.reshape(self.rows, prod(self.input_shape)).mean(axis=1, dtype=np.float32)

    @property
    def argument(self) -> str:
        """Encode the workload as one command line argument."""
        return json.dumps(asdict(self))

    @property
    def convolutional(self) -> bool:
        """Whether the rows are images."""
        return len(self.input_shape) == 3

    @property
    def dense_widths(self) -> list[int] | None:
        """The hidden widths if all layers are dense or relu, as scikit-learn requires; otherwise None."""
        widths = [layer["units"] for layer in self.layers if isinstance(layer, dict) and layer["type"] == "dense"]
        kinds = {layer if isinstance(layer, str) else layer["type"] for layer in self.layers}
        return widths[:-1] if kinds == {"dense", "relu"} else None


def dense(*widths: int) -> list[Any]:
    """Return fully connected layers with relu in between."""
    layers: list[Any] = []
    for units in widths:
        layers += [{"type": "dense", "units": units}, "relu"]
    return layers[:-1]


def conv(filters: int) -> list[Any]:
    """Return a 3 x 3 convolution with padding `same`, followed by relu."""
    return [{"type": "conv2d", "filters": filters, "kernel_size": 3, "padding": "same"}, "relu"]


POOL = {"type": "max_pool2d", "pool_size": 2}
CNN_28 = [*conv(16), POOL, *conv(32), POOL, *dense(128, 10)]
CNN_32 = [*conv(32), *conv(32), POOL, *conv(64), *conv(64), POOL, *dense(256, 10)]


def resnet() -> list[Any]:
    """Return the layers of mnist_2_5_resnet.yaml up to the logits, with 10 classes instead of 1 output."""
    layers = yaml.safe_load((CONFIGS / "mnist_2_5_resnet.yaml").read_text())["model"]
    assert layers[-2:] == [{"type": "dense", "units": 1}, "sigmoid"]
    return [*layers[:-2], {"type": "dense", "units": 10}]


def workloads() -> dict[str, Workload]:
    """Return all workloads by name."""
    image = (28, 28, 1)
    every = (
        Workload("tabular", (8,), dense(64, 64, 1), batch=32, rows=20_000, classes=0),
        Workload("mlp-small", (784,), dense(128, 10), batch=64, rows=12_800),
        Workload("mlp-large", (784,), dense(512, 512, 10), batch=128, rows=12_800),
        Workload("cnn-28", image, CNN_28, batch=64, rows=3_200),
        Workload("cnn-32", (32, 32, 3), CNN_32, batch=64, rows=1_280),
        Workload("predict", image, CNN_28, batch=64, rows=3_200, predicting=256),
        Workload("predict-one", image, CNN_28, batch=64, rows=500, predicting=1),
        Workload("resnet-small", image, resnet(), batch=64, rows=640),
    )
    return {workload.name: workload for workload in every}


def workload_of(argument: str) -> Workload:
    """Return the workload for its name or for the text of `Workload.argument`."""
    if not argument.startswith("{"):
        return workloads()[argument]
    values = json.loads(argument)
    return Workload(**{**values, "input_shape": tuple(values["input_shape"])})
