"""The defaults of a spec that depend on other parts of it."""

from __future__ import annotations

import dataclasses
from typing import Any

from nncli.config.spec import Spec
from nncli.nn.default_initializers import fill_initializers
from nncli.optim.schedules.reduce_on_plateau import plateau_of


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
    optimizer, waiting = spec.optimizer, plateau_of(spec.optimizer)
    if waiting is not None and waiting.monitor is None:
        fields: dict[str, Any] = {"learning_rate": dataclasses.replace(waiting, monitor=monitor)}
        optimizer = dataclasses.replace(optimizer, **fields)
    return dataclasses.replace(
        spec,
        optimizer=optimizer,
        model=tuple(fill_initializers(spec.model)),
        training=dataclasses.replace(training, checkpoint=checkpoint, early_stopping=stopping),
    )
