"""Compute losses, metrics, gradients and predictions of batches, on one thread or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from nncli.core.batch import Batch
from nncli.core.memory import keep_freed_memory
from nncli.core.types import Array
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.nn.loss import Loss
from nncli.nn.metric import Metric
from nncli.nn.network import Network, Pass
from nncli.optim.driver import MIN_PARALLEL_SIZE
from nncli.optim.penalty import Penalty
from nncli.training.blas_threads import BlasThreads
from nncli.training.compiler import compiler_of
from nncli.training.nonfinite import locate_nonfinite
from nncli.training.shards import SHARDS, Shards, concatenate_rows
from nncli.training.thread_policy import SmallPredictions, blas_threads, is_sharded, walk


class Executor:
    """Compute losses, metrics, gradients and predictions of a network.

    Batches of convolutional networks and of medium-sized dense networks are cut by rows into shards, which threads
    compute with one BLAS thread each. The gradients of the shards are added in a fixed order, so that the sum has the
    same bits for any number of threads. Other networks compute a batch as a whole, with one BLAS thread if its
    products are small. The choice depends on the model and the batch size alone, see `thread_policy`.

    Args:
        network: the model and its parameters.
        loss: the loss, with `from_logits` if it computes the last activation itself.
        depth: number of layers computed before the loss; the loss may compute the network's last layer.
        metrics: metrics to measure besides the loss.
        original: function that turns scaled targets and predictions into original units; None if they are not scaled.
        threads: number of threads; None for one per core.
        batch_size: number of rows of a batch.
        penalty: penalty of the weights, which is added to the mean loss; None for no penalty.
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
        self._mixes_samples = any(layer.mixes_samples for layer in walk(network.model))
        self.threads = threads
        self.penalty = penalty
        self._small_predictions = SmallPredictions(network)
        self.blas_threads = blas_threads(network, batch_size, threads)
        self._passes = [Pass(network, depth) for _ in range(SHARDS if self.sharded else 1)]
        self._shards = Shards(self._passes, threads)
        self.gradient = self._passes[0].gradient

    def blas(self, rows: int | None = None) -> BlasThreads:
        """Return a context in which BLAS has the number of threads that this executor needs.

        Args:
            rows: number of rows of a prediction; for few rows, BLAS uses one thread anyway, so the number of threads is
                not set.
        """
        small = rows is not None and self._small_predictions.include(rows)
        return BlasThreads(None if small else self.blas_threads)

    def loss_and_gradient(self, batch: Batch, running_metrics: RunningMetrics, *, seed: int, step: int) -> float:
        """Return the sum of the losses of a batch, and assign the gradient of their mean to `gradient`.

        The penalty is a part of the loss of every row.

        Args:
            batch: rows with targets.
            running_metrics: accumulates the loss and the metrics; changed.
            seed: the run's seed.
            step: number of the step, counted from 0 over the whole run.
        """
        divisor = batch.divisor
        scale = 1.0 / divisor if divisor else 0.0  # a batch whose rows all have weight 0 changes nothing

        def one(shard: Pass, rows: Batch) -> tuple[float, list[Array]]:
            state = shard.pass_state
            state.training, state.seed, state.step, state.first_row = True, seed, step, rows.first_row
            output, backwards = shard.forward(rows.inputs)
            assert rows.targets is not None
            prediction, total, backward = self.loss.forward(output, rows.targets, rows.weights)
            metric_states = self._measure(running_metrics, prediction, rows)
            shard.backward(backward(scale), backwards)
            return total, metric_states

        (total, metric_states), *others = self._shards.run(one, batch, reducing=self._mixes_samples)
        running_metrics.add(total, divisor, metric_states)
        for shard, (loss, metric_states) in zip(self._passes[1:], others, strict=False):
            self._add_gradient(shard.gradient)
            running_metrics.add(loss, 0.0, metric_states)
            total += loss
        if self.penalty is not None:
            penalty = divisor * self.penalty.add_gradient(self.gradient)
            running_metrics.loss += penalty
            total += penalty
        return total

    def evaluate(self, batches: Iterable[Batch], running_metrics: RunningMetrics) -> RunningMetrics:
        """Measure labelled batches in inference mode; return `running_metrics` with their loss and metrics added."""

        def one(shard: Pass, rows: Batch) -> tuple[float, list[Array]]:
            shard.pass_state.training = False
            assert rows.targets is not None
            prediction, total, _ = self.loss.forward(shard.output(rows.inputs), rows.targets, rows.weights)
            return total, self._measure(running_metrics, prediction, rows)

        penalty = 0.0 if self.penalty is None else self.penalty.value()
        for batch in batches:
            divisor = batch.divisor
            for index, (loss, metric_states) in enumerate(self._shards.run(one, batch)):
                running_metrics.add(loss, divisor if index == 0 else 0.0, metric_states)
            running_metrics.loss += divisor * penalty
        return running_metrics

    def predict(self, inputs: Array) -> Array:
        """Return predictions for prepared inputs, in original units: (n, *output shape)."""

        def one(shard: Pass, rows: Batch) -> Array:
            shard.pass_state.training = False
            prediction = self.loss.predict(shard.output(rows.inputs))
            return prediction if self._original is None else self._original(prediction)

        return concatenate_rows(self._shards.run(one, Batch(inputs)))

    def locate_nonfinite(self, batch: Batch) -> str:
        """Return where the first number that is not finite appeared in the last step, for a message."""
        return locate_nonfinite(self.network, self._passes[0], batch.inputs, self.gradient, self.penalty)

    @property
    def compiler(self) -> str:
        """The compiler that the last bits of the results depend on, see `compiler_of`."""
        return compiler_of(self.network)

    @property
    def shards(self) -> int:
        """Number of shards of a batch; 1 if batches are computed as a whole."""
        return len(self._passes)

    def run_parts(self, work: Callable[[Any], Any], parts: Sequence[Any]) -> None:
        """Run independent work on several parts, on two threads if this executor may use them.

        When this returns or raises, the work on all parts has ended.
        """
        self._shards.run_parts(work, parts)

    def close(self) -> None:
        """End the threads; they are started again if there is more to compute."""
        self._shards.close()

    def _add_gradient(self, gradient: Array) -> None:
        """Add the gradient of a shard to the executor's gradient."""
        size = gradient.size
        halves = (slice(0, size // 2), slice(size // 2, size)) if size >= MIN_PARALLEL_SIZE else (slice(0, size),)
        self.run_parts(lambda half: np.add(self.gradient[half], gradient[half], out=self.gradient[half]), halves)

    def _measure(self, running_metrics: RunningMetrics, prediction: Array, rows: Batch) -> list[Array]:
        if not running_metrics.metrics:
            return []
        targets = rows.targets
        assert targets is not None
        if self._original is not None:
            prediction, targets = self._original(prediction), self._original(targets)
        return running_metrics.measure(prediction, targets, rows.metric_weights)
