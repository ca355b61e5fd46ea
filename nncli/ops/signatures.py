"""Types of the functions that operations take and return."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from nncli.core.types import Array

# (dy, dW to overwrite, whether dx is wanted) -> dx, or None where it is not wanted
KernelBackward: TypeAlias = Callable[[Array, Array, bool], "Array | None"]

# (output, function from the gradient of the output to that of the input)
Pooled: TypeAlias = tuple[Array, Callable[[Array], Array]]

# (x, W, bias or None) -> y
FusedConvolution: TypeAlias = Callable[[Array, Array, "Array | None"], Array]

# sums over positions, (outer, 1, channels) -> means over everything that is normalized together, a new array
Average: TypeAlias = Callable[[Array], Array]

# (dy, dscale to overwrite or None, dshift to overwrite or None, whether dx is wanted) -> dx, or None
NormalizationBackward: TypeAlias = Callable[[Array, "Array | None", "Array | None", bool], "Array | None"]

# (y, backward, mean, variance)
Normalized: TypeAlias = tuple[Array, NormalizationBackward, Array, Array]
