"""Drives an optimizer rule over a model's parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from nncli.core.types import Array
from nncli.optim.optimizer import Optimizer

BLOCK = 1 << 16  # elements worked on at a time, so that parameters, gradient and state stay in the cache
LARGE, LARGE_BLOCK = 1 << 18, 3 << 17  # from which two halves go to threads, and their blocks: few operations each

Work: TypeAlias = Callable[["list[Block]"], None]
Block: TypeAlias = tuple[slice, Array, list[Array], Array, list[tuple[Array, float]]]


def one_after_another(work: Work, parts: Sequence[list[Block]]) -> None:
    """Does the work on one part after the other."""
    for part in parts:
        work(part)


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
        decayed = parameters.size if decayed is None else decayed
        size = parameters.size
        if size < LARGE or not vars(type(rule)).get("in_parts"):  # a subclass may keep numbers of its own
            self._parts = [self._blocks(parameters, 0, size, BLOCK, decayed)]
        else:
            half = size // 2
            self._parts = [self._blocks(parameters, *ends, LARGE_BLOCK, decayed) for ends in ((0, half), (half, size))]

    def _blocks(self, parameters: Array, first: int, last: int, size: int, decayed: int) -> list[Block]:
        """What is worked on at a time, of the parameters from `first` to before `last`."""
        scratch = np.empty(min(size, last - first), parameters.dtype)
        shares = self.rule.shrinkage(decayed=True), self.rule.shrinkage(decayed=False)
        blocks = []
        for start in range(first, last, size):
            block = slice(start, min(start + size, last))
            state = [vector[block] for vector in self.state.values()]
            p = parameters[block]
            parts = np.split(p, [max(decayed - start, 0)])
            shrinking = [(part, share) for part, share in zip(parts, shares, strict=True) if share and part.size]
            blocks.append((block, p, state, scratch[: p.size], shrinking))
        return blocks

    def step(
        self, gradient: Array, rate: float, each: Callable[[Work, Sequence[list[Block]]], None] = one_after_another
    ) -> None:
        """Changes the parameters by one step of the rule.

        Args:
            gradient: as long as the parameters; not changed.
            rate: the learning rate of this step.
            each: does the work on every part of the parameters, perhaps at the same time.
        """
        self.steps += 1

        def change(blocks: list[Block]) -> None:
            for block, p, state, u, shrinking in blocks:
                for part, share in shrinking:
                    part *= 1 - rate * share
                if not self.rule.at_once(gradient[block], state, self.steps, rate, p):
                    self.rule.direction(gradient[block], state, self.steps, rate, u)
                    p -= u

        each(change, self._parts)
