"""The exponential moving average of the weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from nncli.core.types import Array
from nncli.optim.driver import BLOCK_SIZE


class WeightAverage:
    """The exponential moving average of the trainable weights, which predicts in their place.

    a <- decay a + (1 - decay) w after every step; a = w after the first one

    With a warm-up, decay is min(decay, (1 + t) / (10 + t)) after t averaged steps.

    Args:
        weights: the vector of trainable parameters, which is read and changed in place.
        decay: share of the average that a step keeps, above 0 and below 1.
        warmup: whether the average is over few steps at first.
    """

    def __init__(self, weights: Array, decay: float, *, warmup: bool = False) -> None:
        self.steps = 0  # averaged
        self._decay, self._warmup = decay, warmup
        self._weights = weights
        self._average = np.empty_like(weights)
        self._shown: Array | None = None
        scratch = np.empty(min(BLOCK_SIZE, weights.size), weights.dtype)
        self._blocks = []
        for start in range(0, weights.size, BLOCK_SIZE):
            w, a = weights[start : start + BLOCK_SIZE], self._average[start : start + BLOCK_SIZE]
            self._blocks.append((w, a, scratch[: w.size]))

    @property
    def vector(self) -> Array:
        """The average; before the first step, the weights."""
        return self._average if self.steps else self._weights

    def update(self) -> None:
        """Average the weights after a step."""
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
    def in_place(self) -> Iterator[None]:
        """Put the average in place of the weights until the context is left."""
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    def show(self) -> None:
        """Put the average in place of the weights until `hide`."""
        if self.steps and self._shown is None:
            self._exchange()
            self._shown = self._weights.copy()

    def hide(self) -> None:
        """Put the weights back; an average that was changed while it was shown becomes the weights."""
        shown, self._shown = self._shown, None
        if shown is None:
            return
        if np.array_equal(shown, self._weights):
            self._exchange()
        else:
            self.steps = 0  # averaging begins anew

    def take(self, steps: int) -> None:
        """Take the current weights as the average after so many steps."""
        self.steps = steps
        self._average[...] = self._weights

    def follow(self, earlier: WeightAverage) -> None:
        """Continue another average of the same weights."""
        self.steps = earlier.steps
        self._average[...] = earlier._average

    def _exchange(self) -> None:
        if self.steps:
            for w, a, u in self._blocks:
                u[...] = w
                w[...] = a
                a[...] = u
