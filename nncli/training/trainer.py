"""The training loop."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from math import isfinite
from typing import Any, Literal, Protocol

import numpy as np

from nncli.core.batch import Batch
from nncli.core.errors import NonFiniteError
from nncli.core.types import Array
from nncli.nn.metric import names_of
from nncli.nn.tally import Tally
from nncli.optim.clipping import clip, norm
from nncli.optim.driver import Driver
from nncli.optim.optimizer import Optimizer
from nncli.optim.schedule import Course, Schedule
from nncli.training.accumulation import Accumulation
from nncli.training.average import WeightAverage
from nncli.training.events import EpochEnded, Event, Record, RowsMeasured, StepEnded, StepSkipped, TrainingEnded
from nncli.training.executor import Executor
from nncli.training.monitor import Monitor
from nncli.training.plateau import Plateau

MOST_SKIPPED = 100  # steps of a run that may be left out because their numbers are not finite
EVALUATION_ROWS = 512  # rows measured at a time
OPTIMIZER, TALLY, WEIGHTS = "optimizer/", "tally/", "weights/"  # folders of the arrays


class Batches(Protocol):
    """The training rows, cut into batches."""

    @property
    def per_epoch(self) -> int:
        """How many there are in an epoch."""

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """The batches of one epoch, without the first `skip`."""


class Evaluated(Protocol):
    """Rows to measure."""

    def batches(self, size: int) -> Iterator[Batch]:
        """All rows in order."""


@dataclass(frozen=True)
class Settings:
    """How to train.

    Args:
        epochs: how many.
        seed: the run's seed.
        batches_per_step: how many batches make one step; the last step of an epoch may have fewer.
        clip_norm: the largest norm of the gradient, or None.
        on_nonfinite: stop, or skip such steps.
        patience: how many epochs without improvement early stopping allows.
    """

    epochs: int
    seed: int = 0
    batches_per_step: int = 1
    clip_norm: float | None = None
    on_nonfinite: Literal["stop", "skip"] = "stop"
    patience: int | None = None


class Trainer:
    """Changes a network's parameters step by step; `run` gives an event after everything that happens.

    Between two events its state is whole: `state` and `arrays` are all that `restore` needs to go on to the same bits.

    Args:
        executor: computes losses and gradients.
        rule: the optimizer.
        batches: the training rows.
        validation: what is measured after every epoch, or None.
        settings: how long and how.
        best: says which epoch is the best.
        stopping: says when there is no more improvement; None for no early stopping.
        average: of the weights, which is measured and predicts in their place; None for the weights themselves.
        plateau: counts how often a schedule that waits for it is to reduce the learning rate; None for other schedules.
    """

    def __init__(
        self,
        executor: Executor,
        rule: Optimizer,
        batches: Batches,
        validation: Evaluated | None,
        settings: Settings,
        best: Monitor,
        stopping: Monitor | None = None,
        average: WeightAverage | None = None,
        plateau: Plateau | None = None,
    ) -> None:
        self.executor = executor
        self.settings = settings
        self.best = best
        self.stopping = stopping
        self.average = average
        self.plateau = plateau
        self.epoch = 0  # epochs done
        self.step = 0  # steps done
        self.step_in_epoch = 0  # steps done of the running epoch
        self.skipped = 0
        self.seconds = 0.0  # of the running epoch, before this process took it up
        self.total_seconds = 0.0  # of all epochs done
        self.last_record: Record = {}
        self.best_record: Record = {}
        self._batches = batches
        self._scheduled = settings.epochs  # which the schedule of the learning rate counts on, whatever ends the run
        self._earlier_steps = 0  # before this trainer, where the schedule is about its own steps alone
        self._validation = validation
        self._accumulation = Accumulation(executor) if settings.batches_per_step > 1 else None
        self._tally = Tally(executor.metrics)
        self._trained = executor.network.layout.trainable
        self._gradient, self._kept = np.split(executor.gradient, [self._trained])
        self.driver = Driver(rule, executor.network.vector[: self._trained], executor.network.layout.decayed)

    def run(self) -> Iterator[Event]:
        """Trains until all epochs are done or nothing improves any more.

        Raises:
            NonFiniteError: where a loss or gradient is not finite; the weights are those before that step.
        """
        with self.executor.blas():
            while not self.ended:
                yield from self._epoch()
            if self.stopped_early and self.stopping is not None:
                yield TrainingEnded("early_stopping", str(self.stopping))
            else:
                yield TrainingEnded("completed")

    @property
    def steps_per_epoch(self) -> int:
        """How many steps an epoch has."""
        return -(-self._batches.per_epoch // self.settings.batches_per_step)

    @property
    def ended(self) -> bool:
        """Whether there is no epoch left to train."""
        return self.epoch >= self.settings.epochs or self.stopped_early

    @property
    def stopped_early(self) -> bool:
        """Whether the patience of early stopping is used up."""
        patience = self.settings.patience
        return patience is not None and self.stopping is not None and self.stopping.waited >= patience

    def count_anew(self) -> None:
        """Lets early stopping, which has ended the run, wait as long again."""
        if self.stopping is not None:
            self.stopping.waited = 0

    def check_weights(self) -> None:
        """Looks for weights that the last steps made infinite.

        Raises:
            NonFiniteError: naming the first of them.
        """
        network = self.executor.network
        for vector in (network.vector,) if self.average is None else (network.vector, self.average.vector):
            for name, array in network.layout.named(vector).items():
                if not np.isfinite(array).all():
                    place = f"epoch {self.epoch + 1}, step {self.step}"
                    raise NonFiniteError(f"{place}: the weights are not finite, first in model.{name}")

    def _epoch(self) -> Iterator[Event]:
        number, begun = self.epoch + 1, time.perf_counter() - self.seconds
        several = min(self.settings.batches_per_step, max(self._batches.per_epoch, 1))
        batches = self._batches.epoch(number, self.step_in_epoch * several)
        for batch in batches:
            accepted = self._step(batch, islice(batches, several - 1), number)
            self.step_in_epoch += 1
            self.seconds = time.perf_counter() - begun
            if accepted:
                yield StepEnded(number, self.step, self.step_in_epoch, self._tally.mean_loss)
            else:
                yield StepSkipped(number, self.step, self.skipped)
        record = yield from self._record(number, begun)
        self._tally = Tally(self.executor.metrics)
        self.epoch, self.step_in_epoch, self.seconds = number, 0, 0.0
        record["seconds"] = time.perf_counter() - begun
        self.total_seconds += record["seconds"]
        self.last_record = record
        if best := self.best.update(record):
            self.best_record = record
        for watching in (self.stopping, self.plateau):
            if watching is not None:
                watching.update(record)
        yield EpochEnded(record, best, self.ended)

    def _step(self, batch: Batch, others: Iterator[Batch], epoch: int) -> bool:
        """One step of a batch and the others that belong to it; whether it was taken."""
        tally, seed, rate = Tally(self.executor.metrics), self.settings.seed, self.learning_rate
        if self._accumulation is None:
            loss = self.executor.loss_and_gradient(batch, tally, seed=seed, step=self.step)
        else:
            loss, batch = self._accumulation.loss_and_gradient(batch, others, tally, seed=seed, step=self.step)
        length = norm(self._gradient)
        self.step += 1
        if not (isfinite(loss) and isfinite(length) and self._keeps_finite()):
            self._not_finite(batch, epoch, loss, length)
            deque(others, maxlen=0)  # the whole step is left out
            return False
        self._tally.add(tally.loss, tally.divisor, tally.states)
        if not tally.divisor:  # rows without weight alone; momentum from earlier steps would still move
            return True
        if self.settings.clip_norm is not None:
            clip(self._gradient, length, self.settings.clip_norm)
        self.apply(self.executor.gradient, rate)
        if self.average is not None:
            with np.errstate(all="ignore"):
                self.average.update()
        return True

    def apply(self, gradient: Array, rate: float) -> None:
        """Changes the parameters by a step along a gradient, and takes over new values of what is not trained.

        Args:
            gradient: as backward assigns it.
            rate: the learning rate of this step.
        """
        self.driver.step(gradient[: self._trained], rate, self.executor.run_parts)
        if self._kept.size:
            self.executor.network.vector[self._trained :] = gradient[self._trained :]

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return self._rate(self.step)

    def _rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0 over all that was trained."""
        rate = self.driver.rule.learning_rate
        if not isinstance(rate, Schedule):
            return rate
        reductions = 0 if self.plateau is None else self.plateau.reductions
        course = Course(self.steps_per_epoch, self._scheduled, reductions)
        return float(rate.at(step - self._earlier_steps, course))  # of a user's own it may be NumPy's

    def _keeps_finite(self) -> bool:
        """Whether the new values of what is not trained, if there is such a thing, are finite."""
        return not self._kept.size or bool(np.isfinite(self._kept).all())

    def _not_finite(self, batch: Batch, epoch: int, loss: float, length: float) -> None:
        self.skipped += 1
        if self.settings.on_nonfinite == "skip" and self.skipped <= MOST_SKIPPED:
            return
        what = "a running value is not finite" if isfinite(length) else "the gradient is not finite"
        what = what if isfinite(loss) else f"the loss is {loss}"
        message = f"epoch {epoch}, step {self.step}: {what}, {self.executor.fault(batch)}"
        if self.settings.on_nonfinite == "skip":
            message += f"; {MOST_SKIPPED} such steps were skipped already"
        raise NonFiniteError(message)

    def _record(self, number: int, begun: float) -> Generator[Event, None, Record]:
        self.check_weights()
        if not self._tally.divisor:
            raise NonFiniteError(f"epoch {number}: every step was skipped because its numbers are not finite")
        record: Record = {"epoch": number, "step": self.step}
        record |= {f"train_{name}": value for name, value in self._tally.results().items()}
        if self._validation is not None:
            tally, rows = Tally(self.executor.metrics), 0
            for batch in self._validation.batches(EVALUATION_ROWS):
                with self._averaged():
                    self.executor.evaluate((batch,), tally)
                rows += len(batch)
                self.seconds = time.perf_counter() - begun
                yield RowsMeasured(number, rows)
            measured = tally.results()
            if not isfinite(measured["loss"]) and self.settings.on_nonfinite == "stop":
                raise NonFiniteError(f"epoch {number}: the validation loss is {measured['loss']}")
            record |= {f"val_{name}": value for name, value in measured.items()}
        record["learning_rate"] = self._rate(self.step - 1)
        return record

    @property
    def predicting(self) -> Array:
        """All parameters as they predict, in one vector: averaged where the weights are."""
        vector = self.executor.network.vector
        return vector if self.average is None else np.concatenate((self.average.vector, vector[self._trained :]))

    def show_average(self) -> None:
        """Leaves the network, after training, with the parameters as they predict."""
        if self.average is not None:
            self.average.show()

    def hide_average(self) -> None:
        """Puts back what training goes on with."""
        if self.average is not None:
            self.average.hide()

    def _averaged(self) -> AbstractContextManager[None]:
        """Within it, the network predicts as it is to predict."""
        return nullcontext() if self.average is None else self.average.in_place()

    def follow(self, earlier: Trainer) -> None:
        """Goes on counting epochs and steps, and with the optimizer, where another trainer of the network stopped.

        A schedule over the whole run goes over the epochs of this trainer; any other one goes on, too.
        """
        earlier.hide_average()
        if self.average is not None and earlier.average is not None:
            self.average.follow(earlier.average)
        self.epoch, self.step, self.driver = earlier.epoch, earlier.step, earlier.driver
        self.settings = replace(self.settings, epochs=earlier.epoch + self.settings.epochs)
        rate = self.driver.rule.learning_rate
        self._earlier_steps = earlier.step if isinstance(rate, Schedule) and rate.over_run else 0
        if self.plateau is not None and earlier.plateau is not None:
            self.plateau.follow(earlier.plateau)

    def state(self) -> dict[str, Any]:
        """Plain values that `restore` goes on from."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "step_in_epoch": self.step_in_epoch,
            "skipped": self.skipped,
            "optimizer_steps": self.driver.steps,
            "averaged_steps": 0 if self.average is None else self.average.steps,
            "tally": {"loss": self._tally.loss, "divisor": self._tally.divisor},
            "best": self.best.state(),
            "stopping": None if self.stopping is None else self.stopping.state(),
            "plateau": None if self.plateau is None else self.plateau.state(),
            "last_record": self.last_record,
            "best_record": self.best_record,
            "seconds": self.seconds,
            "total_seconds": self.total_seconds,
        }

    def arrays(self) -> dict[str, Array]:
        """What there is beside the parameters as they predict.

        The optimizer's vectors are optimizer/STATE/PARAMETER, the running epoch's metrics tally/METRIC, and the weights
        that training changes, where another average predicts, weights/PARAMETER.
        """
        states = zip(names_of(self.executor.metrics), self._tally.states, strict=True)
        return {**self._moments(), **self._own_weights(), **{f"{TALLY}{name}": state for name, state in states}}

    def _moments(self) -> dict[str, Array]:
        layout = self.executor.network.layout
        return {
            f"{OPTIMIZER}{name}/{parameter}": array
            for name, vector in self.driver.state.items()
            for parameter, array in layout.named(vector).items()
        }

    def _own_weights(self) -> dict[str, Array]:
        """Views of the weights that training changes, where they do not predict."""
        if self.average is None:
            return {}
        network = self.executor.network
        named = network.layout.named(network.vector[: self._trained])
        return {f"{WEIGHTS}{name}": array for name, array in named.items()}

    def restore(self, state: dict[str, Any], arrays: dict[str, Array]) -> None:
        """Goes on from a stored state; the parameters as they predict are in the network already."""
        for name in ("epoch", "step", "step_in_epoch", "skipped", "seconds", "total_seconds"):
            setattr(self, name, state[name])
        self.last_record, self.best_record = state["last_record"], state["best_record"]
        self.driver.steps = state["optimizer_steps"]
        self._tally = Tally(self.executor.metrics)
        self._tally.loss, self._tally.divisor = state["tally"]["loss"], state["tally"]["divisor"]
        self._tally.states = [arrays[f"{TALLY}{name}"] for name in names_of(self.executor.metrics)]
        self.best.restore(state["best"])
        if self.stopping is not None and state["stopping"] is not None:
            self.stopping.restore(state["stopping"])
        if self.average is not None:
            self.average.take(state.get("averaged_steps", 0))
        if self.plateau is not None:
            self.plateau.restore(state["plateau"])
        for name, array in (self._moments() | self._own_weights()).items():
            array[...] = arrays[name]
