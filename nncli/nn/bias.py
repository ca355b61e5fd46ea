"""What layers with a bias share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from nncli.core.types import Array
from nncli.nn.initializer import Initializer
from nncli.nn.initializers.zeros import Zeros

BIAS: tuple[Initializer, int, int] = (Zeros(), 1, 1)  # how every bias begins


@lru_cache(maxsize=16)
def _ones(rows: int, dtype: Any) -> Array:
    return np.ones(rows, dtype)


def sum_rows(dy: Array, out: Array) -> None:
    """The sum over the rows of a matrix as a product with ones, which BLAS does several times faster than a sum.

    Args:
        dy: (rows, columns).
        out: (columns,), overwritten.
    """
    _ones(len(dy), dy.dtype).dot(dy, out=out)
