"""`Session`: data, model, loss, optimizer and metrics of a run, ready to train."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from nncli.assemble.labelled_data import make_dataset, set_class_weights
from nncli.assemble.make_executor import make_executor
from nncli.assemble.validate import Validation
from nncli.config.spec import Spec
from nncli.core.errors import ConfigError
from nncli.data.batches import Dataset, TrainingBatches
from nncli.data.preprocessing import Preprocessing
from nncli.nn.metric import names_of
from nncli.nn.network import Network
from nncli.optim.optimizer import Optimizer
from nncli.optim.schedules.reduce_on_plateau import plateau_of
from nncli.training.average import WeightAverage
from nncli.training.executor import Executor
from nncli.training.monitor import Monitor
from nncli.training.plateau import Plateau
from nncli.training.settings import Settings
from nncli.training.trainer import Trainer


@dataclass
class Session:
    """Everything that a run needs.

    Args:
        spec: the spec, with every default filled in.
        preprocessing: the preprocessing, fitted to the training rows.
        executor: the executor, which computes the network.
        train: the training rows.
        validation: the validation rows, or None.
        test: the test rows, or None.
        notes: notes for the user, such as the number of missing cells that were filled.
        files: the data files that were read.
    """

    spec: Spec
    preprocessing: Preprocessing
    executor: Executor
    train: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None
    notes: list[str] = field(default_factory=list)
    files: tuple[str, ...] = ()

    @property
    def network(self) -> Network:
        """The network: the model with its parameters."""
        return self.executor.network

    @property
    def rows(self) -> dict[str, int]:
        """The numbers of training, validation and test rows."""
        splits = {"training": self.train, "validation": self.validation, "test": self.test}
        return {name: len(split) for name, split in splits.items() if split is not None}

    def trainer(self) -> Trainer:
        """Return a new trainer, before the first step of the run."""
        training = self.spec.training
        stopping = training.early_stopping
        return Trainer(
            self.executor,
            cast("Optimizer", self.spec.optimizer),
            TrainingBatches(self.train, training.batch_size, shuffle=training.shuffle, seed=self.spec.seed),
            self.validation,
            Settings(
                epochs=training.epochs,
                seed=self.spec.seed,
                batches_per_step=training.batches_per_step,
                clip_norm=training.clip_norm,
                on_nonfinite=training.on_nonfinite,
                patience=None if stopping is None else stopping.patience,
            ),
            self._monitor(training.checkpoint.monitor),
            None if stopping is None else self._monitor(stopping.monitor, stopping.min_delta),
            self._average(),
            self._plateau(),
        )

    def _average(self) -> WeightAverage | None:
        """Return the weight averaging; None if the config has none."""
        given, network = self.spec.training.weight_averaging, self.network
        if given is None:
            return None
        return WeightAverage(network.vector[: network.layout.trainable], given.decay, warmup=given.warmup)

    def _plateau(self) -> Plateau | None:
        """Return the state of reduce_on_plateau; None for other schedules."""
        schedule = plateau_of(self.spec.optimizer)
        if schedule is None:
            return None
        return Plateau(self._monitor(schedule.monitor, schedule.min_delta), schedule.patience, schedule.cooldown)

    def _monitor(self, column: str | None, min_delta: float = 0.0) -> Monitor:
        """Return the monitor of a column of metrics.csv, with the direction of its metric."""
        assert column is not None, "complete_defaults sets it"
        name = column.partition("_")[2]
        metrics = self.executor.metrics
        higher = any(
            known == name and metric.higher_is_better for known, metric in zip(names_of(metrics), metrics, strict=True)
        )
        return Monitor(column, higher, min_delta)


def make_session(validation: Validation) -> Session:
    """Return the session of a validated spec whose data were loaded completely.

    Raises:
        ConfigError: with every problem of the validation.
    """
    if validation.problems:
        raise ConfigError(validation.problems)
    spec, splits, preprocessing = validation.draft.spec, validation.splits, validation.preprocessing
    executor = make_executor(spec, preprocessing)
    prepared = validation.loaded.prepared
    set_class_weights(preprocessing, spec.training, prepared["train"].targets)
    datasets = {name: make_dataset(executor, preprocessing, *given) for name, given in prepared.items()}
    notes = [*splits.notes, *dict.fromkeys(preprocessing.notes)]
    preprocessing.notes.clear()
    return Session(spec, preprocessing, executor, **datasets, notes=notes, files=splits.files)
