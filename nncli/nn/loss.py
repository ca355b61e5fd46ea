"""The base class of losses, and functions that several losses use."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from nncli.core.checked import Registered
from nncli.core.registry import LOSSES
from nncli.core.task import TaskKind
from nncli.core.types import Array, FloatDType, Shape

LossBackward: TypeAlias = Callable[[float], Array]

EARLIER_NAMES = {"of_constant": "baseline", "ending_fault": "last_layer_problem"}


@dataclass(frozen=True)
class Loss(Registered):
    """The base of all losses.

    A loss is computed as a sum over the rows of a batch, so that the sums of shards add up. The caller divides it by
    the number of rows or the sum of their weights; both are known before the backward pass.
    """

    needs = ("forward",)

    target_kind: ClassVar[TaskKind] = "numbers"  # the kind of targets that the loss expects
    supports_multi_label: ClassVar[bool] = False  # whether it also accepts multi-label targets, with one unit per label
    wants_sum_to_one: ClassVar[bool] = False  # whether every output row has to be a distribution over classes
    absorbs: ClassVar[str | None] = None  # name of the last activation, if the loss computes it itself from logits

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Accept the earlier names that older plugins use for methods and attributes."""
        super().__init_subclass__(**arguments)
        for earlier, name in EARLIER_NAMES.items():
            if earlier in vars(cls) and name not in vars(cls):
                setattr(cls, name, vars(cls)[earlier])
        if "for_several_labels" in vars(cls):
            cls.supports_multi_label = True
        if vars(cls).get("least_target") == 0:
            cls.target_kind = "counts"

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """Return (predictions, sum of the losses of all rows, backward).

        backward(scale) returns the gradient of scale * sum with respect to `output`.

        Args:
            output: (n, ...) output of the model; not changed.
            targets: (n, ...) targets as `encode` returns them.
            weights: (n,) weights of the rows, or None for equal weights of 1.
        """
        raise NotImplementedError

    def predict(self, output: Array) -> Array:
        """Return the predictions for an output of the model, such as the probabilities for logits."""
        return output

    def encode(self, targets: Array, output_shape: Shape, dtype: FloatDType) -> Array:
        """Return the targets in the form that `forward` takes.

        Args:
            targets: class numbers, (n,), or other numeric targets, (n, ...).
            output_shape: shape of one row of the model's output.
            dtype: dtype of the model.
        """
        return targets.reshape(len(targets), *output_shape).astype(dtype, order="C")

    def baseline(self, targets: Array, weights: Array | None = None) -> float:
        """Return the mean loss of the best constant prediction, which a trained model should beat.

        Args:
            targets: (n, ...) targets as `encode` returns them.
            weights: (n,) weights of the rows, or None for equal weights of 1.
        """
        return math.inf

    def last_layer_problem(self, last: str, output_range: tuple[float, float] | None) -> str | None:
        """Return why the loss does not fit the last layer of a model, or None.

        The method is called only for losses without `absorbs`.

        Args:
            last: name of the last layer.
            output_range: lower and upper bound of its outputs, or None.
        """
        return None


def weighted_sum(losses: Array, weights: Array | None) -> float:
    """Return the weighted sum of the losses of the rows, (n,)."""
    return float(losses.sum() if weights is None else np.dot(losses, weights))


def mean_over_units(losses: Array, weights: Array | None) -> float:
    """Return the sum over the rows of weight * (mean over the units of the row).

    Shape: losses (n, *) -> a number
    """
    n, units = len(losses), math.prod(losses.shape[1:])
    if weights is None:
        return float(losses.sum()) / units
    return weighted_sum(losses.reshape(n, units).sum(axis=1), weights) / units


def per_row(scale: float, weights: Array | None, axes: int) -> Array | float:
    """Return scale * weight, the factor of every row's gradient, shaped to broadcast to an array of `axes` axes."""
    return scale if weights is None else (scale * weights).reshape(-1, *[1] * (axes - 1))


def entropy(p: Array) -> float:
    """Return the entropy of probabilities in nats, -sum(p * log(p)); 0 * log(0) counts as 0."""
    present = p[p > 0]
    return float(-(present * np.log(present)).sum())


def classes_of(prediction: Array) -> Array:
    """Return the most likely class of every row: (n, classes) or (n, 1) probabilities -> (n,) integers.

    Ties are broken in favor of the first class, so a single probability of exactly 0.5 means class 0.
    """
    if prediction.shape[-1] == 1:
        return (prediction[..., 0] > 0.5).astype(np.int64)
    return prediction.argmax(axis=-1)


def labels_of(prediction: Array) -> Array:
    """Return 0 or 1 for every label: (n, labels) probabilities -> (n, labels) integers; exactly 0.5 means 0."""
    return (prediction > 0.5).astype(np.int64)


loss = LOSSES.register
