"""The defaults of a spec that depend on other parts of it."""

from __future__ import annotations

import dataclasses

from nncli.config.spec import Spec
from nncli.nn.sequential import fill_initializers


def filled(spec: Spec, *, validated: bool) -> Spec:
    """The spec with every default written.

    Args:
        spec: as it was given.
        validated: whether there are validation rows, which decides what is monitored.
    """
    monitor = "val_loss" if validated else "train_loss"
    training = spec.training
    checkpoint, stopping = training.checkpoint, training.early_stopping
    if checkpoint.monitor is None:
        checkpoint = dataclasses.replace(checkpoint, monitor=monitor)
    if stopping is not None and stopping.monitor is None:
        stopping = dataclasses.replace(stopping, monitor=monitor)
    return dataclasses.replace(
        spec,
        model=tuple(fill_initializers(spec.model)),
        training=dataclasses.replace(training, checkpoint=checkpoint, early_stopping=stopping),
    )
