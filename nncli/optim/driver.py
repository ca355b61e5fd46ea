"""The driver that runs an optimizer over a model's parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from nncli.core.types import Array
from nncli.optim.optimizer import Optimizer

BLOCK_SIZE = 1 << 16  # elements that are updated together, so that parameters, gradient and state stay in the cache
MIN_PARALLEL_SIZE = 1 << 18  # minimum number of elements for two threads, each of which updates one half
PARALLEL_BLOCK_SIZE = 3 << 17  # block size for two threads, which are faster with fewer calls


class Block(NamedTuple):
    """A block of consecutive elements of all vectors.

    Args:
        where: slice of the elements.
        p: parameters.
        state: the optimizer's state, one vector per name.
        scratch: work space.
        decays: (view of p, weight decay) for the parameters with weight decay.
    """

    where: slice
    p: Array
    state: list[Array]
    scratch: Array
    decays: list[tuple[Array, float]]


Work: TypeAlias = Callable[[list[Block]], None]
RunParts: TypeAlias = Callable[[Work, Sequence[list[Block]]], None]


def run_in_order(work: Work, parts: Sequence[list[Block]]) -> None:
    """Run the work on the parts, one after another."""
    for part in parts:
        work(part)


class Driver:
    """An optimizer with its state, which updates a vector of parameters.

    Args:
        rule: the optimizer.
        parameters: the vector to update; trainable parameters only.
        decayed: number of parameters with weight decay, which come first; default all.
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
        """Return the parameters from `first` up to `last` (exclusive) as blocks of `size` elements."""
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
            gradient: gradient of the parameters; not changed.
            rate: learning rate of this step.
            run_parts: function that runs the work on every part of the parameters, perhaps on several threads.
        """
        self.steps += 1

        def update(blocks: list[Block]) -> None:
            for where, p, state, scratch, decays in blocks:
                for view, decay in decays:
                    view *= 1 - rate * decay
                self.rule.update(p, gradient[where], state, self.steps, rate, scratch)

        run_parts(update, self._parts)
