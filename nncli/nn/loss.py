"""What a loss is: a sum over rows, its prediction and its backward."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np

from nncli.core.fields import Registered
from nncli.core.registry import LOSSES
from nncli.core.types import Array, FloatDType, Shape, TargetKind

LossBackward: TypeAlias = Callable[[float], Array]


@dataclass(frozen=True)
class Loss(Registered):
    """The base of all losses.

    A loss is a sum over the rows of a batch, so that shards of a batch add up. What it is divided by (rows, or the
    sum of their weights) is known before backward.
    """

    needs = ("forward",)

    target_kind: ClassVar[TargetKind] = "numbers"
    wants_sum_to_one: ClassVar[bool] = False  # whether the outputs have to be a distribution over classes
    absorbs: ClassVar[str | None] = None  # the activation that it computes together with itself, from logits
    least_target: ClassVar[float | None] = None  # below which no target of a loss over numbers may be
    takes_scaled: ClassVar[bool] = True  # whether its targets, if they are numbers, may be scaled

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """(prediction, sum over the rows, backward); backward(scale) is the gradient of scale * sum by `output`.

        Args:
            output: (n, ...) what the model gives; never changed.
            targets: (n, ...) as `encode` made them.
            weights: (n,) or None for one each.
        """
        raise NotImplementedError

    def predict(self, output: Array) -> Array:
        """What the model's output means, such as the probabilities of logits."""
        return output

    def encode(self, targets: Array, output_shape: Shape, dtype: FloatDType) -> Array:
        """Targets in the form that `forward` takes: class numbers (n,) or numbers (n, ...) in."""
        return targets.reshape(len(targets), *output_shape).astype(dtype, order="C")

    def of_constant(self, targets: Array, weights: Array | None = None) -> float:
        """The mean loss of the best constant prediction: what a model that has learnt anything is below of.

        Args:
            targets: as `encode` made them.
            weights: (n,) or None for one each.
        """
        return math.inf

    def for_several_labels(self) -> Loss | None:
        """This loss for targets of several columns, each a label of 0 or 1; None where it has no such form."""
        return None

    def loss_fault(self, output_shape: Shape) -> str | None:
        """Why this loss does not suit outputs of that shape, or None."""
        return None

    def misfits(self, output_shape: Shape) -> Iterable[tuple[str, str]]:
        """(key, message) for every key of this loss whose value does not suit outputs of that shape."""
        return ()

    def ending_fault(self, last: str, output_range: tuple[float, float] | None) -> str | None:
        """Why this loss, which absorbs no activation, does not suit a model's last layer, or None.

        Args:
            last: the name of the layer.
            output_range: bounds of what it gives, where it has any.
        """
        return None

    def units(self, target_shape: Shape, classes: int | None) -> int | None:
        """How many units the model has to end in; None where no number of them would do.

        Args:
            target_shape: of one row of the targets, for losses over numbers.
            classes: how many classes there are, for losses over classes.
        """
        return math.prod(target_shape)

    def output_fault(self, output_shape: Shape, target_shape: Shape, classes: int | None) -> str | None:
        """Why outputs of that shape do not suit the targets, or None.

        Args:
            output_shape: of one row of the model's output.
            target_shape: of one row of the targets, for losses over numbers.
            classes: how many classes there are, for losses over classes.
        """
        return None


def weighted_sum(losses: Array, weights: Array | None) -> float:
    """The sum of the rows' losses, each times its weight."""
    return float(losses.sum() if weights is None else np.dot(losses, weights))


def mean_over_units(losses: Array, weights: Array | None) -> float:
    """The sum over the rows, each times its weight, of the mean over their units: (n, *) in."""
    n, units = len(losses), math.prod(losses.shape[1:])
    if weights is None:
        return float(losses.sum()) / units
    return weighted_sum(losses.reshape(n, units).sum(axis=1), weights) / units


def per_row(scale: float, weights: Array | None, axes: int) -> Array | float:
    """What the gradient of every row is multiplied by: scale * weight, beside arrays of so many axes."""
    return scale if weights is None else (scale * weights).reshape(-1, *[1] * (axes - 1))


def entropy(shares: Array) -> float:
    """-sum of p log p over the shares above 0."""
    present = shares[shares > 0]
    return float(-(present * np.log(present)).sum())


def classes_of(prediction: Array) -> Array:
    """The number of the most likely class: (n, classes) or (n, 1) probabilities -> (n,) integers.

    Where several tie it is the first; so a single probability of exactly 0.5 means class 0.
    """
    if prediction.shape[-1] == 1:
        return (prediction[..., 0] > 0.5).astype(np.int64)
    return prediction.argmax(axis=-1)


def labels_of(prediction: Array) -> Array:
    """0 or 1 for every label of several: (n, labels) probabilities -> (n, labels) integers; exactly 0.5 means 0."""
    return (prediction > 0.5).astype(np.int64)


loss = LOSSES.register
