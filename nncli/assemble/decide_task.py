"""Decide the kind of task from the loss and the targets; no other module decides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nncli.assemble.layer_shapes import output_shape_of
from nncli.config.spec import Data
from nncli.core.task import TaskKind
from nncli.data.arrays.memory_mapped import MemoryMapped
from nncli.data.rows import Rows
from nncli.data.target_encoding.label_text import is_one_hot
from nncli.nn.loss import Loss


def decide_task_kind(loss: Loss, rows: Rows, layers: Sequence[Any]) -> TaskKind:
    """Return the kind of task.

    It is the kind of the loss, or multi_label if the loss supports multi-label targets and the targets have several
    columns. But if the targets are one-hot, and the model ends in one unit or its output shape is not known, they are
    classes, not multi-label.

    Args:
        loss: the loss.
        rows: the rows, with all targets and at least some of the inputs.
        layers: the layers of the model; those that could not be built are Invalid.
    """
    targets, inputs = rows.targets, rows.inputs
    if (
        not loss.supports_multi_label
        or not isinstance(targets, np.ndarray)
        or targets.ndim != 2
        or targets.shape[1] < 2
    ):
        return _kind_of(loss)
    shape = inputs.shape[1:] if isinstance(inputs, np.ndarray | MemoryMapped) else None
    one_unit = output_shape_of(layers, shape) in (None, (1,))
    one_label_per_row = one_unit and targets.dtype.kind in "biuf" and is_one_hot(targets)
    return _kind_of(loss) if one_label_per_row else "multi_label"


def declared_task_kind(loss: Loss, data: Data | None) -> TaskKind:
    """Return the kind of task if the targets could not be read: multi_label if the config names several columns."""
    columns = getattr(None if data is None else data.train, "target_columns", ())
    return "multi_label" if loss.supports_multi_label and len(columns) > 1 else _kind_of(loss)


def _kind_of(loss: Loss) -> TaskKind:
    """Return the kind of task that a loss learns by default."""
    kind: Any = loss.target_kind
    return "multi_label" if kind == "labels" else kind  # plugins may use the older name "labels"
