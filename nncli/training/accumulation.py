"""Gradient accumulation: several batches as one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from math import isfinite

import numpy as np

from nncli.core.batch import Batch
from nncli.nn.tally import Tally
from nncli.optim.clipping import norm
from nncli.training.executor import Executor


class Accumulation:
    """Compute the batches of a step one after another, so that only one of them takes memory at a time.

    gradient = sum of d_i g_i / sum of d_i, as a running mean: m <- m + (g_i - m) d_i / (d_1 + ... + d_i)

    g_i is the gradient of a batch's mean loss and d_i what that mean is divided by: the batch's rows, or the sum of
    their weights. The result is the gradient of one batch with all of the rows. Rows are numbered through the step, so
    that dropout zeroes what it would zero in that one batch. A layer that mixes rows mixes those of each batch alone.
    Buffers such as running statistics are updated from one batch of the step to the next; the network keeps the new
    values only where the step is taken.

    Args:
        executor: computes one batch.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._mean = np.zeros_like(executor.gradient)

    def loss_and_gradient(
        self, first: Batch, others: Iterable[Batch], tally: Tally, *, seed: int, step: int
    ) -> tuple[float, Batch]:
        """Return the loss summed over the step's rows, and its last batch; assign the executor's gradient of the mean.

        Where the loss or gradient of a batch is not finite, that batch is the last, and its loss is returned.

        Args:
            first: the first batch of the step.
            others: the batches after it; they may use the same arrays again.
            tally: gets the sums of the loss and the metrics.
            seed: the run's seed.
            step: the number of the step, from 0 over the whole run.
        """
        network, gradient, mean = self._executor.network, self._executor.gradient, self._mean
        trained = network.layout.trainable
        before = network.vector[trained:].copy()
        mean[:trained], mean[trained:] = 0, before
        loss, divisor, rows, batch = 0.0, 0.0, 0, first
        try:
            for item in chain((first,), others):
                batch = replace(item, first_row=rows)
                part = self._executor.loss_and_gradient(batch, tally, seed=seed, step=step)
                if not (isfinite(part) and isfinite(norm(gradient[:trained]))):
                    return part, batch
                loss += part
                rows += len(batch)
                if weight := batch.divisor:  # a batch of rows without weight changes nothing
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
