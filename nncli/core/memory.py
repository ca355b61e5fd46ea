"""Memory that the C library keeps."""

from __future__ import annotations

from functools import cache

import numpy as np

MAX_KEPT_BYTES = (32 << 20) - (1 << 16)  # a little less than glibc's DEFAULT_MMAP_THRESHOLD_MAX, 32 MB


@cache
def keep_freed_memory() -> None:
    """Make glibc keep the memory of freed arrays up to 32 MB for the next arrays; other C libraries do nothing.

    At first glibc maps and unmaps every array of 128 KB and more by itself, and returns free memory at the end of the
    heap to the kernel from 256 KB on. The kernel then clears each page anew when it is touched, which takes a third of
    a training step of a small convolutional network. The limit rises to the size of the largest mapped array that was
    freed, so this function frees one that was never touched.

    Reference: mallopt(3), M_MMAP_THRESHOLD.
    """
    np.empty(MAX_KEPT_BYTES, np.uint8)
