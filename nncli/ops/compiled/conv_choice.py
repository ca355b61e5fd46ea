"""Choose between compiled kernels and patches for a convolution."""

from __future__ import annotations

import math

import numpy as np

from nncli.ops.windows import Windows

MIN_OUTPUT_COLUMNS = 6  # for shorter rows the tiles of the kernels are small, and BLAS is faster
MIN_FILTERS = 3  # fewer filters leave most of a vector register empty


def compiled_is_faster(windows: Windows, filters: int, dtype: np.dtype[np.generic]) -> bool:
    """Return whether the compiled kernels can compute a convolution, and are faster than patches (im2col).

    The compiled kernels cannot compute dilated windows, because the rows of such a window are not contiguous. They are
    not faster for windows of one element (the patches are then the input itself), for short rows, or for few filters.
    """
    possible = windows.dilation == (1, 1) and dtype in (np.float32, np.float64)
    faster = math.prod(windows.window) > 1 and windows.output[1] >= MIN_OUTPUT_COLUMNS and filters >= MIN_FILTERS
    return possible and faster
