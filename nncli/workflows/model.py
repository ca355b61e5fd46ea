"""`Model`: train, predict and save from Python, with the same session and trainer as the commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from nncli.assemble.session import Session
from nncli.config.draft import Draft, build_draft
from nncli.config.spec import Data, Training
from nncli.core.builder import Builder
from nncli.core.errors import ConfigError, UserError
from nncli.core.types import Array
from nncli.data.rows import Rows
from nncli.data.sources.memory import Memory, rows_in_memory
from nncli.lifecycle.checkpointing import save_checkpoint
from nncli.lifecycle.log_lines import event_lines
from nncli.lifecycle.predictor import PREDICTION_ROWS, Predictor, load_predictor
from nncli.lifecycle.restore_trainer import restore_trainer
from nncli.lifecycle.run_events import RunEvent
from nncli.lifecycle.start_run import start_run
from nncli.runs.new_directory import new_run_directory_at
from nncli.training.events import EpochEnded, Record
from nncli.training.shards import concatenate_rows
from nncli.workflows.manual_steps import ManualSteps
from nncli.workflows.model_session import first_session, keep_weights, next_session, session_without_rows

Validation = tuple[Any, Any] | None


class Model(ManualSteps):
    """A network that trains on arrays, predicts, and is saved with its preprocessing.

    The first call of `train` fits the preprocessing to the training rows and determines the input shape. Inputs and
    targets are always passed raw, and predictions are in original units.

    Args:
        layers: names such as "relu", mappings such as {"type": "dense", "units": 32}, or layer objects.
        loss: a name, a mapping or a loss object.
        optimizer: a name, a mapping or an optimizer object.
        metrics: names, mappings or metric objects.
        scale_inputs: none, standard, minmax, robust, quantile, or a mapping such as {"type": "divide", "by": 255}.
        scale_targets: the same for the targets of a regression.
        classes: the class labels in order; default all labels in the first call of `train`.
        seed: seed of all random numbers, at least 0.
        dtype: float32 or float64.
        name: name of the model, for checkpoints and runs.

    Raises:
        ConfigError: with every invalid argument.
    """

    def __init__(
        self,
        layers: Sequence[Any],
        loss: Any,
        optimizer: Any = "adam",
        *,
        metrics: Sequence[Any] = (),
        scale_inputs: Any = "none",
        scale_targets: Any = "none",
        classes: Sequence[str] | None = None,
        seed: int = 0,
        dtype: str = "float32",
        name: str = "model",
    ) -> None:
        source = Memory(classes=None if classes is None else tuple(str(label) for label in classes))
        data = Data(train=source, scale_inputs=scale_inputs, scale_targets=scale_targets)
        values: dict[str, Any] = {
            "name": name,
            "seed": seed,
            "dtype": dtype,
            "data": data,
            "model": tuple(layers),
            "loss": loss,
            "optimizer": optimizer,
            "metrics": (metrics,) if isinstance(metrics, str) else tuple(metrics),
        }
        draft = build_draft(values, Builder())
        if draft.problems:
            raise ConfigError(draft.problems)
        super().__init__(draft.spec)
        self._fitted = False  # whether the preprocessing is fitted to training rows
        self.history: list[Record] = []

    def train(
        self,
        inputs: Any,
        targets: Any,
        *,
        epochs: int = 10,
        validation_data: Validation = None,
        batch_size: int = 32,
        shuffle: bool = True,
        verbose: bool = True,
        weights: Any = None,
        run_dir: str | os.PathLike[str] | None = None,
        **training: Any,
    ) -> list[Record]:
        """Train for more epochs, add their records to `history`, and return them.

        A learning rate schedule whose length is the number of epochs starts again in every call; other schedules
        continue from the last step of the previous call.

        Args:
            inputs: (n, columns), sequences as (n, steps, features), or images as (n, height, width, channels) or
                (n, height, width).
            targets: (n,) or (n, units) class labels or numbers; for binary_cross_entropy also multi-label targets
                (n, labels) of 0 and 1.
            epochs: number of epochs to train now, at least 1.
            validation_data: (inputs, targets) to evaluate after every epoch.
            batch_size: rows per batch, at least 1; the last batch of an epoch may have fewer.
            shuffle: whether to shuffle the training rows in every epoch.
            verbose: write one line per epoch to standard error.
            weights: (n,) weight of each row in loss and metrics.
            run_dir: directory to write the files of a run to, as `nncli train` does; default none.
            training: other keys of the training section of a config, such as clip_norm or early_stopping. With
                weight_averaging, `model.weights` are the averaged weights after training. A further call continues
                with the weights of the last step, or with `model.weights` if you changed them in the meantime.

        Raises:
            UserError: if the data, settings or run directory cannot be used.
            NonFiniteError: if the loss or the gradient is not finite.
        """
        settings = {"epochs": epochs, "batch_size": batch_size, "shuffle": shuffle, **training}
        session = self._session_for(rows_in_memory(inputs, targets, weights=weights), validation_data, settings)
        trainer = session.trainer()
        records: list[Record] = []

        def listen(event: RunEvent) -> None:
            if isinstance(event, EpochEnded):
                records.append(event.record)
            if verbose:
                for line in event_lines(event, trainer.settings.epochs):
                    sys.stderr.write(line + "\n")

        run = None if run_dir is None else new_run_directory_at(os.fspath(run_dir))
        if self._trainer is not None:
            trainer.continue_from(self._trainer)
        self._session, self._trainer, self._fitted = session, trainer, True
        try:
            start_run(run, session, trainer, listen)
        finally:
            trainer.swap_in_average()
            self.history += records
        return records

    def one_epoch(self, inputs: Any, targets: Any, *, batch_size: int = 32, shuffle: bool = True) -> Record:
        """Train for one epoch and return its record."""
        records = self.train(inputs, targets, epochs=1, batch_size=batch_size, shuffle=shuffle, verbose=False)
        return records[-1]

    def predict(self, inputs: Any, *, batch_size: int = PREDICTION_ROWS) -> Array:
        """Return (n, units) probabilities of a classifier, or values in original units of a regression.

        Args:
            inputs: as for `train`.
            batch_size: rows per batch, at least 1.

        Raises:
            UserError: if the inputs do not match those of training, or the model is not trained yet.
        """
        rows = rows_in_memory(inputs, None)
        return concatenate_rows(list(self.trained.predict(rows, batch_size)))

    def predict_classes(self, inputs: Any) -> list[str]:
        """Return the label of the most likely class of every row."""
        return self.trained.class_names(self.predict(inputs))

    def predict_labels(self, inputs: Any) -> Array:
        """Return (n, labels) of 0 and 1 for a multi-label model: 1 if the probability of the label is above 0.5."""
        return self.trained.labels(self.predict(inputs))

    def evaluate(self, inputs: Any, targets: Any, *, weights: Any = None) -> dict[str, float]:
        """Return the mean loss and the metrics on labelled rows, by name.

        Args:
            inputs: as for `train`.
            targets: as for `train`.
            weights: (n,) weight of each row; default all 1.
        """
        model = self.trained
        return model.evaluate(model.dataset(rows_in_memory(inputs, targets, weights=weights)))

    def compute_loss(self, inputs: Any, targets: Any) -> float:
        """Return the mean loss on labelled rows, in inference mode."""
        return self.evaluate(inputs, targets)["loss"]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint like those of the commands.

        Raises:
            UserError: if the input shape is not known yet.
            SaveError: if the file cannot be written.
        """
        session = self._built
        trainer = self._trainer or session.trainer()
        trainer.swap_out_average()
        try:
            save_checkpoint(os.fspath(path), session, trainer)
        finally:
            trainer.swap_in_average()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Load a model from a checkpoint, or from the best checkpoint of a run directory; it can be trained further.

        Raises:
            CheckpointError: if the checkpoint is missing, damaged or not an nncli checkpoint.
        """
        trained = load_predictor(os.fspath(path), state=True)
        model = cls.__new__(cls)
        ManualSteps.__init__(model, trained.spec)
        model._session = session_without_rows(trained.spec, trained.preprocessing, trained.executor)
        model._trainer = model._session.trainer()
        restore_trainer(trained.path, model._trainer, trained.meta, trained.state)
        model._trainer.swap_in_average()
        model._fitted = True
        model.history = []
        return model

    @property
    def trained(self) -> Predictor:
        """The predictor of this model.

        Raises:
            UserError: if the model is not trained yet.
        """
        session = self._built
        return Predictor(self._spec.name or "model", session.spec, session.preprocessing, session.executor)

    def _session_for(self, rows: Rows, validation: Validation, training: dict[str, Any]) -> Session:
        """Return a session for these rows, with the weights and preprocessing of the previous session, if any."""
        builder = Builder()
        settings = builder.make(Training, training, ("training",))
        if not isinstance(settings, Training):
            raise ConfigError(builder.problems)
        draft = Draft(self._spec.with_fields(training=settings))
        if validation is not None and (not isinstance(validation, tuple | list) or len(validation) != 2):
            raise UserError("validation_data: expected a pair (inputs, targets)")
        held = None if validation is None else rows_in_memory(*validation, name="validation inputs")
        if self._fitted:
            return next_session(draft, self._built, rows, held)
        session = first_session(draft, rows, held)
        if self._session is not None:
            keep_weights(self._session, self._trainer, session)
        return session
