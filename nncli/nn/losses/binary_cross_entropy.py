"""Binary cross-entropy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Gt, Interval, MinLen

from nncli.core.task import TaskKind
from nncli.core.types import Array
from nncli.nn.activations.sigmoid import sigmoid
from nncli.nn.loss import Loss, LossBackward, loss, mean_over_units, per_row

Positive = Annotated[float, Gt(0)]


@loss("binary_cross_entropy", "bce")
@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """Binary cross-entropy: the negative log-likelihood of two classes, or of multi-label targets.

    For one unit, with p = positive_weight and t = (1 - label_smoothing) * y + label_smoothing / 2:
    From logits z (the model ends in sigmoid, which is computed together with the loss, or `from_logits` is set):
        l = p * t * log(1 + exp(-z)) + (1 - t) * log(1 + exp(z))
        dl/dz = (1 - t) * sigmoid(z) - p * t * (1 - sigmoid(z))
    From probabilities q, clipped to [epsilon, 1 - epsilon] with the machine epsilon of their dtype:
        l = -p * t * log(q) - (1 - t) * log(1 - q),  dl/dq = (1 - t) / (1 - q) - p * t / q

    One unit predicts two classes; the target is 1 for the second class. Several units predict multi-label targets, with
    one label of 0 or 1 per unit; the loss of a row is then the mean over its labels, as in Keras and in PyTorch with
    reduction "mean".

    Shape: output (n, units), targets y (n, units) of 0 and 1

    Args:
        from_logits: whether the model outputs logits, that is, ends without sigmoid.
        positive_weight: weight of targets of 1, above 0, like PyTorch's pos_weight; for multi-label targets, a list
            with one weight per label is possible too.
        label_smoothing: how far every target is moved towards 0.5, in [0, 1), as in Keras; it reduces overconfidence.
    """

    target_kind: ClassVar[TaskKind] = "classes"
    supports_multi_label = True
    absorbs = "sigmoid"

    from_logits: bool = False
    positive_weight: Positive | Annotated[tuple[Positive, ...], MinLen(1)] = 1.0
    label_smoothing: Annotated[float, Interval(ge=0, lt=1)] = 0.0

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """Return (probabilities, sum of the losses, backward)."""
        compute = self._from_logits if self.from_logits else self._from_probabilities
        q, losses, slopes = compute(output, self._smoothed(targets))
        units = output.shape[1]
        return q, mean_over_units(losses, weights), lambda scale: slopes() * per_row(scale / units, weights, 2)

    def _from_logits(self, z: Array, y: Array) -> tuple[Array, Array, Callable[[], Array]]:
        e = np.exp(-np.abs(z))
        losses = np.maximum(z, 0) - z * y + np.log1p(e)  # (n, units)
        q = np.where(z >= 0, z.dtype.type(1), e) / (1 + e)
        if self.positive_weight == 1:
            return q, losses, lambda: q - y
        extra = self._extra_weight(z) * y
        losses += extra * (np.maximum(-z, 0) + np.log1p(e))
        return q, losses, lambda: q - y - extra * (1 - q)

    def _from_probabilities(self, q: Array, y: Array) -> tuple[Array, Array, Callable[[], Array]]:
        epsilon = np.finfo(q.dtype).eps
        inside = np.clip(q, epsilon, 1 - epsilon)
        losses = -y * np.log(inside) - (1 - y) * np.log(1 - inside)  # (n, units)
        if self.positive_weight == 1:
            return q, losses, lambda: (inside - y) / (inside * (1 - inside))
        extra = self._extra_weight(q) * y
        losses -= extra * np.log(inside)
        return q, losses, lambda: (inside - y) / (inside * (1 - inside)) - extra / inside

    def _smoothed(self, y: Array) -> Array:
        return y * (1 - self.label_smoothing) + self.label_smoothing / 2 if self.label_smoothing else y

    def _extra_weight(self, like: Array) -> Array:
        """Return positive_weight - 1: (units,) or a single number."""
        return np.array(self.positive_weight, like.dtype) - 1

    def predict(self, output: Array) -> Array:
        """Return the probabilities of the second class, or of every label."""
        return sigmoid(output) if self.from_logits else output

    def baseline(self, targets: Array, weights: Array | None = None) -> float:
        """Return the mean loss if every unit predicts the best constant probability."""
        mean = np.average(self._smoothed(targets.astype(np.float64)), axis=0, weights=weights)  # (units,)
        ones = np.array(self.positive_weight) * mean
        q, losses = ones / (ones + 1 - mean), np.zeros(len(mean))
        for weight, probability in ((ones, q), (1 - mean, 1 - q)):
            losses -= weight * np.log(np.where(weight > 0, probability, 1))
        return float(losses.mean())
