"""Ordered parallel map."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

MAX_THREADS = 4

T = TypeVar("T")
R = TypeVar("R")


def parallel_map(function: Callable[[T], R], items: Iterator[T]) -> Iterator[R]:
    """Yield function(item) for every item, in order, computed on several threads."""
    from concurrent.futures import Future, ThreadPoolExecutor  # imported here because most runs read no table

    threads = min(MAX_THREADS, os.cpu_count() or 1)
    pending: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > 2 * threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
