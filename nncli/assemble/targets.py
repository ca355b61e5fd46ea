"""The targets of some rows as the network learns them, and whether the loss takes them."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import Rows
from nncli.nn.loss import Loss


def targets_of(rows: Rows, preprocessing: Preprocessing, loss: Loss) -> Array:
    """Class numbers (n,), labels of 0 and 1 or scaled numbers (n, ...).

    Raises:
        DataError: naming the place of the first that is none, or that the loss does not take.
        ShapeError: where there are more or fewer than in training.
    """
    targets = preprocessing.targets(rows)
    least = loss.least_target if loss.target_kind == "numbers" else None
    if least is not None and (targets < least).any():
        row, *entry = (int(index) for index in np.argwhere(targets < least)[0])
        column = entry[0] if targets.ndim == 2 and targets.shape[1] > 1 else None
        name = rows.target_names[min(column or 0, len(rows.target_names) - 1)]
        wanted = f"{loss.type_name} learns numbers of at least {least:g}"
        place = rows.target_place(row, column)
        raise DataError(f"{place}: target {name!r}: {wanted}; got {targets[row, *entry]:g}", key="targets")
    return targets
