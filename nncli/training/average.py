"""The exponential moving average of the weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from nncli.core.types import Array
from nncli.optim.driver import BLOCK_SIZE


class WeightAverage:
    """The exponential moving average of the trainable weights, which is used for prediction.

    a <- decay * a + (1 - decay) * w after every step; after the first step, a = w

    With warm-up, the decay after t averaged steps is min(decay, (1 + t) / (10 + t)).

    Args:
        weights: the vector of trainable parameters; it is not copied, and swapping changes it.
        decay: decay of the average per step, above 0 and below 1.
        warmup: whether the decay is smaller in the first steps.
    """

    def __init__(self, weights: Array, decay: float, *, warmup: bool = False) -> None:
        self.steps = 0  # number of averaged steps
        self._decay, self._warmup = decay, warmup
        self._weights = weights
        self._average = np.empty_like(weights)
        self._swapped_in: Array | None = None  # a copy of the average while it is swapped in
        scratch = np.empty(min(BLOCK_SIZE, weights.size), weights.dtype)
        self._blocks = []
        for start in range(0, weights.size, BLOCK_SIZE):
            w, a = weights[start : start + BLOCK_SIZE], self._average[start : start + BLOCK_SIZE]
            self._blocks.append((w, a, scratch[: w.size]))

    @property
    def vector(self) -> Array:
        """The average, or the weights before the first step."""
        return self._average if self.steps else self._weights

    def update(self) -> None:
        """Update the average with the weights after a step."""
        if not self.steps:
            self._average[...] = self._weights
        else:
            decay = min(self._decay, (1 + self.steps) / (10 + self.steps)) if self._warmup else self._decay
            for w, a, u in self._blocks:
                np.subtract(w, a, out=u)
                u *= 1 - decay
                a += u
        self.steps += 1

    @contextmanager
    def swapped_in(self) -> Iterator[None]:
        """Return a context in which the average and the weights are swapped."""
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    def swap_in(self) -> None:
        """Swap the average into the weights, until `swap_out`."""
        if self.steps and self._swapped_in is None:
            self._exchange()
            self._swapped_in = self._weights.copy()

    def swap_out(self) -> None:
        """Swap the weights back in.

        If the average was changed while it was swapped in, its new values become the weights, and averaging restarts.
        """
        average, self._swapped_in = self._swapped_in, None
        if average is None:
            return
        if np.array_equal(average, self._weights):
            self._exchange()
        else:
            self.steps = 0

    def restore(self, steps: int) -> None:
        """Set the average to the current weights, and the number of averaged steps to `steps`."""
        self.steps = steps
        self._average[...] = self._weights

    def continue_from(self, earlier: WeightAverage) -> None:
        """Continue from another average of the same weights."""
        self.steps = earlier.steps
        self._average[...] = earlier._average

    def _exchange(self) -> None:
        if self.steps:
            for w, a, u in self._blocks:
                u[...] = w
                w[...] = a
                a[...] = u
