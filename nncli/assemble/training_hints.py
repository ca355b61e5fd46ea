"""Hints for a run that has learned nothing or whose values have become infinite or NaN."""

from __future__ import annotations

import numpy as np

from nncli.assemble.session import Session
from nncli.nn.input_check import input_check
from nncli.training.events import Record

LARGE_VALUE = 10.0  # larger inputs or targets often make training diverge
MAX_ROWS = 10_000  # number of rows that are searched for large inputs


def baseline_hint(session: Session, record: Record) -> str:
    """Return a hint if the training loss is above the loss of the best constant prediction, otherwise "".

    The constant prediction has no penalty, because all of its weights are 0.
    """
    baseline = session.executor.loss.baseline(session.train.targets, session.train.weights)
    reached = record.get("train_loss", 0.0)
    if reached <= baseline:
        return ""
    best = f"above {baseline:.4g}, the loss of the best constant prediction"
    paid = 0.0 if session.executor.penalty is None else session.executor.penalty.value()
    if reached - paid <= baseline:
        loss = f"the training loss {reached:.4g} is {best}, but only because of the penalty"
        return f"{loss} of {paid:.4g}; try a smaller training.penalty"
    without = f" without the penalty of {paid:.4g}" if paid else ""
    return f"the training loss {reached - paid:.4g}{without} is {best}; {divergence_hint(session)}"


def divergence_hint(session: Session) -> str:
    """Return what to try if training diverges: scaling, a smaller learning rate, or clipping."""
    hints = []
    data, unscaled = session.spec.data, "none"
    scalable = (
        input_check(session.network.model) is None
    )  # not for layers such as embedding, whose inputs are never scaled
    largest = float(np.abs(session.train.inputs[:MAX_ROWS]).max(initial=0)) if scalable else 0
    if largest > LARGE_VALUE and data.scale_inputs.type_name == unscaled:
        hints.append(f"inputs reach {largest:g}: try data.scale_inputs: standard")
    scalable = session.preprocessing.task.scales_targets
    largest = float(np.abs(session.train.targets).max(initial=0)) if scalable else 0
    if largest > LARGE_VALUE and data.scale_targets.type_name == unscaled:
        hints.append(f"targets reach {largest:g}: try data.scale_targets: standard")
    return "; ".join(hints) or "try a smaller optimizer.learning_rate, or training.clip_norm: 1"
