"""Estimate the resources of a run from its config and the shape of its data: parameters, multiply-adds and memory."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from nncli.assemble.summary import LayerSummary, summarize
from nncli.config.spec import Spec
from nncli.core.types import Shape
from nncli.nn.activation import Activation
from nncli.nn.cost import saved_values
from nncli.nn.layer import Layer
from nncli.nn.layers.sequential import Sequential
from nncli.optim.optimizer import Optimizer


@dataclass(frozen=True)
class ResourceEstimate:
    """The estimated resources of a run.

    Args:
        input_shape: shape of one row of the inputs.
        layers: the model summary, in order.
        parameters: number of trainable parameters.
        non_trainable: number of non-trainable parameters, such as running statistics.
        rows: number of training rows.
        batch_size: rows per batch, at most the number of training rows.
        batches_per_step: batches per step, at most the number of batches per epoch.
        batches_per_epoch: batches per epoch.
        epochs: number of epochs.
        parameter_bytes: memory of the parameters, gradients, optimizer state and other vectors of the same length.
        batch_bytes: approximate memory of the activations of one batch and of their gradients.
        data_bytes: memory of all rows after preprocessing.
    """

    input_shape: Shape
    layers: tuple[LayerSummary, ...]
    parameters: int
    non_trainable: int
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
        """Number of steps per epoch."""
        return -(-self.batches_per_epoch // self.batches_per_step)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of one batch: the forward pass, and about twice as many for the backward pass."""
        return 3 * self.batch_size * sum(layer.multiply_adds for layer in self.layers)


def estimate_resources(spec: Spec, input_shape: Shape, target_size: int, rows: dict[str, int]) -> ResourceEstimate:
    """Estimate the resources of a run.

    Args:
        spec: the spec, with every default filled in.
        input_shape: shape of one row of the inputs.
        target_size: number of targets per row.
        rows: number of training, validation and test rows, in this order.
    """
    model = Sequential(layers=spec.model)  # type: ignore[arg-type]  # checked to be layers
    layers, item = summarize(model.children(), input_shape), np.dtype(spec.dtype).itemsize
    training = next(iter(rows.values()))
    batch = min(spec.training.batch_size, training)
    batches = -(-training // batch)
    vectors = 2 + len(cast("Optimizer", spec.optimizer).state_names())
    vectors += (spec.training.batches_per_step > 1) + (spec.training.weight_averaging is not None)
    outputs = list(_outputs(model.layers, input_shape))
    saved = sum(saved for _, _, saved in outputs)
    # the input of an activation is freed at once; every other output is kept for the backward pass
    following = [*(layer for layer, _, _ in outputs[1:]), None]
    kept = [size for (_, size, _), after in zip(outputs, following, strict=True) if not isinstance(after, Activation)]
    largest = max(math.prod(input_shape), *(size for _, size, _ in outputs))
    return ResourceEstimate(
        input_shape=input_shape,
        layers=layers,
        parameters=sum(layer.trainable for layer in layers),
        non_trainable=sum(layer.non_trainable for layer in layers),
        rows=training,
        batch_size=batch,
        batches_per_step=min(spec.training.batches_per_step, batches),
        batches_per_epoch=batches,
        epochs=spec.training.epochs,
        parameter_bytes=vectors * item * sum(layer.parameters for layer in layers),
        batch_bytes=item * batch * (math.prod(input_shape) + sum(kept) + saved + 2 * largest),
        data_bytes=sum(rows.values()) * (item * math.prod(input_shape) + item * target_size),
    )


def _outputs(layers: Sequence[Layer], shape: Shape) -> Iterator[tuple[Layer, int, int]]:
    """Yield (layer, size of its output row, number of values that it saves per row), also for layers in containers."""
    for layer in layers:
        for name in layer.in_order:
            yield from _outputs(getattr(layer, name), shape)
        saved, shape = saved_values(layer, shape), layer.output_shape(shape)
        if not isinstance(layer, Sequential):  # the output of a Sequential is that of its last layer
            yield layer, math.prod(shape), saved
