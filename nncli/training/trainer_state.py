"""The state of a trainer: everything that a checkpoint stores, so that a resumed run has the same bits."""

from __future__ import annotations

from typing import Any

from nncli.core.types import Array
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.nn.metric import names_of
from nncli.optim.driver import Driver
from nncli.training.average import WeightAverage
from nncli.training.events import Record
from nncli.training.executor import Executor
from nncli.training.monitor import Monitor
from nncli.training.plateau import Plateau

OPTIMIZER, RUNNING_METRICS, WEIGHTS = "optimizer/", "tally/", "weights/"  # prefixes of the names of the arrays


class TrainerState:
    """The state of a trainer; its keys and the names of its arrays are part of the checkpoint format.

    Args:
        executor: the executor, with the network and the metrics.
        driver: the optimizer with its state.
        best_monitor: finds the best epoch.
        early_stopping_monitor: counts epochs without improvement; None for no early stopping.
        average: moving average of the weights, for validation and prediction; None to use the weights themselves.
        plateau: counts the reductions of a `reduce_on_plateau` schedule; None for other schedules.
    """

    def __init__(
        self,
        executor: Executor,
        driver: Driver,
        best_monitor: Monitor,
        early_stopping_monitor: Monitor | None,
        average: WeightAverage | None,
        plateau: Plateau | None,
    ) -> None:
        self.executor = executor
        self.driver = driver
        self.best_monitor = best_monitor
        self.early_stopping_monitor = early_stopping_monitor
        self.average = average
        self.plateau = plateau
        self.epoch = 0  # completed epochs
        self.step = 0  # completed steps
        self.step_in_epoch = 0  # completed steps of the current epoch
        self.skipped = 0  # steps skipped because of a loss, gradient or buffer that is not finite
        self.seconds = 0.0  # time of the current epoch so far, including the time before the run was resumed
        self.total_seconds = 0.0  # time of all completed epochs
        self.last_record: Record = {}
        self.best_record: Record = {}
        self.running_metrics = RunningMetrics(executor.metrics)  # training loss and metrics of the current epoch

    def state(self) -> dict[str, Any]:
        """Return the state as plain values, for `restore`."""
        stopping, plateau, average = self.early_stopping_monitor, self.plateau, self.average
        return {
            "epoch": self.epoch,
            "step": self.step,
            "step_in_epoch": self.step_in_epoch,
            "skipped": self.skipped,
            "optimizer_steps": self.driver.steps,
            "averaged_steps": 0 if average is None else average.steps,
            "tally": {"loss": self.running_metrics.loss, "divisor": self.running_metrics.divisor},
            "best": self.best_monitor.state(),
            "stopping": None if stopping is None else stopping.state(),
            "plateau": None if plateau is None else plateau.state(),
            "last_record": self.last_record,
            "best_record": self.best_record,
            "seconds": self.seconds,
            "total_seconds": self.total_seconds,
        }

    def arrays(self) -> dict[str, Array]:
        """Return the arrays of the state, for `restore`, except for the parameters that the model predicts with.

        Their names are optimizer/STATE/PARAMETER for the state of the optimizer, tally/METRIC for the running metrics
        of the current epoch, and, with weight averaging, weights/PARAMETER for the weights that training updates.
        """
        states = zip(names_of(self.executor.metrics), self.running_metrics.states, strict=True)
        sums = {f"{RUNNING_METRICS}{name}": state for name, state in states}
        return {**self._optimizer_arrays(), **self._trained_weights(), **sums}

    def restore(self, state: dict[str, Any], arrays: dict[str, Array]) -> None:
        """Restore a stored state; the network already has the parameters that the model predicts with."""
        for name in ("epoch", "step", "step_in_epoch", "skipped", "seconds", "total_seconds"):
            setattr(self, name, state[name])
        self.last_record, self.best_record = state["last_record"], state["best_record"]
        self.driver.steps = state["optimizer_steps"]
        self.running_metrics = RunningMetrics(self.executor.metrics)
        self.running_metrics.loss, self.running_metrics.divisor = state["tally"]["loss"], state["tally"]["divisor"]
        self.running_metrics.states = [arrays[f"{RUNNING_METRICS}{name}"] for name in names_of(self.executor.metrics)]
        self.best_monitor.restore(state["best"])
        if self.early_stopping_monitor is not None and state["stopping"] is not None:
            self.early_stopping_monitor.restore(state["stopping"])
        if self.average is not None:
            self.average.restore(state.get("averaged_steps", 0))
        if self.plateau is not None:
            self.plateau.restore(state["plateau"])
        for name, array in (self._optimizer_arrays() | self._trained_weights()).items():
            array[...] = arrays[name]

    def _optimizer_arrays(self) -> dict[str, Array]:
        """Return views of the optimizer's state."""
        layout = self.executor.network.layout
        return {
            f"{OPTIMIZER}{name}/{parameter}": array
            for name, vector in self.driver.state.items()
            for parameter, array in layout.named(vector).items()
        }

    def _trained_weights(self) -> dict[str, Array]:
        """Return views of the weights that training updates, or {} if the model predicts with the same weights."""
        if self.average is None:
            return {}
        network = self.executor.network
        named = network.layout.named(network.vector[: network.layout.trainable])
        return {f"{WEIGHTS}{name}": array for name, array in named.items()}
