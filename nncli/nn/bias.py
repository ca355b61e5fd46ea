"""Earlier name of the bias initializer, kept for plugins; nncli itself uses a spec with the initializer `Zeros`."""

from __future__ import annotations

from nncli.nn.initializer import Initializer
from nncli.nn.initializers.zeros import Zeros
from nncli.ops.row_sums import sum_rows

__all__ = ["BIAS", "sum_rows"]

BIAS: tuple[Initializer, int, int] = (Zeros(), 1, 1)  # initializer, fan_in and fan_out of a bias
