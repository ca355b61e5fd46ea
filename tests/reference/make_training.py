"""Freezes what PyTorch does with penalties, accumulated gradients and averaged weights, as cases/training.npz.

A network 3-4-2 with tanh between is trained for some steps. Every case holds the rows, the weights at the beginning,
and the loss and the weights of every step; where weights are averaged, the averages as well.

Run by hand: /path/to/python/with/torch -m tests.reference.make_training
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tests.reference.making import Cases, tensor

NAMES = {"0.weight": "0.dense.weight", "0.bias": "0.dense.bias", "2.weight": "2.dense.weight", "2.bias": "2.dense.bias"}
ROWS, SIZE, EPOCHS = 10, 4, 4


def weight_decay(module: torch.nn.Module, factor: float) -> torch.optim.Optimizer:
    """Gradient descent whose weight decay leaves biases alone."""
    parts: dict[bool, list[torch.nn.Parameter]] = {True: [], False: []}
    for name, parameter in module.named_parameters():
        parts[name.endswith("weight")].append(parameter)
    groups = [{"params": parts[True], "weight_decay": factor}, {"params": parts[False], "weight_decay": 0}]
    return torch.optim.SGD(groups, lr=0.1)


def price(module: torch.nn.Module, l1: float, l2: float, *, biases: bool) -> torch.Tensor:
    """Of the parameters that pay."""
    paying = [parameter for name, parameter in module.named_parameters() if biases or name.endswith("weight")]
    return sum((l1 * p.abs().sum() + l2 * (p**2).sum() for p in paying), torch.tensor(0.0))


def train(
    cases: Cases,
    about: str,
    settings: dict[str, Any],
    optimizer: dict[str, Any],
    make: Callable[[torch.nn.Module], torch.optim.Optimizer],
    *,
    l1: float = 0,
    l2: float = 0,
    biases: bool = False,
    decayed: bool = False,
    several: int = 1,
    weighted: bool = False,
    decay: float | None = None,
) -> None:
    """One case.

    Args:
        cases: gets it.
        about: what it is about.
        settings: as nncli's training section says it.
        optimizer: as nncli takes it.
        make: the same of a module.
        l1: the price of absolute values.
        l2: the price of squares.
        biases: whether they pay.
        decayed: whether the optimizer sees to the penalty, so that it is not differentiated.
        several: batches whose gradients are accumulated.
        weighted: whether rows have weights.
        decay: of the averages.
    """
    x, y = cases.draw(ROWS, 3), cases.draw(ROWS, 2)
    weights = np.abs(cases.draw(ROWS)) + 0.5 if weighted else np.ones(ROWS)
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    for parameter in module.parameters():
        parameter.data = tensor(cases.draw(*parameter.shape) / 2)
    arrays = {"x": x, "y": y, "weights": weights} | {f"start/{k}": v for k, v in named(module).items()}
    made = make(module)
    averaged = None if decay is None else AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(decay))
    losses, path, averages = [], [], []
    for _ in range(EPOCHS):
        for start in range(0, ROWS, SIZE * several):
            stop = min(start + SIZE * several, ROWS)
            total = float(weights[start:stop].sum())
            made.zero_grad()
            loss = price(module, l1, l2, biases=biases)
            if not decayed:
                loss.backward()
            value = loss.detach().item()
            for first in range(start, stop, SIZE):
                part = slice(first, min(first + SIZE, stop))
                error = ((module(tensor(x[part])) - tensor(y[part])) ** 2).mean(dim=1)
                loss = (error * tensor(weights[part])).sum() / total
                loss.backward()  # which adds to what there is
                value += loss.detach().item()
            made.step()
            losses.append(value)
            path.append(named(module))
            if averaged is not None:
                averaged.update_parameters(module)
                averages.append(named(averaged.module))
    arrays["losses"] = np.array(losses)
    for key, steps in (("path", path), ("average", averages)):
        if steps:
            arrays |= {f"{key}/{name}": np.array([step[name] for step in steps]) for name in steps[0]}
    cases.add("training", arrays, about=about, settings=settings, optimizer=optimizer)


def named(module: torch.nn.Module) -> dict[str, np.ndarray]:
    """Copies of its parameters as nncli names and lays them out."""
    return {NAMES[name]: array.detach().numpy().T.copy() for name, array in module.named_parameters()}


def main() -> None:
    cases = Cases("training", 20)
    sgd = {"type": "sgd", "learning_rate": 0.1}
    adam = {"type": "adam", "learning_rate": 0.05}

    def descent(module: torch.nn.Module) -> torch.optim.Optimizer:
        return torch.optim.SGD(module.parameters(), lr=0.1)

    def moments(module: torch.nn.Module) -> torch.optim.Optimizer:
        return torch.optim.Adam(module.parameters(), lr=0.05)

    penalty = {"l1": 0.02, "l2": 0.03, "biases": True}
    decay = {"penalty": {"l2": 0.05}}
    train(cases, "l2 as weight decay", decay, sgd, lambda module: weight_decay(module, 0.1), l2=0.05, decayed=True)
    train(cases, "l1 and l2 of all", {"penalty": penalty}, adam, moments, **penalty)
    several = {"batches_per_step": 2, "penalty": {"l1": 0.02}}
    train(cases, "two batches a step", several, sgd, descent, l1=0.02, several=2, weighted=True)
    train(cases, "averages", {"weight_averaging": {"decay": 0.8}}, adam, moments, decay=0.8)
    cases.write()


if __name__ == "__main__":
    main()
