"""Run PyTorch: python -m tests.benchmarks.sides.with_pytorch WORKLOAD THREADS default|best.

`default` is what users usually write: contiguous images, plain Adam, `loss.item()` for every batch. `best` uses fused
Adam, keeps the loss as a tensor, and uses the fastest combination of memory layout (contiguous or channels_last) and
threads (one or all).
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import nn

from tests.benchmarks.sides.worker import serve
from tests.benchmarks.turns import in_words
from tests.benchmarks.workloads import LEARNING_RATE, Workload, workload_of

TRIALS = 5  # epochs of every combination
Shape = tuple[int, ...]  # (channels, height, width) or (features,)


class Residual(nn.Module):
    """y = x + body(x); if the body changes the shape, `around` projects x to the new shape."""

    def __init__(self, body: nn.Sequential, around: nn.Module) -> None:
        super().__init__()
        self.body, self.around = body, around

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x) + self.around(x)


def module_of(layer: Any, shape: Shape) -> nn.Module:
    """Return the PyTorch module of one layer of a config."""
    values: dict[str, Any] = {"type": layer} if isinstance(layer, str) else dict(layer)
    match values.pop("type"):
        case "dense":
            linear = nn.Linear(int(np.prod(shape)), values["units"])
            return nn.Sequential(nn.Flatten(), linear) if len(shape) > 1 else linear
        case "relu":
            return nn.ReLU()
        case "batch_norm":
            return nn.BatchNorm2d(shape[0])
        case "max_pool2d":
            return nn.MaxPool2d(values["pool_size"])
        case "global_avg_pool2d":
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case "conv2d":
            stride, bias = values.get("stride", 1), values.get("bias", True)
            return nn.Conv2d(shape[0], values["filters"], values["kernel_size"], stride, padding=1, bias=bias)
        case "residual":
            body, output = sequence_of(values["layers"], shape)
            if output == shape:
                return Residual(body, nn.Identity())
            return Residual(body, nn.Conv2d(shape[0], output[0], 1, shape[1] // output[1], bias=False))
        case other:
            raise ValueError(f"no PyTorch layer for {other}")


def sequence_of(layers: list[Any], shape: Shape) -> tuple[nn.Sequential, Shape]:
    """Return the layers as one module, and their output shape."""
    modules = []
    x = torch.zeros(2, *shape)
    for layer in layers:
        modules.append(module_of(layer, tuple(x.shape[1:])))
        with torch.no_grad():
            x = modules[-1](x)
    return nn.Sequential(*modules), tuple(x.shape[1:])


def turns(workload: Workload, *, best: bool, channels_last: bool = False) -> Callable[[], None]:
    """Return a function for one turn: an epoch or all predictions."""
    torch.manual_seed(0)
    inputs, targets = (torch.from_numpy(array) for array in workload.data)
    if workload.convolutional:
        inputs = inputs.permute(0, 3, 1, 2).contiguous()
    model, _ = sequence_of(workload.layers, tuple(inputs.shape[1:]))
    if channels_last:
        model, inputs = model.to(memory_format=torch.channels_last), inputs.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, **({"fused": True} if best else {}))
    measure = nn.CrossEntropyLoss() if workload.classes else nn.MSELoss()
    if not workload.classes:
        targets = targets[:, None]

    def train() -> None:
        total: Any = 0.0
        order = torch.randperm(len(inputs))
        for start in range(0, len(inputs), workload.batch):
            rows = order[start : start + workload.batch]
            loss = measure(model(inputs[rows]), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows) if best else loss.item() * len(rows)
        assert np.isfinite(float(total))

    if workload.predicting is None:
        return train
    rows = workload.predicting
    model.eval()
    without_gradient = torch.inference_mode if best else torch.no_grad

    def predict() -> None:
        with without_gradient():
            for start in range(0, len(inputs), rows):
                model(inputs[start : start + rows]).softmax(1).numpy()

    return predict


def way(channels_last: bool, threads: int) -> str:
    """Describe a combination of memory layout and number of threads."""
    return f"{'channels_last, ' if channels_last else ''}{in_words(threads)}"


def best_turns(workload: Workload, threads: int) -> tuple[Callable[[], None], str]:
    """Return the turn of the fastest combination of memory layout and threads, and its description.

    The combinations alternate, so that other load on the machine affects all of them equally.
    """
    layouts = (False, True) if workload.convolutional else (False,)
    ways = list(itertools.product(layouts, sorted({1, threads})))
    trials = [(turns(workload, best=True, channels_last=channels_last), count) for channels_last, count in ways]
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(1 + TRIALS):
        for (turn, count), taken in zip(trials, seconds, strict=True):
            torch.set_num_threads(count)
            begun = time.perf_counter()
            turn()
            taken.append(time.perf_counter() - begun)
    middle = [median(taken[1:]) for taken in seconds]  # the first turn is a warm-up
    chosen = middle.index(min(middle))
    turn, count = trials[chosen]
    torch.set_num_threads(count)
    return turn, way(ways[chosen][0], count)


if __name__ == "__main__":
    chosen, threads = workload_of(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    if sys.argv[3] == "best":
        turn, found = best_turns(chosen, threads)
    else:
        turn, found = turns(chosen, best=False), way(False, threads)
    serve(turn, version=torch.__version__, way=found)
