"""Names for the types that every room speaks of."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
DTypeName: TypeAlias = Literal["float32", "float64"]
FloatDType: TypeAlias = "np.dtype[np.floating[Any]]"
