"""Drives an optimizer rule over a model's parameters."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.optim.optimizer import Optimizer

BLOCK = 1 << 16  # elements worked on at a time, so that parameters, gradient and state stay in the cache


class Driver:
    """An optimizer with its state.

    Args:
        rule: what to do in a step.
        parameters: the vector to change; only what is trained.
        decayed: how many of them, from the first, weight decay is meant for; default all.
    """

    def __init__(self, rule: Optimizer, parameters: Array, decayed: int | None = None) -> None:
        self.rule = rule
        self.steps = 0
        self.state = {name: np.full_like(parameters, rule.initial(name)) for name in rule.state_names()}
        self._scratch = np.empty(min(BLOCK, parameters.size), parameters.dtype)
        self._blocks = []
        decayed = parameters.size if decayed is None else decayed
        shares = rule.shrinkage(decayed=True), rule.shrinkage(decayed=False)
        for start in range(0, parameters.size, BLOCK):
            block = slice(start, start + BLOCK)
            state = [vector[block] for vector in self.state.values()]
            p = parameters[block]
            parts = np.split(p, [max(decayed - start, 0)])
            shrinking = [(part, share) for part, share in zip(parts, shares, strict=True) if share and part.size]
            self._blocks.append((block, p, state, self._scratch[: p.size], shrinking))

    def step(self, gradient: Array, rate: float) -> None:
        """Changes the parameters by one step of the rule.

        Args:
            gradient: as long as the parameters; not changed.
            rate: the learning rate of this step.
        """
        self.steps += 1
        for block, p, state, u, shrinking in self._blocks:
            for part, share in shrinking:
                part *= 1 - rate * share
            self.rule.direction(gradient[block], state, self.steps, rate, u)
            p -= u
