"""Cross-entropy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from nncli.core.types import Array, FloatDType, Shape
from nncli.nn.activations.softmax import softmax
from nncli.nn.loss import Loss, LossBackward, entropy, loss, per_row, weighted_sum


@loss("cross_entropy", "categorical_crossentropy", "sparse_categorical_crossentropy")
@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Cross-entropy over classes: the negative log-likelihood of the true class.

    From logits z (the model ends in softmax, which is computed together with the loss, or `from_logits` is set):
        l = log(sum_j exp(z_j)) - sum_j t_j * z_j,  dl/dz_j = softmax(z)_j - t_j
    From probabilities q, clipped to at least the machine epsilon of their dtype:
        l = -sum_j t_j * log(q_j),  dl/dq_j = -t_j / q_j
    with t_j = (1 - label_smoothing) * [j = y] + label_smoothing / classes, as in PyTorch and Keras

    With label smoothing the loss is never 0, but at least the entropy of t.

    Shape: output (n, classes), targets y (n,) class numbers

    Args:
        from_logits: whether the model outputs logits, that is, ends without softmax.
        label_smoothing: fraction of every target that is spread evenly over all classes, in [0, 1); it reduces
            overconfidence.
    Reference: for label smoothing, Szegedy et al., CVPR 2016, section 7.
    """

    target_kind = "classes"
    wants_sum_to_one = True
    absorbs = "softmax"

    from_logits: bool = False
    label_smoothing: Annotated[float, Interval(ge=0, lt=1)] = 0.0

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """Return (probabilities, sum of the losses, backward)."""
        if self.label_smoothing:
            return self._smoothed(output, targets, weights)
        rows = np.arange(len(output))
        epsilon = np.finfo(output.dtype).eps
        if not self.from_logits:
            inside = np.maximum(output[rows, targets], epsilon)  # (n,)

            def backward(scale: float) -> Array:
                dq = np.zeros_like(output)
                dq[rows, targets] = -scale / inside if weights is None else -scale * weights / inside
                return dq

            return output, weighted_sum(-np.log(inside), weights), backward

        shifted = output - output.max(axis=-1, keepdims=True) if len(output) else output.copy()
        at_target = shifted[rows, targets]
        q = np.exp(shifted, out=shifted)  # (n, classes)
        total = q.sum(axis=-1, keepdims=True)
        losses = np.log(total[:, 0]) - at_target  # (n,)
        q /= total

        def backward_from_logits(scale: float) -> Array:
            dz = q.copy()
            dz[rows, targets] -= 1
            dz *= scale if weights is None else (scale * weights)[:, None]
            return dz

        return q, weighted_sum(losses, weights), backward_from_logits

    def _smoothed(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        smoothed = np.full_like(output, self.label_smoothing / output.shape[-1])  # (n, classes)
        smoothed[np.arange(len(output)), targets] += 1 - self.label_smoothing
        if not self.from_logits:
            inside = np.maximum(output, np.finfo(output.dtype).eps)
            losses = -(smoothed * np.log(inside)).sum(axis=-1)  # (n,)
            return output, weighted_sum(losses, weights), lambda scale: -smoothed / inside * per_row(scale, weights, 2)
        shifted = output - output.max(axis=-1, keepdims=True, initial=-np.inf)
        q = np.exp(shifted)
        total = q.sum(axis=-1, keepdims=True)
        q /= total
        losses = np.log(total[:, 0]) - (smoothed * shifted).sum(axis=-1)
        return q, weighted_sum(losses, weights), lambda scale: (q - smoothed) * per_row(scale, weights, 2)

    def predict(self, output: Array) -> Array:
        """Return the probabilities of the classes."""
        return softmax(output) if self.from_logits else output

    def encode(self, targets: Array, output_shape: Shape, dtype: FloatDType) -> Array:
        """Return the class numbers unchanged, as integers."""
        return targets.astype(np.intp)

    def baseline(self, targets: Array, weights: Array | None = None) -> float:
        """Return the entropy of the class frequencies, smoothed like the targets.

        Classes after the last one that occurs in the targets are left out.
        """
        counts = np.bincount(targets, weights)
        frequencies = counts / counts.sum()
        return entropy((1 - self.label_smoothing) * frequencies + self.label_smoothing / len(frequencies))
