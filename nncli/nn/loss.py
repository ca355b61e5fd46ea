"""The protocol of a loss: a sum over rows, its predictions and its gradient."""

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

    A loss is a sum over the rows of a batch, so that shards of a batch add up. Its divisor, the number of rows or the
    sum of their weights, is known before backward.
    """

    needs = ("forward",)

    target_kind: ClassVar[TaskKind] = "numbers"  # what it learns, where the targets do not say more
    multi_label: ClassVar[bool] = False  # whether it also learns several labels a row, one unit each
    wants_sum_to_one: ClassVar[bool] = False  # whether the outputs have to be a distribution over classes
    absorbs: ClassVar[str | None] = None  # the activation that it computes together with itself, from logits

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Accept the earlier names of a plugin's methods and attributes."""
        super().__init_subclass__(**arguments)
        for earlier, name in EARLIER_NAMES.items():
            if earlier in vars(cls) and name not in vars(cls):
                setattr(cls, name, vars(cls)[earlier])
        if "for_several_labels" in vars(cls):
            cls.multi_label = True
        if vars(cls).get("least_target") == 0:
            cls.target_kind = "counts"

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """(prediction, sum over the rows, backward); backward(scale) returns d(scale * sum) / d output.

        Args:
            output: (n, ...) output of the model; never changed.
            targets: (n, ...) as `encode` returns them.
            weights: (n,) or None for 1 each.
        """
        raise NotImplementedError

    def predict(self, output: Array) -> Array:
        """The predictions that the model's output stands for, such as the probabilities of logits."""
        return output

    def encode(self, targets: Array, output_shape: Shape, dtype: FloatDType) -> Array:
        """Targets in the form that `forward` takes, from class numbers (n,) or numbers (n, ...)."""
        return targets.reshape(len(targets), *output_shape).astype(dtype, order="C")

    def baseline(self, targets: Array, weights: Array | None = None) -> float:
        """The mean loss of the best constant prediction, which a trained model should beat.

        Args:
            targets: as `encode` returns them.
            weights: (n,) or None for 1 each.
        """
        return math.inf

    def last_layer_problem(self, last: str, output_range: tuple[float, float] | None) -> str | None:
        """Why a loss that absorbs no activation does not fit the last layer of a model, or None.

        Args:
            last: the name of the layer.
            output_range: bounds of its outputs, where it has any.
        """
        return None


def weighted_sum(losses: Array, weights: Array | None) -> float:
    """The sum of the losses of the rows, each times its weight."""
    return float(losses.sum() if weights is None else np.dot(losses, weights))


def mean_over_units(losses: Array, weights: Array | None) -> float:
    """The sum over the rows, each times its weight, of the mean over their units.

    Shape: losses (n, *) -> a number
    """
    n, units = len(losses), math.prod(losses.shape[1:])
    if weights is None:
        return float(losses.sum()) / units
    return weighted_sum(losses.reshape(n, units).sum(axis=1), weights) / units


def per_row(scale: float, weights: Array | None, axes: int) -> Array | float:
    """The factor of every row's gradient, scale * weight, shaped to broadcast over arrays of so many axes."""
    return scale if weights is None else (scale * weights).reshape(-1, *[1] * (axes - 1))


def entropy(shares: Array) -> float:
    """-sum of p log p over the probabilities above 0, in nats."""
    present = shares[shares > 0]
    return float(-(present * np.log(present)).sum())


def classes_of(prediction: Array) -> Array:
    """The number of the most likely class: (n, classes) or (n, 1) probabilities -> (n,) integers.

    Of several equal probabilities the first counts, so a single probability of exactly 0.5 means class 0.
    """
    if prediction.shape[-1] == 1:
        return (prediction[..., 0] > 0.5).astype(np.int64)
    return prediction.argmax(axis=-1)


def labels_of(prediction: Array) -> Array:
    """0 or 1 for every label: (n, labels) probabilities -> (n, labels) integers; exactly 0.5 means 0."""
    return (prediction > 0.5).astype(np.int64)


loss = LOSSES.register
