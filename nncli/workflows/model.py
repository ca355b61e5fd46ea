"""The model from Python: a facade over the session and the trainer that the commands use."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from nncli.assemble.session import Session
from nncli.config.draft import Draft, build
from nncli.config.spec import Data, Training
from nncli.core.builder import Builder
from nncli.core.errors import ConfigError, UserError
from nncli.core.types import Array, Shape
from nncli.data.rows import Rows
from nncli.data.sources.memory import Memory, rows_in_memory
from nncli.lifecycle.checkpointing import save_checkpoint
from nncli.lifecycle.predictor import PREDICTION_ROWS, Predictor, load_predictor
from nncli.lifecycle.restore_trainer import restore_trainer
from nncli.lifecycle.run_events import RunEvent
from nncli.lifecycle.run_lines import event_lines
from nncli.lifecycle.start_run import start_run
from nncli.nn.input_check import input_check
from nncli.nn.layer import Backward
from nncli.nn.network import Pass
from nncli.optim.schedule import Schedule
from nncli.runs.new_directory import run_directory_at
from nncli.training.events import EpochEnded, Record
from nncli.training.shards import concatenate_rows
from nncli.training.trainer import Trainer
from nncli.workflows.model_session import first_session, next_session, session_for_shape, session_without_rows

Validation = tuple[Any, Any] | None


class Model:
    """A network that trains on arrays, predicts, and is saved with all that turns raw input into predictions.

    The first training fits the scaling to the training rows and fixes the input's shape; after that, inputs and
    targets are always given raw, and predictions come in original units.

    Args:
        layers: names such as "relu", mappings such as {"type": "dense", "units": 32}, or layer objects.
        loss: a name, a mapping or a loss object.
        optimizer: likewise.
        metrics: likewise, each.
        scale_inputs: none, standard, minmax, robust, quantile, or a mapping such as {"type": "divide", "by": 255}.
        scale_targets: likewise, for regression.
        classes: which labels there are, in order; default all of the first training rows.
        seed: of everything random.
        dtype: float32 or float64.
        name: of the model, for files.

    Raises:
        ConfigError: with every field that is wrong.
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
        draft = build(values, Builder())
        if draft.problems:
            raise ConfigError(draft.problems)
        self._spec = draft.spec
        self._session: Session | None = None
        self._trainer: Trainer | None = None
        self._fitted = False  # whether the preprocessing knows the training rows
        self._pass: tuple[Pass, list[Backward]] | None = None
        self._has_gradients = False  # whether `backward` has followed the last `forward`
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
        """Trains for some epochs more, and returns their records, which are also added to `history`.

        A schedule of the learning rate that goes over the whole run goes over these epochs; any other one goes on
        where it was.

        Args:
            inputs: (n, columns), sequences as (n, steps, features), or images as (n, height, width, channels) or
                (n, height, width).
            targets: (n,) or (n, units) labels or numbers; for binary_cross_entropy also (n, labels) of 0 and 1, one
                column a unit.
            epochs: how many to train now.
            validation_data: (inputs, targets) to measure after every epoch.
            batch_size: rows a batch; the last batch of an epoch may be short.
            shuffle: whether every epoch has a random order of its own.
            verbose: write a line an epoch to standard error.
            weights: (n,) how much every row counts in loss and metrics.
            run_dir: where to write the files of a run, as the train command does; default nowhere.
            training: more keys of a config's training section, such as clip_norm or early_stopping. With
                weight_averaging the model's weights are the averaged ones; further training goes on with those that
                it left itself, or with what was made of the model's in the meantime.

        Raises:
            UserError: where data, settings or run directory cannot be used.
            NonFiniteError: where the loss or the gradient is not finite.
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

        run = None if run_dir is None else run_directory_at(os.fspath(run_dir))
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
        """Trains for one epoch and returns its record."""
        records = self.train(inputs, targets, epochs=1, batch_size=batch_size, shuffle=shuffle, verbose=False)
        return records[-1]

    def predict(self, inputs: Any, *, batch_size: int = PREDICTION_ROWS) -> Array:
        """Probabilities of a classifier, original units of a regression: (n, units).

        Raises:
            UserError: where the inputs are not as in training, or nothing is trained yet.
        """
        rows = rows_in_memory(inputs, None)
        return concatenate_rows(list(self.trained.predict(rows, batch_size)))

    def predict_classes(self, inputs: Any) -> list[str]:
        """The label of the most likely class of every row."""
        return self.trained.class_names(self.predict(inputs))

    def predict_labels(self, inputs: Any) -> Array:
        """0 or 1 for every label of several a row: (n, labels); 1 where its probability is above a half."""
        return self.trained.labels(self.predict(inputs))

    def evaluate(self, inputs: Any, targets: Any, *, weights: Any = None) -> dict[str, float]:
        """The mean loss and the metrics on labelled rows, each counting with its weight."""
        model = self.trained
        return model.evaluate(model.dataset(rows_in_memory(inputs, targets, weights=weights)))

    def compute_loss(self, inputs: Any, targets: Any) -> float:
        """The mean loss on labelled rows, with the model as it predicts."""
        return self.evaluate(inputs, targets)["loss"]

    def forward(self, inputs: Any, *, training: bool = False) -> Array:
        """The outputs of all layers, the last activation included, for raw inputs.

        Before the first training the inputs are taken unscaled, and their shape becomes the model's.

        Args:
            inputs: as for `train`.
            training: whether layers such as dropout are active.
        """
        rows = rows_in_memory(inputs, None)
        if self._session is None:
            self._session = session_for_shape(Draft(self._spec), rows.row_shape)
        session, network = self._session, self._session.network
        given = session.preprocessing.inputs(rows, network.dtype, input_check(network.model))
        if np.may_share_memory(given, cast("Array", rows.inputs)):  # which may change before backward
            given = given.copy()
        bound = Pass(network, len(network.model.layers), input_gradient=True)
        bound.pass_state.training, bound.pass_state.seed = training, self._spec.seed
        bound.pass_state.step = 0 if self._trainer is None else self._trainer.step
        with np.errstate(all="ignore"):
            output, backwards = bound.forward(given)
        self._pass, self._output_shape, self._has_gradients = (bound, backwards), output.shape, False
        return output

    def backward(self, output_gradient: Any) -> Array | None:
        """The gradient of the inputs (as the network gets them), from that of the outputs of the last `forward`.

        The gradients of all parameters are in `gradients` then, without that of a penalty. None where the first layer
        takes whole numbers, which have no gradient.

        Raises:
            UserError: where there was no forward, or the gradient has another shape.
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
        """The gradients of the last `backward` by name, such as 0.dense.weight."""
        if self._pass is None or not self._has_gradients:
            raise UserError("gradients: call forward and backward first")
        return self._built.network.layout.named(self._pass[0].gradient)

    @property
    def weights(self) -> dict[str, Array]:
        """The parameters by name, as views: writing to one changes the model."""
        return self._built.network.named()

    def update(self) -> None:
        """One step of the optimizer with the gradients of the last `backward`.

        Its learning rate is that of the next step, as after so many steps of `train`.

        Raises:
            UserError: where there was no forward, or nothing was trained yet and the schedule of the learning rate has
                to know of epochs, which a loop of one's own does not have.
        """
        if self._pass is None or not self._has_gradients:
            raise UserError("update: call forward and backward first")
        trainer = self._trainer = self._trainer or self._built.trainer()
        rate = trainer.driver.rule.learning_rate
        if isinstance(rate, Schedule) and not rate.by_steps and not trainer.steps_per_epoch:
            raise UserError(
                f"update: the schedule {rate.type_name} counts epochs, of which a loop of update has none; "
                "give it its length or period in steps, or take another"
            )
        trainer.apply(self._pass[0].gradient, trainer.learning_rate)
        trainer.step += 1

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a checkpoint, as the commands do.

        Raises:
            UserError: where the model does not know its inputs yet.
            SaveError: where it cannot be written.
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
        """The model of a checkpoint or of a run directory's best one; it predicts, and can be trained further.

        Raises:
            CheckpointError: where it is missing, foreign or damaged.
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
        """What predicts.

        Raises:
            UserError: where nothing is trained yet.
        """
        session = self._built
        return Predictor(self._spec.name or "model", session.spec, session.preprocessing, session.executor)

    @property
    def _built(self) -> Session:
        if self._session is None:
            raise UserError("the model does not know its inputs yet: train it, or call forward once")
        return self._session

    def _session_for(self, rows: Rows, validation: Validation, training: dict[str, Any]) -> Session:
        """A session for these rows, with the weights and the preprocessing of the last one, if there is one."""
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
        """Copies the weights and the optimizer's state that were changed by hand before the first training."""
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
