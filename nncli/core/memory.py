"""How the C library keeps memory."""

from __future__ import annotations

from functools import cache

import numpy as np

LARGEST = (32 << 20) - (1 << 16)  # bytes: a little less than glibc's DEFAULT_MMAP_THRESHOLD_MAX, 32 MB


@cache
def keep_freed_memory() -> None:
    """Makes glibc keep the memory of arrays up to 32 MB that are freed, for the next ones; elsewhere it does nothing.

    At first every array from 128 KB on is mapped and unmapped by itself, and what is free at the end of the heap is
    given back from twice that on; the kernel clears each page anew when it is touched: a third of a training step of a
    small convolutional network. The limit rises to the size of the largest mapped array that was freed, so one is freed
    here that was never touched.

    Reference: mallopt(3), M_MMAP_THRESHOLD.
    """
    np.empty(LARGEST, np.uint8)
