"""A trained model from its checkpoint, with everything that turns raw input into predictions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from nncli.assemble.session import labelled, layout_of, make_executor
from nncli.config.spec import Spec
from nncli.core.builder import Builder
from nncli.core.errors import CheckpointError, ConfigError, NncliError, UserError
from nncli.core.types import Array
from nncli.data.batches import Dataset
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.nn.loss import Loss, classes_of, labels_of
from nncli.nn.tally import Tally
from nncli.optim.schedules.reduce_on_plateau import plateau_of
from nncli.runs import checkpoint
from nncli.runs.checkpoint import Meta
from nncli.runs.directory import checkpoint_path
from nncli.training.executor import Executor
from nncli.training.trainer import EVALUATION_ROWS
from nncli.workflows.plugins import changed_plugins, missing_plugins
from nncli.workflows.saving import check_weights, set_weights

PREDICTION_ROWS = 256  # rows predicted at a time


@dataclass
class Trained:
    """A model that predicts.

    Args:
        path: of its checkpoint.
        spec: what it was trained by.
        preprocessing: as it was fitted.
        executor: with the network in it.
        meta: what the checkpoint says about itself.
        state: its arrays.
    """

    path: str
    spec: Spec
    preprocessing: Preprocessing
    executor: Executor
    meta: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Array] = field(default_factory=dict)

    @property
    def column_names(self) -> tuple[str, ...]:
        """A name for every column of `columns`."""
        preprocessing = self.preprocessing
        if preprocessing.classes is not None:
            return preprocessing.classes
        units = int(np.prod(self.executor.network.shapes[-1]))
        names = preprocessing.target_names
        return names if len(names) == units else tuple(f"output_{index}" for index in range(units))

    def read(self, source: Source, *, targets: bool) -> Rows:
        """The rows of a source, the columns that were text in training as text."""
        texts = [column.name for column in self.preprocessing.columns if column.kind == "category"]
        return source.read_like(texts, targets=targets)

    def predict(self, rows: Rows, batch_size: int = PREDICTION_ROWS) -> Iterator[Array]:
        """Predictions batch by batch, in original units: (n, *output shape)."""
        if batch_size < 1:
            raise UserError(f"batch_size: expected a whole number at least 1; got {batch_size}")
        network = self.executor.network
        inputs = self.preprocessing.lazy_inputs(rows, network.dtype, network.model.input_check())
        with self.executor.blas(min(batch_size, len(rows))):
            for start in range(0, len(rows), batch_size):
                yield self.executor.predict(inputs[start : start + batch_size])

    def columns(self, prediction: Array) -> Array:
        """(n, names): one column a class, also for a single sigmoid unit, or one a label or a target."""
        flat = prediction.reshape(len(prediction), -1)
        if self.preprocessing.classes is not None and flat.shape[1] == 1:
            return np.concatenate((1 - flat, flat), axis=1)
        return flat

    def class_names(self, prediction: Array) -> list[str]:
        """The most likely class of every row.

        Raises:
            CheckpointError: where the model is no classifier.
        """
        classes = self.preprocessing.classes
        if self.preprocessing.several_labels:
            raise CheckpointError(f"{self.path}: a model of several labels a row, which has no classes")
        if classes is None:
            raise CheckpointError(f"{self.path}: a regression model, which has no classes")
        return [classes[index] for index in classes_of(prediction)]

    def labels(self, prediction: Array) -> Array:
        """0 or 1 for every label of several: (n, labels) integers.

        Raises:
            CheckpointError: where the model does not learn several labels a row.
        """
        if not self.preprocessing.several_labels:
            raise CheckpointError(f"{self.path}: not a model of several labels a row")
        return labels_of(prediction)

    def dataset(self, rows: Rows) -> Dataset:
        """Labelled rows as the network gets them."""
        return labelled(rows, self.preprocessing, self.executor)

    def evaluate(self, dataset: Dataset) -> dict[str, float]:
        """The loss and the metrics of labelled rows."""
        return self.tally(dataset, Tally(self.executor.metrics)).results()

    def tally(self, dataset: Dataset, tally: Tally) -> Tally:
        """The sums of labelled rows, added to a tally."""
        with self.executor.blas():
            return self.executor.evaluate(dataset.batches(EVALUATION_ROWS), tally)


def load(path: str, *, state: bool = False) -> Trained:
    """The model of a checkpoint or of a run directory's best checkpoint.

    Args:
        path: of either.
        state: whether to read what training needs to go on, too.

    Raises:
        CheckpointError: where it is missing, foreign or damaged.
    """
    path = checkpoint_path(path)
    made: tuple[Spec, Preprocessing, Executor] | None = None

    def fits(meta: Meta) -> None:
        nonlocal made
        made = _made(path, meta)

    meta, arrays = checkpoint.load(path, state=state, fits=fits)
    assert made is not None
    spec, preprocessing, executor = made
    set_weights(path, executor.network, arrays)
    for name in changed_plugins(meta.get("plugins"), spec):
        preprocessing.notes.append(f"the plugin {name} is not the same as in training")
    return Trained(path, spec, preprocessing, executor, meta, arrays)


def _made(path: str, meta: Meta) -> tuple[Spec, Preprocessing, Executor]:
    """What the arrays of a checkpoint belong to."""
    spec = spec_of(path, meta)
    try:
        preprocessing = Preprocessing.restore(meta["preprocessing"])
        check_weights(path, layout_of(spec, preprocessing.input_shape), meta["arrays"])
        executor = make_executor(spec, preprocessing, initialized=False)
        preprocessing.check(executor.network.shapes[-1])
        if preprocessing.several_labels and cast("Loss", spec.loss).for_several_labels() is None:
            raise ValueError(f"{spec.loss} does not learn several labels a row")
    except CheckpointError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, NncliError) as error:
        raise CheckpointError(f"{path}: its meta.json does not describe a model ({error!r})") from None
    return spec, preprocessing, executor


def spec_of(path: str, meta: dict[str, Any]) -> Spec:
    """The spec that a checkpoint was trained by.

    Raises:
        CheckpointError: where its config cannot be built here.
    """
    missing = missing_plugins(meta.get("plugins"))
    if missing:
        raise CheckpointError(f"{path}: {missing}")
    config = meta.get("config")
    builder = Builder()
    try:
        spec = builder.make(Spec, config if isinstance(config, dict) else {}, ())
    except ConfigError as error:
        raise CheckpointError(f"{path}: its config cannot be used: {error}") from None
    if builder.problems:
        raise CheckpointError(f"{path}: its config cannot be used: {builder.problems[0]}")
    training, waiting = cast("Spec", spec).training, plateau_of(cast("Spec", spec).optimizer)
    if any(part and part.monitor is None for part in (training.checkpoint, training.early_stopping, waiting)):
        raise CheckpointError(f"{path}: its config cannot be used: not every default is written in it")
    return cast("Spec", spec)
