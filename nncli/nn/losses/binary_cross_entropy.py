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
    """Binary cross-entropy: the negative log-likelihood of the true one of two classes, or of multi-label targets.

    Of one unit, with p = positive_weight and t = (1 - label_smoothing) y + label_smoothing / 2:
    With logits z (the model ends in sigmoid, which is computed together with the loss, or `from_logits` is set):
        l = p t log(1 + exp(-z)) + (1 - t) log(1 + exp(z)),  dl/dz = (1 - t) sigmoid(z) - p t (1 - sigmoid(z))
    With probabilities q, kept at least the machine's epsilon away from 0 and 1:
        l = -p t log(q) - (1 - t) log(1 - q),  dl/dq = (1 - t) / (1 - q) - p t / q

    One unit learns two classes, the second of which is 1. Multi-label: several units learn as many labels, each 0 or 1
    in a column of targets; the loss of a row is the plain mean over its labels, as in Keras and with PyTorch's
    reduction "mean".

    Shape: output (n, units), targets (n, units) of 0 and 1.

    Args:
        from_logits: the model ends without sigmoid.
        positive_weight: how many times a 1 counts, above 0, as PyTorch's pos_weight; for multi-label targets also a
            list of one weight a label.
        label_smoothing: how far every target is moved towards a half, in [0, 1), as in Keras; against overconfidence.
    """

    target_kind: ClassVar[TaskKind] = "classes"
    multi_label = True
    absorbs = "sigmoid"

    from_logits: bool = False
    positive_weight: Positive | Annotated[tuple[Positive, ...], MinLen(1)] = 1.0
    label_smoothing: Annotated[float, Interval(ge=0, lt=1)] = 0.0

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """From logits or from probabilities."""
        of_units = self._from_logits if self.from_logits else self._from_probabilities
        q, losses, slopes = of_units(output, self._smoothed(targets))
        units = output.shape[1]
        return q, mean_over_units(losses, weights), lambda scale: slopes() * per_row(scale / units, weights, 2)

    def _from_logits(self, z: Array, y: Array) -> tuple[Array, Array, Callable[[], Array]]:
        e = np.exp(-np.abs(z))
        losses = np.maximum(z, 0) - z * y + np.log1p(e)  # (n, units)
        q = np.where(z >= 0, z.dtype.type(1), e) / (1 + e)
        if self.positive_weight == 1:
            return q, losses, lambda: q - y
        more = self._more(z) * y
        losses += more * (np.maximum(-z, 0) + np.log1p(e))
        return q, losses, lambda: q - y - more * (1 - q)

    def _from_probabilities(self, q: Array, y: Array) -> tuple[Array, Array, Callable[[], Array]]:
        epsilon = np.finfo(q.dtype).eps
        inside = np.clip(q, epsilon, 1 - epsilon)
        losses = -y * np.log(inside) - (1 - y) * np.log(1 - inside)  # (n, units)
        if self.positive_weight == 1:
            return q, losses, lambda: (inside - y) / (inside * (1 - inside))
        more = self._more(q) * y
        losses -= more * np.log(inside)
        return q, losses, lambda: (inside - y) / (inside * (1 - inside)) - more / inside

    def _smoothed(self, y: Array) -> Array:
        return y * (1 - self.label_smoothing) + self.label_smoothing / 2 if self.label_smoothing else y

    def _more(self, like: Array) -> Array:
        """positive_weight - 1: (units,) or one number."""
        return np.array(self.positive_weight, like.dtype) - 1

    def predict(self, output: Array) -> Array:
        """Probabilities of the second class, or of every label."""
        return sigmoid(output) if self.from_logits else output

    def baseline(self, targets: Array, weights: Array | None = None) -> float:
        """Every unit predicts the weighted share of its ones."""
        share = np.average(self._smoothed(targets.astype(np.float64)), axis=0, weights=weights)  # (units,)
        ones = np.array(self.positive_weight) * share
        q, losses = ones / (ones + 1 - share), np.zeros(len(share))
        for amount, chance in ((ones, q), (1 - share, 1 - q)):
            losses -= amount * np.log(np.where(amount > 0, chance, 1))
        return float(losses.mean())
