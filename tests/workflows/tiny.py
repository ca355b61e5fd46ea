"""Small data and configs that train in milliseconds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

TABLE = "sides.csv"  # points with the class left or right
LINE = "line.csv"  # numbers with a target in the thousands, a linear function of them
BARS = "bars.npz"  # 8x8 images of an upright or a flat bar


def sides(rows: int = 60, seed: int = 3) -> str:
    """Return a table of points, labelled left if a is negative and right otherwise."""
    points = np.random.default_rng(seed).normal(size=(rows, 2)).round(4)
    lines = [f"{a},{b},{'left' if a < 0 else 'right'}" for a, b in points.tolist()]
    return "\n".join(["a,b,side", *lines]) + "\n"


def line(rows: int = 50, seed: int = 4) -> str:
    """Return a table of two numbers and a price that is linear in them."""
    points = np.random.default_rng(seed).normal(size=(rows, 2)).round(4)
    lines = [f"{a},{b},{5000 + 300 * a - 100 * b:.3f}" for a, b in points.tolist()]
    return "\n".join(["size,age,price", *lines]) + "\n"


def bars(rows: int = 40, seed: int = 5) -> dict[str, Any]:
    """Return images of a bar, labelled upright or flat."""
    random = np.random.default_rng(seed)
    x = random.integers(0, 60, (rows, 8, 8)).astype(np.uint8)
    y = np.arange(rows) % 2
    for index, flat in enumerate(y):
        where = int(random.integers(8))
        x[(index, where) if flat else (index, slice(None), where)] = 255
    return {"x": x, "y": np.array(["upright", "flat"])[y]}


def data(folder: Path) -> None:
    """Write all data files."""
    (folder / TABLE).write_text(sides())
    (folder / LINE).write_text(line())
    np.savez(folder / BARS, **bars())


def classifier(**changes: Any) -> dict[str, Any]:
    """Return a config that classifies left and right."""
    return {
        "name": "tiny",
        "data": {
            "train": {"path": TABLE, "targets": "side"},
            "validation": {"fraction": 0.2},
            "test": {"fraction": 0.1},
            "scale_inputs": "standard",
        },
        "model": [{"type": "dense", "units": 4}, "tanh", {"type": "dense", "units": 1}, "sigmoid"],
        "loss": "binary_cross_entropy",
        "optimizer": {"type": "adam", "learning_rate": 0.05},
        "metrics": ["accuracy"],
        "training": {"epochs": 3, "batch_size": 16},
        **changes,
    }


def regression(**changes: Any) -> dict[str, Any]:
    """Return a config of a linear regression."""
    return {
        "name": "line",
        "data": {
            "train": {"path": LINE, "targets": "price"},
            "validation": {"fraction": 0.2},
            "scale_inputs": "standard",
            "scale_targets": "standard",
        },
        "model": [{"type": "dense", "units": 1}],
        "loss": "mean_squared_error",
        "optimizer": {"type": "adam", "learning_rate": 0.05},
        "metrics": ["rmse", "r2"],
        "training": {"epochs": 3, "batch_size": 16},
        **changes,
    }


def convolutional(**changes: Any) -> dict[str, Any]:
    """Return a config of a convolutional classifier of bars, with dropout."""
    return {
        "name": "bars",
        "data": {
            "train": {"path": BARS},
            "validation": {"fraction": 0.25, "stratify": True},
            "scale_inputs": {"type": "divide", "by": 255},
        },
        "model": [
            {"type": "conv2d", "filters": 3, "kernel_size": 3},
            "relu",
            {"type": "max_pool2d", "pool_size": 2},
            {"type": "dropout", "rate": 0.3},
            {"type": "dense", "units": 2},
            "softmax",
        ],
        "loss": "cross_entropy",
        "optimizer": {"type": "adam", "learning_rate": 0.01},
        "metrics": ["accuracy"],
        "training": {"epochs": 2, "batch_size": 20},
        **changes,
    }


def write(folder: Path, values: dict[str, Any], name: str = "config.yaml") -> str:
    """Write all data files and a config as JSON, which is valid YAML; return the path of the config."""
    data(folder)
    (folder / name).write_text(json.dumps(values, indent=1))
    return str(folder / name)
