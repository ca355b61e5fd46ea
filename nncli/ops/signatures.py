"""Types of the functions that operations take and return."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from nncli.core.types import Array

# (dy, dW to overwrite, whether to compute dx) -> dx or None
KernelBackward: TypeAlias = Callable[[Array, Array, bool], "Array | None"]

# (output, function from dy to dx)
Pooled: TypeAlias = tuple[Array, Callable[[Array], Array]]

# (x, W, bias or None) -> y
FusedConvolution: TypeAlias = Callable[[Array, Array, "Array | None"], Array]

# sums over the inner axis, (outer, 1, channels) -> means of all values that are normalized together, in a new array
Average: TypeAlias = Callable[[Array], Array]

# (dy, dscale to overwrite or None, dshift to overwrite or None, whether to compute dx) -> dx or None
NormalizationBackward: TypeAlias = Callable[[Array, "Array | None", "Array | None", bool], "Array | None"]

# (y, backward, mean, variance)
Normalized: TypeAlias = tuple[Array, NormalizationBackward, Array, Array]
