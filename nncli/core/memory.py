"""Tune how the C library reuses freed memory."""

from __future__ import annotations

from functools import cache

import numpy as np

MAX_RETAINED_BYTES = (32 << 20) - (1 << 16)  # a little less than glibc's DEFAULT_MMAP_THRESHOLD_MAX, 32 MB


@cache
def keep_freed_memory() -> None:
    """Make glibc reuse the memory of freed arrays of up to 32 MB; other C libraries are not affected.

    By default glibc maps every array of 128 KB or more separately and unmaps it when it is freed, so the kernel has to
    clear its pages again for the next array. This takes a third of a training step of a small convolutional network.
    glibc raises this threshold to the size of the largest mapped block that was freed; therefore this function
    allocates and frees one large array, whose pages are never touched.

    Reference: mallopt(3), M_MMAP_THRESHOLD.
    """
    np.empty(MAX_RETAINED_BYTES, np.uint8)
