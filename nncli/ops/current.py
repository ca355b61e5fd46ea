"""The choice between NumPy and compiled operations."""

from __future__ import annotations

from functools import cache

from nncli.ops.base import Ops
from nncli.ops.compiled.loading import numba_is_enabled
from nncli.ops.numba_ops import NumbaOps
from nncli.ops.numpy_ops import NumpyOps


@cache
def current_ops() -> Ops:
    """Return the operations of this process: compiled ones where numba is installed and not turned off.

    This does not import numba; `NumbaOps` does once that pays.
    """
    return NumbaOps() if numba_is_enabled() else NumpyOps()
