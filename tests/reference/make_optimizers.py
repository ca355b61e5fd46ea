"""Write `cases/optimizers.npz`: ten steps of PyTorch's optimizers.

nncli itself does not need PyTorch. Run this in a separate environment:

    pip install torch==2.13.0
    python -m tests.reference.make_optimizers

The same versions on the same machine write the same bytes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from torch.optim import Adagrad, Adam, AdamW, RMSprop

from tests.reference.case_file import Cases

CASES = Cases("optimizers", seed=31)
SHRINKING = 0.5 ** np.arange(10)[:, None]  # (steps, 1)


def rule(type_name: str, **fields: Any) -> dict[str, Any]:
    """Return an optimizer config of nncli."""
    return {"type": type_name, "learning_rate": 0.1, **fields}


def add_without_decay() -> None:
    """Add optimizers without weight decay, for gradients of very different magnitudes."""
    for config, make in (
        (rule("adagrad"), lambda p: Adagrad(p, 0.1)),
        (
            rule("adagrad", epsilon=0.3, initial_accumulator=0.2),
            lambda p: Adagrad(p, 0.1, eps=0.3, initial_accumulator_value=0.2),
        ),
        (rule("rmsprop"), lambda p: RMSprop(p, 0.1, alpha=0.9)),
        (rule("rmsprop", decay=0.6, epsilon=0.2), lambda p: RMSprop(p, 0.1, alpha=0.6, eps=0.2)),
        (rule("rmsprop", momentum=0.8), lambda p: RMSprop(p, 0.1, alpha=0.9, momentum=0.8)),
        (rule("rmsprop", centered=True), lambda p: RMSprop(p, 0.1, alpha=0.9, centered=True)),
        (
            rule("rmsprop", decay=0.7, epsilon=1e-3, momentum=0.9, centered=True),
            lambda p: RMSprop(p, 0.1, alpha=0.7, eps=1e-3, momentum=0.9, centered=True),
        ),
        (rule("adam", amsgrad=True), lambda p: Adam(p, 0.1, amsgrad=True)),
    ):
        CASES.optimizer(config, make)


def add_shrinking() -> None:
    """Add AMSGrad with shrinking gradients, so that the mean square falls below its maximum."""
    start = CASES.draw(8)
    for config, make in (
        (rule("adam", beta2=0.6, amsgrad=True), lambda p: Adam(p, 0.1, betas=(0.9, 0.6), amsgrad=True)),
        (
            rule("adam", beta1=0.3, beta2=0.8, epsilon=0.05, amsgrad=True),
            lambda p: Adam(p, 0.1, betas=(0.3, 0.8), eps=0.05, amsgrad=True),
        ),
    ):
        CASES.path(config, make, start, CASES.draw(10, 8) * SHRINKING)


def add_decay() -> None:
    """Add AdamW with decay of all parameters, and with decay of only the first parameters."""
    start = CASES.draw(8) * 5
    for config, keys, decayed in (
        (rule("adamw"), {}, None),
        (rule("adamw", weight_decay=0.5), {"weight_decay": 0.5}, 5),
        (
            rule("adamw", beta1=0.8, beta2=0.6, epsilon=1e-3, weight_decay=0.2, amsgrad=True),
            {"betas": (0.8, 0.6), "eps": 1e-3, "weight_decay": 0.2, "amsgrad": True},
            3,
        ),
        (rule("adamw", weight_decay=0.5, decay_all=True), {"weight_decay": 0.5}, 5),
    ):

        def make(p: Any, config: Any = config, keys: Any = keys) -> AdamW:
            others = {} if config.get("decay_all") else {"weight_decay": 0.0}
            groups = [{"params": p[:1]}, *({"params": [one], **others} for one in p[1:])]
            return AdamW(groups, 0.1, **keys)

        CASES.path(config, make, start, CASES.draw(10, 8) * SHRINKING, decayed)


def main() -> None:
    """Write the file."""
    for add_cases in (add_without_decay, add_shrinking, add_decay):
        add_cases()
    CASES.write()


if __name__ == "__main__":
    main()
