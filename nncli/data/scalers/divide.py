"""Divide by a given number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from nncli.data.arrays.chunks import Chunked
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Affine


@scaler("divide")
@dataclass(frozen=True)
class DivideScaler(Scaler):
    """Divide by a given number, such as 255 for images: y = x / by. A constant column stays constant.

    Args:
        by: the divisor, above 0.
    """

    by: Annotated[float, Gt(0)]

    def fit(self, x: Chunked) -> Affine:
        """Return the division for every column or channel."""
        return Affine(np.zeros(x.shape[-1]), np.full(x.shape[-1], self.by))
