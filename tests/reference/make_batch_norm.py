"""Write `cases/batch_norm.npz`: batch normalization and residual blocks computed by PyTorch.

Run this in a separate environment:

    pip install torch==2.13.0
    python -m tests.reference.make_batch_norm
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (the conventional alias)

from tests.reference.case_file import Cases, channels_first, channels_last, tensor

CASES = Cases("batch_norm", seed=31)
draw = CASES.draw


def statistics(channels: int) -> dict[str, np.ndarray]:
    """Draw the parameters and running statistics of one layer."""
    return {
        "scale": draw(channels),
        "shift": draw(channels),
        "running_mean": draw(channels),
        "running_variance": np.abs(draw(channels)) + 0.1,
    }


def normalize(x: torch.Tensor, p: dict[str, torch.Tensor], *, training: bool, **options: Any) -> torch.Tensor:
    """Normalize over all axes but the last; running statistics are updated in place."""
    y = x.movedim(-1, 1) if x.ndim > 2 else x
    y = F.batch_norm(y, p["running_mean"], p["running_variance"], p["scale"], p["shift"], training=training, **options)
    return y.movedim(1, -1) if x.ndim > 2 else y


def add(x: np.ndarray, config: dict[str, Any], *, training: bool) -> None:
    """Add one forward and backward pass; the updated running statistics are stored among the gradients."""
    p = statistics(x.shape[-1])
    kept = {name: tensor(array) for name, array in p.items() if name.startswith("running")}
    options = {"momentum": config.get("momentum", 0.1), "eps": config.get("epsilon", 1e-5)}

    def function(given: torch.Tensor, **trained: torch.Tensor) -> torch.Tensor:
        return normalize(given, {**trained, **kept}, training=training, **options)

    trained = {name: array for name, array in p.items() if name not in kept}
    CASES.layer({"type": "batch_norm", **config}, x, trained, function, training=training)
    name = CASES.cases[-1]["name"]
    for key, array in kept.items():
        CASES.arrays[f"{name}/p/{key}"] = p[key]
        CASES.arrays[f"{name}/g/{key}"] = array.numpy()


def add_block() -> None:
    """Add a residual block that halves rows and columns and has a projection without batch normalization."""
    config = {
        "type": "residual",
        "layers": [
            {"type": "conv2d", "filters": 3, "kernel_size": 3, "stride": 2, "padding": 1, "bias": False},
            "batch_norm",
            "relu",
            {"type": "conv2d", "filters": 3, "kernel_size": 3, "padding": 1},
        ],
    }
    norm = statistics(3)
    kept = {name: tensor(norm.pop(name)) for name in ("running_mean", "running_variance")}
    before = {name: array.numpy().copy() for name, array in kept.items()}
    names = {
        "first": "0.conv2d.weight",
        "scale": "1.batch_norm.scale",
        "shift": "1.batch_norm.shift",
        "second": "3.conv2d.weight",
        "bias": "3.conv2d.bias",
        "projection": "projection",
    }
    values = {"first": draw(3, 3, 2, 3), **norm, "second": draw(3, 3, 3, 3), "bias": draw(3), "projection": draw(2, 3)}

    def function(x: torch.Tensor, **given: torch.Tensor) -> torch.Tensor:
        p = {name: given[key] for name, key in names.items()}
        image = channels_first(x)
        y = channels_last(F.conv2d(image, p["first"].permute(3, 2, 0, 1), stride=2, padding=1))
        y = torch.relu(normalize(y, {**p, **kept}, training=True))
        y = F.conv2d(channels_first(y), p["second"].permute(3, 2, 0, 1), p["bias"], padding=1)
        around = F.conv2d(image, p["projection"].T[:, :, None, None], stride=2)
        return channels_last(y + around)

    parameters = {names[name]: array for name, array in values.items()}
    CASES.layer(config, draw(3, 5, 4, 2), parameters, function, training=True)
    case = CASES.cases[-1]["name"]
    for key, array in kept.items():
        CASES.arrays[f"{case}/p/1.batch_norm.{key}"] = before[key]
        CASES.arrays[f"{case}/g/1.batch_norm.{key}"] = array.numpy()


def main() -> None:
    """Write the file."""
    add(draw(5, 3), {}, training=True)
    add(draw(4, 3, 2, 3), {"momentum": 0.3, "epsilon": 0.01}, training=True)
    add(10 + 1e-3 * draw(6, 4, 2), {}, training=True)
    add(draw(3, 2, 2, 3), {}, training=False)
    add_block()
    CASES.write()


if __name__ == "__main__":
    main()
