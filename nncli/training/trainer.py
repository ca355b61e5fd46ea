"""The training loop."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import islice
from math import isfinite

import numpy as np

from nncli.core.batch import Batch
from nncli.core.errors import NonFiniteError
from nncli.core.types import Array
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.optim.clipping import clip, norm
from nncli.optim.driver import Driver
from nncli.optim.optimizer import Optimizer
from nncli.optim.schedule import Schedule, ScheduleContext
from nncli.training.accumulation import Accumulation
from nncli.training.average import WeightAverage
from nncli.training.events import EpochEnded, Event, Record, RowsMeasured, StepEnded, StepSkipped, TrainingEnded
from nncli.training.executor import Executor
from nncli.training.monitor import Monitor
from nncli.training.plateau import Plateau
from nncli.training.settings import Batches, EvaluationRows, Settings
from nncli.training.trainer_state import TrainerState

MAX_SKIPPED = 100  # number of steps that a run may skip because of a loss, gradient or buffer that is not finite
EVALUATION_ROWS = 512  # rows per batch of validation and test data


class Trainer(TrainerState):
    """Train a network; `run` yields an event after every step and epoch.

    At every event the state is consistent: a trainer that is restored from `state` and `arrays` continues with the
    same bits.

    Args:
        executor: the executor, which computes losses and gradients.
        rule: the optimizer.
        batches: the training rows.
        validation: the rows to evaluate after every epoch, or None.
        settings: number of epochs, seed, and the like.
        best_monitor: finds the best epoch.
        early_stopping_monitor: counts epochs without improvement; None for no early stopping.
        average: moving average of the weights, for validation and prediction; None to use the weights themselves.
        plateau: counts the reductions of a `reduce_on_plateau` schedule; None for other schedules.
    """

    def __init__(
        self,
        executor: Executor,
        rule: Optimizer,
        batches: Batches,
        validation: EvaluationRows | None,
        settings: Settings,
        best_monitor: Monitor,
        early_stopping_monitor: Monitor | None = None,
        average: WeightAverage | None = None,
        plateau: Plateau | None = None,
    ) -> None:
        self._trainable = executor.network.layout.trainable
        self._gradient, self._buffers = np.split(executor.gradient, [self._trainable])
        driver = Driver(rule, executor.network.vector[: self._trainable], executor.network.layout.decayed)
        super().__init__(executor, driver, best_monitor, early_stopping_monitor, average, plateau)
        self.settings = settings
        self._batches = batches
        self._validation = validation
        self._accumulation = Accumulation(executor) if settings.batches_per_step > 1 else None
        self._scheduled_epochs = settings.epochs  # length of the schedule; `settings.epochs` may change, this does not
        self._earlier_steps = 0  # steps of earlier trainers, if the schedule restarts with this trainer

    def run(self) -> Iterator[Event]:
        """Train until all epochs are done or early stopping ends the run.

        Raises:
            NonFiniteError: if a loss or gradient is not finite; the weights are those from before the step.
        """
        with self.executor.blas():
            while not self.ended:
                yield from self._epoch()
            if self.stopped_early and self.early_stopping_monitor is not None:
                yield TrainingEnded("early_stopping", str(self.early_stopping_monitor))
            else:
                yield TrainingEnded("completed")

    @property
    def steps_per_epoch(self) -> int:
        """Number of steps per epoch."""
        return -(-self._batches.per_epoch // self.settings.batches_per_step)

    @property
    def ended(self) -> bool:
        """Whether training has ended."""
        return self.epoch >= self.settings.epochs or self.stopped_early

    @property
    def stopped_early(self) -> bool:
        """Whether early stopping has ended the run."""
        patience, monitor = self.settings.patience, self.early_stopping_monitor
        return patience is not None and monitor is not None and monitor.epochs_without_improvement >= patience

    def reset_patience(self) -> None:
        """Restart the count of epochs without improvement, to continue a run that early stopping has ended."""
        if self.early_stopping_monitor is not None:
            self.early_stopping_monitor.epochs_without_improvement = 0

    def check_weights(self) -> None:
        """Check that all weights are finite.

        Raises:
            NonFiniteError: if a weight is not finite; the message names the first such parameter.
        """
        network = self.executor.network
        for vector in (network.vector,) if self.average is None else (network.vector, self.average.vector):
            for name, array in network.layout.named(vector).items():
                if not np.isfinite(array).all():
                    place = f"epoch {self.epoch + 1}, step {self.step}"
                    raise NonFiniteError(f"{place}: the weights are not finite, first in model.{name}")

    def _epoch(self) -> Iterator[Event]:
        number, begun = self.epoch + 1, time.perf_counter() - self.seconds
        per_step = min(self.settings.batches_per_step, max(self._batches.per_epoch, 1))
        batches = self._batches.epoch(number, self.step_in_epoch * per_step)
        for batch in batches:
            accepted = self._step(batch, islice(batches, per_step - 1), number)
            self.step_in_epoch += 1
            self.seconds = time.perf_counter() - begun
            if accepted:
                yield StepEnded(number, self.step, self.step_in_epoch, self.running_metrics.mean_loss)
            else:
                yield StepSkipped(number, self.step, self.skipped)
        record = yield from self._record(number, begun)
        self.running_metrics = RunningMetrics(self.executor.metrics)
        self.epoch, self.step_in_epoch, self.seconds = number, 0, 0.0
        record["seconds"] = time.perf_counter() - begun
        self.total_seconds += record["seconds"]
        self.last_record = record
        if best := self.best_monitor.update(record):
            self.best_record = record
        for monitor in (self.early_stopping_monitor, self.plateau):
            if monitor is not None:
                monitor.update(record)
        yield EpochEnded(record, best, self.ended)

    def _step(self, batch: Batch, others: Iterator[Batch], epoch: int) -> bool:
        """Take one step on a batch and the other batches of the step; return False if it is skipped."""
        running_metrics, seed, rate = RunningMetrics(self.executor.metrics), self.settings.seed, self.learning_rate
        if self._accumulation is None:
            loss = self.executor.loss_and_gradient(batch, running_metrics, seed=seed, step=self.step)
        else:
            loss, batch = self._accumulation.loss_and_gradient(
                batch, others, running_metrics, seed=seed, step=self.step
            )
        length = norm(self._gradient)
        self.step += 1
        if not (isfinite(loss) and isfinite(length) and self._buffers_are_finite()):
            self._not_finite(batch, epoch, loss, length)
            deque(others, maxlen=0)  # the whole step is skipped
            return False
        self.running_metrics.add(running_metrics.loss, running_metrics.divisor, running_metrics.states)
        if not running_metrics.divisor:  # all rows have weight 0; do not let momentum change the parameters
            return True
        if self.settings.clip_norm is not None:
            clip(self._gradient, length, self.settings.clip_norm)
        self.apply(self.executor.gradient, rate)
        if self.average is not None:
            with np.errstate(all="ignore"):
                self.average.update()
        return True

    def apply(self, gradient: Array, rate: float) -> None:
        """Update the trainable parameters by one step of the optimizer, and set the new values of the buffers.

        Args:
            gradient: gradients and new values of buffers, as backward assigns them.
            rate: learning rate of this step.
        """
        self.driver.step(gradient[: self._trainable], rate, self.executor.run_parts)
        if self._buffers.size:
            self.executor.network.vector[self._trainable :] = gradient[self._trainable :]

    @property
    def learning_rate(self) -> float:
        """Learning rate of the next step."""
        return self._rate(self.step)

    def _rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0 over the whole training."""
        rate = self.driver.rule.learning_rate
        if not isinstance(rate, Schedule):
            return rate
        reductions = 0 if self.plateau is None else self.plateau.reductions
        context = ScheduleContext(self.steps_per_epoch, self._scheduled_epochs, reductions)
        return float(rate.at(step - self._earlier_steps, context))  # a plugin's schedule may return a NumPy number

    def _buffers_are_finite(self) -> bool:
        """Return whether the new values of the buffers are finite."""
        return not self._buffers.size or bool(np.isfinite(self._buffers).all())

    def _not_finite(self, batch: Batch, epoch: int, loss: float, length: float) -> None:
        self.skipped += 1
        if self.settings.on_nonfinite == "skip" and self.skipped <= MAX_SKIPPED:
            return
        what = "a non-trainable parameter is not finite" if isfinite(length) else "the gradient is not finite"
        what = what if isfinite(loss) else f"the loss is {loss}"
        message = f"epoch {epoch}, step {self.step}: {what}, {self.executor.locate_nonfinite(batch)}"
        if self.settings.on_nonfinite == "skip":
            message += f"; {MAX_SKIPPED} such steps were skipped already"
        raise NonFiniteError(message)

    def _record(self, number: int, begun: float) -> Generator[Event, None, Record]:
        """Validate after the last step of an epoch; return the epoch's row of metrics.csv, without the seconds."""
        self.check_weights()
        if not self.running_metrics.divisor:
            raise NonFiniteError(f"epoch {number}: every step was skipped, because each produced NaN or infinity")
        record: Record = {"epoch": number, "step": self.step}
        record |= {f"train_{name}": value for name, value in self.running_metrics.results().items()}
        if self._validation is not None:
            running_metrics, rows = RunningMetrics(self.executor.metrics), 0
            for batch in self._validation.batches(EVALUATION_ROWS):
                with self._with_average():
                    self.executor.evaluate((batch,), running_metrics)
                rows += len(batch)
                self.seconds = time.perf_counter() - begun
                yield RowsMeasured(number, rows)
            measured = running_metrics.results()
            if not isfinite(measured["loss"]) and self.settings.on_nonfinite == "stop":
                raise NonFiniteError(f"epoch {number}: the validation loss is {measured['loss']}")
            record |= {f"val_{name}": value for name, value in measured.items()}
        record["learning_rate"] = self._rate(self.step - 1)
        return record

    @property
    def prediction_parameters(self) -> Array:
        """The parameters that the model predicts with, in one vector: with weight averaging, the averaged weights."""
        vector = self.executor.network.vector
        return vector if self.average is None else np.concatenate((self.average.vector, vector[self._trainable :]))

    def swap_in_average(self) -> None:
        """Swap the averaged weights into the network, to predict after training."""
        if self.average is not None:
            self.average.swap_in()

    def swap_out_average(self) -> None:
        """Swap the averaged weights out, so that the network has the weights that training updates."""
        if self.average is not None:
            self.average.swap_out()

    def _with_average(self) -> AbstractContextManager[None]:
        """Return a context in which the network has the averaged weights, if weights are averaged."""
        return nullcontext() if self.average is None else self.average.swapped_in()

    def continue_from(self, earlier: Trainer) -> None:
        """Continue the epochs, steps and optimizer of an earlier trainer of the same network.

        A schedule whose length is the number of epochs starts again with this trainer; any other schedule continues.
        """
        earlier.swap_out_average()
        if self.average is not None and earlier.average is not None:
            self.average.continue_from(earlier.average)
        self.epoch, self.step, self.driver = earlier.epoch, earlier.step, earlier.driver
        self.settings = replace(self.settings, epochs=earlier.epoch + self.settings.epochs)
        rate = self.driver.rule.learning_rate
        self._earlier_steps = earlier.step if isinstance(rate, Schedule) and rate.over_run else 0
        if self.plateau is not None and earlier.plateau is not None:
            self.plateau.continue_from(earlier.plateau)
