"""Create the network of a spec and the executor that computes it."""

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
    """Create a network and the executor that computes it.

    Args:
        spec: the spec, with every default filled in.
        preprocessing: the preprocessing, fitted to the training rows.
        initialized: whether to draw initial weights; if not, they are 0 until the weights of a checkpoint are loaded.
    """
    model = make_model(spec)
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
        make_penalty(spec.training, network),
    )


def make_model(spec: Spec) -> Sequential:
    """Return the layers of a spec as one `Sequential`."""
    return Sequential.from_valid({"layers": spec.model})


def parameter_layout(spec: Spec, input_shape: Shape) -> ParameterLayout:
    """Return the layout of the parameters of a spec's model, without allocating them.

    Raises:
        ShapeError: if a layer does not accept the output of the layer before it.
    """
    return ParameterLayout(make_model(spec).parameters(input_shape), np.dtype(spec.dtype))


def make_penalty(training: Training, network: Network) -> Penalty | None:
    """Return the penalty on the weights of a network; None if the training section has none."""
    given = training.penalty
    if given is None:
        return None
    size = network.layout.trainable if given.biases else network.layout.decayed
    return Penalty(network.vector[:size], given.l1, given.l2)


def fuse_last_activation(loss: Loss, layers: Sequence[Layer]) -> tuple[Loss, int]:
    """Return (loss, number of layers to compute); the loss computes the last activation from logits if it can.

    Softmax with cross-entropy, and sigmoid with binary cross-entropy, are numerically stable when computed together.

    Args:
        loss: the loss.
        layers: all layers of the model.
    """
    if loss.absorbs is not None and layers and layers[-1].type_name == loss.absorbs:
        return loss.with_fields(from_logits=True), len(layers) - 1
    return loss, len(layers)
