"""What losses over numbers share: every unit of the output stands beside one number of the targets."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nncli.core.types import Shape
from nncli.nn.loss import Loss


@dataclass(frozen=True)
class NumberLoss(Loss):
    """The base of losses over numbers."""

    def output_fault(self, output_shape: Shape, target_shape: Shape, classes: int | None) -> str | None:
        """As many outputs as targets."""
        if math.prod(output_shape) == math.prod(target_shape) and len(output_shape) <= max(1, len(target_shape)):
            return None
        wanted = math.prod(target_shape)
        found = f"{wanted} target" if wanted == 1 else f"{wanted} targets"
        units = "1 unit" if output_shape == (1,) else f"{output_shape[0]} units"
        return f"{found}, {units if len(output_shape) == 1 else f'outputs of {output_shape}'}"
