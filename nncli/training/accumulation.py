"""Gradient accumulation over the batches of a step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from math import isfinite

import numpy as np

from nncli.core.batch import Batch
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.optim.clipping import norm
from nncli.training.executor import Executor


class Accumulation:
    """Accumulate the gradients of the batches of a step, which are computed one after another to save memory.

    gradient = sum of d_i * g_i / sum of d_i, as a running mean: m <- m + (g_i - m) * d_i / (d_1 + ... + d_i)

    g_i is the gradient of the mean loss of batch i, and d_i the divisor of that mean: the number of rows, or the sum of
    their weights. The result is the gradient of one large batch with all rows. Rows are numbered through the whole
    step, so that dropout zeroes the same elements as in one large batch. A layer that mixes rows, such as batch_norm,
    mixes only the rows of one batch. Buffers such as running statistics are updated after every batch; the network gets
    the new values only if the step is taken.

    Args:
        executor: computes one batch.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._mean = np.zeros_like(executor.gradient)

    def loss_and_gradient(
        self, first: Batch, others: Iterable[Batch], running_metrics: RunningMetrics, *, seed: int, step: int
    ) -> tuple[float, Batch]:
        """Return (sum of the losses of the step, last batch); assign the gradient of the mean loss to the executor.

        If the loss or gradient of a batch is not finite, return the loss of this batch, and this batch as the last one.

        Args:
            first: the first batch of the step.
            others: the other batches of the step; each may overwrite the arrays of an earlier one.
            running_metrics: accumulates the loss and the metrics; changed.
            seed: the run's seed.
            step: the number of the step, counted from 0 over the whole run.
        """
        network, gradient, mean = self._executor.network, self._executor.gradient, self._mean
        trained = network.layout.trainable
        before = network.vector[trained:].copy()
        mean[:trained], mean[trained:] = 0, before
        loss, divisor, rows, batch = 0.0, 0.0, 0, first
        try:
            for item in chain((first,), others):
                batch = replace(item, first_row=rows)
                part = self._executor.loss_and_gradient(batch, running_metrics, seed=seed, step=step)
                if not (isfinite(part) and isfinite(norm(gradient[:trained]))):
                    return part, batch
                loss += part
                rows += len(batch)
                if weight := batch.divisor:  # a batch whose rows all have weight 0 changes nothing
                    divisor += weight
                    with np.errstate(all="ignore"):  # the trainer checks for numbers that are not finite
                        gradient[:trained] -= mean[:trained]
                        gradient[:trained] *= weight / divisor
                        mean[:trained] += gradient[:trained]
                    mean[trained:] = network.vector[trained:] = gradient[trained:]
        finally:
            network.vector[trained:] = before
        gradient[...] = mean
        return loss, batch
