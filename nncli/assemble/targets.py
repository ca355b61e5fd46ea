"""What a loss makes of the targets: which form of it suits them, and whether it takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nncli.assemble.shapes import check_shapes
from nncli.config.spec import Data
from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.arrays.memory_mapped import MemoryMapped
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import Rows
from nncli.data.target_encoding.label_text import is_one_hot
from nncli.nn.loss import Loss


def suited(loss: Loss, rows: Rows, layers: Sequence[Any]) -> Loss:
    """The loss in its form for several labels a row, where it has one and the targets have several columns.

    One-hot rows beside a model that ends in one unit are one label a row.

    Args:
        loss: as the config has it.
        rows: with all targets, and some inputs.
        layers: the model's layers, FAILED where one could not be built.
    """
    form, targets, inputs = loss.for_several_labels(), rows.targets, rows.inputs
    if form is None or not isinstance(targets, np.ndarray) or targets.ndim != 2 or targets.shape[1] < 2:
        return loss
    shape = inputs.shape[1:] if isinstance(inputs, np.ndarray | MemoryMapped) else None
    one_unit = check_shapes(layers, shape, []) in (None, (1,))
    return loss if one_unit and targets.dtype.kind in "biuf" and is_one_hot(targets) else form


def as_declared(loss: Loss, data: Data | None) -> Loss:
    """The loss in its form for several labels a row, where the config names several columns that could not be read."""
    columns = getattr(None if data is None else data.train, "target_columns", ())
    return (loss.for_several_labels() or loss) if len(columns) > 1 else loss


def targets_of(rows: Rows, preprocessing: Preprocessing, loss: Loss) -> Array:
    """Class numbers (n,), several labels of 0 and 1 (n, labels), or scaled numbers (n, ...).

    Raises:
        DataError: naming the place of the first that is none, or that the loss does not take.
        ShapeError: where a row has more or fewer than in training.
    """
    targets, least = preprocessing.targets(rows), loss.least_target
    if preprocessing.target_scaling is not None or least is None or not (targets < least).any():
        return targets
    row, *entry = (int(index) for index in np.argwhere(targets < least)[0])
    column = entry[0] if targets.ndim == 2 and targets.shape[1] > 1 else None
    name = rows.target_names[min(column or 0, len(rows.target_names) - 1)]
    wanted = f"{loss.type_name} learns numbers of at least {least:g}"
    place = rows.target_place(row, column)
    raise DataError(f"{place}: target {name!r}: {wanted}; got {targets[row, *entry]:g}", key="targets")
