"""The driver that runs an optimizer over a model's parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from nncli.core.types import Array
from nncli.optim.optimizer import Optimizer

BLOCK_SIZE = 1 << 16  # elements that are updated together, so that parameters, gradient and state stay in the cache
MIN_PARALLEL_SIZE = 1 << 18  # elements from which two threads update a half each
PARALLEL_BLOCK_SIZE = 3 << 17  # elements of a block in a half; larger, as two threads at once gain from fewer calls


class Block(NamedTuple):
    """Some neighbouring elements of all vectors."""

    where: slice
    p: Array
    state: list[Array]
    scratch: Array
    decays: list[tuple[Array, float]]  # views of p that decay, each with its weight decay


Work: TypeAlias = Callable[[list[Block]], None]
RunParts: TypeAlias = Callable[[Work, Sequence[list[Block]]], None]


def run_in_order(work: Work, parts: Sequence[list[Block]]) -> None:
    """Run the work on one part after another."""
    for part in parts:
        work(part)


class Driver:
    """An optimizer with its state.

    Args:
        rule: the optimizer.
        parameters: the vector to update, of trainable parameters only.
        decayed: number of parameters, from the first, that weight decay is meant for; default all.
    """

    def __init__(self, rule: Optimizer, parameters: Array, decayed: int | None = None) -> None:
        self.rule = rule
        self.steps = 0
        self.state = {name: np.full_like(parameters, rule.initial(name)) for name in rule.state_names()}
        decayed = parameters.size if decayed is None else decayed
        size, half = parameters.size, parameters.size // 2
        if size >= MIN_PARALLEL_SIZE and rule.in_parts:
            halves = (0, half), (half, size)
            self._parts = [self._blocks(parameters, *ends, PARALLEL_BLOCK_SIZE, decayed) for ends in halves]
        else:
            self._parts = [self._blocks(parameters, 0, size, BLOCK_SIZE, decayed)]

    def _blocks(self, parameters: Array, first: int, last: int, size: int, decayed: int) -> list[Block]:
        """Cut the parameters from `first` to before `last` into blocks of a size."""
        scratch = np.empty(min(size, last - first), parameters.dtype)
        weight_decays = self.rule.shrinkage(decayed=True), self.rule.shrinkage(decayed=False)
        blocks = []
        for start in range(first, last, size):
            where = slice(start, min(start + size, last))
            state = [vector[where] for vector in self.state.values()]
            p = parameters[where]
            views = np.split(p, [max(decayed - start, 0)])
            decays = [(view, decay) for view, decay in zip(views, weight_decays, strict=True) if decay and view.size]
            blocks.append(Block(where, p, state, scratch[: p.size], decays))
        return blocks

    def step(self, gradient: Array, rate: float, run_parts: RunParts = run_in_order) -> None:
        """Update the parameters by one step of the rule.

        Args:
            gradient: as long as the parameters; not changed.
            rate: the learning rate of this step.
            run_parts: runs the work on every part of the parameters, perhaps on several threads.
        """
        self.steps += 1

        def update(blocks: list[Block]) -> None:
            for where, p, state, scratch, decays in blocks:
                for view, decay in decays:
                    view *= 1 - rate * decay
                self.rule.update(p, gradient[where], state, self.steps, rate, scratch)

        run_parts(update, self._parts)
