"""Where the shards of a batch meet to add up what mixes their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Barrier, Lock

from nncli.core.types import Array


class Meeting:
    """Adds up arrays of several threads, each of which computes one shard.

    All threads come to the same sums in the same order. The parts are added in the order of the shards, whichever
    thread is there first, so that the sum has the same bits every time.

    Args:
        shards: how many threads there are.
        one_at_a_time: whether the threads take turns: one computes while the others wait.
    """

    def __init__(self, shards: int, *, one_at_a_time: bool) -> None:
        self._barrier = Barrier(shards)
        # nobody is more than one sum ahead, so that two places for the parts are enough
        self._parts: tuple[list[Array | None], ...] = ([None] * shards, [None] * shards)
        self._turn = Lock() if one_at_a_time else None

    @contextmanager
    def computing(self) -> Iterator[None]:
        """To be held by a thread from its first computation to its last."""
        if self._turn is None:
            yield
            return
        self._turn.acquire()
        try:
            yield
        finally:
            with suppress(RuntimeError):  # where an interruption came before the turn was taken again
                self._turn.release()

    def leave(self) -> None:
        """Says that a thread has failed, so that the others need not wait: they get a BrokenBarrierError."""
        self._barrier.abort()

    def seat(self, shard: int) -> Callable[[Array], Array]:
        """What one shard calls with its part: the sum over all shards, an array of its own."""
        count = 0

        def batch_sum(part: Array) -> Array:
            nonlocal count
            parts = self._parts[count % 2]
            count += 1
            parts[shard] = part.copy()  # which may be changed here while others still read it
            self._wait()
            total, *others = (known for known in parts if known is not None)
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
