"""`Model`: train, predict and save from Python, with the same session and trainer as the commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from nncli.assemble.session import Session
from nncli.config.draft import Draft, build_draft
from nncli.config.spec import Data, Training
from nncli.core.builder import Builder
from nncli.core.errors import ConfigError, UserError
from nncli.core.types import Array, Shape
from nncli.data.rows import Rows
from nncli.data.sources.memory import Memory, rows_in_memory
from nncli.lifecycle.checkpointing import save_checkpoint
from nncli.lifecycle.log_lines import event_lines
from nncli.lifecycle.predictor import PREDICTION_ROWS, Predictor, load_predictor
from nncli.lifecycle.restore_trainer import restore_trainer
from nncli.lifecycle.run_events import RunEvent
from nncli.lifecycle.start_run import start_run
from nncli.nn.input_check import input_check
from nncli.nn.layer import Backward
from nncli.nn.network import Pass
from nncli.optim.schedule import Schedule
from nncli.runs.new_directory import new_run_directory_at
from nncli.training.events import EpochEnded, Record
from nncli.training.shards import concatenate_rows
from nncli.training.trainer import Trainer
from nncli.workflows.model_session import first_session, next_session, session_for_shape, session_without_rows

Validation = tuple[Any, Any] | None


class Model:
    """A network that trains on arrays, predicts, and is saved with its preprocessing.

    The first call of `train` fits the preprocessing to the training rows and determines the input shape. Inputs and
    targets are always given raw, and predictions are in original units.

    Args:
        layers: names such as "relu", mappings such as {"type": "dense", "units": 32}, or layer objects.
        loss: a name, a mapping or a loss object.
        optimizer: a name, a mapping or an optimizer object.
        metrics: names, mappings or metric objects.
        scale_inputs: none, standard, minmax, robust, quantile, or a mapping such as {"type": "divide", "by": 255}.
        scale_targets: the same for the targets of a regression.
        classes: the class labels in order; default all labels of the first training rows.
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
        self._spec = draft.spec
        self._session: Session | None = None
        self._trainer: Trainer | None = None
        self._fitted = False  # whether the preprocessing is fitted to training rows
        self._pass: tuple[Pass, list[Backward]] | None = None
        self._has_gradients = False  # whether `backward` was called after the last `forward`
        self._output_shape: Shape = ()
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

        A schedule of the learning rate that spans a whole run spans these epochs; other schedules continue.

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
                weight_averaging, `weights` are the averaged weights; further training continues with the weights of
                the last step, changed by what was changed in `weights` in the meantime.

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
        """Return (n, labels) 0 or 1 of a multi-label model: 1 if the probability of the label is above 0.5."""
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

    def forward(self, inputs: Any, *, training: bool = False) -> Array:
        """Return the output of the last layer, activation included, for raw inputs.

        Before the first training the inputs are not scaled, and their shape becomes the input shape of the model.

        Args:
            inputs: as for `train`.
            training: whether to compute in training mode, with layers such as dropout active.
        """
        rows = rows_in_memory(inputs, None)
        if self._session is None:
            self._session = session_for_shape(Draft(self._spec), rows.row_shape)
        session, network = self._session, self._session.network
        given = session.preprocessing.inputs(rows, network.dtype, input_check(network.model))
        if np.may_share_memory(given, cast("Array", rows.inputs)):  # the array of the user may change before backward
            given = given.copy()
        bound = Pass(network, len(network.model.layers), input_gradient=True)
        bound.pass_state.training, bound.pass_state.seed = training, self._spec.seed
        bound.pass_state.step = 0 if self._trainer is None else self._trainer.step
        with np.errstate(all="ignore"):
            output, backwards = bound.forward(given)
        self._pass, self._output_shape, self._has_gradients = (bound, backwards), output.shape, False
        return output

    def backward(self, output_gradient: Any) -> Array | None:
        """Return the gradient of the preprocessed inputs, given the gradient of the output of the last `forward`.

        The gradients of all parameters, without that of a penalty, are then in `gradients`. The gradient of the inputs
        is None if the first layer takes whole numbers.

        Args:
            output_gradient: gradient of the loss with respect to the output of `forward`, of the same shape.

        Raises:
            UserError: if `forward` was not called, or the gradient has another shape.
        """
        if self._pass is None:
            raise UserError("backward: call forward first")
        bound, backwards = self._pass
        gradient = np.array(output_gradient, dtype=self._spec.dtype)
        if gradient.shape != self._output_shape:
            raise UserError(f"backward: expected a gradient of the shape {self._output_shape}; got {gradient.shape}")
        self._has_gradients = True
        return bound.backward(gradient, backwards)

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradients of the last `backward`, by parameter name, such as 0.dense.weight.

        Raises:
            UserError: if `forward` and `backward` were not called.
        """
        if self._pass is None or not self._has_gradients:
            raise UserError("gradients: call forward and backward first")
        return self._built.network.layout.named(self._pass[0].gradient)

    @property
    def weights(self) -> dict[str, Array]:
        """The parameters by name, as views: writing to a view changes the model."""
        return self._built.network.named()

    def update(self) -> None:
        """Do one step of the optimizer with the gradients of the last `backward`.

        The schedule of the learning rate counts these steps like those of `train`.

        Raises:
            UserError: if `forward` and `backward` were not called, or the schedule of the learning rate counts epochs
                and `train` was not called, so that the number of steps per epoch is not known.
        """
        if self._pass is None or not self._has_gradients:
            raise UserError("update: call forward and backward first")
        trainer = self._trainer = self._trainer or self._built.trainer()
        rate = trainer.driver.rule.learning_rate
        if isinstance(rate, Schedule) and not rate.by_steps and not trainer.steps_per_epoch:
            raise UserError(
                f"update: the schedule {rate.type_name} counts epochs, but a loop of update has no epochs; "
                "give its length or period in steps, or use another schedule"
            )
        trainer.apply(self._pass[0].gradient, trainer.learning_rate)
        trainer.step += 1

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint, as the commands do.

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
            CheckpointError: if it is missing, damaged or not a checkpoint.
        """
        trained = load_predictor(os.fspath(path), state=True)
        model = cls.__new__(cls)
        model._spec = trained.spec
        model._session = session_without_rows(trained.spec, trained.preprocessing, trained.executor)
        model._trainer = model._session.trainer()
        restore_trainer(trained.path, model._trainer, trained.meta, trained.state)
        model._trainer.swap_in_average()
        model._fitted = True
        model._pass, model._has_gradients = None, False
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

    @property
    def _built(self) -> Session:
        """The session.

        Raises:
            UserError: if there is none yet.
        """
        if self._session is None:
            raise UserError("the model does not know its inputs yet: train it, or call forward once")
        return self._session

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
            self._keep_weights(session)
        return session

    def _keep_weights(self, session: Session) -> None:
        """Copy weights and optimizer state that were changed with `weights` or `update` before the first training."""
        before, after = self._built.network, session.network
        if before.shapes != after.shapes:
            raise UserError(f"forward was called with rows of {before.input_shape}; these are {after.input_shape}")
        after.vector[...] = before.vector
        if self._trainer is not None:
            driver = session.trainer().driver
            driver.steps = self._trainer.driver.steps
            for name, vector in driver.state.items():
                vector[...] = self._trainer.driver.state[name]
            self._trainer.driver = driver
