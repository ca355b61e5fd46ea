"""Choose between NumPy and compiled operations."""

from __future__ import annotations

from functools import cache

from nncli.ops.base import Ops
from nncli.ops.compiled.loading import numba_is_enabled
from nncli.ops.numba_ops import NumbaOps
from nncli.ops.numpy_ops import NumpyOps


@cache
def current_ops() -> Ops:
    """Return the operations of this process: compiled ones if numba is installed and not disabled.

    This does not import numba; `NumbaOps` imports it when it needs it.
    """
    return NumbaOps() if numba_is_enabled() else NumpyOps()
