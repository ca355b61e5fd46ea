"""Cross-entropy over several classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array, FloatDType, Shape
from nncli.nn.activations.softmax import softmax
from nncli.nn.loss import Loss, LossBackward, entropy, loss, weighted_sum


@loss("cross_entropy", "categorical_crossentropy", "sparse_categorical_crossentropy")
@dataclass(frozen=True)
class CrossEntropy(Loss):
    """The surprise at the right one of several classes.

    With logits z (the model ends in softmax, which is computed together with the loss, or `from_logits` is set):
        l = log(sum_j exp(z_j)) - z_y,  dl/dz_j = softmax(z)_j - [j = y]
    With probabilities q, kept at least the machine's epsilon away from 0:
        l = -log(q_y),  dl/dq_j = -[j = y] / q_y

    Shape: output (n, classes), targets (n,) class numbers.

    Args:
        from_logits: the model ends without softmax.
    """

    target_kind = "classes"
    wants_sum_to_one = True
    absorbs = "softmax"

    from_logits: bool = False

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """From logits or from probabilities."""
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

    def predict(self, output: Array) -> Array:
        """Probabilities of the classes."""
        return softmax(output) if self.from_logits else output

    def encode(self, targets: Array, output_shape: Shape, dtype: FloatDType) -> Array:
        """Class numbers as they are."""
        return targets.astype(np.intp)

    def of_constant(self, targets: Array, weights: Array | None = None) -> float:
        """The entropy of the classes."""
        counts = np.bincount(targets, weights)
        return entropy(counts / counts.sum())

    def loss_fault(self, output_shape: Shape) -> str | None:
        """One axis of two units or more."""
        if len(output_shape) == 1 and output_shape[0] > 1:
            return None
        hint = "; for two classes and 1 unit use sigmoid and binary_cross_entropy" if output_shape == (1,) else ""
        return f"cross_entropy wants one unit a class at the end; the model gives {output_shape}{hint}"

    def output_fault(self, output_shape: Shape, target_shape: Shape, classes: int | None) -> str | None:
        """One unit a class."""
        if classes is not None and classes != output_shape[0]:
            return f"{classes} classes, {output_shape[0]} units"
        return None

    def units(self, target_shape: Shape, classes: int | None) -> int | None:
        """One a class."""
        return classes
