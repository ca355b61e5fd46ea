"""Division by a number that is known beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Affine
from nncli.data.slices import Sliced


@scaler("divide")
@dataclass(frozen=True)
class DivideScaler(Scaler):
    """Division by a number: x / by, such as by 255 for images. A constant column becomes another constant.

    Args:
        by: what to divide by, above 0.
    """

    by: Annotated[float, Gt(0)]

    def fit(self, x: Sliced) -> Affine:
        """The number itself, for every column or channel."""
        return Affine(np.zeros(x.shape[-1]), np.full(x.shape[-1], self.by))
