"""Which convolutions the compiled kernels compute."""

from __future__ import annotations

import math

import numpy as np

from nncli.ops.windows import Windows

MIN_OUTPUT_COLUMNS = 6  # in shorter rows the tiles of the kernels are small, and BLAS is faster
MIN_FILTERS = 3  # fewer leave most of a vector register empty


def suits_kernels(windows: Windows, filters: int, dtype: np.dtype[np.generic]) -> bool:
    """Whether the compiled kernels can compute a convolution, and do so faster than by patches.

    They cannot for dilated windows, whose rows are not contiguous. Patches are as fast for windows of one entry, where
    they are the input itself, and for short rows or few filters.
    """
    possible = windows.dilation == (1, 1) and dtype in (np.float32, np.float64)
    faster = math.prod(windows.window) > 1 and windows.output[1] >= MIN_OUTPUT_COLUMNS and filters >= MIN_FILTERS
    return possible and faster
