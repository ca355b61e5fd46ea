"""The seam between the mathematics and the machine: sums and gradients of a batch, on one thread or several."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from math import isfinite
from threading import BrokenBarrierError
from typing import TYPE_CHECKING, Any

import numpy as np

from nncli.core.batch import Batch
from nncli.core.compiling import compiler
from nncli.core.memory import keep_freed_memory
from nncli.core.types import Array
from nncli.nn.compiled.available import CONVOLUTION
from nncli.nn.cost import multiply_adds
from nncli.nn.layer import Layer, leaves
from nncli.nn.loss import Loss
from nncli.nn.metric import Metric
from nncli.nn.network import Network, Pass
from nncli.nn.tally import Tally
from nncli.optim.driver import LARGE
from nncli.optim.penalty import Penalty
from nncli.training.meeting import Meeting

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

SHARDS = 2  # of a batch, for models with convolutions
LEAST_ROWS = 8  # a shard has at least so many rows
SMALL_PRODUCT, SMALL_VECTOR = 1 << 18, 10_000  # multiply-adds, and numbers, for which OpenBLAS takes one thread
MEDIUM_STEP, LARGE_STEP = 2 * 10**7, 10**8  # multiply-adds of a forward pass from which several threads gain

# BLAS threads wait for one another by spinning. For small products they gain nothing, and where another process wants
# the cores too they lose up to fifty times, so products are left to one thread up to large steps. Threads of ours sleep
# while they wait.


def is_sharded(network: Network, batch_size: int) -> bool:
    """Whether batches of this model are cut into shards: those with convolutions, and dense ones of medium size."""
    heavy = any(layer.heavy_rows for layer in _all_layers(network.model))
    return heavy or MEDIUM_STEP <= batch_size * _multiplied(network) < LARGE_STEP


def _all_layers(layer: Layer) -> Iterator[Layer]:
    yield layer
    for child in layer.children().values():
        yield from _all_layers(child)


def _multiplied(network: Network) -> int:
    """How many parameters there are in layers that multiply with them, and not only look them up."""
    names = network.model.children().items()
    return sum(
        sum(math.prod(spec.shape) for _, spec in leaves(network.layout.tree[name]))
        for (name, layer), shape in zip(names, network.shapes, strict=False)
        if multiply_adds(layer, shape)
    )


class Executor:
    """Computes losses, metrics, gradients and predictions of a model.

    Dense networks take a batch as a whole, on one thread where its products are small and, where they are large, with
    as many as BLAS has. Those in between and models with convolutions cut it by rows into shards, which threads run
    with BLAS at one thread each; the shards' gradients are added in a fixed order, so the sum has the same bits
    whatever the number of threads. Which of these it is depends on the model and the batch size alone.

    Args:
        network: the model and its parameters.
        loss: with `from_logits` where it computes the last activation itself.
        depth: how many of the network's layers come before the loss.
        metrics: what to measure besides the loss.
        original: turns scaled targets and predictions into original units; None where they are not scaled.
        threads: how many threads to compute with; None for all cores.
        batch_size: rows a batch.
        penalty: what is added to the mean loss of rows, wherever it is measured; None for nothing.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        depth: int,
        metrics: Sequence[Metric] = (),
        original: Callable[[Array], Array] | None = None,
        threads: int | None = None,
        batch_size: int = 32,
        penalty: Penalty | None = None,
    ) -> None:
        keep_freed_memory()
        self.network = network
        self.loss = loss
        self.metrics = tuple(metrics)
        self._original = original
        self.sharded = is_sharded(network, batch_size)
        self._mixing = any(layer.mixes_samples for layer in _all_layers(network.model))
        self.threads = threads
        self.penalty = penalty
        layers = zip(network.model.layers, network.shapes, strict=False)
        self._largest = max(layer.by_blas(shape, network.dtype) for layer, shape in layers)  # of one row
        self._small = batch_size * _multiplied(network) < LARGE_STEP
        self._passes = [Pass(network, depth) for _ in range(SHARDS if self.sharded else 1)]
        self._pool: ThreadPoolExecutor | None = None
        self.gradient = self._passes[0].gradient

    def blas(self, rows: int | None = None) -> BlasThreads:
        """Sets BLAS to the number of threads that this executor counts on, until the context is left.

        Args:
            rows: how many are computed at a time; of few, BLAS leaves the products to one thread by itself.
        """
        largest, entries = self._largest, math.prod(self.network.input_shape)
        few = rows is not None and rows * largest <= SMALL_PRODUCT and rows * entries <= SMALL_VECTOR
        return BlasThreads(None if few else self.blas_threads)

    def loss_and_gradient(self, batch: Batch, tally: Tally, *, seed: int, step: int) -> float:
        """The loss summed over the batch; assigns `gradient` of the mean and adds to the tally.

        The penalty counts as a part of the loss of every row.

        Args:
            batch: rows with targets.
            tally: gets the sums of the loss and the metrics.
            seed: the run's seed.
            step: the number of the step, from 0 over the whole run.
        """
        divisor = batch.divisor
        scale = 1.0 / divisor if divisor else 0.0  # a batch of rows without weight changes nothing

        def one(shard: Pass, rows: Batch) -> tuple[float, list[Array]]:
            moment = shard.moment
            moment.training, moment.seed, moment.step, moment.first_row = True, seed, step, rows.first_row
            output, backwards = shard.forward(rows.inputs)
            assert rows.targets is not None
            prediction, total, backward = self.loss.forward(output, rows.targets, rows.weights)
            states = self._measure(tally, prediction, rows)
            shard.backward(backward(scale), backwards)
            return total, states

        (total, states), *others = self._run(one, batch, mixing=self._mixing)
        tally.add(total, divisor, states)
        for shard, (loss, states) in zip(self._passes[1:], others, strict=False):
            self._add(shard.gradient)
            tally.add(loss, 0.0, states)
            total += loss
        if self.penalty is not None:
            price = divisor * self.penalty.add_gradient(self.gradient)
            tally.loss += price
            total += price
        return total

    def evaluate(self, batches: Iterable[Batch], tally: Tally) -> Tally:
        """Adds the sums of labelled batches to a tally, with the model as it predicts."""

        def one(shard: Pass, rows: Batch) -> tuple[float, list[Array]]:
            shard.moment.training = False
            assert rows.targets is not None
            prediction, total, _ = self.loss.forward(shard.output(rows.inputs), rows.targets, rows.weights)
            return total, self._measure(tally, prediction, rows)

        price = 0.0 if self.penalty is None else self.penalty.value()
        for batch in batches:
            divisor = batch.divisor
            for index, (loss, states) in enumerate(self._run(one, batch)):
                tally.add(loss, divisor if index == 0 else 0.0, states)
            tally.loss += divisor * price
        return tally

    def predict(self, inputs: Array) -> Array:
        """Predictions for prepared inputs, in original units: (n, *output shape)."""

        def one(shard: Pass, rows: Batch) -> Array:
            shard.moment.training = False
            prediction = self.loss.predict(shard.output(rows.inputs))
            return prediction if self._original is None else self._original(prediction)

        return together(self._run(one, Batch(inputs)))

    def fault(self, batch: Batch) -> str:
        """Where the first number that is not finite appears in the pass that was made last, in words."""
        with np.errstate(all="ignore"):
            name = self._passes[0].first_nonfinite_layer(batch.inputs)
        if name is not None:
            return f"first in the output of model.{name}"
        layout = self.network.layout
        for name, gradient in reversed(layout.named(self.gradient[: layout.trainable]).items()):  # as backward went
            if not np.isfinite(gradient).all():
                return f"first in the gradient of model.{name}"
        for name, value in layout.named(self.gradient).items():
            if not np.isfinite(value).all():
                return f"first in the new value of model.{name}"
        if self.penalty is not None and not isfinite(self.penalty.value()):
            return "in the penalty of the weights"
        return "in the loss itself"

    @property
    def blas_threads(self) -> int | None:
        """How many threads BLAS may use; None for as many as it has."""
        return 1 if self.sharded or self._small else self.threads

    @property
    def compiler(self) -> str:
        """What compiles layers whose last bits depend on it; "none" where nothing does, or there is no such layer."""
        return compiler(CONVOLUTION) if any(layer.compiled for layer in _all_layers(self.network.model)) else "none"

    @property
    def shards(self) -> int:
        """How many parts a batch is computed in; 1 for whole batches."""
        return len(self._passes)

    def close(self) -> None:
        """Ends the threads; they begin anew when there is more to compute."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _add(self, gradient: Array) -> None:
        """Adds a shard's gradient to that of the others."""
        size = gradient.size
        halves = (slice(0, size // 2), slice(size // 2, size)) if size >= LARGE else (slice(0, size),)
        self.each(lambda half: np.add(self.gradient[half], gradient[half], out=self.gradient[half]), halves)

    def _measure(self, tally: Tally, prediction: Array, rows: Batch) -> list[Array]:
        if not tally.metrics:
            return []
        targets = rows.targets
        assert targets is not None
        if self._original is not None:
            prediction, targets = self._original(prediction), self._original(targets)
        return tally.measure(prediction, targets, rows.metric_weights)

    def _run(self, compute: Callable[[Pass, Batch], Any], batch: Batch, *, mixing: bool = False) -> list[Any]:
        """What every shard of a batch gives, in order.

        Args:
            compute: what to do with one shard.
            batch: to be cut.
            mixing: whether the shards have to meet while they compute.
        """
        count = len(self._passes)
        if count == 1 or len(batch) < count * LEAST_ROWS:
            self._passes[0].moment.batch_sum = None  # an interruption may have left that of a meeting
            return [_quietly(compute, self._passes[0], batch)]
        edges = [len(batch) * index // count for index in range(count + 1)]
        shards = [batch.slice_rows(start, stop) for start, stop in itertools.pairwise(edges)]
        if mixing:
            return self._meeting(compute, shards)
        if self.threads == 1:
            return [_quietly(compute, shard, rows) for shard, rows in zip(self._passes, shards, strict=True)]
        waiting = [
            self._threads.submit(_quietly, compute, shard, rows)
            for shard, rows in zip(self._passes[1:], shards[1:], strict=True)
        ]
        return [_quietly(compute, self._passes[0], shards[0]), *(future.result() for future in waiting)]

    def _meeting(self, compute: Callable[[Pass, Batch], Any], shards: list[Batch]) -> list[Any]:
        """The same of shards that have to meet, each in a thread of its own; with one thread they take turns."""
        meeting = Meeting(len(shards), one_at_a_time=self.threads == 1)
        batch_rows = sum(map(len, shards))

        def one(index: int) -> Any:
            moment = self._passes[index].moment
            try:
                with meeting.computing():
                    moment.batch_rows, moment.chunk, moment.batch_sum = batch_rows, index, meeting.seat(index)
                    return _quietly(compute, self._passes[index], shards[index])
            except BaseException:
                meeting.leave()
                raise
            finally:
                moment.batch_sum, moment.batch_rows, moment.chunk = None, None, 0

        waiting: list[Future[Any]] = []
        try:
            waiting += [self._threads.submit(one, index) for index in range(1, len(shards))]
            first = one(0)
        except BrokenBarrierError:  # by what another shard raised
            for future in waiting:
                future.result()
            raise
        except BaseException:  # such as a KeyboardInterrupt, wherever it comes
            meeting.leave()
            raise
        return [first, *(future.result() for future in waiting)]

    def each(self, work: Callable[[Any], Any], parts: Sequence[Any]) -> None:
        """Does independent work on several parts, on two threads where this executor may use them.

        It has ended on all of them when this returns or raises.
        """
        if len(parts) == 1 or self.threads == 1:
            for part in parts:
                _quietly(work, part)
            return
        first, *others = parts
        waiting = [self._threads.submit(_quietly, work, part) for part in others]
        try:
            _quietly(work, first)
        finally:
            for future in waiting:
                future.result()

    @property
    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # here, for a quick start of what needs no threads

            self._pool = ThreadPoolExecutor(SHARDS - 1)
        return self._pool


def together(parts: Sequence[Array]) -> Array:
    """One array of several, one after another, which is no view of another one."""
    return parts[0] if len(parts) == 1 and parts[0].base is None else np.concatenate(parts)


class BlasThreads:
    """Sets BLAS to a number of threads, until the context is left. A small prediction waits for it, so it is short.

    Args:
        count: how many; None for as many as it has.
    """

    def __init__(self, count: int | None) -> None:
        self._count = count
        self._before: list[tuple[Any, int]] = []

    def __enter__(self) -> None:
        if self._count is not None:
            self._before = [(library, library.num_threads) for library in _libraries()]
            try:
                for library, _ in self._before:
                    library.set_num_threads(self._count)
            except BaseException:  # such as a KeyboardInterrupt
                self.__exit__()
                raise

    def __exit__(self, *_: object) -> None:
        for library, threads in self._before:
            library.set_num_threads(threads)


@cache
def _libraries() -> list[Any]:
    """What BLAS is loaded; to look takes longer than a small prediction."""
    from threadpoolctl import ThreadpoolController

    return [library for library in ThreadpoolController().lib_controllers if library.user_api == "blas"]


def _quietly(compute: Callable[..., Any], *arguments: Any) -> Any:
    """What it gives, without a warning of numbers that are not finite: the trainer looks for them."""
    with np.errstate(all="ignore"):
        return compute(*arguments)
