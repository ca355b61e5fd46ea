"""Compute the outputs with the smallest loss for given targets, and that loss, from the definition of each loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nncli.core.types import Array, Shape

LOGIT = 40.0  # its sigmoid rounds to 1


def number(targets: Array, shape: Shape) -> tuple[Array, float]:
    """Return the optimum of a regression loss: the target itself, with loss 0."""
    return targets.reshape(-1, *shape), 0.0


def rate(targets: Array, shape: Shape) -> tuple[Array, float]:
    """Return the optimum of the Poisson loss: the count itself, with loss y - y * log(y)."""
    y = targets.reshape(-1, *shape)
    return y, float((y - y * np.log(np.maximum(y, 1))).sum()) / int(np.prod(shape))


def log_rate(targets: Array, shape: Shape) -> tuple[Array, float]:
    """Return the optimum of the Poisson loss of log rates."""
    y, least = rate(targets, shape)
    return np.where(y > 0, np.log(np.maximum(y, 1e-300)), -LOGIT), least


def label(
    targets: Array, shape: Shape, label_smoothing: float = 0.0, positive_weight: float | tuple[float, ...] = 1.0
) -> tuple[Array, float]:
    """Return the optimum of binary cross-entropy: p * y / (p * y + 1 - y).

    y is the smoothed target, and p the positive weight.
    """
    y = targets.reshape(-1, *shape) * (1 - label_smoothing) + label_smoothing / 2
    positive, negative = np.asarray(positive_weight) * y, 1 - y
    q = positive / (positive + negative)
    return q, (_cross_entropy(positive, q) + _cross_entropy(negative, 1 - q)) / int(np.prod(shape))


def one_class(targets: Array, shape: Shape, label_smoothing: float = 0.0) -> tuple[Array, float]:
    """Return the optimum of cross-entropy: the smoothed distribution over the classes, with its entropy as loss."""
    wanted = np.eye(shape[0])[targets.astype(int)] * (1 - label_smoothing) + label_smoothing / shape[0]
    return wanted, _cross_entropy(wanted, wanted)


def as_logits(best: Callable[[Array, Shape], tuple[Array, float]]) -> Callable[[Array, Shape], tuple[Array, float]]:
    """Convert a function for optimal probabilities to one for optimal logits."""

    def logits(targets: Array, shape: Shape) -> tuple[Array, float]:
        q, least = best(targets, shape)
        with np.errstate(divide="ignore"):
            z = np.log(q) - np.log(1 - q) if shape == (1,) or targets.ndim > 1 else np.log(q)
        return np.clip(z, -LOGIT, LOGIT), least

    return logits


def _cross_entropy(wanted: Array, q: Array) -> float:
    """Return -sum(wanted * log(q)), with 0 * log(0) = 0."""
    positive = wanted > 0
    return float(-(wanted[positive] * np.log(q[positive])).sum())
