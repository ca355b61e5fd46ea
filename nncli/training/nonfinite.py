"""Locate the first number that is not finite."""

from __future__ import annotations

from math import isfinite

import numpy as np

from nncli.core.types import Array
from nncli.nn.network import Network, Pass
from nncli.optim.penalty import Penalty


def locate_nonfinite(
    network: Network, forward_pass: Pass, inputs: Array, gradient: Array, penalty: Penalty | None
) -> str:
    """Return where the first number that is not finite appeared in a step, for a message.

    Args:
        network: the network.
        forward_pass: computes the forward pass again.
        inputs: inputs of the step.
        gradient: gradient of the step, followed by the new values of the buffers in the same array.
        penalty: penalty of the weights, or None.
    """
    with np.errstate(all="ignore"):
        name = forward_pass.first_nonfinite_layer(inputs)
    if name is not None:
        return f"first in the output of model.{name}"
    layout = network.layout
    for name, values in reversed(layout.named(gradient[: layout.trainable]).items()):  # in backward order
        if not np.isfinite(values).all():
            return f"first in the gradient of model.{name}"
    for name, values in layout.named(gradient).items():
        if not np.isfinite(values).all():
            return f"first in the new value of model.{name}"
    if penalty is not None and not isfinite(penalty.value()):
        return "in the penalty of the weights"
    return "in the loss itself"
