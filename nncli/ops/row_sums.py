"""Sums over the rows of a matrix, such as the gradient of a bias."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from nncli.core.types import Array


@lru_cache(maxsize=16)
def _ones(rows: int, dtype: Any) -> Array:
    return np.ones(rows, dtype)


def sum_rows(dy: Array, out: Array) -> None:
    """Sum over the rows; BLAS computes a product with ones, which is several times as fast as NumPy's sum.

    Args:
        dy: (rows, columns).
        out: the sums, (columns,); overwritten.
    """
    _ones(len(dy), dy.dtype).dot(dy, out=out)
