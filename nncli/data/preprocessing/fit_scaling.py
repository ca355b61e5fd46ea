"""Fit the scaling of inputs and targets to the training rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nncli.core.errors import DataError
from nncli.data.arrays.chunks import Chunked
from nncli.data.column_encoding.column_encoder import ColumnEncoder
from nncli.data.scaler import Scaler
from nncli.data.scaling import Scaling


def positions_by_name(columns: Sequence[ColumnEncoder], features: Sequence[str] | None) -> dict[str, list[int]]:
    """Return the positions of features by name; the name of a column stands for all features encoded from it."""
    positions: dict[str, list[int]] = {}
    start = 0
    for column in columns:
        positions[column.name] = list(range(start, start + len(column.features)))
        start += len(column.features)
    for index, name in enumerate(features or ()):
        positions.setdefault(name, [index])
    return positions


def fit_scaling(scaler: Scaler, x: Chunked, names: dict[str, list[int]], key: str) -> Scaling | None:
    """Return the scaling for training rows; the names of columns without names are their indices, such as "0".

    Args:
        scaler: the scaler to fit.
        x: (n, ..., columns) the training rows.
        names: positions of the columns by name.
        key: the scaler's key in the config, scale_inputs or scale_targets, for the error.

    Raises:
        DataError: if the scaler cannot be fitted; its `path` is the place of the mistake in the config.
    """
    if {position for positions in names.values() for position in positions} != set(range(x.shape[-1])):
        names = {str(index): [index] for index in range(x.shape[-1])}
    try:
        with np.errstate(all="ignore"):  # NetworkInputs reports values that are not finite after scaling
            return scaler.fit_named(x, names)
    except DataError as error:
        error.path = (key, *error.path)
        raise
