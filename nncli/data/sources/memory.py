"""Arrays passed from Python."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nncli.core.errors import DataError, UserError
from nncli.core.types import Array
from nncli.data.rows import Rows, array_rows
from nncli.data.source import Source, source
from nncli.data.weights.sample_weights import validate_weights

FROM_PYTHON = "memory"


@source(FROM_PYTHON)
@dataclass(frozen=True)
class Memory(Source):
    """Placeholder in a checkpoint for arrays that were passed from Python; it cannot be read again.

    Args:
        classes: the labels to use, in order; default all.
    """

    listed = False

    def read(self, *, targets: bool = True) -> Rows:
        """Raise an error, because there is no file to read.

        Raises:
            DataError: always.
        """
        reason = "the rows were given from Python and not read from a file"
        raise DataError(f"{reason}; continue in Python with nncli.Model.load, or name a source")


def rows_in_memory(inputs: Any, targets: Any, name: str = "inputs", weights: Any = None) -> Rows:
    """Return rows of values that NumPy converts to arrays.

    Args:
        inputs: (n, *) numbers.
        targets: (n,) or (n, targets) labels or numbers, or None.
        name: name of the inputs in messages.
        weights: (n,) weights of the rows; None if every weight is 1.

    Raises:
        UserError: if the values are not arrays of rows, or the arrays differ in length.
    """
    target_array = None if targets is None else _array(targets, "targets")
    rows = array_rows(_array(inputs, name), target_array, name, "targets", "target")
    return rows if weights is None else replace(rows, weights=validate_weights(_array(weights, "weights"), rows))


def _array(values: Any, name: str) -> Array:
    try:
        return np.asarray(values)
    except ValueError:
        raise UserError(f"{name}: expected an array; the rows differ in their lengths") from None
