"""Several threads, whose results come in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

MOST_THREADS = 4

T = TypeVar("T")
R = TypeVar("R")


def in_order(function: Callable[[T], R], items: Iterator[T]) -> Iterator[R]:
    """The results for all items, in their order, computed on several threads."""
    from concurrent.futures import Future, ThreadPoolExecutor

    threads = min(MOST_THREADS, os.cpu_count() or 1)
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
