"""Write `cases/training.npz`: training in PyTorch with penalties, accumulated gradients and averaged weights.

A 3-4-2 network with tanh is trained for some steps. Every case holds the rows, the initial weights, the loss and the
weights of every step, and the averaged weights if averaging is on. Run this in a separate environment:

    pip install torch==2.13.0
    python -m tests.reference.make_training
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tests.reference.case_file import Cases, tensor

NAMES = {"0.weight": "0.dense.weight", "0.bias": "0.dense.bias", "2.weight": "2.dense.weight", "2.bias": "2.dense.bias"}
ROWS, SIZE, EPOCHS = 10, 4, 4


def weight_decay(module: torch.nn.Module, factor: float) -> torch.optim.Optimizer:
    """Return gradient descent with weight decay of all parameters except biases."""
    parts: dict[bool, list[torch.nn.Parameter]] = {True: [], False: []}
    for name, parameter in module.named_parameters():
        parts[name.endswith("weight")].append(parameter)
    groups = [{"params": parts[True], "weight_decay": factor}, {"params": parts[False], "weight_decay": 0}]
    return torch.optim.SGD(groups, lr=0.1)


def make_penalty(module: torch.nn.Module, l1: float, l2: float, *, biases: bool) -> torch.Tensor:
    """Return the l1 and l2 penalty of the weights and, if `biases` is true, of the biases."""
    penalised = [parameter for name, parameter in module.named_parameters() if biases or name.endswith("weight")]
    return sum((l1 * p.abs().sum() + l2 * (p**2).sum() for p in penalised), torch.tensor(0.0))


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
    """Train a network, and add the results as one case.

    Args:
        cases: the file to which the case is added.
        about: name of the case.
        settings: nncli's training section.
        optimizer: nncli's optimizer config.
        make: creates PyTorch's equivalent of this optimizer for a module.
        l1: factor of the absolute values.
        l2: factor of the squares.
        biases: whether the penalty includes biases.
        decayed: whether the optimizer applies the penalty as weight decay; the stored losses then include the penalty,
            but the gradients passed to the optimizer do not.
        several: number of batches per step, whose gradients are accumulated.
        weighted: whether rows have weights.
        decay: decay of the weight averages; None for no averaging.
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
            loss = make_penalty(module, l1, l2, biases=biases)
            if not decayed:
                loss.backward()
            value = loss.detach().item()
            for first in range(start, stop, SIZE):
                part = slice(first, min(first + SIZE, stop))
                error = ((module(tensor(x[part])) - tensor(y[part])) ** 2).mean(dim=1)
                loss = (error * tensor(weights[part])).sum() / total
                loss.backward()  # adds to the gradients that are already there
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
    """Copy the parameters with nncli's names and in its layout."""
    return {NAMES[name]: array.detach().numpy().T.copy() for name, array in module.named_parameters()}


def main() -> None:
    """Write the file."""
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
    train(cases, "l1 and l2 on all parameters", {"penalty": penalty}, adam, moments, **penalty)
    several = {"batches_per_step": 2, "penalty": {"l1": 0.02}}
    train(cases, "two batches per step", several, sgd, descent, l1=0.02, several=2, weighted=True)
    train(cases, "weight averaging", {"weight_averaging": {"decay": 0.8}}, adam, moments, decay=0.8)
    cases.write()


if __name__ == "__main__":
    main()
