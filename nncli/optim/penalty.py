"""L1 and L2 penalties of the weights."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.optim.driver import BLOCK_SIZE


class Penalty:
    """The penalty l1 * sum |w| + l2 * sum w^2 of a vector of weights.

    Its gradient is l1 * sign(w) + 2 * l2 * w; the derivative of |w| at 0 is 0.

    Args:
        weights: the weights; not copied.
        l1: factor of the sum of absolute values, at least 0.
        l2: factor of the sum of squares, at least 0.
    """

    def __init__(self, weights: Array, l1: float, l2: float) -> None:
        self.l1, self.l2 = l1, l2
        scratch = np.empty(min(BLOCK_SIZE, weights.size), weights.dtype)
        self._blocks = []
        for start in range(0, weights.size, BLOCK_SIZE):
            block = slice(start, min(start + BLOCK_SIZE, weights.size))
            self._blocks.append((block, weights[block], scratch[: block.stop - start]))

    def value(self) -> float:
        """Return the penalty of the current weights."""
        total = 0.0
        with np.errstate(all="ignore"):  # the trainer checks for numbers that are not finite
            for _, w, u in self._blocks:
                if self.l1:
                    total += self.l1 * float(np.abs(w, out=u).sum())
                if self.l2:
                    total += self.l2 * float(np.dot(w, w))
        return total

    def add_gradient(self, gradient: Array) -> float:
        """Add the gradient of the penalty to a gradient, and return the penalty.

        Args:
            gradient: gradient of the weights, or of a longer vector that starts with them; changed.
        """
        total = 0.0
        with np.errstate(all="ignore"):
            for block, w, u in self._blocks:
                g = gradient[block]
                if self.l1:
                    np.sign(w, out=u)
                    total += self.l1 * float(np.dot(u, w))  # |w| = sign(w) * w
                    u *= self.l1
                    g += u
                if self.l2:
                    total += self.l2 * float(np.dot(w, w))
                    np.multiply(w, 2 * self.l2, out=u)
                    g += u
        return total
