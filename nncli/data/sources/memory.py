"""Arrays given from Python."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nncli.core.errors import DataError, UserError
from nncli.core.types import Array
from nncli.data.rows import Rows, array_rows
from nncli.data.source import Source, source
from nncli.data.weights import checked_weights

FROM_PYTHON = "memory"


@source(FROM_PYTHON)
@dataclass(frozen=True)
class Memory(Source):
    """Stands in a checkpoint for arrays that were given from Python; it cannot be read again.

    Args:
        classes: which labels to use and in what order; default all.
    """

    listed = False

    def read(self, *, targets: bool = True) -> Rows:
        """Always an error: there is no file."""
        known = "the rows were given from Python and are in no file"
        raise DataError(f"{known}; go on in Python, with nncli.Model.load, or name a source")


def rows_in_memory(inputs: Any, targets: Any, name: str = "inputs", weights: Any = None) -> Rows:
    """Rows from what NumPy makes an array of.

    Args:
        inputs: (n, *) numbers.
        targets: (n,) or (n, targets) labels or numbers, or None.
        name: what messages call the inputs.
        weights: (n,) of the rows, or None for one each.

    Raises:
        UserError: where they are no rows, or their lengths differ.
    """
    given = None if targets is None else _array(targets, "targets")
    rows = array_rows(_array(inputs, name), given, name, "targets", "target")
    return rows if weights is None else replace(rows, weights=checked_weights(_array(weights, "weights"), rows))


def _array(values: Any, name: str) -> Array:
    try:
        return np.asarray(values)
    except ValueError:
        raise UserError(f"{name}: expected an array; the rows differ in their lengths") from None
