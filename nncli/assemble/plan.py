"""What a run will take: parameters, products and memory, from the config and the shape of its data alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from nncli.assemble.outline import LayerPlan, outline
from nncli.config.spec import Spec
from nncli.core.types import Shape
from nncli.nn.activation import Activation
from nncli.nn.layer import Layer
from nncli.nn.sequential import Sequential
from nncli.optim.optimizer import Optimizer


@dataclass(frozen=True)
class Plan:
    """What a run will take.

    Args:
        input_shape: of one row.
        layers: in order.
        parameters: how many numbers are trained.
        running_values: how many are not trained but kept beside, such as running statistics.
        rows: how many are trained on.
        batch_size: rows a batch, no more than there are.
        batches_per_step: batches a step, no more than there are.
        batches_per_epoch: how many batches each epoch has.
        epochs: how many there are.
        parameter_bytes: of the parameters, their gradients, the optimizer's state and what else is as long.
        batch_bytes: about, of what the layers give for one batch, and of its gradients.
        data_bytes: of all rows as the network gets them.
    """

    input_shape: Shape
    layers: tuple[LayerPlan, ...]
    parameters: int
    running_values: int
    rows: int
    batch_size: int
    batches_per_step: int
    batches_per_epoch: int
    epochs: int
    parameter_bytes: int
    batch_bytes: int
    data_bytes: int

    @property
    def steps_per_epoch(self) -> int:
        """How many steps each epoch has."""
        return -(-self.batches_per_epoch // self.batches_per_step)

    @property
    def multiply_adds(self) -> int:
        """Of one batch: forward once, and about twice as many going back."""
        return 3 * self.batch_size * sum(layer.multiply_adds for layer in self.layers)


def plan(spec: Spec, input_shape: Shape, target_size: int, rows: dict[str, int]) -> Plan:
    """The plan of a run.

    Args:
        spec: with every default filled.
        input_shape: of one row.
        target_size: numbers in one row of targets.
        rows: how many there are, by what they are for; the training rows first.
    """
    model = Sequential(layers=spec.model)  # type: ignore[arg-type]  # checked to be layers
    layers, item = outline(model.children(), input_shape), np.dtype(spec.dtype).itemsize
    training = next(iter(rows.values()))
    batch = min(spec.training.batch_size, training)
    batches = -(-training // batch)
    vectors = 2 + len(cast("Optimizer", spec.optimizer).state_names())
    vectors += (spec.training.batches_per_step > 1) + (spec.training.weight_averaging is not None)
    given = list(_given(model.layers, input_shape))
    inside = sum(inside for _, _, inside in given)
    # what an activation takes is let go at once; all else that a layer gives is kept until its gradient is known
    following = [*(layer for layer, _, _ in given[1:]), None]
    kept = [size for (_, size, _), after in zip(given, following, strict=True) if not isinstance(after, Activation)]
    largest = max(math.prod(input_shape), *(size for _, size, _ in given))
    return Plan(
        input_shape=input_shape,
        layers=layers,
        parameters=sum(layer.trained for layer in layers),
        running_values=sum(layer.running_values for layer in layers),
        rows=training,
        batch_size=batch,
        batches_per_step=min(spec.training.batches_per_step, batches),
        batches_per_epoch=batches,
        epochs=spec.training.epochs,
        parameter_bytes=vectors * item * sum(layer.parameters for layer in layers),
        batch_bytes=item * batch * (math.prod(input_shape) + sum(kept) + inside + 2 * largest),
        data_bytes=sum(rows.values()) * (item * math.prod(input_shape) + item * target_size),
    )


def _given(layers: Sequence[Layer], shape: Shape) -> Iterator[tuple[Layer, int, int]]:
    """Every layer, containers opened, with how many numbers it gives for one row, and keeps besides."""
    for layer in layers:
        for name in layer.in_order:
            yield from _given(getattr(layer, name), shape)
        inside, shape = layer.kept(shape), layer.output_shape(shape)
        if not isinstance(layer, Sequential):  # which gives what its last layer does
            yield layer, math.prod(shape), inside
