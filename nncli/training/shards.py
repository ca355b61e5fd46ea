"""Cut batches into shards, and compute the shards on one thread or several."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from threading import BrokenBarrierError
from typing import TYPE_CHECKING, Any

import numpy as np

from nncli.core.batch import Batch
from nncli.core.types import Array
from nncli.nn.network import Pass
from nncli.training.all_reduce import AllReduce

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

SHARDS = 2  # number of shards of a batch
MIN_SHARD_ROWS = 8

Compute = Callable[[Pass, Batch], Any]


class Shards:
    """Cut batches by rows and compute the shards, on one thread or several.

    Args:
        passes: one pass per shard; with a single pass, batches are not cut.
        threads: number of threads; None for one per shard.
    """

    def __init__(self, passes: Sequence[Pass], threads: int | None) -> None:
        self.passes = passes
        self.threads = threads
        self._pool: ThreadPoolExecutor | None = None

    def run(self, compute: Compute, batch: Batch, *, reducing: bool = False) -> list[Any]:
        """Compute every shard of a batch, and return the results in the order of the shards.

        Args:
            compute: function that computes one shard.
            batch: the batch; small batches are not cut.
            reducing: whether the shards need sums over all shards while they are computed.
        """
        count = len(self.passes)
        if count == 1 or len(batch) < count * MIN_SHARD_ROWS:
            self.passes[0].pass_state.batch_sum = None  # it may still be set after an interruption
            return [without_warnings(compute, self.passes[0], batch)]
        edges = [len(batch) * index // count for index in range(count + 1)]
        shards = [batch.slice_rows(start, stop) for start, stop in itertools.pairwise(edges)]
        if reducing:
            return self._run_reducing(compute, shards)
        if self.threads == 1:
            return [without_warnings(compute, one, rows) for one, rows in zip(self.passes, shards, strict=True)]
        futures = [
            self._thread_pool.submit(without_warnings, compute, one, rows)
            for one, rows in zip(self.passes[1:], shards[1:], strict=True)
        ]
        return [without_warnings(compute, self.passes[0], shards[0]), *(future.result() for future in futures)]

    def _run_reducing(self, compute: Compute, shards: list[Batch]) -> list[Any]:
        """Compute shards that need sums over all shards, each in its own thread; with 1 thread they take turns."""
        all_reduce = AllReduce(len(shards), one_at_a_time=self.threads == 1)
        batch_rows = sum(map(len, shards))

        def one(index: int) -> Any:
            state = self.passes[index].pass_state
            try:
                with all_reduce.turn():
                    state.batch_rows, state.shard, state.batch_sum = batch_rows, index, all_reduce.batch_sum_for(index)
                    return without_warnings(compute, self.passes[index], shards[index])
            except BaseException:
                all_reduce.abort()
                raise
            finally:
                state.batch_sum, state.batch_rows, state.shard = None, None, 0

        futures: list[Future[Any]] = []
        try:
            futures += [self._thread_pool.submit(one, index) for index in range(1, len(shards))]
            first = one(0)
        except BrokenBarrierError:  # another shard has raised an error
            for future in futures:
                future.result()
            raise
        except BaseException:  # such as a KeyboardInterrupt
            all_reduce.abort()
            raise
        return [first, *(future.result() for future in futures)]

    def run_parts(self, work: Callable[[Any], Any], parts: Sequence[Any]) -> None:
        """Run independent work on several parts, on several threads if `threads` allows it.

        When this returns or raises, the work on all parts has ended.
        """
        if len(parts) == 1 or self.threads == 1:
            for part in parts:
                without_warnings(work, part)
            return
        first, *others = parts
        futures = [self._thread_pool.submit(without_warnings, work, part) for part in others]
        try:
            without_warnings(work, first)
        finally:
            for future in futures:
                future.result()

    def close(self) -> None:
        """End the threads; they are started again if there is more to compute."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    @property
    def _thread_pool(self) -> ThreadPoolExecutor:
        if self._pool is None:
            from concurrent.futures import (
                ThreadPoolExecutor,
            )  # imported here, for a fast start if no threads are needed

            self._pool = ThreadPoolExecutor(max(1, len(self.passes) - 1))  # the calling thread computes one shard
        return self._pool


def without_warnings(compute: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function without NumPy's warnings about overflow and NaN; the trainer checks for such numbers."""
    with np.errstate(all="ignore"):
        return compute(*arguments)


def concatenate_rows(parts: Sequence[Array]) -> Array:
    """Return the parts as one array, which is not a view of another array."""
    return parts[0] if len(parts) == 1 and parts[0].base is None else np.concatenate(parts)
