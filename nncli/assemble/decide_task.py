"""Decide what kind of task the loss and the targets set: the one place where that is decided."""

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


def decide_kind(loss: Loss, rows: Rows, layers: Sequence[Any]) -> TaskKind:
    """The kind of the task: what the loss learns, or multi_label where it can and the targets have several columns.

    One-hot rows beside a model that ends in one unit are one label a row.

    Args:
        loss: of the config.
        rows: with all targets, and some inputs.
        layers: the model's layers, Invalid where one could not be built.
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
    one_label_a_row = one_unit and targets.dtype.kind in "biuf" and is_one_hot(targets)
    return _kind_of(loss) if one_label_a_row else "multi_label"


def declared_kind(loss: Loss, data: Data | None) -> TaskKind:
    """The kind that the config declares, where the targets could not be read: multi_label for several columns."""
    columns = getattr(None if data is None else data.train, "target_columns", ())
    return "multi_label" if loss.supports_multi_label and len(columns) > 1 else _kind_of(loss)


def _kind_of(loss: Loss) -> TaskKind:
    kind: Any = loss.target_kind
    return "multi_label" if kind == "labels" else kind  # the name in plugins of before
