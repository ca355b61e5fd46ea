"""Shards of a batch, each of which one thread computes."""

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

SHARDS = 2  # of a batch, where it is cut
MIN_SHARD_ROWS = 8

Compute = Callable[[Pass, Batch], Any]


class Shards:
    """Cut batches by rows and compute the shards, on one thread or several.

    Args:
        passes: one for each shard; a single one computes whole batches.
        threads: number of threads; None for one for each shard.
    """

    def __init__(self, passes: Sequence[Pass], threads: int | None) -> None:
        self.passes = passes
        self.threads = threads
        self._pool: ThreadPoolExecutor | None = None

    def run(self, compute: Compute, batch: Batch, *, reducing: bool = False) -> list[Any]:
        """Compute every shard of a batch, and return the results in order.

        Args:
            compute: computes one shard.
            batch: to be cut.
            reducing: whether the shards ask for sums over all of them while they compute.
        """
        count = len(self.passes)
        if count == 1 or len(batch) < count * MIN_SHARD_ROWS:
            self.passes[0].pass_state.batch_sum = None  # an interruption may have left that of several shards
            return [quietly(compute, self.passes[0], batch)]
        edges = [len(batch) * index // count for index in range(count + 1)]
        shards = [batch.slice_rows(start, stop) for start, stop in itertools.pairwise(edges)]
        if reducing:
            return self._run_reducing(compute, shards)
        if self.threads == 1:
            return [quietly(compute, one, rows) for one, rows in zip(self.passes, shards, strict=True)]
        futures = [
            self._thread_pool.submit(quietly, compute, one, rows)
            for one, rows in zip(self.passes[1:], shards[1:], strict=True)
        ]
        return [quietly(compute, self.passes[0], shards[0]), *(future.result() for future in futures)]

    def _run_reducing(self, compute: Compute, shards: list[Batch]) -> list[Any]:
        """Compute shards that need sums over all of them, each in a thread; with one thread they take turns."""
        all_reduce = AllReduce(len(shards), one_at_a_time=self.threads == 1)
        batch_rows = sum(map(len, shards))

        def one(index: int) -> Any:
            state = self.passes[index].pass_state
            try:
                with all_reduce.computing():
                    state.batch_rows, state.shard, state.batch_sum = batch_rows, index, all_reduce.summing(index)
                    return quietly(compute, self.passes[index], shards[index])
            except BaseException:
                all_reduce.abort()
                raise
            finally:
                state.batch_sum, state.batch_rows, state.shard = None, None, 0

        futures: list[Future[Any]] = []
        try:
            futures += [self._thread_pool.submit(one, index) for index in range(1, len(shards))]
            first = one(0)
        except BrokenBarrierError:  # because another shard raised
            for future in futures:
                future.result()
            raise
        except BaseException:  # such as a KeyboardInterrupt at any point
            all_reduce.abort()
            raise
        return [first, *(future.result() for future in futures)]

    def run_parts(self, work: Callable[[Any], Any], parts: Sequence[Any]) -> None:
        """Run independent work on several parts, on several threads where they are allowed.

        The work on all parts has ended when this returns or raises.
        """
        if len(parts) == 1 or self.threads == 1:
            for part in parts:
                quietly(work, part)
            return
        first, *others = parts
        futures = [self._thread_pool.submit(quietly, work, part) for part in others]
        try:
            quietly(work, first)
        finally:
            for future in futures:
                future.result()

    def close(self) -> None:
        """End the threads; they start again when there is more to compute."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    @property
    def _thread_pool(self) -> ThreadPoolExecutor:
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # here, for a quick start where no threads are needed

            self._pool = ThreadPoolExecutor(max(1, len(self.passes) - 1))  # beside the calling thread
        return self._pool


def quietly(compute: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function without warnings of numbers that are not finite, which the trainer checks for."""
    with np.errstate(all="ignore"):
        return compute(*arguments)


def concatenate_rows(parts: Sequence[Array]) -> Array:
    """Return the parts as one array that is no view of another."""
    return parts[0] if len(parts) == 1 and parts[0].base is None else np.concatenate(parts)
