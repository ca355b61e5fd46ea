"""Write `cases/schedules.npz`: learning rates of PyTorch's schedulers.

Run this in a separate environment:

    pip install torch==2.13.0
    python -m tests.reference.make_schedules
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from tests.reference.case_file import Cases

INITIAL = 0.03
cases = Cases("schedules", seed=31)


def optimizer() -> torch.optim.Optimizer:
    """Return an optimizer with the learning rate INITIAL, for a parameter without gradient."""
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=INITIAL)


def rates(make: Callable[[torch.optim.Optimizer], LRScheduler], steps: int) -> list[float]:
    """Return the learning rate of every step; the scheduler advances after each step."""
    rule = optimizer()
    scheduler, found = make(rule), []
    for _ in range(steps):
        found.append(rule.param_groups[0]["lr"])
        rule.step()
        scheduler.step()
    return found


def schedule(
    config: dict[str, Any],
    make: Callable[[torch.optim.Optimizer], LRScheduler],
    steps: int,
    per_epoch: int = 1,
    *,
    by_epoch: bool = False,
) -> None:
    """Add a case with the learning rate of every step.

    Args:
        config: nncli's config.
        make: creates the scheduler.
        steps: number of steps in the whole run.
        per_epoch: number of steps per epoch.
        by_epoch: whether PyTorch's scheduler advances after an epoch instead of a step.
    """
    epochs = steps // per_epoch
    found = np.repeat(rates(make, epochs), per_epoch) if by_epoch else np.array(rates(make, steps))
    cases.add("schedule", {"rates": found}, config=config, steps_per_epoch=per_epoch, epochs=epochs)


def plateau(config: dict[str, Any], values: np.ndarray, **keys: Any) -> None:
    """Add a case with the learning rate after every epoch; `values` are those of the monitored metric."""
    rule = optimizer()
    scheduler, found = lr_scheduler.ReduceLROnPlateau(rule, threshold_mode="abs", eps=0, **keys), []
    for value in values:
        scheduler.step(value)
        found.append(rule.param_groups[0]["lr"])
    cases.add("plateau", {"values": values, "rates": np.array(found)}, config=config, mode=keys.get("mode", "min"))


def main() -> None:
    """Write the file."""
    first = {"initial": INITIAL}
    for size, gamma in ((1, 0.5), (4, 0.1)):
        config = {"type": "step", **first, "factor": gamma, "every_epochs": size}
        schedule(config, lambda o, s=size, g=gamma: lr_scheduler.StepLR(o, s, g), 36, 3, by_epoch=True)
        config = {"type": "step", **first, "factor": gamma, "every_steps": size}
        schedule(config, lambda o, s=size, g=gamma: lr_scheduler.StepLR(o, s, g), 36, 3)
    config = {"type": "exponential", **first, "factor": 0.9, "every_steps": 1}
    schedule(config, lambda o: lr_scheduler.ExponentialLR(o, 0.9), 40, 5)
    for steps, final in ((2, 0.0), (3, 0.001), (40, 0.0), (101, 0.004)):
        config = {"type": "cosine", **first, "final": final}
        schedule(config, lambda o, n=steps, f=final: lr_scheduler.CosineAnnealingLR(o, n - 1, f), steps)
        config = {"type": "linear", **first, "final": final}
        schedule(config, lambda o, n=steps, f=final: lr_scheduler.LinearLR(o, 1.0, f / INITIAL, n - 1), steps)
    for steps, rise in ((10, 0.3), (41, 0.3), (100, 0.25), (37, 0.7)):
        config = {"type": "one_cycle", "maximum": 0.2, "rise": rise}
        schedule(config, lambda o, n=steps, r=rise: one_cycle(o, n, r), steps)
    config = {"type": "one_cycle", "maximum": 0.2, "initial": 0.05, "final": 0.0005}
    schedule(config, lambda o: one_cycle(o, 30, 0.3, div_factor=4, final_div_factor=100), 30)
    config = {"type": "cosine", **first, "warmup_steps": 7}
    schedule(config, lambda o: warmed(o, 7, lr_scheduler.CosineAnnealingLR(o, 32)), 40, 4)
    config = {"type": "linear", **first, "warmup_steps": 5, "steps": 25}
    schedule(config, lambda o: warmed(o, 5, lr_scheduler.LinearLR(o, 1.0, 0.0, 19)), 40, 4)
    config = {"type": "constant", **first, "warmup_steps": 10}
    schedule(config, lambda o: lr_scheduler.LinearLR(o, 0.1, 1.0, 9), 20, 4)
    values = np.round(2 * 0.9 ** np.minimum(np.arange(40), 12) + cases.draw(40) * 0.05, 3)
    for patience, cooldown, delta, final in ((1, 0, 0.0, 0.0), (3, 0, 0.01, 0.0), (2, 3, 0.0, 0.002)):
        fields = {"patience": patience, "cooldown": cooldown, "min_delta": delta, "final": final}
        config = {"type": "reduce_on_plateau", **first, "factor": 0.3, **fields}
        keys = {"factor": 0.3, "patience": patience - 1, "cooldown": cooldown, "threshold": delta, "min_lr": final}
        plateau(config, values, **keys)
        plateau(config, -values, mode="max", **keys)
    cases.write()


def one_cycle(rule: torch.optim.Optimizer, steps: int, rise: float, **keys: Any) -> LRScheduler:
    """Return PyTorch's one-cycle schedule, which leaves the momentum unchanged."""
    return lr_scheduler.OneCycleLR(rule, 0.2, total_steps=steps, pct_start=rise, cycle_momentum=False, **keys)


def warmed(rule: torch.optim.Optimizer, steps: int, after: LRScheduler) -> LRScheduler:
    """Return a warm-up to the initial rate followed by another scheduler."""
    rise = lr_scheduler.LinearLR(rule, 1 / steps, 1.0, steps - 1)
    return lr_scheduler.SequentialLR(rule, [rise, after], [steps])


if __name__ == "__main__":
    main()
