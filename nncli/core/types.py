"""Type aliases that every package uses."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
DTypeName: TypeAlias = Literal["float32", "float64"]
FloatDType: TypeAlias = "np.dtype[np.floating[Any]]"
TargetKind: TypeAlias = Literal["classes", "labels", "numbers"]  # the old form of TaskKind, for plugins
