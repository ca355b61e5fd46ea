"""All-reduce across shards: sum arrays over several threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Barrier, Lock

from nncli.core.types import Array


class AllReduce:
    """Sum arrays over several threads, each of which computes one shard.

    All threads must ask for the same sums in the same order. The parts are added in the order of the shards,
    whichever thread is first, so that a sum always has the same bits.

    Args:
        shards: number of shards, and of threads.
        one_at_a_time: whether the threads take turns: one computes while the others wait.
    """

    def __init__(self, shards: int, *, one_at_a_time: bool) -> None:
        self._barrier = Barrier(shards)
        # two lists of parts are enough, since no thread is more than one sum ahead
        self._parts: tuple[list[Array | None], ...] = ([None] * shards, [None] * shards)
        self._turn = Lock() if one_at_a_time else None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Return a context in which a thread computes its shard; if the threads take turns, it waits for its turn."""
        if self._turn is None:
            yield
            return
        self._turn.acquire()
        try:
            yield
        finally:
            with suppress(RuntimeError):  # after an interruption the thread may not hold the lock
                self._turn.release()

    def abort(self) -> None:
        """Stop all waiting threads with a BrokenBarrierError, because this thread has failed."""
        self._barrier.abort()

    def batch_sum_for(self, shard: int) -> Callable[[Array], Array]:
        """Return the function with which one shard sums an array over all shards."""
        count = 0

        def batch_sum(part: Array) -> Array:
            nonlocal count
            parts = self._parts[count % 2]
            count += 1
            parts[shard] = part.copy()  # copied, since this shard may change the array while others read it
            self._wait()
            total, *others = (array for array in parts if array is not None)
            total = total.copy()
            for other in others:
                total += other
            return total

        return batch_sum

    def _wait(self) -> None:
        if self._turn is None:
            self._barrier.wait()
            return
        self._turn.release()
        try:
            self._barrier.wait()
        finally:
            self._turn.acquire()
