"""Prepare the targets of rows for the loss."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import Rows
from nncli.nn.loss import Loss


def prepare_targets(rows: Rows, preprocessing: Preprocessing, loss: Loss) -> Array:
    """Return class indices (n,), multi-label targets of 0 and 1 (n, labels), or scaled numbers (n, ...).

    Args:
        rows: the rows, with targets.
        preprocessing: the preprocessing, fitted to the training rows.
        loss: the loss, whose name appears in messages.

    Raises:
        DataError: if a target cannot be used, such as a count below 0; the message names the first such target.
        ShapeError: if a row has more or fewer targets than in training.
    """
    targets, scaled = preprocessing.targets(rows), preprocessing.target_scaling is not None
    if preprocessing.task.kind != "counts" or scaled or not (targets < 0).any():
        return targets
    row, *entry = (int(index) for index in np.argwhere(targets < 0)[0])
    column = entry[0] if targets.ndim == 2 and targets.shape[1] > 1 else None
    name = rows.target_names[min(column or 0, len(rows.target_names) - 1)]
    wanted = f"{loss.type_name} learns numbers of at least 0"
    place = rows.target_place(row, column)
    raise DataError(f"{place}: target {name!r}: {wanted}; got {targets[row, *entry]:g}", key="targets")
