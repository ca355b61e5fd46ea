"""The bias of a layer."""

from __future__ import annotations

from nncli.nn.initializer import Initializer
from nncli.nn.initializers.zeros import Zeros
from nncli.ops.row_sums import sum_rows

__all__ = ["BIAS", "sum_rows"]  # the gradient of a bias is a sum over rows

BIAS: tuple[Initializer, int, int] = (Zeros(), 1, 1)  # initializer, fan_in and fan_out of every bias
