"""Make the network of a spec with the executor that computes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from nncli.config.spec import Spec, Training
from nncli.core.types import Shape
from nncli.data.preprocessing import Preprocessing
from nncli.nn.layer import Layer
from nncli.nn.layers.sequential import Sequential
from nncli.nn.loss import Loss
from nncli.nn.metric import Metric
from nncli.nn.network import Network
from nncli.nn.parameters import ParameterLayout
from nncli.optim.penalty import Penalty
from nncli.training.executor import Executor


def make_executor(spec: Spec, preprocessing: Preprocessing, *, initialized: bool = True) -> Executor:
    """A new network of a spec with the executor that computes it.

    Args:
        spec: with every default written.
        preprocessing: fitted to the training rows.
        initialized: whether to draw the initial weights; otherwise they are zeros, for weights from a checkpoint.
    """
    model = model_of(spec)
    network = Network(model, preprocessing.input_shape, np.dtype(spec.dtype), spec.seed if initialized else None)
    loss, depth = fuse_last_activation(cast("Loss", spec.loss), model.layers)
    scaled = preprocessing.target_scaling is not None
    return Executor(
        network,
        loss,
        depth,
        cast("tuple[Metric, ...]", spec.metrics),
        preprocessing.original_targets if scaled else None,
        spec.training.threads,
        spec.training.batch_size,
        penalty_of(spec.training, network),
    )


def model_of(spec: Spec) -> Sequential:
    """The layers of a spec, one after another."""
    return Sequential.from_valid({"layers": spec.model})


def layout_of(spec: Spec, input_shape: Shape) -> ParameterLayout:
    """The layout of the parameters of a spec's model, without allocating them.

    Raises:
        ShapeError: where a layer does not fit what comes before it.
    """
    return ParameterLayout(model_of(spec).parameters(input_shape), np.dtype(spec.dtype))


def penalty_of(training: Training, network: Network) -> Penalty | None:
    """The penalty on a network's weights that the training section asks for."""
    given = training.penalty
    if given is None:
        return None
    size = network.layout.trainable if given.biases else network.layout.decayed
    return Penalty(network.vector[:size], given.l1, given.l2)


def fuse_last_activation(loss: Loss, layers: Sequence[Layer]) -> tuple[Loss, int]:
    """(loss, number of layers before it): a last activation that the loss absorbs is computed by the loss, from logits.

    Softmax and cross-entropy, or sigmoid and binary cross-entropy, are numerically stable together.
    """
    if loss.absorbs is not None and layers and layers[-1].type_name == loss.absorbs:
        return loss.with_fields(from_logits=True), len(layers) - 1
    return loss, len(layers)
