"""Which convolutions the compiled products are for."""

from __future__ import annotations

import math

import numpy as np

from nncli.nn.windows import Windows

FEWEST_COLUMNS = 6  # of the output; in shorter rows tiles are small, and products of BLAS faster
FEWEST_FILTERS = 3  # fewer leave most of a vector empty


def suits(windows: Windows, filters: int, dtype: np.dtype[np.generic]) -> bool:
    """Whether a convolution can be computed by the compiled products, and faster than by patches.

    Not so are dilated windows, whose rows are not in one piece, windows of one entry, whose patches are the input
    itself, and those that give short rows or few filters.
    """
    possible = windows.dilation == (1, 1) and dtype in (np.float32, np.float64)
    gains = math.prod(windows.window) > 1 and windows.output[1] >= FEWEST_COLUMNS and filters >= FEWEST_FILTERS
    return possible and gains
