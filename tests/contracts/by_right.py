"""The right outputs for targets, and what is lost there, from the definitions: a loss is nowhere less."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nncli.core.types import Array, Shape

LOGIT = 40.0  # that is as good as infinite


def number(targets: Array, shape: Shape) -> tuple[Array, float]:
    """Of losses over numbers: the target itself."""
    return targets.reshape(-1, *shape), 0.0


def rate(targets: Array, shape: Shape) -> tuple[Array, float]:
    """Of the Poisson loss: the count itself, at which y - y log(y) is lost."""
    y = targets.reshape(-1, *shape)
    return y, float((y - y * np.log(np.maximum(y, 1))).sum()) / int(np.prod(shape))


def log_rate(targets: Array, shape: Shape) -> tuple[Array, float]:
    """The same as the logarithm of a rate."""
    y, least = rate(targets, shape)
    return np.where(y > 0, np.log(np.maximum(y, 1e-300)), -LOGIT), least


def label(
    targets: Array, shape: Shape, label_smoothing: float = 0.0, positive_weight: float | tuple[float, ...] = 1.0
) -> tuple[Array, float]:
    """Of binary cross-entropy: p y / (p y + 1 - y), where y is smoothed and p is the weight of positives."""
    y = targets.reshape(-1, *shape) * (1 - label_smoothing) + label_smoothing / 2
    positive, negative = np.asarray(positive_weight) * y, 1 - y
    q = positive / (positive + negative)
    return q, (_surprise(positive, q) + _surprise(negative, 1 - q)) / int(np.prod(shape))


def one_class(targets: Array, shape: Shape, label_smoothing: float = 0.0) -> tuple[Array, float]:
    """Of cross-entropy: the smoothed distribution over the classes, whose entropy is lost."""
    wanted = np.eye(shape[0])[targets.astype(int)] * (1 - label_smoothing) + label_smoothing / shape[0]
    return wanted, _surprise(wanted, wanted)


def as_logits(best: Callable[[Array, Shape], tuple[Array, float]]) -> Callable[[Array, Shape], tuple[Array, float]]:
    """The same, as the logits of these probabilities."""

    def logits(targets: Array, shape: Shape) -> tuple[Array, float]:
        q, least = best(targets, shape)
        with np.errstate(divide="ignore"):
            z = np.log(q) - np.log(1 - q) if shape == (1,) or targets.ndim > 1 else np.log(q)
        return np.clip(z, -LOGIT, LOGIT), least

    return logits


def _surprise(wanted: Array, q: Array) -> float:
    """-sum of wanted log(q), where nothing is wanted of 0."""
    there = wanted > 0
    return float(-(wanted[there] * np.log(q[there])).sum())
