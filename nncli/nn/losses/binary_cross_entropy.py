"""Binary cross-entropy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array, FloatDType, Shape
from nncli.nn.activations.sigmoid import sigmoid
from nncli.nn.loss import Loss, LossBackward, entropy, loss, weighted_sum


@loss("binary_cross_entropy", "bce")
@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """The surprise at the right one of two classes.

    With logits z (the model ends in sigmoid, which is computed together with the loss, or `from_logits` is set):
        l = max(z, 0) - z y + log(1 + exp(-|z|)),  dl/dz = sigmoid(z) - y
    With probabilities q, kept at least the machine's epsilon away from 0 and 1:
        l = -y log(q) - (1 - y) log(1 - q),  dl/dq = (q - y) / (q (1 - q))

    Shape: output (n, 1), targets (n, 1) of 0 and 1; the second class is 1.

    Args:
        from_logits: the model ends without sigmoid.
    """

    target_kind = "classes"
    absorbs = "sigmoid"

    from_logits: bool = False

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """From logits or from probabilities."""
        if not self.from_logits:
            return self._from_probabilities(output, targets, weights)
        z, y = output, targets
        e = np.exp(-np.abs(z))
        losses = np.maximum(z, 0) - z * y + np.log1p(e)  # (n, 1)
        q = np.where(z >= 0, z.dtype.type(1), e) / (1 + e)
        return q, weighted_sum(losses[:, 0], weights), lambda scale: (q - y) * _per_row(scale, weights)

    def _from_probabilities(self, q: Array, y: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        epsilon = np.finfo(q.dtype).eps
        inside = np.clip(q, epsilon, 1 - epsilon)
        losses = -y * np.log(inside) - (1 - y) * np.log(1 - inside)  # (n, 1)

        def backward(scale: float) -> Array:
            return (inside - y) / (inside * (1 - inside)) * _per_row(scale, weights)

        return q, weighted_sum(losses[:, 0], weights), backward

    def predict(self, output: Array) -> Array:
        """Probabilities of the second class."""
        return sigmoid(output) if self.from_logits else output

    def encode(self, targets: Array, output_shape: Shape, dtype: FloatDType) -> Array:
        """0 and 1 as floats: (n,) -> (n, 1)."""
        return targets.reshape(-1, 1).astype(dtype)

    def of_constant(self, targets: Array, weights: Array | None = None) -> float:
        """The entropy of the two classes."""
        share = np.average(targets[:, 0], weights=weights)
        return entropy(np.array((1 - share, share)))

    def loss_fault(self, output_shape: Shape) -> str | None:
        """One unit."""
        if output_shape == (1,):
            return None
        return f"binary_cross_entropy wants 1 unit at the end; the model gives {output_shape}; use cross_entropy"

    def output_fault(self, output_shape: Shape, target_shape: Shape, classes: int | None) -> str | None:
        """Two classes."""
        if classes is None or classes == 2:
            return None
        hint = f"; write units: {classes}, softmax and the loss cross_entropy" if classes > 2 else ""
        return f"{classes} {'class' if classes == 1 else 'classes'}, 1 unit, which tells 2 classes apart{hint}"

    def units(self, target_shape: Shape, classes: int | None) -> int | None:
        """One, which is enough for two classes only."""
        return None


def _per_row(scale: float, weights: Array | None) -> Array | float:
    return scale if weights is None else (scale * weights)[:, None]
